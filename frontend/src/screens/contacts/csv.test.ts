import { expect, it } from 'vitest'
import { decode } from './csv.ts'

it.each([
  ['UTF-8', [0x4c, 0xc3, 0xa9, 0x61], 'Léa'],
  ['UTF-8 with its mark', [0xef, 0xbb, 0xbf, 0x4c, 0xc3, 0xa9, 0x61], 'Léa'],
  ['UTF-16', [0xff, 0xfe, 0x4c, 0, 0xe9, 0, 0x61, 0], 'Léa'],
  ['UTF-16, the other way round', [0xfe, 0xff, 0, 0x4c, 0, 0xe9, 0, 0x61], 'Léa'],
  ['the Windows code page', [0x4c, 0xe9, 0x61], 'Léa'],
])('reads %s', (_name, bytes, text) => {
  expect(decode(new Uint8Array(bytes))).toBe(text)
})
