/** What the state of an archive means for the page: how far it is, and in which words. */
import type { Me } from '../../lib/shapes.ts'
import { calendarDay } from '../../lib/time.svelte.ts'
import { bytes, count, say } from '../../lib/words/index.svelte.ts'

type Note = Me['history'][number]
export type Going = Pick<Note, 'state' | 'size' | 'progress'>

/** percent is how much of the work is done, 0 to 100; it is whole only at the end. */
export function percent({ size, progress }: Going): number {
  return size > 0 ? Math.min(99, Math.floor((progress * 100) / size)) : 0
}

/** going says what is under way and how far it is. */
export function going(kind: 'files' | 'imap', { state, size, progress }: Going): string {
  if (state === 'importing') return say('ui.history.importing', { done: progress, size: count(size) })
  if (state === 'undoing') return say('ui.history.undoing', { done: progress, size: count(size) })
  if (size === 0) return say('ui.history.reading.begin')
  return kind === 'imap'
    ? say('ui.history.reading.mails', { done: progress, size: count(size) })
    : say('ui.history.reading.bytes', { done: bytes(progress), size: bytes(size) })
}

/** day is the calendar day of an instant, with its year. */
export function day(at: number): string {
  const d = new Date(at)
  const two = (n: number) => String(n).padStart(2, '0')
  return at ? calendarDay(`${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`) : ''
}

/** period is the days from the first to the last, once where they are the same. */
export function period(first: number, last: number): string {
  const [from, to] = [day(first), day(last)]
  return from === to ? from : `${from} – ${to}`
}

/** pathsOf are the paths that were typed, one a line, without the marks that a file manager puts around them. */
export function pathsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().replace(/^(["'])(.*)\1$/, '$2'))
    .filter(Boolean)
}
