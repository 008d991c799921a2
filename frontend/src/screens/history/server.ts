/** The verbs of old mail that is taken along. Every one throws a Fault when refused. */
import type { components } from '../../lib/api/types.ts'
import { api, call } from '../../lib/client.ts'

type S = components['schemas']
export type Archive = S['HistoryView']
export type ArchiveRow = S['HistoryRow']
export type Talk = S['HistoryTalk']
export type AsideMail = S['HistoryMail']
export type Undo = S['HistoryUndo']
export type Source = Omit<S['HistoryNewBody'], '$schema'>

const at = (id: string) => ({ params: { path: { id } } })

export const listArchives = () => call(api.GET('/api/history'))
export const getArchive = (id: string) => call(api.GET('/api/history/{id}', at(id)))
export const startArchive = (body: Source) => call(api.POST('/api/history', { body }))
export const moveArchive = (id: string, to: S['HistoryTo']) =>
  call(api.POST('/api/history/{id}/move', { ...at(id), body: { to } }))
export const listTalks = (id: string, after: number, stays = false) =>
  call(api.GET('/api/history/{id}/talks', { params: { path: { id }, query: { after, stays } } }))
export const listAside = (id: string, after: number) =>
  call(api.GET('/api/history/{id}/aside', { params: { path: { id }, query: { after } } }))
export const planUndo = (id: string) => call(api.GET('/api/history/{id}/undo', at(id)))
export const listFolders = (mailbox: string) => call(api.GET('/api/mailboxes/{id}/folders', at(mailbox)))
export const pick = (folder: boolean) => call(api.POST('/shell/pick', { body: { folder } }))
