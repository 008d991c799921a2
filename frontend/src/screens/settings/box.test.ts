import { expect, it } from 'vitest'
import { blank, sinceOf, whole } from './box.ts'

it('sends no empty password, so that the stored one stays', () => {
  const form = { ...blank(), address: 'support@atelier.example' }
  form.imap.password = ''
  const sent = whole(form, undefined)
  expect(sent.imap.password).toBeUndefined()
  expect(sent.imap.user).toBe('support@atelier.example')
})

it('leaves out the folders that do not apply', () => {
  const form = blank()
  form.savesSent = true
  form.sentFolder = 'Sent'
  form.imap.moveTo = 'Done'
  const sent = whole(form, undefined)
  expect(sent.sentFolder).toBeUndefined()
  expect(sent.imap.moveTo).toBeUndefined()
})

it.each([
  ['now', 1_000_000_000_000],
  ['week', 1_000_000_000_000 - 604_800_000],
  ['all', undefined],
] as const)('goes back as far as %s says', (since, at) => {
  expect(sinceOf(since, 1_000_000_000_000)).toBe(at)
})
