/** Terms as they are typed, and the way there and back. */
import type { Line, Target, Terms } from './server.ts'
import {
  readClosures,
  readExtra,
  readLimit,
  readSpans,
  writeClosures,
  writeExtra,
  writeLimit,
  writeSpans,
} from './written.ts'

export interface Draft {
  scope: Terms['scope']
  levels: '1' | '2' | '12'
  lines: Line[]
  week: string[]
  zone: string
  holidays: Terms['holidays']
  closures: string
  extra: string
  onCall: boolean
  targets: { answer: string; resolve: string; handOver: string }[]
  stops: Terms['stops']
  grace: string
  risk: number
  included: string
  rounding: number
  /** Carried along: the rota of the on-call duty will use it. */
  extended: Terms['extended']
}

/** What can't be read: the day of the week, the promise (priority and goal), the line of a list. */
export interface Wrong {
  week?: number
  targets?: string
  closures?: string
  extra?: string
  grace?: boolean
  included?: boolean
}

const goals = ['answer', 'resolve', 'handOver'] as const

export function draftOf(t: Terms): Draft {
  return {
    scope: t.scope,
    levels: [...t.levels].sort().join('') as Draft['levels'],
    lines: t.lines.map((l) => ({ ...l })),
    week: t.week.map(writeSpans),
    zone: t.zone,
    holidays: t.holidays,
    closures: writeClosures(t.closures),
    extra: writeExtra(t.extra),
    onCall: t.onCall,
    targets: t.targets.map((x) => ({
      answer: writeLimit(x.answer),
      resolve: writeLimit(x.resolve),
      handOver: writeLimit(x.handOver),
    })),
    stops: [...t.stops],
    grace: writeLimit({ minutes: t.grace, around: false }),
    risk: t.risk,
    included: writeLimit({ minutes: t.included, around: false }),
    rounding: t.rounding,
    extended: t.extended,
  }
}

export function readDraft(d: Draft): { terms: Terms; wrong: Wrong } {
  const wrong: Wrong = {}
  const week = d.week.map((text, i) => {
    const spans = readSpans(text)
    if (!spans) wrong.week ??= i
    return spans ?? []
  })
  const targets = d.targets.map((typed, priority) => {
    const out: Target = {
      answer: { minutes: 0, around: false },
      resolve: { minutes: 0, around: false },
      handOver: { minutes: 0, around: false },
    }
    for (const goal of goals) {
      const limit = readLimit(typed[goal])
      if (limit) out[goal] = limit
      else wrong.targets ??= `${priority} ${goal}`
    }
    return out
  })
  const closures = readClosures(d.closures)
  if (typeof closures === 'string') wrong.closures = closures
  const extra = readExtra(d.extra)
  if (typeof extra === 'string') wrong.extra = extra
  const grace = readLimit(d.grace)
  if (!grace || grace.around) wrong.grace = true
  // A bare number of included time is hours, as contracts say it.
  const included = readLimit(/^\s*\d+\s*$/.test(d.included) ? `${d.included.trim()}h` : d.included)
  if (!included || included.around) wrong.included = true
  return {
    wrong,
    terms: {
      scope: d.scope,
      levels: d.levels.split('').map(Number),
      lines: d.lines,
      week,
      zone: d.zone,
      holidays: d.holidays,
      closures: typeof closures === 'string' ? [] : closures,
      extra: typeof extra === 'string' ? [] : extra,
      onCall: d.onCall,
      targets,
      stops: d.stops,
      grace: grace?.minutes ?? 0,
      risk: d.risk || 0,
      included: included?.minutes ?? 0,
      rounding: d.rounding || 0,
      extended: d.extended,
    },
  }
}
