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
  ticket: (id: string) => ['ticket', id] as const,
  compose: (id: string) => ['compose', id] as const,
  body: (messageId: string) => ['body', messageId] as const,
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
  client: (c) => [keys.clients, keys.client(c.subjectId), ['contacts']],
  contact: (c) => [['contacts'], keys.contact(c.subjectId), ['client']],
  agent: () => [keys.agents, keys.me],
  session: () => [keys.sessions],
  mailbox: (c) => [keys.mailboxes, keys.mailbox(c.subjectId), keys.me],
  outbox: () => [keys.outbox, keys.views],
  setting: () => [keys.settings, keys.me],
}

/** refreshFor marks as old whatever a change touches; what is on screen is fetched again. */
export function refreshFor(change: Change): void {
  if (change.ticketId) {
    void queryClient.invalidateQueries({ queryKey: keys.ticket(change.ticketId) })
    void queryClient.invalidateQueries({ queryKey: keys.compose(change.ticketId), refetchType: 'none' })
    void queryClient.invalidateQueries({ queryKey: keys.views })
  }
  for (const key of touched[change.subject]?.(change) ?? [])
    void queryClient.invalidateQueries({ queryKey: key })
}
