import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { stubServer } from '../../../dev/stub.ts'
import { kept } from '../../lib/keep.ts'
import { getCompose } from '../../lib/server.ts'
import { speak } from '../../lib/words/index.svelte.ts'
import { Writing } from './draft.svelte.ts'
import { send } from './send.ts'

const id = '1000'
let server: ReturnType<typeof stubServer>

beforeEach(async () => {
  localStorage.clear()
  server = stubServer()
  await speak('fr')
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const ticket = () => {
  const found = server.desk.tickets.get(id)
  if (!found) throw new Error('no ticket')
  return found
}
const begin = async () => new Writing(id, await getCompose(id), ticket().draft)
const puts = () => server.asked.filter((a) => a.method === 'PUT')

it('keeps a copy here at once and on the server a little later', async () => {
  const writing = await begin()
  writing.setHtml('<p>Bonjour</p>')
  expect(kept<{ text: string }>(`draft.${id}`)?.text).toBe('Bonjour')
  expect(puts()).toHaveLength(0)
  await vi.advanceTimersByTimeAsync(3_000)
  expect(puts()).toHaveLength(1)
  expect(ticket().draft?.text).toBe('Bonjour')
  expect(kept(`draft.${id}`)).toBeUndefined()
  expect(writing.saved).toBe('saved')
})

it('saves once for many keys', async () => {
  const writing = await begin()
  for (const text of ['B', 'Bo', 'Bon']) writing.setText(text)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(puts()).toHaveLength(1)
})

it('saves while somebody writes without a pause', async () => {
  const writing = await begin()
  for (let i = 0; i < 20; i++) {
    writing.setText('mot '.repeat(i + 1))
    await vi.advanceTimersByTimeAsync(500)
  }
  expect(puts().length).toBeGreaterThan(2)
})

it('takes up again what the server never got', async () => {
  server.refuse.when = (a) => (a.method === 'PUT' ? 0 : undefined)
  const lost = await begin()
  lost.setText('écrit avant la coupure')
  await vi.advanceTimersByTimeAsync(3_000)
  expect(lost.saved).toBe('failed')

  server.refuse.when = undefined
  const again = await begin()
  expect(again.text).toBe('écrit avant la coupure')
  await vi.advanceTimersByTimeAsync(3_000)
  expect(ticket().draft?.text).toBe('écrit avant la coupure')
})

it('tries again by itself after a refusal', async () => {
  server.refuse.when = (a) => (a.method === 'PUT' ? 0 : undefined)
  const writing = await begin()
  writing.setText('texte')
  await vi.advanceTimersByTimeAsync(3_000)
  server.refuse.when = undefined
  await vi.advanceTimersByTimeAsync(30_000)
  expect(writing.saved).toBe('saved')
})

it('overwrites nothing when another window saved first', async () => {
  const writing = await begin()
  server.refuse.when = (a) => (a.method === 'PUT' ? 409 : undefined)
  writing.setText('le mien')
  await vi.advanceTimersByTimeAsync(3_000)
  expect(writing.saved).toBe('conflict')
  writing.setText('le mien, suite')
  await vi.advanceTimersByTimeAsync(30_000)
  expect(puts()).toHaveLength(1)

  server.refuse.when = undefined
  await writing.settle(true)
  expect(ticket().draft?.text).toBe('le mien, suite')
})

it('says why each recipient is there', async () => {
  const writing = await begin()
  expect(writing.why(writing.to[0]?.address ?? '').key).not.toBe('ui.composer.why.you')
  expect(writing.why('autre@client.example').key).toBe('ui.composer.why.you')
})

it('sends what is written, with the last entry that was seen, and forgets the copies', async () => {
  const writing = await begin()
  writing.setHtml('<p>Bonjour</p><p></p><p>Merci</p>')
  const { since } = writing
  await send(ticket(), writing, true, 'resolved')
  const sent = server.asked.find((a) => a.path.endsWith('/answer'))?.body
  expect(sent).toMatchObject({
    text: 'Bonjour\n\nMerci',
    html: '<div>Bonjour</div><div><br></div><div>Merci</div>',
    quote: true,
    seenEntry: since,
    status: 'resolved',
  })
  expect(kept(`draft.${id}`)).toBeUndefined()
})

/** hold keeps the first request that `which` names on its way until it is let go. */
function hold(which: (a: Request) => boolean): () => void {
  const real = fetch
  let release: () => void = () => undefined
  const free = new Promise<void>((done) => (release = done))
  let held = false
  vi.stubGlobal('fetch', async (request: Request) => {
    if (!held && which(request)) {
      held = true
      await free
    }
    return real(request)
  })
  return release
}

it('lets a save that is on its way arrive before the answer leaves, and none after', async () => {
  const writing = await begin()
  const release = hold((a) => a.method === 'PUT')
  writing.setText('Bonjour')
  await vi.advanceTimersByTimeAsync(3_000)
  writing.setText('Bonjour, c’est fait.')
  const sending = send(ticket(), writing, true, '')
  await vi.advanceTimersByTimeAsync(3_000)
  expect(server.asked.some((a) => a.path.endsWith('/answer'))).toBe(false)
  release()
  await sending
  writing.setText('tapé trop tard')
  await writing.save()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(server.asked.filter((a) => a.method !== 'GET').map((a) => a.method)).toEqual(['PUT', 'PUT', 'POST'])
  expect(server.asked.find((a) => a.method === 'POST')?.body).toMatchObject({ text: 'Bonjour, c’est fait.' })
  expect(ticket().draft).toBeUndefined()
  expect(kept(`draft.${id}`)).toBeUndefined()
})

it('goes on saving when the answer was refused', async () => {
  const writing = await begin()
  writing.setText('Bonjour')
  server.refuse.when = (a) => (a.path.endsWith('/answer') ? 409 : undefined)
  await expect(send(ticket(), writing, true, '')).rejects.toThrow()
  writing.setText('Bonjour, voici la suite.')
  await vi.advanceTimersByTimeAsync(3_000)
  expect(ticket().draft?.text).toBe('Bonjour, voici la suite.')
})

it('begins a new draft when a discarded one is taken up again', async () => {
  const writing = await begin()
  writing.setText('Bonjour')
  await vi.advanceTimersByTimeAsync(3_000)
  await writing.discard()
  expect(ticket().draft).toBeUndefined()
  await writing.restore('', 'Bonjour')
  expect(puts().at(-1)?.body).toMatchObject({ version: 0, text: 'Bonjour' })
})

it('sends no HTML in plain mode', async () => {
  const writing = await begin()
  writing.setHtml('<p><strong>Bonjour</strong></p>')
  writing.setPlain(true)
  expect(writing.mailHtml).toBe('')
  expect(writing.text).toBe('Bonjour')
  writing.setPlain(false)
  expect(writing.mailHtml).toBe('<div>Bonjour</div>')
})
