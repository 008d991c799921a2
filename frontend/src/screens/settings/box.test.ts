import { expect, it } from 'vitest'
import { asIncoming, blank, dayOf, whole, wrong, type Typed } from './box.ts'

const noon = new Date(2026, 10, 23, 12, 0).getTime()
const full = (): Typed => ({
  ...blank(noon),
  name: 'Atelier',
  address: 'support@atelier.example',
  imap: { ...blank(noon).imap, host: 'imap.atelier.example' },
  smtp: { ...blank(noon).smtp, host: 'smtp.atelier.example' },
})

it('sends no empty password, so that the stored one stays', () => {
  const form = full()
  form.imap.password = ''
  const sent = whole(form)
  expect(sent.imap).not.toHaveProperty('password')
  expect(sent.imap.user).toBe('support@atelier.example')
})

it('leaves out the folders that do not apply', () => {
  const sent = whole({ ...full(), savesSent: true, sentFolder: 'Sent' })
  expect(sent.sentFolder).toBe('')
  expect(sent.imap).not.toHaveProperty('moveTo')
})

it('fetches from the first minute of a day, or everything', () => {
  expect(whole({ ...full(), from: '2026-11-23' }).imap.since).toBe(new Date(2026, 10, 23).getTime())
  expect(whole({ ...full(), from: '' }).imap.since).toBeUndefined()
  expect(whole({ ...full(), from: dayOf(noon) }, noon).imap.since).toBe(noon)
})

it('finds nothing wrong with a whole form', () => {
  expect(wrong(full())).toEqual([])
})

it('names every wrong field at once, in the order of the form', () => {
  const form: Typed = { ...blank(noon), address: 'nobody', aliases: ['b@atelier.example', 'c'] }
  form.imap.port = Number.NaN
  form.imap.after = 'move'
  form.smtp.port = 70_000
  form.sentFolder = 'INBOX'
  expect(wrong(form).map((f) => f.name)).toEqual([
    'name',
    'address',
    'aliases',
    'imap.host',
    'imap.port',
    'imap.moveTo',
    'smtp.host',
    'smtp.port',
    'sentFolder',
  ])
})

it('fills the sending server from the receiving one', () => {
  const form = full()
  form.imap = { ...form.imap, security: 'starttls', user: 'support', password: 'typed' }
  expect(asIncoming(form)).toEqual({
    host: 'smtp.atelier.example',
    port: 587,
    security: 'starttls',
    user: 'support',
    password: 'typed',
  })
})
