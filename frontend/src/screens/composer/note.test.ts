import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { stubServer } from '../../../dev/stub.ts'
import { kept } from '../../lib/keep.ts'
import { keys, queryClient } from '../../lib/queries.ts'
import type { Ticket } from '../../lib/shapes.ts'
import { UnsentNote, unsentNote } from './note.ts'

const id = '1000'
let server: ReturnType<typeof stubServer>

beforeEach(() => {
  localStorage.clear()
  queryClient.clear()
  server = stubServer()
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const onServer = () => server.desk.tickets.get(id)?.noteDraft
const puts = () => server.asked.filter((a) => a.method === 'PUT')

it('keeps a copy here at once and on the server a little later', async () => {
  const note = new UnsentNote(id)
  for (const text of ['I', 'Il', 'Il faut']) note.write(text)
  expect(kept(`note.${id}`)).toBe('Il faut')
  expect(puts()).toHaveLength(0)
  await vi.advanceTimersByTimeAsync(3_000)
  expect(puts()).toHaveLength(1)
  expect(onServer()).toBe('Il faut')
  expect(kept(`note.${id}`)).toBeUndefined()
})

it('is found again where this browser forgot everything', async () => {
  const note = new UnsentNote(id)
  note.write('Rappeler Paul')
  await note.save(true)
  localStorage.clear()
  expect(unsentNote(id, onServer())).toBe('Rappeler Paul')
})

it('is found again where it was folded away', async () => {
  const ticket = server.desk.tickets.get(id)
  queryClient.setQueryData(keys.ticket(id), { ...ticket })
  const note = new UnsentNote(id)
  note.write('Rappeler Paul')
  await note.save()
  expect(unsentNote(id, queryClient.getQueryData<Ticket>(keys.ticket(id))?.noteDraft)).toBe('Rappeler Paul')
})

it('keeps the copy here while the server cannot be reached', async () => {
  server.refuse.when = (a) => (a.method === 'PUT' ? 0 : undefined)
  const note = new UnsentNote(id)
  note.write('Rappeler Paul')
  await note.save()
  expect(unsentNote(id, onServer())).toBe('Rappeler Paul')
})

it('saves nothing after the note was written', async () => {
  const note = new UnsentNote(id)
  note.write('Rappeler Paul')
  note.written()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(puts()).toHaveLength(0)
  expect(unsentNote(id, onServer())).toBe('')
})

it('gives up what is wiped out', async () => {
  const note = new UnsentNote(id)
  note.write('Rappeler Paul')
  await note.save()
  note.write('')
  await note.save()
  expect(unsentNote(id, onServer())).toBe('')
})
