import { describe, expect, it } from 'vitest'
import { fill, type Language } from './words/fill.ts'
import en from './words/en.ts'
import fr from './words/fr.ts'

describe('fill follows the rules of words.go', () => {
  const cases: [Language, string, Record<string, string | number>, string][] = [
    ['fr', '{n|{n} ticket|{n} tickets}', { n: 0 }, '0 ticket'],
    ['en', '{n|{n} ticket|{n} tickets}', { n: 0 }, '0 tickets'],
    ['fr', '{n|{n} ticket|{n} tickets}', { n: 12345 }, '12\u202f345 tickets'],
    ['en', '{n|none|one|{n} of them}', { n: 1 }, 'one'],
    ['en', '{n|none|one|{n} of them}', { n: 1234 }, '1,234 of them'],
    ['fr', '{n|{n} ticket|{n} tickets}', { n: 1234 }, '1234 tickets'],
    ['fr', 'à {who}', { who: 'Léa' }, 'à Léa'],
    ['fr', 'à {who}', {}, 'à {who}'],
    ['en', 'left { open', {}, 'left { open'],
  ]
  it.each(cases)('%s %s', (language, text, args, want) => {
    expect(fill(language, text, args)).toBe(want)
  })
})

it('says everything in both languages', () => {
  expect(Object.keys(fr).sort()).toEqual(Object.keys(en).sort())
})
