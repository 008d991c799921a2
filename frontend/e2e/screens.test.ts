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
  ['settings: me', '#/settings/me', until('form')],
  ['settings: mailboxes', '#/settings/mailboxes', until('table')],
  ['settings: new mailbox', '#/settings/mailboxes/new', until('fieldset')],
  ['settings: team', '#/settings/team', until('table')],
  ['settings: backup', '#/settings/backup', until('form')],
  ['settings: about', '#/settings/about', until('table')],
  ['first start', '#/setup', until('form')],
]

interface Finding {
  id: string
  help: string
  nodes: { target: unknown; failureSummary?: string }[]
}

async function findings(w: Window): Promise<string[]> {
  await w.page.evaluate(axe.source)
  const { violations } = await w.page.evaluate(async () => {
    const run = (globalThis as unknown as { axe: { run: (o: object) => Promise<{ violations: Finding[] }> } })
      .axe
    return run.run({ resultTypes: ['violations'] })
  })
  return violations.flatMap((v) =>
    v.nodes.map((n) => `${v.id}: ${JSON.stringify(n.target)} ${n.failureSummary ?? v.help}`),
  )
}

for (const [language, theme] of [
  ['fr', 'light'],
  ['en', 'dark'],
] as const)
  it(`axe finds nothing on any screen (${language}, ${theme})`, async () => {
    const w = await open({ language, theme })
    const found: string[] = []
    for (const [name, hash, ...steps] of screens) {
      await w.page.goto('about:blank')
      await w.page.goto(`${w.origin}/${hash}`)
      for (const step of steps) await step(w)
      for (const f of await findings(w)) found.push(`${name}: ${f}`)
    }
    expect(found).toEqual([])
  })
