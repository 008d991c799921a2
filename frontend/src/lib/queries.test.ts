import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { keys, queryClient, refreshFor } from './queries.ts'
import type { Change } from './shapes.ts'

const change = (subject: string, subjectId: string, ticketId?: string): Change => ({
  seq: 1,
  at: 0,
  kind: `${subject}.changed`,
  subject,
  subjectId,
  ticketId,
  actor: 'agent',
})

let asked: string[]
beforeEach(() => {
  vi.useFakeTimers()
  asked = []
  vi.spyOn(queryClient, 'invalidateQueries').mockImplementation((filters) => {
    asked.push(`${(filters?.queryKey ?? []).join(' ')} ${filters?.refetchType ?? ''}`)
    return Promise.resolve()
  })
})
afterEach(() => vi.useRealTimers())

it('fetches what a ticket touches, and not under the writer', () => {
  refreshFor(change('ticket', '7', '7'))
  vi.runAllTimers()
  expect(asked.sort()).toEqual(['clocks 7 active', 'compose 7 none', 'ticket 7 active', 'views active'])
})

it('gathers a storm', () => {
  for (let i = 0; i < 1000; i++) refreshFor(change('mail', String(i), '7'))
  vi.runAllTimers()
  expect(asked.filter((a) => a.startsWith(keys.views[0]))).toHaveLength(1)
  expect(asked.filter((a) => a === 'mails active')).toHaveLength(1)
})

it('leaves alone what nobody knows', () => {
  refreshFor(change('calendar', '1'))
  vi.runAllTimers()
  expect(asked).toEqual([])
})
