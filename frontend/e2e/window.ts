/**
 * A window of a test: a page with its own faults. Anything that Chromium
 * complains of, any request that goes elsewhere and any dialog is a fault, and
 * `close` fails the test that caused it.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core'
import { expect, inject, onTestFinished } from 'vitest'
import { words, type Language } from './words.ts'

let shots = ''
let browser: Promise<Browser> | undefined

/** theBrowser connects this file to the browser of the run. */
export function theBrowser(): Promise<Browser> {
  browser ??= chromium.connect(inject('browser'))
  return browser
}

export interface Window {
  origin: string
  page: Page
  context: BrowserContext
  faults: string[]
  /** The catalogue's sentence in the language of this window. */
  say: (key: string, args?: Record<string, string | number>) => string
  option: (text: string | RegExp) => Locator
}

/** guard writes down whatever a page does that it should not. */
export function guard(context: BrowserContext, origin: string): string[] {
  const faults: string[] = []
  context.on('page', (page) => {
    page.on('pageerror', (error) => faults.push(`error: ${error.stack}`))
    page.on('dialog', (dialog) => {
      faults.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
  })
  context.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`)
  })
  context.on('request', (request) => {
    const to = new URL(request.url())
    if (to.origin !== origin && !['data:', 'blob:', 'about:'].includes(to.protocol))
      faults.push(`request: ${request.url()}`)
  })
  return faults
}

/** shoot keeps what a failing test saw, outside the repository. */
async function shoot(page: Page): Promise<void> {
  shots ||= mkdtempSync(join(tmpdir(), 'guichet-e2e-shots-'))
  const path = join(shots, `${Date.now()}.png`)
  await page.screenshot({ path }).catch(() => undefined)
  console.error(`Screenshot of the failure, ${page.url()}: ${path}`)
}

interface Wanted {
  hash?: string
  language?: Language
  theme?: 'light' | 'dark'
  width?: number
  height?: number
  /** A link for another person, instead of the lead of the demo. */
  link?: string
  /** Where another program serves. */
  origin?: string
}

/** open opens a window of its own on the demo, in a test, which closes it. */
export async function open(wanted: Wanted = {}): Promise<Window> {
  const origin = wanted.origin ?? inject('origin')
  const context = await (
    await theBrowser()
  ).newContext({
    viewport: { width: wanted.width ?? 1280, height: wanted.height ?? 800 },
    reducedMotion: 'reduce',
    colorScheme: wanted.theme ?? 'light',
    ...(wanted.link ? {} : { storageState: JSON.parse(inject('state')) as never }),
  })
  const faults = guard(context, origin)
  const page = await context.newPage()
  if (wanted.link) {
    await page.goto(wanted.link)
    await page.waitForURL(`${origin}/#/**`)
  }
  await page.goto(`${origin}/${wanted.hash ?? '#/tickets/open'}`)
  // The person may have been left in another language by the test before.
  await prefer(page, { language: wanted.language ?? 'fr', theme: wanted.theme ?? 'light' })
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail' && !page.isClosed()) await shoot(page)
    await context.close()
    expect(faults).toEqual([])
  })
  return {
    origin,
    page,
    context,
    faults,
    say: words(wanted.language ?? 'fr'),
    option: (text) => page.getByRole('option').filter({ hasText: text }),
  }
}

/** api asks the server from inside the page, as the page itself would. */
export async function api<T>(page: Page, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await page.evaluate(
    async ({ method, path, body }) => {
      const init = body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body }
      const response = await fetch(path, { method, ...init })
      return { status: response.status, text: await response.text() }
    },
    { method, path, body: body === undefined ? undefined : JSON.stringify(body) },
  )
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
  return (answer.text ? JSON.parse(answer.text) : undefined) as T
}

/** prefer sets a person's language or theme and loads the page again. */
export async function prefer(page: Page, what: { language?: Language; theme?: string }): Promise<void> {
  const me = await api<{ agent: { preferences: Record<string, unknown> } }>(page, 'GET', '/api/me')
  await api(page, 'PATCH', '/api/me', {
    ...(what.language ? { language: what.language } : {}),
    ...(what.theme ? { preferences: { ...me.agent.preferences, theme: what.theme } } : {}),
  })
  await page.reload()
  await page.locator('main, [data-setup]').first().waitFor()
}

/** colleague makes a link for another active agent of the demo. */
export async function colleague(page: Page): Promise<string> {
  const me = await api<{ agent: { id: string } }>(page, 'GET', '/api/me')
  const { items } = await api<{ items: { id: string; active: boolean }[] }>(page, 'GET', '/api/agents')
  const other = items.find((a) => a.active && a.id !== me.agent.id)
  if (!other) throw new Error('the demo has one agent only')
  return (await api<{ url: string }>(page, 'POST', `/api/agents/${other.id}/link`)).url
}
