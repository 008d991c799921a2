import { describe, expect, it } from 'vitest'
import {
  readClosures,
  readExtra,
  readLimit,
  readSpans,
  writeExtra,
  writeLimit,
  writeSpans,
} from './written.ts'

describe('hours', () => {
  it.each([
    ['9:00-12:00 14:00-18:00', '9:00-12:00 14:00-18:00'],
    ['9-12, 14h-18h30', '9:00-12:00 14:00-18:30'],
    ['8h30 – 12h et 14h-17h', '8:30-12:00 14:00-17:00'],
    ['22:00-6:00', '22:00-30:00'],
    ['', ''],
  ])('reads %s', (text, want) => {
    expect(writeSpans(readSpans(text) ?? [])).toBe(want)
  })
  it.each(['midi', '9-12 ou presque', '9:00'])('does not guess %s', (text) => {
    expect(readSpans(text)).toBeUndefined()
  })
})

describe('limits', () => {
  it.each([
    ['4h', '4h'],
    ['90', '1h30'],
    ['90 min', '1h30'],
    ['1h05', '1h05'],
    ['2h 24/7', '2h 24/7'],
    ['', ''],
    ['30mn', '30min'],
  ])('reads %s', (text, want) => {
    const limit = readLimit(text)
    expect(limit && writeLimit(limit)).toBe(want)
  })
  it.each(['bientôt', '4 jours', '24/7', '4h bof'])('does not guess %s', (text) => {
    expect(readLimit(text)).toBeUndefined()
  })
})

describe('days', () => {
  it('reads closures and extraordinary openings', () => {
    expect(readClosures('2026-08-03 2026-08-21 Congés\n\n2026-12-24 Réveillon')).toEqual([
      { from: '2026-08-03', to: '2026-08-21', name: 'Congés' },
      { from: '2026-12-24', to: '2026-12-24', name: 'Réveillon' },
    ])
    const extra = readExtra('2026-12-05 9-12 14-17 Inventaire de fin')
    expect(typeof extra === 'string' ? extra : writeExtra(extra)).toBe(
      '2026-12-05 9:00-12:00 14:00-17:00 Inventaire de fin',
    )
  })
  it('returns the line that it cannot read', () => {
    expect(readClosures('2026-08-03\nen août')).toBe('en août')
    expect(readExtra('2026-12-05 Inventaire')).toBe('2026-12-05 Inventaire')
  })
})
