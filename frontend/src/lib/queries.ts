/**
 * The one factory of query keys, and the client that holds the answers. What
 * the feed reports is refetched (`refreshFor`); nothing polls.
 */
import { QueryClient } from '@tanstack/svelte-query'
import { Fault } from './client.ts'
import type { Change } from './shapes.ts'

export const keys = {
  me: ['me'] as const,
  views: ['views'] as const,
  /** Below the other views: what makes those old makes these old. */
  savedViews: ['views', 'saved'] as const,
  ticket: (id: string) => ['ticket', id] as const,
  clocks: (id: string) => ['clocks', id] as const,
  qualify: (id: string) => ['qualify', id] as const,
  contracts: (clientId: string) => ['contracts', clientId] as const,
  assets: (clientId: string) => ['assets', clientId] as const,
  compose: (id: string) => ['compose', id] as const,
  body: (messageId: string) => ['body', messageId] as const,
  meeting: (messageId: string) => ['meeting', messageId] as const,
  agents: ['agents'] as const,
  mails: (fate = '') => ['mails', fate] as const,
  mail: (id: string) => ['mail', id] as const,
  clients: ['clients'] as const,
  client: (id: string) => ['client', id] as const,
  contacts: (query = '') => ['contacts', query] as const,
  contact: (id: string) => ['contact', id] as const,
  mailboxes: ['mailboxes'] as const,
  mailbox: (id: string) => ['mailbox', id] as const,
  sessions: ['sessions'] as const,
  settings: ['settings'] as const,
  outbox: ['outbox'] as const,
  backups: ['backups'] as const,
  archives: ['archives'] as const,
  archive: (id: string) => ['archive', id] as const,
  folders: (mailbox: string) => ['folders', mailbox] as const,
  blocked: ['blocked'] as const,
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Infinity, // the feed says when something is old
      refetchOnWindowFocus: false,
      refetchOnReconnect: true,
      retry: (failures, error) => failures < 2 && error instanceof Fault && error.status === 0,
    },
  },
})

/** The lists and things that a change of one subject makes old. */
const touched: Record<string, (change: Change) => readonly (readonly string[])[]> = {
  ticket: () => [keys.views],
  message: () => [keys.views],
  mail: (c) => [['mails'], keys.mail(c.subjectId), keys.views],
  client: (c) => [keys.clients, keys.client(c.subjectId), ['contacts'], keys.savedViews],
  contact: (c) => [['contacts'], keys.contact(c.subjectId), ['client'], keys.savedViews],
  agent: () => [keys.agents, keys.me, keys.savedViews],
  view: () => [keys.savedViews],
  contract: () => [['contracts'], ['clocks']],
  asset: () => [['assets'], ['clocks']],
  category: () => [['clocks']],
  session: () => [keys.sessions],
  mailbox: (c) => [keys.mailboxes, keys.mailbox(c.subjectId), keys.me],
  outbox: () => [keys.outbox, keys.views],
  history: (c) => [keys.archives, keys.archive(c.subjectId), keys.views, keys.me],
  setting: () => [keys.settings, keys.me],
}

/** All that is shown of one ticket. */
const ofTicket = (id: string) => [keys.ticket(id), keys.clocks(id), keys.compose(id)]

const gatherMs = 150
let old = new Map<string, readonly string[]>()
let timer: ReturnType<typeof setTimeout> | undefined

/**
 * refreshFor marks as old whatever a change touches; what is on screen is
 * fetched again. Changes are gathered for a moment: a thousand mails that come
 * in together fetch the counts a few times, not a thousand times.
 */
export function refreshFor(change: Change): void {
  const wanted = [...(touched[change.subject]?.(change) ?? [])]
  if (change.ticketId) wanted.push(...ofTicket(change.ticketId), keys.views)
  for (const key of wanted) old.set(key.join(' '), key)
  timer ??= setTimeout(() => {
    timer = undefined
    const gathered = old
    old = new Map()
    for (const key of gathered.values()) {
      // What an answer begins with is fetched when one is begun, never under the writer.
      const refetchType = key[0] === 'compose' ? 'none' : 'active'
      void queryClient.invalidateQueries({ queryKey: key, refetchType })
    }
  }, gatherMs)
}
