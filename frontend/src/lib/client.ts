/**
 * The one place that talks to the server. `call(api.GET(…))` gives the answer
 * or throws a Fault, which a person can read (`explain`). Bodies are JSON or
 * bytes, never Blob, FormData or File: such a body ends the window's process
 * on some web engines.
 */
import createClient from 'openapi-fetch'
import type { paths } from './api/types.ts'
import type { Problem } from './shapes.ts'
import { known, say, sayKey, type Args } from './words/index.svelte.ts'

/** The typed client of every route; its answers go through `call`. */
export const api = createClient<paths>({ fetch: (request) => fetch(request) })

export interface FieldFault {
  name: string
  key: string
  args?: Args
}

/** Fault is a refusal in the server's words (RFC 9457 with a words key). */
export class Fault extends Error {
  constructor(
    readonly status: number,
    readonly key: string,
    readonly args: Args = {},
    readonly fields: FieldFault[] = [],
    readonly ref = '',
  ) {
    super(key)
  }
}

interface Answered<T> {
  data?: T
  error?: unknown
  response: Response
}

/** call waits for an answer of `api` and gives its data; a refusal is thrown as a Fault. */
export async function call<T>(asked: Promise<Answered<T>>): Promise<T> {
  let answered: Answered<T>
  try {
    answered = await asked
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Fault(0, 'ui.fault.offline')
  }
  if (!answered.response.ok) throw refusal(answered.response.status, answered.error)
  return answered.data as T
}

/** sendBytes posts raw bytes, which the typed client has no form for. */
export async function sendBytes<T>(
  path: string,
  query: Record<string, string>,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<T> {
  const sent = fetch(`${path}?${new URLSearchParams(query).toString()}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: bytes,
  })
  return call(sent.then(async (response) => ({ ...(await read<T>(response)), response })))
}

async function read<T>(response: Response): Promise<{ data?: T; error?: unknown }> {
  const body: unknown = await response.json().catch(() => undefined)
  return response.ok ? { data: body as T } : { error: body }
}

function refusal(status: number, body: unknown): Fault {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Partial<Problem>
  const key = problem.key ?? (status === 401 ? 'ui.fault.session' : 'ui.fault.status')
  const args = { status, ref: problem.ref ?? '', ...(problem.args as Args | undefined) }
  return new Fault(status, key, args, (problem.fields ?? []) as FieldFault[], problem.ref ?? '')
}

/** explain says what went wrong, whatever was thrown. */
export function explain(error: unknown): string {
  if (error instanceof Fault)
    return known(error.key) ? sayKey(error.key, error.args) : say('ui.fault.unknown', { key: error.key })
  return say('ui.fault.page', { what: error instanceof Error ? error.message : String(error) })
}

/** fieldFault says what is wrong with one field of a form, or nothing. */
export function fieldFault(error: unknown, name: string): string {
  if (!(error instanceof Fault)) return ''
  const found = error.fields.find((f) => f.name === name)
  return found ? sayKey(found.key, found.args) : ''
}

/** details is what "copy details" copies: no address, no text of a ticket. */
export function details(error: unknown): string {
  if (!(error instanceof Fault))
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const fields = error.fields.map((f) => `${f.name}: ${f.key}`)
  return [`${error.status} ${error.key}`, error.ref && `ref ${error.ref}`, ...fields]
    .filter(Boolean)
    .join('\n')
}
