import { expect, it } from 'vitest'
import { base64 } from './base64.ts'

it.each([0, 1, 2, 3, 8192, 100_001])('writes %i bytes so that they can be read back', (size) => {
  const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31) % 256)
  expect(new Uint8Array(Buffer.from(base64(bytes), 'base64'))).toEqual(bytes)
})
