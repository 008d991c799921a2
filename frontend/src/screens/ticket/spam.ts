/** A ticket that spam has opened: its mail goes aside, the ticket closes, ten seconds to undo it. */
import { queryClient } from '../../lib/queries.ts'
import type { Ticket } from '../../lib/shapes.ts'
import { attempt, tellUndo } from '../../lib/toasts.svelte.ts'
import { say } from '../../lib/words/index.svelte.ts'
import { getMail, reassignMail, undoReassign } from '../dock/server.ts'

/** onlyMail is the mail of a ticket in which nothing else was said. */
export function onlyMail(ticket: Ticket): string | undefined {
  const spoken = ticket.timeline.filter((i) => !i.event)
  const only = spoken.length === 1 && !ticket.earlier ? spoken[0]?.message : undefined
  return only?.direction === 'in' ? only.mailId : undefined
}

export const look = () => {
  for (const key of ['ticket', 'mail']) void queryClient.invalidateQueries({ queryKey: [key] })
}

/** asSpam sets the mail aside; then runs once it is gone. */
export async function asSpam(mailId: string, then: () => void): Promise<void> {
  const moved = await attempt(async () => {
    const { version } = await getMail(mailId)
    return reassignMail(mailId, version, { to: 'spam' })
  })
  if (!moved) return
  look()
  then()
  tellUndo(say('ui.mail.said.spam'), async () => {
    await undoReassign(moved.id, moved.version)
    look()
  })
}
