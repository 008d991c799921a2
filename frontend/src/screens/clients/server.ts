/** The verbs of clients and their sites. Every one throws a Fault when refused. */
import type { components } from '../../lib/api/types.ts'
import { api, call } from '../../lib/client.ts'

type S = components['schemas']
export type Client = S['ClientView']
export type ClientForm = S['ClientForm']
export type ClientRow = S['ClientRow']
export type Site = S['SiteView']
export type SiteForm = S['SiteForm']

const at = (id: string) => ({ params: { path: { id } } })

export const listClients = (q: string, cursor: string) =>
  call(api.GET('/api/clients', { params: { query: { limit: 100, q, ...(cursor ? { cursor } : {}) } } }))
export const getClient = (id: string) => call(api.GET('/api/clients/{id}', at(id)))
export const createClient = (body: ClientForm) => call(api.POST('/api/clients', { body }))
export const saveClient = (id: string, version: number, form: ClientForm) =>
  call(api.PATCH('/api/clients/{id}', { ...at(id), body: { ...form, version } }))
export const mergeClient = (id: string, intoId: string) =>
  call(api.POST('/api/clients/{id}/merge', { ...at(id), body: { intoId } }))
export const unmergeClient = (id: string) => call(api.POST('/api/clients/{id}/unmerge', at(id)))

export const createSite = (clientId: string, body: SiteForm) =>
  call(api.POST('/api/clients/{id}/sites', { ...at(clientId), body }))
export const saveSite = (site: Site, form: SiteForm) =>
  call(api.PATCH('/api/sites/{id}', { ...at(site.id), body: { ...form, version: site.version } }))
export const deleteSite = (site: Site) =>
  call(api.DELETE('/api/sites/{id}', { params: { path: { id: site.id }, query: { version: site.version } } }))
