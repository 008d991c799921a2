import { describe, expect, it } from 'vitest'
import { caps, chordOf, keymap } from './keymap.ts'
import en from './words/en.ts'

function pressed(key: string, held: string[] = []) {
  return {
    key,
    ctrlKey: held.includes('Ctrl') || held.includes('AltGr'),
    metaKey: held.includes('Meta'),
    altKey: held.includes('Alt') || held.includes('AltGr'),
    shiftKey: held.includes('Shift'),
    getModifierState: (name: string) => name === 'AltGraph' && held.includes('AltGr'),
  }
}

describe('chordOf reads the character, not the place of the key', () => {
  it.each([
    ['j', [], 'j'],
    ['J', [], 'j'], // caps lock
    ['J', ['Shift'], 'J'],
    ['?', ['Shift'], '?'], // where a layout needs Shift for it
    ['/', ['Shift'], '/'], // AZERTY
    ['[', ['AltGr'], '['], // AZERTY: AltGr types, it commands nothing
    ['k', ['Ctrl'], 'Mod+k'],
    ['K', ['Meta'], 'Mod+k'],
    ['A', ['Ctrl', 'Shift'], 'Mod+Shift+a'],
    ['Enter', ['Ctrl'], 'Mod+Enter'],
    ['+', ['Ctrl', 'Shift'], 'Mod+Shift++'], // AZERTY and QWERTY: above the equals sign
    ['à', ['Ctrl'], 'Mod+à'], // AZERTY: the key of 0
    ['Shift', ['Shift'], ''],
  ])('%s with %j is %s', (key, held, want) => {
    expect(chordOf(pressed(key, held as string[]))).toBe(want)
  })
})

it('gives no chord to two actions of one scope', () => {
  const seen = keymap.flatMap((k) => k.chords.map((c) => `${k.scope} ${c}`))
  expect(new Set(seen).size).toBe(seen.length)
})

it('names every action', () => {
  for (const k of keymap) expect(en[k.say], k.id).toBeTruthy()
})

it('shows caps as they stand on the keyboard', () => {
  expect(caps('ticket.answer')).toEqual(['R'])
  expect(caps('composer.send')).toEqual(['Ctrl', '⏎'])
  expect(caps('zoom.in')).toEqual(['Ctrl', '+'])
})
