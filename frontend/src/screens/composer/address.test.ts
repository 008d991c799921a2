import { expect, it } from 'vitest'
import { addressOf } from './address.ts'

it.each([
  ['lea@x.example', { name: '', address: 'lea@x.example' }],
  [' Léa Martin <lea@x.example>, ', { name: 'Léa Martin', address: 'lea@x.example' }],
  ['"Martin, Léa" <lea@x.example>', { name: 'Martin, Léa', address: 'lea@x.example' }],
  ['lea@x', undefined],
  ['lea', undefined],
  ['a@b@c.example', undefined],
  ['Léa <lea@x.example> <b@x.example>', undefined],
])('%s', (typed, want) => {
  expect(addressOf(typed)).toEqual(want)
})
