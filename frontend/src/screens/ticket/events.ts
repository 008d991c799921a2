/** What an event of the journal says to a person: one short sentence, '' when there is nothing to say. */
import type { Event } from '../../lib/shapes.ts'
import { dayAndTime } from '../../lib/time.svelte.ts'
import { known, said, say, sayKey } from '../../lib/words/index.svelte.ts'

type Change = Event['changes'][number]

const instant = (text: string | undefined) => dayAndTime(Number(text ?? 0))
const status = (text: string | undefined) =>
  text && known(`ui.status.${text}`) ? sayKey(`ui.status.${text}`) : (text ?? '')

/** The fields of a ticket whose change has words of its own. */
const phrases: Record<string, (c: Change) => string> = {
  status: (c) => say('ui.event.status', { before: status(c.before), after: status(c.after) }),
  pendingUntil: (c) => (Number(c.after ?? 0) ? say('ui.event.until', { at: instant(c.after) }) : ''),
  assignee: (c) => (c.after ? say('ui.event.assigned', { name: c.after }) : say('ui.event.unassigned')),
  level: (c) => say('ui.event.level', { level: `N${c.after ?? ''}` }),
  subject: (c) => say('ui.event.subject', { subject: c.after ?? '' }),
  outage: (c) => (Number(c.after ?? 0) ? say('ui.event.outage', { at: instant(c.after) }) : ''),
  client: () => say('ui.event.client'),
  linked: () => say('ui.event.linked'),
  requester: () => say('ui.event.requester'),
}

export function eventLine(event: Event): string {
  if (event.kind === 'ticket.changed') {
    const parts = event.changes.map((c) => phrases[c.field]?.(c) ?? '').filter(Boolean)
    const name = event.actor.name || say('ui.event.program')
    if (parts.length) return say('ui.event.by', { name, what: parts.join(', ') })
  }
  return event.said.key === 'web.event.other' ? '' : said(event.said)
}
