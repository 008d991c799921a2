import { expect, it } from 'vitest'
import { makeDesk, rowsOf } from '../../dev/data.ts'
import { Rows } from './rows.svelte.ts'
import type { TicketRow } from './shapes.ts'

function source(rows: TicketRow[]) {
  const at = { rows }
  const fetchPage = (cursor: string, limit: number) => {
    const from = Number(cursor || 0)
    const next = from + limit < at.rows.length ? String(from + limit) : undefined
    return Promise.resolve({ items: at.rows.slice(from, from + limit), next })
  }
  return { at, list: new Rows(fetchPage) }
}

const all = rowsOf(makeDesk(1_764_000_000_000, 250), 'all')
const ids = (rows: readonly TicketRow[]) => rows.map((r) => r.id)

it('walks the pages to the end, each row once', async () => {
  const { list } = source(all)
  for (let i = 0; i < 10; i++) await list.more()
  expect(ids(list.items)).toEqual(ids(all))
  expect(list.atEnd).toBe(true)
})

it('holds what arrives back until it is asked for', async () => {
  const { at, list } = source(all)
  await list.more()
  const before = ids(list.items)
  const fresh = { ...(all[0] as TicketRow), id: 'fresh', activityAt: all[0] ? all[0].activityAt + 1 : 0 }
  at.rows = [fresh, ...all]
  await list.refresh()
  expect(ids(list.items)).toEqual(before)
  expect(list.arrivals).toBe(1)
  list.takeArrivals()
  expect(ids(list.items).slice(0, 3)).toEqual(['fresh', ...before.slice(0, 2)])
  expect(list.arrivals).toBe(0)
})

it('changes rows in place and keeps those that left until the list is taken anew', async () => {
  const { at, list } = source(all)
  await list.more()
  const [first, second, ...rest] = all as [TicketRow, TicketRow, ...TicketRow[]]
  at.rows = [{ ...second, subject: 'changed' }, ...rest]
  await list.refresh()
  expect(list.items[1]?.subject).toBe('changed')
  expect(list.left.has(first.id)).toBe(true)
  list.takeArrivals()
  expect(list.items[0]?.id).toBe(second.id)
})

it('counts what somebody wrote further down as new, and leaves it where it is', async () => {
  const { at, list } = source(all)
  await list.more()
  const moved = { ...(all[5] as TicketRow), unread: true, activityAt: (all[0]?.activityAt ?? 0) + 1 }
  at.rows = [moved, ...all.filter((r) => r.id !== moved.id)]
  await list.refresh()
  expect(list.items[5]?.id).toBe(moved.id)
  expect(list.arrivals).toBe(1)
  list.takeArrivals()
  expect(list.items[0]?.id).toBe(moved.id)
})
