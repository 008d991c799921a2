/**
 * A list by keyset pages, of tickets or of anything with a place in time. What arrives is held back in `arrivals`
 * until `takeArrivals`, so that nothing moves under the eye; what changes is
 * changed in place. `more` fetches the next page, `refresh` looks at the head.
 */
import type { TicketRow } from './shapes.ts'

interface Placed {
  id: string
  activityAt: number
  unread?: boolean
}
type Fetch<T> = (cursor: string, limit: number) => Promise<{ items: T[]; next?: string }>

const pageSize = 100

export class Rows<T extends Placed = TicketRow> {
  items = $state.raw<T[]>([])
  /** How many rows wait above. */
  arrivals = $state(0)
  /** Rows that no longer belong to the view but are still shown. */
  left = $state.raw<ReadonlySet<string>>(new Set())
  loading = $state(false)
  error = $state.raw<unknown>()
  /** Whether a first page has come. */
  ready = $state(false)
  #next = ''
  #head: T[] = []
  /** The ids of items, so that a page costs what it holds and not what the list holds. */
  #ids = new Set<string>()
  #round = 0

  /** place is what the list is ordered by, the greatest first. */
  constructor(
    readonly fetchPage: Fetch<T>,
    readonly place: (row: T) => number = (row) => row.activityAt,
  ) {}

  get atEnd(): boolean {
    return this.ready && this.#next === ''
  }

  /** more fetches the next page, or the first. */
  async more(): Promise<void> {
    if (this.loading || this.atEnd) return
    const round = this.#round
    this.loading = true
    try {
      const page = await this.fetchPage(this.#next, pageSize)
      if (round !== this.#round) return
      const fresh = page.items.filter((r) => !this.#ids.has(r.id))
      for (const row of fresh) this.#ids.add(row.id)
      this.items = this.items.concat(fresh)
      this.#next = page.next ?? ''
      this.ready = true
      this.error = undefined
    } catch (error) {
      this.error = error
    } finally {
      if (round === this.#round) this.loading = false
    }
  }

  /** refresh looks at the head of the list after a change somewhere. */
  async refresh(): Promise<void> {
    if (!this.ready) return
    const round = this.#round
    const page = await this.fetchPage('', pageSize)
    if (round !== this.#round) return
    const fresh = new Map(page.items.map((r) => [r.id, r]))
    const before = new Map(
      this.items.slice(0, 2 * pageSize).map((r, i) => [r.id, { at: r.activityAt, index: i }]),
    )
    const end = page.next ? page.items.at(-1) : undefined
    const reached = end ? this.place(end) : -Infinity
    this.left = new Set(
      this.items.filter((r) => this.place(r) >= reached && !fresh.has(r.id)).map((r) => r.id),
    )
    this.items = this.items.map((r) => fresh.get(r.id) ?? r)
    this.#head = page.items
    this.arrivals = page.items.filter((r, i) => {
      const old = before.get(r.id)
      if (!this.#ids.has(r.id) || !old) return !this.#ids.has(r.id)
      return r.unread === true && r.activityAt > old.at && i < old.index // it has moved up
    }).length
    if (this.items.length === 0) this.takeArrivals()
  }

  /** takeArrivals puts the head in order: what waited comes in, what left goes. */
  takeArrivals(): void {
    if (!this.#head.length && !this.left.size) return
    const head = new Set(this.#head.map((r) => r.id))
    this.items = [...this.#head, ...this.items.filter((r) => !head.has(r.id) && !this.left.has(r.id))]
    this.#ids = new Set(this.items.map((r) => r.id))
    this.#head = []
    this.left = new Set()
    this.arrivals = 0
  }

  /** put changes one row in place, where it is shown. */
  put(row: Partial<T> & { id: string }): void {
    const at = this.items.findIndex((r) => r.id === row.id)
    const old = this.items[at]
    if (!old) return
    const known = Object.fromEntries(Object.entries(row).filter(([k]) => k in old))
    this.items = this.items.with(at, { ...old, ...known })
  }

  /** drop takes a row away and says where it stood, -1 when it was not there. */
  drop(id: string): number {
    const at = this.items.findIndex((r) => r.id === id)
    if (at >= 0) {
      this.items = this.items.toSpliced(at, 1)
      this.#ids.delete(id)
    }
    return at
  }

  /** reset forgets everything and starts again. */
  reset(): Promise<void> {
    this.#round++
    this.#next = ''
    this.#head = []
    this.items = []
    this.#ids.clear()
    this.arrivals = 0
    this.left = new Set()
    this.ready = false
    this.loading = false
    return this.more()
  }
}
