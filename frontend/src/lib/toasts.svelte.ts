/**
 * What the foot of the window says: things done that can be undone for ten
 * seconds, and faults that belong to no field. One place, newest last.
 */
import { explain } from './client.ts'
import { say } from './words/index.svelte.ts'

export interface Toast {
  id: number
  text: string
  tone: 'plain' | 'danger'
  action?: { label: string; run: () => void | Promise<void> }
  /** When it goes away by itself, 0 for never. */
  until: number
}

export const toasts = $state<{ list: Toast[] }>({ list: [] })

let last = 0
const shown = 10_000

function add(toast: Omit<Toast, 'id' | 'until'>, ms: number): () => void {
  const id = ++last
  toasts.list = [...toasts.list.slice(-2), { ...toast, id, until: Date.now() + ms }]
  return () => close(id)
}

export function close(id: number): void {
  toasts.list = toasts.list.filter((t) => t.id !== id)
}

/** tell says that something was done; it returns the way to take it away. */
export const tell = (text: string) => add({ text, tone: 'plain' }, 4_000)

/** tellUndo says what was done and offers to undo it for ten seconds. */
export const tellUndo = (text: string, undo: () => void | Promise<void>, ms = shown) =>
  add({ text, tone: 'plain', action: { label: say('ui.undo'), run: undo } }, ms)

/** tellAction offers one thing to do about what it says. */
export const tellAction = (text: string, label: string, run: () => void | Promise<void>) =>
  add({ text, tone: 'plain', action: { label, run } }, shown)

/** tellFault says why something was refused. */
export const tellFault = (error: unknown) => add({ text: explain(error), tone: 'danger' }, shown)

/** act runs the action of a toast and takes the toast away. */
export async function act(toast: Toast): Promise<void> {
  close(toast.id)
  try {
    await toast.action?.run()
  } catch (error) {
    tellFault(error)
  }
}

/** undoLast runs the newest undo that is still offered. */
export function undoLast(): void {
  const newest = toasts.list.findLast((t) => t.action)
  if (newest) void act(newest)
}

/** attempt runs something and says at the foot why it was refused, if it was. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    tellFault(error)
    return undefined
  }
}
