/** Two people at two windows: what one does, the other sees, and nothing moves under the eye. */
import { expect, it } from 'vitest'
import { api, colleague, open } from './window.ts'

it('shows a change of one window in the other, and moves nothing that is read', async () => {
  const a = await open({ hash: '#/tickets/all' })
  const b = await open({ link: await colleague(a.page), hash: '#/tickets/all' })
  for (const w of [a, b]) await w.option('Imprimante étiquettes du quai HS').first().click()
  await b.page.locator('article').first().waitFor()

  const read = b.page.locator('article').first()
  const place = async () => ({
    article: (await read.boundingBox())?.y,
    row: await b.page
      .locator('[role=listbox]')
      .first()
      .evaluate((list) => {
        const top = list.getBoundingClientRect().top
        return document
          .elementFromPoint(list.getBoundingClientRect().left + 80, top + 30)
          ?.closest('[role=option]')
          ?.querySelector('.subject')?.textContent
      }),
  })
  const before = await place()

  const note = `Relais pris (${Date.now()})`
  await a.page.keyboard.press('n')
  await a.page.waitForFunction(() => document.activeElement?.matches('textarea'))
  await a.page.keyboard.type(note)
  const from = performance.now()
  await a.page.keyboard.press('Control+Enter')
  await b.page.getByText(note).first().waitFor()
  console.log(`a note of one window stood in the other after ${Math.round(performance.now() - from)} ms`)

  await a.page.keyboard.press('m')
  await expect.poll(() => b.page.locator('main').textContent()).toContain('Hervé Prigent')

  // A ticket arrives: it waits above until it is asked for.
  const call = {
    channel: 'call',
    subject: 'Ligne coupée au quai',
    text: 'Dit au téléphone.',
    contact: { name: 'Ana Rolland' },
  }
  await api(a.page, 'POST', '/api/tickets', call)
  await b.page
    .getByRole('button', { name: /nouveau/ })
    .and(b.page.locator('.arrivals'))
    .waitFor()
  expect(await place()).toEqual(before)
})

it('lets what arrives in where nobody has begun to read', async () => {
  const { page, option } = await open({ hash: '#/tickets/all' })
  await page.getByRole('option').first().waitFor()
  const call = {
    channel: 'call',
    subject: 'Badge refusé au portail',
    text: 'Dit au téléphone.',
    contact: { name: 'Ana Rolland' },
  }
  await api(page, 'POST', '/api/tickets', call)
  await option(call.subject).first().waitFor()
  expect(await page.locator('.arrivals').count()).toBe(0)
})

it('keeps what a person chose with the person, whatever the window', async () => {
  const a = await open()
  await a.page.getByRole('option').first().waitFor()
  await a.page.keyboard.press('[')
  await a.page.locator('nav.folded').waitFor()
  const b = await open()
  await b.page.locator('nav.folded').waitFor()
  await b.page.keyboard.press('[')
  await b.page.locator('nav:not(.folded)').waitFor()
})
