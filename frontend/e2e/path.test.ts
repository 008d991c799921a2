/** The path: a mail arrives, is answered with a picture, and the answer is answered. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { api, open, type Window } from './window.ts'

const subject = 'Imprimante étiquettes du quai HS'

/** paste puts a small picture on the clipboard of the page, as a screenshot key does. */
async function paste({ page }: Window) {
  await page.locator('.prose').evaluate(async (editor) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 24 })
    const pen = canvas.getContext('2d')
    if (pen) pen.fillStyle = 'teal'
    pen?.fillRect(0, 0, 40, 24)
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'))
    const data = new DataTransfer()
    if (blob) data.items.add(new File([blob], 'image.png', { type: 'image/png' }))
    editor.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    )
  })
}

it('takes a mail to its ticket, the answer to its contact, and their reply to the ticket', async () => {
  const w = await open()
  const { page, say } = w
  await w.option(subject).first().click()
  const editor = page.locator('.prose')
  await page.locator('article').first().waitFor()

  await page.keyboard.press('r')
  await editor.waitFor()
  await page.waitForFunction(() => document.activeElement?.matches('.prose'))
  await page.keyboard.type('Bonjour, la file est ')
  await page.keyboard.press('Control+b')
  await page.keyboard.type('relancée')
  await page.keyboard.press('Control+b')
  await page.keyboard.type('. Une étiquette sort-elle ? ')
  await paste(w)
  await editor.locator('img').waitFor()
  expect(await editor.locator('strong').textContent()).toBe('relancée')

  // Sent, taken back in time, and whole again.
  await page.keyboard.press('Control+Enter')
  await page.getByRole('button', { name: say('ui.undo') }).click()
  await editor.locator('img').waitFor()
  expect(await editor.textContent()).toContain('la file est relancée')

  // Sent for good: it leaves, and the contact of the demo writes back by its id.
  const from = Date.now()
  await editor.click()
  await page.keyboard.press('Control+Enter')
  await page
    .locator('article.out')
    .getByText(say('ui.delivery.sent'), { exact: true })
    .first()
    .waitFor({ timeout: 40_000 })
  await expect.poll(async () => (await reply(page, from)) !== undefined, { timeout: 60_000 }).toBe(true)
  const { id = '' } = (await reply(page, from)) ?? {}
  const { text } = await api<{ text: string }>(page, 'GET', `/api/mails/${id}`)
  const line = text.split('\n').find((l) => l.trim().length > 20 && !l.startsWith('>')) ?? text.slice(0, 20)
  await page.locator('article.in').filter({ hasText: line.trim() }).first().waitFor()
})

interface Mail {
  id: string
  receivedAt: number
  fate: string
  reason: { key: string }
  from: { address: string }
}

/** reply is the mail that the demo's contact wrote since an instant, once it joined a ticket. */
async function reply(page: Page, since: number): Promise<Mail | undefined> {
  const { items } = await api<{ items: Mail[] }>(page, 'GET', '/api/mails?fate=joined&limit=50')
  return items.find(
    (m) =>
      m.receivedAt > since &&
      m.reason.key === 'intake.because.own_id' &&
      m.from.address.startsWith('loic.tanguy@'),
  )
}

it('keeps a draft through a reload and through a crash of the page', async () => {
  const w = await open({ hash: '#/tickets/all' })
  const { page, context, say } = w
  await page.getByRole('option').nth(3).click()
  await page.locator('article').first().waitFor()
  await page.keyboard.press('r')
  const editor = page.locator('.prose')
  await page.waitForFunction(() => document.activeElement?.matches('.prose'))
  await page.keyboard.type('Première phrase.')
  await page.getByText(say('ui.composer.saved')).first().waitFor()
  await page.reload()
  await editor.getByText('Première phrase.').waitFor()

  await editor.click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type(' Deuxième phrase.')
  const address = page.url()
  const crashed = page.waitForEvent('crash')
  await page.goto('chrome://crash').catch(() => undefined) // it never answers
  await crashed
  const again = await context.newPage()
  await again.goto(address)
  await again.locator('.prose').getByText('Première phrase. Deuxième phrase.').waitFor()
  await again.getByRole('button', { name: say('ui.composer.discard') }).click()
  await again.getByText(say('ui.said.discarded')).waitFor()
})
