/** The verbs of contacts. Every one throws a Fault when refused. */
import type { components } from '../../lib/api/types.ts'
import { api, call } from '../../lib/client.ts'

type S = components['schemas']
export type Contact = S['ContactView']
export type ContactForm = S['ContactForm']
export type ImportResult = S['ImportResult']
export type ImportMapping = S['ImportMapping']

const at = (id: string) => ({ params: { path: { id } } })

export const listContacts = (q: string, client: string, cursor: string) =>
  call(
    api.GET('/api/contacts', {
      params: { query: { limit: 100, q, ...(client ? { client } : {}), ...(cursor ? { cursor } : {}) } },
    }),
  )
export const getContact = (id: string) => call(api.GET('/api/contacts/{id}', at(id)))
export const createContact = (body: ContactForm) => call(api.POST('/api/contacts', { body }))
export const saveContact = (id: string, version: number, form: ContactForm) =>
  call(api.PATCH('/api/contacts/{id}', { ...at(id), body: { ...form, version } }))
export const mergeContact = (id: string, intoId: string) =>
  call(api.POST('/api/contacts/{id}/merge', { ...at(id), body: { intoId } }))
export const unmergeContact = (id: string) => call(api.POST('/api/contacts/{id}/unmerge', at(id)))
export const eraseContact = (id: string) => call(api.POST('/api/contacts/{id}/erase', at(id)))
export const attachSender = (address: string, name: string, clientId: string) =>
  call(api.POST('/api/contacts/attach', { body: { address, name, clientId } }))
export const unattachSender = (id: string) => call(api.POST('/api/contacts/{id}/unattach', at(id)))
export const importContacts = (body: S['ImportInBody']) => call(api.POST('/api/contacts/import', { body }))
