/**
 * Desktop notifications: what a person wrote while nobody looked at this
 * window. Only the window's own process can show one; several in a few seconds
 * become one.
 */
import { onChanges } from '../lib/feed.svelte.ts'
import { keys, queryClient } from '../lib/queries.ts'
import { getTicket, shell } from '../lib/server.ts'
import type { Change, Me } from '../lib/shapes.ts'
import { say } from '../lib/words/index.svelte.ts'

const gatherMs = 2_000

/** startNotifying listens until it is told to stop. */
export function startNotifying(): () => void {
  return onChanges((changes) => {
    const me = queryClient.getQueryData<Me>(keys.me)
    if (!me?.shell || !me.agent.preferences.notifications || document.hasFocus()) return
    void tell(changes.filter((change) => change.kind === 'message.in' && change.ticketId))
  }, gatherMs)
}

async function tell(changes: readonly Change[]): Promise<void> {
  const first = changes[0]?.ticketId
  if (!first) return
  try {
    const ticket = await getTicket(first)
    const title = changes.length > 1 ? say('ui.notify.many', { n: changes.length }) : ticket.requesterName
    await shell.notify(title || say('ui.ticket.unknown'), `#${ticket.number} ${ticket.subject}`, first)
  } catch {
    // A notification that can't be shown is not worth an alarm: the list has it.
  }
}
