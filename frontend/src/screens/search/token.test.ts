import { expect, it } from 'vitest'
import { completed, tokenAt } from './token.ts'

it('finds the word under the caret, quotation marks kept together', () => {
  expect(tokenAt('statut:ouvert cli', 17).text).toBe('cli')
  expect(tokenAt('client:"Conserverie du P', 24).text).toBe('client:"Conserverie du P')
  expect(tokenAt('vpn client:"A B" st', 19).text).toBe('st')
  expect(tokenAt('vpn ', 4).text).toBe('')
  expect(tokenAt('statut:ou imprimante', 9).text).toBe('statut:ou')
})

it('puts a completion in its place and goes on behind it', () => {
  const line = 'vpn cli imprimante'
  expect(completed(line, tokenAt(line, 7), 'client:')).toEqual({ line: 'vpn client:imprimante', caret: 11 })
  expect(completed('statut:ou', tokenAt('statut:ou', 9), 'statut:ouvert')).toEqual({
    line: 'statut:ouvert ',
    caret: 14,
  })
})
