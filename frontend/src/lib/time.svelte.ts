/**
 * Instants for people. `short(at)` for lists (5 min, 14:05, hier, 12 nov.),
 * `exact(at)` for hover and screen readers. Both follow the clock and the
 * language. Instants are milliseconds since 1970 UTC; 0 means none.
 */
import { language, say } from './words/index.svelte.ts'

const clock = $state({ now: Date.now() })

/** tick moves the shared clock; main.ts calls it every half minute. */
export function tick(now: number): void {
  clock.now = now
}

export function nowMs(): number {
  return clock.now
}

const formats = new Map<string, Intl.DateTimeFormat>()

function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language()} ${name}`
  let found = formats.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat(language() === 'fr' ? 'fr-FR' : 'en-GB', options)
    formats.set(key, found)
  }
  return found
}

/** exact writes day and time in full: lundi 23 novembre 2026 à 14:05. */
export function exact(at: number): string {
  return at ? format('exact', { dateStyle: 'full', timeStyle: 'short' }).format(at) : ''
}

/** clockTime writes hours and minutes. */
export function clockTime(at: number): string {
  return format('clock', { hour: '2-digit', minute: '2-digit' }).format(at)
}

/** dayAndTime writes 23 nov. 14:05, with the year when it is another one. */
export function dayAndTime(at: number): string {
  if (!at) return ''
  const sameYear = new Date(at).getFullYear() === new Date(clock.now).getFullYear()
  return sameYear
    ? format('day-time', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(at)
    : format('day-time-year', {
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
      }).format(at)
}

/** calendarDay writes a date given as yyyy-mm-dd: 10 décembre 2026. */
export function calendarDay(date: string): string {
  return format('long-day', { dateStyle: 'long' }).format(new Date(`${date}T00:00`))
}

/** span writes a time from one instant to another: mar. 1 déc. 2026, 10:00 – 11:00, the day once where both are on it. */
export function span(start: number, end: number): string {
  const whole = (at: number) =>
    `${format('weekday-date', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(at)}, ${clockTime(at)}`
  if (end <= start) return whole(start)
  return `${whole(start)} – ${midnight(start) === midnight(end) ? clockTime(end) : whole(end)}`
}

/** since writes an instant that a sentence counts from: 14:05 today, else with the day. */
export function since(at: number): string {
  return midnight(at) === midnight(clock.now) ? clockTime(at) : dayAndTime(at)
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** short writes an instant as briefly as it can be understood. */
export function short(at: number, now = clock.now): string {
  if (!at) return ''
  const age = now - at
  if (age > -minute && age < minute) return say('ui.time.now')
  if (age >= 0 && age < hour) return say('ui.time.minutes', { n: Math.floor(age / minute) })
  const days = Math.round((midnight(now) - midnight(at)) / day)
  if (days === 0) return clockTime(at)
  if (days === 1) return say('ui.time.yesterday')
  if (days > 1 && days < 7) return format('weekday', { weekday: 'short' }).format(at)
  if (new Date(at).getFullYear() === new Date(now).getFullYear())
    return format('day', { day: 'numeric', month: 'short' }).format(at)
  return format('date', { day: '2-digit', month: '2-digit', year: 'numeric' }).format(at)
}

function midnight(at: number): number {
  const d = new Date(at)
  return new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime()
}

/** toLocalInput and fromLocalInput carry an instant through <input type="datetime-local">. */
export function toLocalInput(at: number): string {
  if (!at) return ''
  const d = new Date(at - new Date(at).getTimezoneOffset() * minute)
  return d.toISOString().slice(0, 16)
}

export function fromLocalInput(text: string): number {
  return text ? new Date(text).getTime() : 0
}
