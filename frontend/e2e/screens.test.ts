/** Every screen, in both languages, light and dark: axe finds nothing. */
import axe from 'axe-core'
import { expect, it } from 'vitest'
import { open, type Window } from './window.ts'

type Step = (w: Window) => Promise<unknown>
const option: Step = (w) => w.page.getByRole('option').first().click()
const press =
  (key: string): Step =>
  (w) =>
    w.page.keyboard.press(key)
const until =
  (selector: string): Step =>
  (w) =>
    w.page.locator(selector).first().waitFor()

const screens: [name: string, hash: string, ...steps: Step[]][] = [
  ['list', '#/tickets/open', until('[role=option]')],
  ['ticket', '#/tickets/all', option, until('article')],
  ['answer', '#/tickets/all', option, until('article'), press('r'), until('.prose')],
  ['note', '#/tickets/all', option, until('article'), press('n'), until('textarea')],
  ['qualify', '#/tickets/all', option, until('article'), press('y'), until('dialog')],
  ['search', '#/search?q=imprimante', until('[role=option]')],
  ['empty list', '#/tickets/closed', until('main h1')],
  ['new ticket', '#/tickets/open', until('[role=option]'), press('c'), until('dialog')],
  ['palette', '#/tickets/open', until('[role=option]'), press('Control+k'), until('dialog')],
  ['keys', '#/tickets/open', until('[role=option]'), press('?'), until('dialog')],
  ['dock', '#/dock', option, until('dl')],
  ['reassign', '#/dock', option, until('dl'), press('r'), until('dialog')],
  ['clients', '#/clients', option, until('form')],
  ['contacts', '#/contacts', option, until('form')],
  ['new contact', '#/contacts/new', until('form')],
  ['import', '#/contacts/import', until('h2')],
  ['settings: me', '#/settings/me', until('main h2')],
  ['settings: mailboxes', '#/settings/mailboxes', until('main h2')],
  ['settings: new mailbox', '#/settings/mailboxes/new', until('main h2')],
  ['settings: team', '#/settings/team', until('main h2')],
  ['settings: old mail', '#/settings/history', until('main h2')],
  ['settings: take mail along', '#/settings/history/new', until('select')],
  ['settings: backup', '#/settings/backup', until('main h2')],
  ['settings: about', '#/settings/about', until('main h2')],
  ['first start', '#/setup', until('form')],
]

interface Finding {
  id: string
  help: string
  nodes: { target: unknown; failureSummary?: string }[]
}

/** look runs axe; a run in which hardly a rule passed looked at an empty page, and is a finding too. */
async function look(w: Window): Promise<string[]> {
  await w.page.evaluate(axe.source)
  const { violations, passes } = await w.page.evaluate(async () => {
    type Run = () => Promise<{ violations: Finding[]; passes: Finding[] }>
    return (globalThis as unknown as { axe: { run: Run } }).axe.run()
  })
  if (passes.length < 10) return [`only ${passes.length} rules had anything to look at`]
  return violations.flatMap((v) =>
    v.nodes.map((n) => `${v.id}: ${JSON.stringify(n.target)} ${n.failureSummary ?? v.help}`),
  )
}

/** Some fifty looks by axe: minutes where the machine is busy. */
const patience = 300_000

for (const [language, theme] of [
  ['fr', 'light'],
  ['en', 'dark'],
] as const)
  it(
    `axe finds nothing on any screen (${language}, ${theme})`,
    async () => {
      const w = await open({ language, theme })
      const found: string[] = []
      for (const [name, hash, ...steps] of screens) {
        await w.page.goto('about:blank')
        await w.page.goto(`${w.origin}/${hash}`)
        for (const step of steps) await step(w)
        for (const f of await look(w)) found.push(`${name}: ${f}`)
      }
      console.log(`axe looked at ${screens.length} screens (${language}, ${theme}): ${found.length} findings`)
      expect(found).toEqual([])
    },
    patience,
  )
