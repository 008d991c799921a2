import { expect, it } from 'vitest'
import { wrongAgent } from './agent.ts'

it.each([
  ['Inès Le Bihan', 'ines@atelier.example', []],
  [' ', 'ines', ['name fault.empty', 'email fault.address']],
  ['Inès', '', ['email fault.empty']],
])('checks %j %j', (name, email, faults) => {
  expect(wrongAgent({ name, email }).map((f) => `${f.name} ${f.key}`)).toEqual(faults)
})
