/**
 * What has been seen of a ticket's timeline, oldest first: the newest page,
 * which comes with the ticket each time it changes, and the pages before it
 * that were asked for. Nothing that stands on screen goes away when others
 * arrive.
 */
import { listTimeline } from '../../lib/server.ts'
import type { Item, Ticket } from '../../lib/shapes.ts'

export class Thread {
  items = $state.raw<readonly Item[]>([])
  loading = $state(false)
  #earlier = $state('')

  constructor(readonly ticketId: string) {}

  /** more tells whether there is something before the first item. */
  get more(): boolean {
    return this.#earlier !== ''
  }

  /** take puts the newest page in the place of what it overlaps. */
  take({ timeline, earlier }: Pick<Ticket, 'timeline' | 'earlier'>): void {
    const first = timeline[0]
    const at = first ? this.items.findIndex((i) => i.id === first.id) : -1
    if (at >= 0) this.items = [...this.items.slice(0, at), ...timeline]
    else {
      // The first page, or so many new ones that what lies between was never seen.
      this.items = timeline
      this.#earlier = earlier ?? ''
    }
  }

  /** before fetches the page that comes before the first item. */
  async before(): Promise<void> {
    if (this.loading || !this.more) return
    this.loading = true
    const from = this.#earlier
    try {
      const page = await listTimeline(this.ticketId, from)
      if (from !== this.#earlier) return // begun anew meanwhile
      this.items = [...page.items, ...this.items]
      this.#earlier = page.earlier ?? ''
    } finally {
      this.loading = false
    }
  }
}
