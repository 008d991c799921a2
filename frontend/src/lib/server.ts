/**
 * The verbs of the server that the desk uses, one function each. Every one
 * throws a Fault when refused. Screens of their own areas (dock, clients,
 * settings) keep theirs in a server.ts beside them.
 */
import { api, call, sendBytes } from './client.ts'
import type {
  Answer,
  DraftFile,
  DraftPut,
  NewTicket,
  Order,
  Preferences,
  ShellSave,
  TicketPatch,
  ViewForm,
  ViewId,
  ViewPatch,
} from './shapes.ts'
import type { Language } from './words/index.svelte.ts'

const at = (id: string) => ({ params: { path: { id } } })

export const getMe = () => call(api.GET('/api/me'))
export const saveMe = (body: { language?: Language; preferences?: Partial<Preferences> }) =>
  call(api.PATCH('/api/me', { body }))
export const getViews = () => call(api.GET('/api/views'))
export const listAgents = () => call(api.GET('/api/agents'))

export interface ListFilter {
  view?: ViewId
  client?: string
  contact?: string
}
export const listTickets = (filter: ListFilter, cursor: string, limit: number) =>
  call(api.GET('/api/tickets', { params: { query: { ...filter, ...(cursor ? { cursor } : {}), limit } } }))
export const search = (
  q: string,
  cursor: string,
  limit: number,
  { sort, signal }: { sort?: Order; signal?: AbortSignal } = {},
) =>
  call(
    api.GET('/api/search', {
      params: { query: { q, ...(cursor ? { cursor } : {}), ...(sort ? { sort } : {}), limit } },
      signal,
    }),
  )
export const completeSearch = (word: string, signal: AbortSignal) =>
  call(api.GET('/api/search/complete', { params: { query: { word } }, signal }))

export const listSavedViews = () => call(api.GET('/api/saved-views'))
export const saveView = (body: ViewForm) => call(api.POST('/api/saved-views', { body }))
export const updateView = (id: string, body: ViewPatch) =>
  call(api.PATCH('/api/saved-views/{id}', { ...at(id), body }))
export const deleteView = (id: string) => call(api.DELETE('/api/saved-views/{id}', at(id)))

export const getTicket = (id: string) => call(api.GET('/api/tickets/{id}', at(id)))
export const listTimeline = (id: string, before: string) =>
  call(api.GET('/api/tickets/{id}/timeline', { params: { path: { id }, query: { before, limit: 200 } } }))
export const openTicket = (body: NewTicket) => call(api.POST('/api/tickets', { body }))
export const patchTicket = (id: string, version: number, patch: TicketPatch) =>
  call(api.PATCH('/api/tickets/{id}', { ...at(id), body: { version, ...patch } }))
export const takeForwarded = (id: string, version: number, mailId: string) =>
  call(api.POST('/api/tickets/{id}/forwarded', { ...at(id), body: { version, mailId } }))
export const markSeen = (id: string, entryId: string) =>
  call(api.POST('/api/tickets/{id}/seen', { ...at(id), body: { entryId } }))
export const addNote = (id: string, text: string) =>
  call(api.POST('/api/tickets/{id}/notes', { ...at(id), body: { text } }))
/** keepNote keeps a note that is not written yet; `leaving` outlives the page. */
export const keepNote = (id: string, text: string, leaving = false) =>
  call(api.PUT('/api/tickets/{id}/note', { ...at(id), body: { text }, keepalive: leaving }))

export const getCompose = (id: string) => call(api.GET('/api/tickets/{id}/compose', at(id)))
export const saveDraft = (id: string, body: DraftPut, leaving = false) =>
  call(api.PUT('/api/tickets/{id}/draft', { ...at(id), body, keepalive: leaving }))
export const dropDraft = (id: string) => call(api.DELETE('/api/tickets/{id}/draft', at(id)))
export const addFile = (
  id: string,
  name: string,
  type: string,
  inline: boolean,
  bytes: Uint8Array<ArrayBuffer>,
) => sendBytes<DraftFile>(`/api/tickets/${id}/draft/files`, { name, type, inline: String(inline) }, bytes)
export const dropFile = (id: string) => call(api.DELETE('/api/draft-files/{id}', at(id)))
export const draftFileHref = (id: string) => `/api/draft-files/${id}`
export const answer = (id: string, body: Answer) =>
  call(api.POST('/api/tickets/{id}/answer', { ...at(id), body }))

export const getMeeting = (messageId: string) => call(api.GET('/api/messages/{id}/meeting', at(messageId)))
export const undoSend = (id: string) => call(api.POST('/api/outbox/{id}/undo', at(id)))
export const retrySend = (id: string) => call(api.POST('/api/outbox/{id}/retry', at(id)))
export const settleSend = (id: string, sent: boolean) =>
  call(api.POST('/api/outbox/{id}/settle', { ...at(id), body: { sent } }))

export const openBody = (id: string) => call(api.POST('/api/messages/{id}/body', at(id)))
export const rawHref = (messageId: string) => `/api/messages/${messageId}/raw`
export const attachmentHref = (messageId: string, part: number) =>
  `/api/messages/${messageId}/attachments/${part}`

export const findClients = (q: string) =>
  call(api.GET('/api/clients', { params: { query: { q, limit: 20 } } }))
export const findContacts = (q: string) =>
  call(api.GET('/api/contacts', { params: { query: { q, limit: 20 } } }))

/** What only the window's own process can do; `me.shell` says whether it is there. */
export const shell = {
  save: (body: ShellSave) => call(api.POST('/shell/save', { body })),
  open: (messageId: string, n: number) => call(api.POST('/shell/open', { body: { messageId, n } })),
  notify: (title: string, text: string, ticketId: string) =>
    call(api.POST('/shell/notify', { body: { title, text, ticketId } })),
  title: (text: string) => call(api.POST('/shell/title', { body: { text } })),
}
