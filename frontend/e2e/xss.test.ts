/** Hostile mails: no script of theirs runs and no request leaves, though both happen without our walls. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { listen, type Canary } from './canary.ts'
import { args, executable } from './chromium.ts'
import { finish, folder, start, type Program } from './program.ts'
import { mailOf, vectors } from './vectors.ts'
import { api } from './window.ts'

const all = vectors()
const fired = new Set<number>()
const data = folder()
let browser: Browser
let canary: Canary
let raw: Canary
let program: Program

/** The walls' opposite: the vector as it is, on a page of its own, with its alarms wired. */
function rawPage(path: string): string | undefined {
  const hit = /^\/fired\/(\d+)/.exec(path)
  if (hit) fired.add(Number(hit[1]))
  const asked = /^\/raw\/(\d+)$/.exec(path)
  if (!asked) return ''
  const n = asked[1] ?? ''
  const wire = `for (const f of ['alert','confirm','prompt','print']) window[f] = () => fetch('/fired/${n}')`
  return `<!doctype html><script>${wire}</script>${(all[Number(n)] ?? '').replaceAll('canary.example/', `canary.example/v${n}/`)}`
}

beforeAll(async () => {
  canary = await listen()
  raw = await listen(rawPage)
  browser = await chromium.launch({ executablePath: executable(), args: args(canary.port) })
  const mails = join(data.path, 'mails')
  mkdirSync(mails)
  all.forEach((vector, n) => writeFileSync(join(mails, `${n}.eml`), mailOf(vector, n)))
  const desk = join(data.path, 'desk')
  await finish(['ingest', mails], desk)
  program = await start(['serve'], desk)
})

afterAll(async () => {
  await browser.close()
  await program.stop()
  canary.stop()
  raw.stop()
  data.drop()
})

/** show loads addresses in frames of a page, some at a time, until each has loaded. */
function show(page: Page, urls: string[], sandbox: boolean): Promise<number> {
  return page.evaluate(
    async ({ urls, sandbox }) => {
      let loaded = 0
      for (let i = 0; i < urls.length; i += 24) {
        const frames = urls.slice(i, i + 24).map((url) => {
          const frame = document.createElement('iframe')
          if (sandbox) frame.setAttribute('sandbox', '')
          frame.src = url
          return frame
        })
        await Promise.all(
          frames.map(
            (frame) =>
              new Promise<void>((done) => {
                const late = setTimeout(done, 2_000) // one that never ends loading is loaded enough
                frame.onload = () => {
                  clearTimeout(late)
                  loaded++
                  done()
                }
                document.body.append(frame)
              }),
          ),
        )
        frames.forEach((frame) => frame.remove())
      }
      return loaded
    },
    { urls, sandbox },
  )
}

it('hears the vectors where nothing holds them back', async () => {
  const here = `http://127.0.0.1:${raw.port}`
  // A vector may take its page away: each batch has one of its own.
  for (let i = 0; i < all.length; i += 24) {
    const context = await browser.newContext()
    const page = await context.newPage()
    // A dialog goes with its frame, which may leave first.
    page.on('dialog', (dialog) => void dialog.dismiss().catch(() => undefined))
    await page.goto(`${here}/`)
    const urls = all.slice(i, i + 24).map((_, n) => `${here}/raw/${i + n}`)
    await show(page, urls, false).catch(() => 0)
    await context.close()
  }
  for (const path of canary.heard) {
    const n = /\/v(\d+)\//.exec(path)?.[1]
    if (n) fired.add(Number(n))
  }
  console.log(
    `${fired.size} of ${all.length} vectors fire without walls; ${canary.heard.length} requests reached the canary`,
  )
  // Without the public collection there are only our own: then half of them.
  expect(fired.size).toBeGreaterThanOrEqual(Math.min(60, all.length / 2))
})

interface Row {
  id: string
}
interface Item {
  id: string
  message?: { hasHtml: boolean }
}

/** bodies opens every mail that has a layout, a few tickets at a time, and returns where each is shown. */
async function bodies(page: Page): Promise<string[]> {
  const ids: string[] = []
  for (let cursor = ''; ;) {
    const path = `/api/tickets?view=all&limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`
    const list = await api<{ items: Row[]; next?: string }>(page, 'GET', path)
    ids.push(...list.items.map((row) => row.id))
    if (!list.next) break
    cursor = list.next
  }
  const urls: string[] = []
  const open = async (id: string) => {
    const { timeline } = await api<{ timeline: Item[] }>(page, 'GET', `/api/tickets/${id}`)
    for (const item of timeline.filter((i) => i.message?.hasHtml))
      urls.push((await api<{ url: string }>(page, 'POST', `/api/messages/${item.id}/body`)).url)
  }
  while (ids.length) await Promise.all(ids.splice(0, 12).map(open))
  return urls
}

/** alarm wires a context so that any script of a mail and any foreign request is written down. */
async function alarm(context: BrowserContext): Promise<string[]> {
  const alarms: string[] = []
  await context.exposeBinding('guichetAlarm', (_source, what: string) => alarms.push(`script: ${what}`))
  await context.addInitScript(() => {
    const tell = (globalThis as unknown as { guichetAlarm: (what: string) => void }).guichetAlarm
    for (const f of ['alert', 'confirm', 'prompt', 'print'])
      Object.defineProperty(globalThis, f, { value: () => tell(f) })
  })
  context.on('dialog', (dialog) => alarms.push(`dialog: ${dialog.message()}`))
  context.on('request', (request) => {
    const to = new URL(request.url())
    if (to.origin !== program.origin && !['data:', 'blob:', 'about:'].includes(to.protocol))
      alarms.push(`request: ${request.url()}`)
  })
  return alarms
}

it('lets none of them run or ask for anything in the desk', async () => {
  const before = canary.heard.length
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const alarms = await alarm(context)
  const page = await context.newPage()
  await page.goto(program.url)
  await page.waitForURL(`${program.origin}/#/**`)

  const urls = await bodies(page)
  const shown = await show(page, urls, true)
  console.log(`${shown} of ${urls.length} bodies shown in their frames, of ${all.length} mails`)
  expect(urls.length).toBeGreaterThan(all.length * 0.9)
  expect(shown).toBe(urls.length)

  // And as a technician meets them: the lists with the vectors in names and subjects, and whole tickets.
  const me = await api<{ agent: { preferences: object } }>(page, 'GET', '/api/me')
  await api(page, 'PATCH', '/api/me', { preferences: { ...me.agent.preferences, frameHtml: true } })
  for (const place of ['#/dock', '#/contacts', '#/tickets/all']) {
    await page.goto('about:blank')
    await page.goto(`${program.origin}/${place}`)
    await page.getByRole('option').first().waitFor()
  }
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  for (let i = 0; i < 30; i++) {
    await page.locator('article iframe, article').first().waitFor()
    await page.keyboard.press('j')
  }
  await page.locator('article').first().waitFor()
  expect(new URL(page.url()).origin).toBe(program.origin)
  await context.close()
  expect(alarms).toEqual([])
  expect(canary.heard.slice(before)).toEqual([])
})
