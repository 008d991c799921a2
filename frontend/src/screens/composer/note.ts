/**
 * A note being written: a copy in this browser at once, one on the server a
 * little later. The window's origin changes at each start and takes the first
 * along; the second stays.
 */
import { forget, keep, kept } from '../../lib/keep.ts'
import { keys, queryClient } from '../../lib/queries.ts'
import { keepNote } from '../../lib/server.ts'
import type { Ticket } from '../../lib/shapes.ts'

const everyMs = 2_500

/** unsentNote is what was begun of a note, here or on the server. */
export const unsentNote = (ticketId: string, onServer: string | undefined): string =>
  kept<string>(`note.${ticketId}`) ?? onServer ?? ''

export class UnsentNote {
  #timer: ReturnType<typeof setTimeout> | undefined
  #text: string | undefined
  /** The copy that is on its way; the next one waits for it. */
  #coming: Promise<void> = Promise.resolve()

  constructor(readonly ticketId: string) {}

  /** write keeps the text; whoever writes without a pause is saved all the same. */
  write(text: string): void {
    this.#text = text
    if (text) keep(`note.${this.ticketId}`, text)
    else forget(`note.${this.ticketId}`)
    this.#timer ??= setTimeout(() => void this.save(), everyMs)
  }

  /** save sends what the server has not got yet; it is sent again with the next letter where that fails. */
  save(leaving = false): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const text = this.#text
    if (text !== undefined) {
      this.#text = undefined
      this.#coming = this.#coming.then(() => this.#put(text, leaving))
    }
    return this.#coming
  }

  async #put(text: string, leaving: boolean): Promise<void> {
    try {
      await keepNote(this.ticketId, text, leaving)
    } catch {
      return // the copy here remains
    }
    // The ticket as it was read does not know of it: whoever folds the note away finds it again.
    queryClient.setQueryData<Ticket>(
      keys.ticket(this.ticketId),
      (t) => t && { ...t, noteDraft: text || undefined },
    )
    // What was written meanwhile is kept here until it is there too.
    if (this.#text === undefined && kept<string>(`note.${this.ticketId}`) === text)
      forget(`note.${this.ticketId}`)
  }

  /** written forgets the text: it is a note of the ticket now. */
  written(): void {
    clearTimeout(this.#timer)
    this.#timer = this.#text = undefined
    forget(`note.${this.ticketId}`)
  }
}
