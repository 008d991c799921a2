import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Item } from '../../lib/shapes.ts'
import { Thread } from './thread.svelte.ts'

const item = (n: number): Item => ({ id: String(n), type: 'note', at: n })
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => item(from + i))
const ids = (thread: Thread) => thread.items.map((i) => Number(i.id))

let asked: string[]
beforeEach(() => {
  asked = []
  vi.stubGlobal('fetch', async (request: Request) => {
    const before = Number(new URL(request.url).searchParams.get('before'))
    asked.push(String(before))
    const from = Math.max(0, before - 10)
    return Response.json({ items: range(from, before), ...(from ? { earlier: String(from) } : {}) })
  })
})
afterEach(() => vi.unstubAllGlobals())

it('shows the newest page, and the ones before it when they are asked for', async () => {
  const thread = new Thread('1')
  thread.take({ timeline: range(15, 25), earlier: '15' })
  expect(thread.more).toBe(true)
  await thread.before()
  expect(ids(thread)).toEqual(range(5, 25).map((i) => i.at))
  await thread.before()
  expect(ids(thread)[0]).toBe(0)
  expect(thread.more).toBe(false)
  await thread.before()
  expect(asked).toEqual(['15', '5'])
})

it('loses nothing on screen when new items push old ones off the newest page', async () => {
  const thread = new Thread('1')
  thread.take({ timeline: range(15, 25), earlier: '15' })
  await thread.before()
  thread.take({ timeline: range(18, 28), earlier: '18' })
  expect(ids(thread)).toEqual(range(5, 28).map((i) => i.at))
  await thread.before()
  expect(asked).toEqual(['15', '5'])
})

it('begins anew where the newest page does not reach what was seen', () => {
  const thread = new Thread('1')
  thread.take({ timeline: range(15, 25), earlier: '15' })
  thread.take({ timeline: range(90, 100), earlier: '90' })
  expect(ids(thread)).toEqual(range(90, 100).map((i) => i.at))
  expect(thread.more).toBe(true)
})
