import { describe, expect, it } from 'vitest'
import type { Item } from '../../lib/shapes.ts'
import { runs, stretches, words } from './runs.ts'

const item = (id: string, type: Item['type']): Item => ({ id, type, at: 0 })

it('folds consecutive events into one run', () => {
  const folded = runs([
    item('1', 'message'),
    item('2', 'event'),
    item('3', 'event'),
    item('4', 'note'),
    item('5', 'event'),
  ])
  expect(folded.map((r) => ('events' in r ? r.events.length : r.item.type))).toEqual([
    'message',
    2,
    'note',
    1,
  ])
})

describe('stretches', () => {
  const quote = (start: number, end: number) => ({ kind: 'quote' as const, start, end })

  it('keeps every word, folded or not', () => {
    const text = 'Bonjour 👋\n\n> avant\n\nMerci\n> après'
    const start = text.indexOf('> avant')
    const end = start + '> avant'.length
    const tail = text.indexOf('> après')
    expect(stretches(text, [quote(start, end), quote(tail, text.length)])).toEqual([
      { text: 'Bonjour 👋', folded: false },
      { text: '> avant', folded: true },
      { text: 'Merci', folded: false },
      { text: '> après', folded: true },
    ])
  })
  it('joins folds that touch', () => {
    expect(stretches('a> b\n-- c', [quote(1, 4), quote(4, 9)])).toEqual([
      { text: 'a', folded: false },
      { text: '> b\n-- c', folded: true },
    ])
  })
  it('survives offsets that make no sense', () => {
    expect(stretches('abc', [quote(2, 99), quote(1, 2), quote(5, 4)])).toEqual([
      { text: 'a', folded: false },
      { text: 'bc', folded: true },
    ])
  })
  it('shows an empty text as one empty stretch', () => {
    expect(stretches('', [])).toEqual([{ text: '', folded: false }])
  })
})

it('finds web addresses without the punctuation after them', () => {
  expect(words('voir https://a.example/x(1), puis (http://b.example).')).toEqual([
    { text: 'voir ' },
    { text: 'https://a.example/x(1', href: 'https://a.example/x(1' },
    { text: '), puis (' },
    { text: 'http://b.example', href: 'http://b.example' },
    { text: ').' },
  ])
  expect(words('javascript:alert(1)')).toEqual([{ text: 'javascript:alert(1)' }])
})
