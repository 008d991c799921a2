/** runs folds a timeline for the eye: consecutive events become one run, the rest stands alone. */
import type { Fold, Item } from '../../lib/shapes.ts'

export type Run = { id: string; events: Item[] } | { id: string; item: Item }

export function runs(timeline: readonly Item[]): Run[] {
  const out: Run[] = []
  for (const item of timeline) {
    const last = out.at(-1)
    const id = `${item.type} ${item.id}` // messages and events are counted apart
    if (item.type !== 'event') out.push({ id, item })
    else if (last && 'events' in last) last.events.push(item)
    else out.push({ id, events: [item] })
  }
  return out
}

export interface Stretch {
  text: string
  folded: boolean
}

/** stretches cuts a text at its folds (UTF-16 offsets); blank edges around a fold go with it. */
export function stretches(text: string, folds: readonly Fold[]): Stretch[] {
  const out: Stretch[] = []
  let at = 0
  for (const fold of [...folds].sort((a, b) => a.start - b.start)) {
    const start = Math.max(at, Math.min(fold.start, text.length))
    const end = Math.max(start, Math.min(fold.end, text.length))
    if (start === end) continue
    const before = text.slice(at, start)
    if (before.trim()) out.push({ text: before.replace(/^\n+|\s+$/g, ''), folded: false })
    const last = out.at(-1)
    if (last?.folded) last.text += text.slice(at, end)
    else out.push({ text: text.slice(start, end).replace(/^\n+|\s+$/g, ''), folded: true })
    at = end
  }
  const rest = text.slice(at)
  if (rest.trim() || out.length === 0) out.push({ text: rest.replace(/^\n+|\s+$/g, ''), folded: false })
  return out
}

/** words cuts a text at its web addresses, so that they can be made into links. */
export function words(text: string): { text: string; href?: string }[] {
  const out: { text: string; href?: string }[] = []
  let at = 0
  for (const match of text.matchAll(/https?:\/\/[^\s<>"«»\u00a0\u202f]+/g)) {
    const href = match[0].replace(/[.,;:!?)\]'’]+$/, '')
    if (match.index > at) out.push({ text: text.slice(at, match.index) })
    out.push({ text: href, href })
    at = match.index + href.length
  }
  if (at < text.length) out.push({ text: text.slice(at) })
  return out
}
