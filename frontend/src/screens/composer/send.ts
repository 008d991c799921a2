/** Sends an answer, and knows how to take it back while the server holds it. */
import { keys, queryClient } from '../../lib/queries.ts'
import { answer, undoSend } from '../../lib/server.ts'
import type { Answer, Ticket } from '../../lib/shapes.ts'
import type { Writing } from './draft.svelte.ts'

/** What becomes of the ticket when the answer leaves. */
export const afterwards = ['', 'pending', 'resolved'] as const
export type After = (typeof afterwards)[number]

const threeDays = 3 * 24 * 60 * 60_000

function status(after: After): Partial<Answer> {
  if (after === 'resolved') return { status: 'resolved' }
  if (after === 'pending')
    return { status: 'pending', pendingReason: 'user', pendingUntil: Date.now() + threeDays }
  return {}
}

export interface Sent {
  holdUntil: number
  undo: () => Promise<void>
}

/** send gives the answer to the outbox; the draft is then gone, and comes back by undo. */
export async function send(ticket: Ticket, writing: Writing, quote: boolean, after: After): Promise<Sent> {
  const sent = await writing.seal(() =>
    answer(ticket.id, {
      html: writing.mailHtml,
      text: writing.text,
      to: writing.to,
      cc: writing.cc,
      files: writing.files.map((f) => f.id),
      quote,
      seenEntry: writing.since,
      ...status(after),
    }),
  )
  const refetch = () => queryClient.refetchQueries({ queryKey: keys.ticket(ticket.id) })
  void refetch()
  return {
    holdUntil: sent.holdUntil,
    undo: async () => {
      await undoSend(sent.outboxId)
      await refetch()
    },
  }
}
