/** Everything by keyboard, in both languages, with nothing but keys. */
import { expect, it } from 'vitest'
import { open } from './window.ts'

it.each(['fr', 'en'] as const)('goes round the desk by keys alone (%s)', async (language) => {
  const { page, say } = await open({ language })
  const heading = (key: string) => page.getByRole('dialog', { name: say(key) })
  const gone = () => page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.getByRole('option').nth(2).waitFor()

  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  await page.keyboard.press('Enter')
  await page.locator('article').first().waitFor()
  const first = page.url()
  await page.keyboard.press('j')
  await expect.poll(() => page.url()).not.toBe(first)
  await page.locator('article').first().waitFor()

  await page.keyboard.press('r')
  await page.waitForFunction(() => document.activeElement?.matches('.prose'))
  await page.keyboard.press('Escape')
  await page.locator('.prose').waitFor({ state: 'detached' })

  await page.keyboard.press('n')
  const note = page.locator('textarea')
  await note.waitFor()
  await page.waitForFunction(() => document.activeElement?.matches('textarea'))
  await page.keyboard.type(`Vu au clavier (${language})`)
  await page.keyboard.press('Control+Enter')
  await page.getByText(`Vu au clavier (${language})`).first().waitFor()
  await note.waitFor({ state: 'detached' })

  for (const [key, title] of [
    ['a', 'ui.key.assign'],
    ['e', 'ui.key.status'],
    ['q', 'ui.key.requester'],
    ['s', 'ui.key.client'],
    ['?', 'ui.keys.title'],
  ] as const) {
    await page.keyboard.press(key)
    await heading(title).waitFor()
    await page.keyboard.press('Escape')
    await gone()
  }

  await page.keyboard.press('c')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await gone()

  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').waitFor()
  await page.keyboard.type(say('ui.rail.dock').slice(0, 5))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: say('ui.dock.title'), level: 1 }).waitFor()

  await page.keyboard.press('/')
  await page.waitForFunction(() => document.activeElement?.matches('input'))
  await page.keyboard.type('imprimante')
  await page.locator('[role=option]').first().waitFor()
})

it('corrects the fate of a mail with one key, and takes it back', async () => {
  const { page, say } = await open({ hash: '#/dock' })
  await page.locator('[role=option]').nth(1).waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  const why = page.getByRole('region', { name: say('ui.dock.why') })
  await why.waitFor()
  const fate = await why.locator('.fate').textContent()
  await page.keyboard.press('x')
  await why.getByText(say('ui.fate.aside')).waitFor()
  await page.keyboard.press('u')
  await expect.poll(() => why.locator('.fate').textContent()).toBe(fate)

  await page.keyboard.press('r')
  await page.getByRole('combobox').waitFor()
  // Another ticket than the one it is in.
  const own = /\d+/.exec((await why.locator('a').allTextContents()).join())?.[0]
  const other = own === '1' ? '2' : '1'
  await page.keyboard.type(other)
  await page.getByRole('option', { name: new RegExp(`^#${other} `) }).waitFor()
  await page.keyboard.press('Enter')
  await why.getByText(say('intake.because.by_hand')).waitFor()
  await page.keyboard.press('u')
  await expect.poll(() => why.locator('.fate').textContent()).toBe(fate)
})
