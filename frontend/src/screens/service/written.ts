/** How hours, limits and days are written by a person, and read back. What can't be read comes back as undefined. */
import { say } from '../../lib/words/index.svelte.ts'
import type { Limit, Span, Terms } from './server.ts'

const minute = 60_000
const two = (n: number) => String(n).padStart(2, '0')

/** duration writes milliseconds for people: 45 min, 3 h 05, 2 j 4 h (of 24 hours). */
export function duration(ms: number): string {
  const all = Math.floor(Math.abs(ms) / minute)
  const h = Math.floor(all / 60)
  if (h >= 100) return say('ui.duration.days', { d: Math.floor(h / 24), h: h % 24 })
  if (h) return say('ui.duration.hours', { h, m: two(all % 60) })
  return say('ui.duration.minutes', { m: all })
}

/** spans writes a day's hours: 9:00-12:00 14:00-18:00. */
export function writeSpans(spans: readonly Span[]): string {
  const clock = (n: number) => `${Math.floor(n / 60)}:${two(n % 60)}`
  return spans.map((s) => `${clock(s.from)}-${clock(s.to)}`).join(' ')
}

/** readSpans understands 9-12, 9h-12h30, 9:00-12:00; after midnight an end is on the next day. */
export function readSpans(text: string): Span[] | undefined {
  const spans: Span[] = []
  const rest = text
    .replace(
      /(\d{1,2})(?:[:h](\d{2})?)?\s*[-–]\s*(\d{1,2})(?:[:h](\d{2})?)?/g,
      (_, ...found: (string | undefined)[]) => {
        const [fromHour, fromMinute, toHour, toMinute] = found.slice(0, 4).map((n) => Number(n ?? 0))
        const from = (fromHour ?? 0) * 60 + (fromMinute ?? 0)
        let to = (toHour ?? 0) * 60 + (toMinute ?? 0)
        if (to <= from) to += 24 * 60
        spans.push({ from, to })
        return ''
      },
    )
    .replace(/[\s,;]|et|and/g, '')
  return rest ? undefined : spans
}

/** writeLimit writes a promise: 4h, 1h30, 30min, 2h 24/7; '' for none. */
export function writeLimit(limit: Limit): string {
  if (!limit.minutes) return ''
  const h = Math.floor(limit.minutes / 60)
  const m = limit.minutes % 60
  const time = h ? `${h}h${m ? two(m) : ''}` : `${m}min`
  return limit.around ? `${time} 24/7` : time
}

/** readLimit understands 4h, 1h30, 90min, 90, each with 24/7 after it. */
export function readLimit(text: string): Limit | undefined {
  const around = /24\s*\/\s*7/.test(text)
  const time = text
    .replace(/24\s*\/\s*7/, '')
    .trim()
    .toLowerCase()
  if (!time) return around ? undefined : { minutes: 0, around: false }
  const found = /^(?:(\d{1,4})\s*h)?\s*(?:(\d{1,5})\s*(?:min|mn|m)?)?$/.exec(time)
  if (!found) return undefined
  return { minutes: Number(found[1] ?? 0) * 60 + Number(found[2] ?? 0), around }
}

type Closures = Terms['closures']
type Extra = Terms['extra']

export const writeClosures = (list: Closures) =>
  list.map((c) => `${c.from} ${c.to} ${c.name}`.trim()).join('\n')
export const writeExtra = (list: Extra) =>
  list.map((x) => `${x.date} ${writeSpans(x.spans)} ${x.name}`.trim()).join('\n')

/** lines cuts a text into those that say something. */
const lines = (text: string) =>
  text
    .split('\n')
    .map((l) => l.trim())
    .filter(Boolean)

/** readClosures understands a line of one or two days and a name; it returns the first line that it can't read. */
export function readClosures(text: string): Closures | string {
  const out: Closures = []
  for (const line of lines(text)) {
    const found = /^(\d{4}-\d{2}-\d{2})(?:\s+(\d{4}-\d{2}-\d{2}))?\s*(.*)$/.exec(line)
    if (!found?.[1]) return line
    out.push({ from: found[1], to: found[2] ?? found[1], name: found[3] ?? '' })
  }
  return out
}

/** readExtra understands a line of a day, hours and a name; it returns the first line that it can't read. */
export function readExtra(text: string): Extra | string {
  const out: Extra = []
  for (const line of lines(text)) {
    const found = /^(\d{4}-\d{2}-\d{2})\s+((?:\d[\d:h]*\s*[-–]\s*\d[\d:h]*\s*)+)(.*)$/.exec(line)
    const spans = found?.[2] ? readSpans(found[2]) : undefined
    if (!found?.[1] || !spans?.length) return line
    out.push({ date: found[1], spans, name: (found[3] ?? '').trim() })
  }
  return out
}
