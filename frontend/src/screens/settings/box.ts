/** The form of a mailbox: a new one with the values that most hosts want, and what is sent. */
import type { Box, BoxForm } from './server.ts'

export const blank = (): BoxForm => ({
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
  imap: { host: '', port: 993, security: 'tls', user: '', folder: 'INBOX', after: 'leave', moveTo: '' },
  smtp: { host: '', port: 465, security: 'tls', user: '' },
})

/** formOf is a stored mailbox as a form; the passwords stay where they are. */
export function formOf(box: Box): BoxForm {
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
    imap: { ...imap, moveTo: imap.moveTo ?? '', password: undefined },
    smtp: { ...smtp, password: undefined },
  }
}

/** How far back the first fetch goes. */
export type Since = 'now' | 'week' | 'month' | 'all'

const day = 24 * 60 * 60_000
const back = { now: 0, week: 7 * day, month: 30 * day }

/** sinceOf is the instant (ms) before which mails are left alone; undefined for none. */
export function sinceOf(since: Since, now: number): number | undefined {
  return since === 'all' ? undefined : now - back[since]
}

/**
 * whole is what is sent: empty choices left out, the user name that most hosts
 * mean (the address), and an empty password kept out so that the stored one stays.
 */
export function whole(form: BoxForm, since: number | undefined): BoxForm {
  const user = (given: string) => given.trim() || form.address.trim()
  return {
    ...form,
    sentFolder: form.savesSent ? undefined : form.sentFolder || undefined,
    imap: {
      ...form.imap,
      user: user(form.imap.user),
      password: form.imap.password || undefined,
      moveTo: form.imap.after === 'move' ? form.imap.moveTo : undefined,
      since: since ?? form.imap.since,
    },
    smtp: { ...form.smtp, user: user(form.smtp.user), password: form.smtp.password || undefined },
  }
}

/** The ports that go with each kind of security. */
export const ports = {
  imap: { tls: 993, starttls: 143, none: 143 },
  smtp: { tls: 465, starttls: 587, none: 25 },
} as const
