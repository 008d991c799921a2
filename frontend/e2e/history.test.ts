/** Old mail: a folder of the demo's mailbox is looked at, shown, and taken along. */
import { expect, it } from 'vitest'
import { open } from './window.ts'

it('looks into a folder, and says what is there already', async () => {
  const { page, say } = await open({ hash: '#/settings/history' })
  await page.getByRole('heading', { name: say('ui.settings.history') }).waitFor()
  await page.getByRole('button', { name: say('ui.history.add') }).click()
  // A browser names no files of the machine that it talks to.
  expect(await page.getByRole('radio', { name: say('ui.history.source.files') }).isDisabled()).toBe(true)
  await page.getByLabel(say('ui.history.source.folder'), { exact: true }).selectOption('INBOX')
  await page.getByRole('button', { name: say('ui.history.source.go') }).click()
  await page.getByRole('heading', { name: say('ui.history.preview') }).waitFor()
  // The mailbox is read already: all of its mails are there.
  await page.getByText(say('ui.history.nothing')).waitFor()
  await page.getByText(say('ui.history.asideShow')).click()
  await page
    .getByRole('cell', { name: say('history.because.there') })
    .first()
    .waitFor()
  await page.getByRole('button', { name: say('ui.history.drop') }).click()
  await page.getByText(say('ui.history.none')).waitFor()
})
