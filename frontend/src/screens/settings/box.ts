/** The form of a mailbox: what a new one begins with, what is wrong with it, and what is sent. */
import type { FieldFault } from '../../lib/client.ts'
import type { Box, BoxForm } from './server.ts'

/** A form as it is typed: the first fetch is a day (yyyy-mm-dd), '' for everything. */
export type Typed = BoxForm & { from: string }

/** The ports that go with each kind of security. */
export const ports = {
  imap: { tls: 993, starttls: 143, none: 143 },
  smtp: { tls: 465, starttls: 587, none: 25 },
} as const

/** blank is a new mailbox with the values that most hosts want; mails of the last month are fetched. */
export const blank = (now: number): Typed => ({
  name: '',
  address: '',
  aliases: [],
  language: 'fr',
  acknowledge: true,
  active: true,
  savesSent: false,
  sentFolder: '',
  signatureFr: '',
  signatureEn: '',
  imap: {
    host: '',
    port: 993,
    security: 'tls',
    user: '',
    folder: 'INBOX',
    after: 'flag',
    moveTo: '',
    junk: true,
  },
  smtp: { host: '', port: 465, security: 'tls', user: '' },
  from: dayOf(now - 30 * 24 * 60 * 60_000),
})

/** formOf is a stored mailbox as a form; the passwords stay where they are. */
export function formOf(box: Box): Typed {
  const { name, address, aliases, language, acknowledge, active, savesSent, sentFolder } = box
  const { signatureFr, signatureEn, imap, smtp } = box
  return {
    name,
    address,
    aliases: [...aliases],
    language,
    acknowledge,
    active,
    savesSent,
    sentFolder: sentFolder ?? '',
    signatureFr,
    signatureEn,
    imap: { ...imap, moveTo: imap.moveTo ?? '', junk: imap.junk ?? false },
    smtp: { ...smtp },
    from: imap.since ? dayOf(imap.since) : '',
  }
}

/** dayOf is the day (yyyy-mm-dd) that an instant (ms) falls on here. */
export function dayOf(at: number): string {
  const d = new Date(at)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`
}

/**
 * whole is what is sent: choices that do not apply left out, the user name that
 * most hosts mean (the address), and no empty password, so that the stored one
 * stays. `had` is the instant stored before: the same day keeps it to the second.
 */
export function whole({ from, ...form }: Typed, had = 0): BoxForm {
  const server = ({ host, port, security, user, password }: BoxForm['smtp']) => ({
    host: host.trim(),
    port,
    security,
    user: user.trim() || form.address.trim(),
    ...(password ? { password } : {}),
  })
  const { folder, after, moveTo, junk } = form.imap
  const since = from && had && dayOf(had) === from ? had : from && new Date(`${from}T00:00`).getTime()
  return {
    ...form,
    sentFolder: form.savesSent ? '' : form.sentFolder,
    imap: {
      ...server(form.imap),
      folder,
      after,
      junk: junk ?? false,
      ...(after === 'move' ? { moveTo } : {}),
      ...(since ? { since } : {}),
    },
    smtp: server(form.smtp),
  }
}

/** isAddress is a first look; the server has the last word. */
export const isAddress = (text: string) => /^[^\s@<>]+@[^\s@<>]+$/.test(text)
const isPort = (port: unknown) => Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536

/**
 * wrong lists every field that the server would refuse, all at once and in the
 * form's order: the server itself stops at its first kind of check.
 */
export function wrong(form: BoxForm): FieldFault[] {
  const faults: FieldFault[] = []
  const check = (fine: boolean, name: string, key: string, args = {}) => {
    if (!fine) faults.push({ name, key, args })
  }
  const server = (side: 'imap' | 'smtp') => {
    check(form[side].host.trim() !== '', `${side}.host`, 'fault.empty')
    check(isPort(form[side].port), `${side}.port`, 'fault.range', { min: 1, max: 65_535 })
  }
  const address = form.address.trim()
  check(form.name.trim() !== '', 'name', 'fault.empty')
  check(isAddress(address), 'address', address ? 'fault.address' : 'fault.empty')
  const bad = form.aliases.find((a) => !isAddress(a))
  check(!bad, 'aliases', 'people.err.address', { address: bad ?? '' })
  server('imap')
  const { after, folder, moveTo } = form.imap
  check(after !== 'move' || (!!moveTo && moveTo !== folder), 'imap.moveTo', 'mailbox.err.move_to')
  server('smtp')
  const same = !form.savesSent && !!form.sentFolder && form.sentFolder === folder
  check(!same, 'sentFolder', 'mailbox.err.sent_folder')
  return faults
}

/** asIncoming fills the sending server from the receiving one: most hosts name them alike. */
export function asIncoming(form: BoxForm): BoxForm['smtp'] {
  const security = form.imap.security
  const { host, user, password } = form.imap
  return {
    host: host.trim().replace(/^imap\d?\./i, 'smtp.'),
    port: ports.smtp[security],
    security,
    user,
    ...(password ? { password } : {}),
  }
}
