/** The author of a mail that somebody passed on becomes the requester, with ten seconds to undo it. */
import { keys, queryClient } from '../../lib/queries.ts'
import { patchTicket, takeForwarded } from '../../lib/server.ts'
import type { Item, Ticket } from '../../lib/shapes.ts'
import { attempt, tellUndo } from '../../lib/toasts.svelte.ts'
import { say } from '../../lib/words/index.svelte.ts'

/** passedOn says whether a message passes on a mail of somebody who is not the requester. */
export function passedOn(ticket: Ticket, item: Item): boolean {
  const address = item.message?.forwarded?.address
  return !!address && !ticket.requester?.addresses.includes(address)
}

export async function makeRequester(ticket: Ticket, { message }: Item): Promise<void> {
  const mailId = message?.mailId
  if (!mailId) return
  const key = keys.ticket(ticket.id)
  const after = await attempt(() => takeForwarded(ticket.id, ticket.version, mailId))
  if (!after) return
  queryClient.setQueryData(key, after)
  tellUndo(say('ui.mail.said.requester', { name: after.requesterName }), async () => {
    const now = queryClient.getQueryData<Ticket>(key)
    const back = { requesterId: ticket.requester?.id ?? '0', clientId: ticket.client?.id ?? '0' }
    queryClient.setQueryData(key, await patchTicket(ticket.id, now?.version ?? 0, back))
  })
}
