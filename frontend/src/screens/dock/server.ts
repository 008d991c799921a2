/** The verbs of the receiving dock. Every one throws a Fault when refused. */
import type { components } from '../../lib/api/types.ts'
import { api, call } from '../../lib/client.ts'

export type Fate = components['schemas']['Fate']
export type MailRow = components['schemas']['MailRow']
export type MailView = components['schemas']['MailView']
export type FateCount = components['schemas']['FateCount']
export type Target = { to: 'ticket'; ticketId: string } | { to: 'new' } | { to: 'aside' | 'spam' | 'desk' }

const at = (id: string) => ({ params: { path: { id } } })

export const listMails = (fate: Fate | '', cursor: string, limit: number) =>
  call(
    api.GET('/api/mails', {
      params: { query: { ...(fate ? { fate } : {}), ...(cursor ? { cursor } : {}), limit } },
    }),
  )
export const getMail = (id: string) => call(api.GET('/api/mails/{id}', at(id)))
export const reassignMail = (id: string, version: number, target: Target) =>
  call(api.POST('/api/mails/{id}/reassign', { ...at(id), body: { version, ...target } }))
export const undoReassign = (id: string, version: number) =>
  call(api.POST('/api/mails/{id}/undo', { ...at(id), body: { version } }))
export type BlockedRow = components['schemas']['BlockedRow']
export const listBlocked = () => call(api.GET('/api/blocked'))
export const blockSender = (pattern: string) => call(api.POST('/api/blocked', { body: { pattern } }))
export const unblockSender = (pattern: string) => call(api.POST('/api/blocked/remove', { body: { pattern } }))
export const sourceHref = (id: string) => `/api/mails/${id}/raw`
