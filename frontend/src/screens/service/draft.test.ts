import { expect, it } from 'vitest'
import { draftOf, readDraft } from './draft.ts'
import type { Terms } from './server.ts'

const none = { minutes: 0, around: false }
const terms: Terms = {
  scope: 'listed',
  levels: [1, 2],
  lines: [{ covered: false, type: 'printer', note: 'Loueur' }],
  week: [[], [{ from: 540, to: 720 }], [], [], [], [], []],
  zone: 'Indian/Reunion',
  holidays: 'fr-reunion',
  closures: [{ from: '2026-08-03', to: '2026-08-21', name: 'Congés' }],
  extra: [{ date: '2026-12-05', spans: [{ from: 540, to: 720 }], name: 'Inventaire' }],
  onCall: true,
  extended: [[], [], [], [], [], [], []],
  targets: [0, 1, 2, 3, 4].map((n) => ({
    answer: { minutes: 15 * n, around: n === 1 },
    resolve: { minutes: 90 * n, around: false },
    handOver: none,
  })),
  stops: ['user'],
  grace: 90,
  risk: 75,
  included: 600,
  rounding: 15,
}

it('writes terms and reads them back', () => {
  expect(readDraft(draftOf(terms))).toEqual({ terms, wrong: {} })
})

it('takes a bare number of included time for hours', () => {
  expect(readDraft({ ...draftOf(terms), included: '12' }).terms.included).toBe(720)
  expect(readDraft({ ...draftOf(terms), included: '' }).terms.included).toBe(0)
})

it('says what it cannot read', () => {
  const draft = draftOf(terms)
  draft.week[2] = 'le matin'
  draft.targets[3] = { answer: 'vite', resolve: '', handOver: '' }
  draft.closures = 'en août'
  draft.grace = 'un peu'
  expect(readDraft(draft).wrong).toEqual({ week: 2, targets: '3 answer', closures: 'en août', grace: true })
})
