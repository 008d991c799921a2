import { beforeAll, describe, expect, it } from 'vitest'
import { exact, fromLocalInput, short, since, span, tick, toLocalInput } from './time.svelte.ts'
import { speak } from './words/index.svelte.ts'

const now = new Date(2026, 10, 23, 14, 5).getTime() // Monday
const at = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute).getTime()

beforeAll(async () => {
  await speak('fr')
  tick(now)
})

describe('short', () => {
  it.each([
    [now - 20_000, 'à l’instant'],
    [now - 5 * 60_000, '5 min'],
    [at(23, 8, 12), '08:12'],
    [at(22, 23, 50), 'hier'],
    [at(19, 10), 'jeu.'],
    [at(3, 10), '3 nov.'],
    [new Date(2025, 10, 3).getTime(), '03/11/2025'],
    [0, ''],
  ])('%d is %s', (instant, want) => {
    expect(short(instant)).toBe(want)
  })
})

it('counts from a time of day, with its day when it is another one', () => {
  expect(since(now - 20_000)).toBe('14:04')
  expect(since(at(22, 23, 50))).toMatch(/^22 nov\.,? (à )?23:50$/)
})

it('is exact on hover', () => {
  expect(exact(now)).toMatch(/lundi 23 novembre 2026 à 14:05/)
})

it('carries an instant through a field', () => {
  expect(fromLocalInput(toLocalInput(now))).toBe(now)
})

describe('span', () => {
  it('says the day once where a time begins and ends on it', () => {
    const from = new Date(2026, 11, 1, 10).getTime()
    expect(span(from, from)).toBe('mar. 1 déc. 2026, 10:00')
    expect(span(from, from + 3_600_000)).toBe('mar. 1 déc. 2026, 10:00 – 11:00')
    expect(span(from, from + 86_400_000)).toBe('mar. 1 déc. 2026, 10:00 – mer. 2 déc. 2026, 10:00')
  })
})
