/** Answers a test's requests from the made-up desk, and remembers what was asked. */
import { vi } from 'vitest'
import { makeDesk, reply, type Ask } from './answers.ts'

export const testNow = 1_764_000_000_000

export function stubServer(now = testNow) {
  const desk = makeDesk(now, 30)
  const asked: Ask[] = []
  /** A test sets this to refuse what it wants refused. */
  const refuse: { when?: (ask: Ask) => number | undefined } = {}

  vi.stubGlobal('fetch', async (input: Request | string, init?: RequestInit) => {
    const request = input instanceof Request ? input : new Request(new URL(input, location.href), init)
    const url = new URL(request.url)
    const text = await request.text()
    const json = request.headers.get('content-type') === 'application/json' && text
    const body: unknown = json ? JSON.parse(text) : text
    const ask = { method: request.method, path: url.pathname, query: url.searchParams, body }
    asked.push(ask)
    const status = refuse.when?.(ask)
    if (status === 0) throw new TypeError('no answer')
    const got = status === undefined ? reply(desk, ask) : { status, json: { key: 'fault.conflict' } }
    return new Response(got.json === undefined ? null : JSON.stringify(got.json), { status: got.status })
  })
  return { desk, asked, refuse }
}
