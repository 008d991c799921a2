import { expect, it } from 'vitest'
import { around } from './excerpt.ts'

const hit = { text: 'imprimante', hit: true }
const tail = { text: ' du quai', hit: false }

it('brings the word found near the beginning', () => {
  const lead = { text: 'Bonjour à tous, voici ce qui se passe avec notre grande ', hit: false }
  expect(around([lead, hit, tail])).toEqual([{ text: '…notre grande ', hit: false }, hit, tail])
})

it('leaves a short beginning as it is', () => {
  expect(around([{ text: 'Notre ', hit: false }, hit])).toEqual([{ text: 'Notre ', hit: false }, hit])
})

it('leaves an excerpt without a hit as it is', () => {
  expect(around([tail])).toEqual([tail])
})
