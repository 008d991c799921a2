/**
 * Before all browser tests: one demo, one Chromium, one canary where every
 * foreign host leads. The demo is entered once, as the lead whom it names.
 */
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { listen } from './canary.ts'
import { args, executable } from './chromium.ts'
import { folder, start, type Program } from './program.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    browser: string
    origin: string
    state: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const begun: (() => unknown)[] = []
  const end = async () => {
    for (const stop of begun.reverse()) await stop()
  }
  try {
    const canary = await listen()
    begun.push(() => canary.stop())
    const data = folder()
    begun.push(() => data.drop())
    const server = await chromium.launchServer({ executablePath: executable(), args: args(canary.port) })
    begun.push(() => server.close())
    const program = await start(['demo', '--no-window'], join(data.path, 'desk'))
    begun.push(() => program.stop())
    const browser = await chromium.connect(server.wsEndpoint())
    project.provide('state', JSON.stringify(await enter(browser, program)))
    project.provide('browser', server.wsEndpoint())
    project.provide('origin', program.origin)
    await browser.close()
    return async () => {
      await end()
      if (canary.heard.length === 0) return
      process.exitCode = 1
      console.error('Requests that left the origin:', canary.heard)
    }
  } catch (error) {
    await end()
    throw error
  }
}

/** enter uses the one-time link and returns what a window needs to come in again. */
async function enter(browser: Browser, program: Program): Promise<unknown> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(program.url)
  await page.waitForURL(`${program.origin}/#/**`)
  return context.storageState()
}
