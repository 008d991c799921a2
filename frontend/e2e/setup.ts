/**
 * Before all browser tests: one demo, one Chromium, one canary where every
 * foreign host leads. The demo is entered once, as the lead whom it names.
 */
import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { listen } from './canary.ts'
import { args, executable } from './chromium.ts'
import { folder, start } from './program.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    browser: string
    origin: string
    state: string
    canary: number
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const canary = await listen()
  const data = folder()
  const server = await chromium.launchServer({ executablePath: executable(), args: args(canary.port) })
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
