/**
 * Before all browser tests: one demo, one Chromium, one canary where every
 * foreign host leads. The demo is entered once, as the lead whom it names.
 */
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { listen } from './canary.ts'
import { folder, start } from './program.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    browser: string
    origin: string
    state: string
    canary: number
  }
}

const chromiums = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const executablePath = process.env['GUICHET_CHROMIUM'] ?? chromiums.find((path) => existsSync(path))
  if (!executablePath) throw new Error(`No Chromium: none of ${chromiums.join(', ')}`)
  const canary = await listen()
  const data = folder()
  const server = await chromium.launchServer({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // The browser's own errands find nobody; a page's would find the canary.
      `--host-resolver-rules=MAP canary.example 127.0.0.1:${canary.port}, MAP * ~NOTFOUND, EXCLUDE *.localhost, EXCLUDE 127.0.0.1`,
    ],
  })
  const program = await start(['demo', '--no-window'], data.path)
  const browser = await chromium.connect(server.wsEndpoint())
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(program.url)
  await page.waitForURL(`${program.origin}/#/**`)
  project.provide('state', JSON.stringify(await context.storageState()))
  project.provide('browser', server.wsEndpoint())
  project.provide('origin', program.origin)
  project.provide('canary', canary.port)
  await browser.close()

  return async () => {
    await program.stop()
    await server.close()
    canary.stop()
    data.drop()
    if (canary.heard.length) {
      process.exitCode = 1
      console.error('Requests that left the origin:', canary.heard)
    }
  }
}
