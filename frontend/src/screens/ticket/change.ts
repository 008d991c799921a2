/**
 * One change of a ticket: on screen at once, then on the server, with ten
 * seconds to undo it. A refusal puts back what was there and says why.
 */
import { keys, queryClient } from '../../lib/queries.ts'
import { patchTicket } from '../../lib/server.ts'
import type { Ticket, TicketPatch } from '../../lib/shapes.ts'
import { tellFault, tellUndo } from '../../lib/toasts.svelte.ts'

type Shown = Partial<
  Pick<Ticket, 'assignee' | 'client' | 'follows' | 'linked' | 'requester' | 'requesterName'>
>

/** back is the patch that undoes another one. */
function back(ticket: Ticket, patch: TicketPatch): TicketPatch {
  const before: TicketPatch = {
    subject: ticket.subject,
    status: ticket.status,
    pendingReason: ticket.pendingReason ?? 'other',
    pendingUntil: ticket.pendingUntil ?? 0,
    assigneeId: ticket.assignee?.id ?? '0',
    level: ticket.level,
    outageAt: ticket.times.outage ?? 0,
    requesterId: ticket.requester?.id ?? '0',
    clientId: ticket.client?.id ?? '0',
    linkedId: ticket.linked?.id ?? '0',
  }
  // A requester brings their client along.
  const changed = (field: string) => field in patch || (field === 'clientId' && 'requesterId' in patch)
  return Object.fromEntries(Object.entries(before).filter(([field]) => changed(field)))
}

/**
 * change applies a patch to a ticket and offers to undo it; `shown` is what a
 * patch by id looks like before the server has answered. It tells whether it
 * went through.
 */
export async function change(
  ticket: Ticket,
  patch: TicketPatch,
  text: string,
  shown: Shown = {},
  undone: () => void = () => undefined,
): Promise<boolean> {
  const key = keys.ticket(ticket.id)
  queryClient.setQueryData<Ticket>(key, { ...ticket, ...patch, ...shown })
  try {
    queryClient.setQueryData(key, await patchTicket(ticket.id, ticket.version, patch))
  } catch (error) {
    queryClient.setQueryData(key, ticket)
    void queryClient.invalidateQueries({ queryKey: key })
    tellFault(error)
    return false
  }
  tellUndo(text, async () => {
    const now = queryClient.getQueryData<Ticket>(key)
    queryClient.setQueryData(key, await patchTicket(ticket.id, now?.version ?? 0, back(ticket, patch)))
    undone()
  })
  return true
}
