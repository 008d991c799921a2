/** Clients and contacts: a wrong field is marked, a change undone, a CSV file previewed and taken in. */
import { expect, it } from 'vitest'
import { api, open } from './window.ts'

it('marks what is wrong, keeps a client and undoes a change of it', async () => {
  const { page, say, faults } = await open({ hash: '#/clients' })
  await page.getByRole('option').first().waitFor()
  await page.keyboard.press('n')
  const name = page.getByRole('textbox', { name: say('ui.client.name'), exact: true })
  await name.fill('Voilerie du Port')
  await page.getByLabel(say('ui.client.domains')).fill('gmail.com')
  await page.getByRole('button', { name: say('ui.client.make') }).click()
  await page.locator('textarea[aria-invalid=true]').waitFor()
  // The refusal is an answer of the server, which Chromium writes down as a fault.
  expect(faults.splice(0).every((fault) => fault.includes('422'))).toBe(true)

  await page.getByLabel(say('ui.client.domains')).fill('voilerie.example')
  await page.getByRole('button', { name: say('ui.client.make') }).click()
  await page.getByRole('heading', { name: 'Voilerie du Port' }).waitFor()
  await name.fill('Voilerie du Large')
  await page.getByRole('button', { name: say('ui.save'), exact: true }).click()
  await page.getByRole('heading', { name: 'Voilerie du Large' }).waitFor()
  await page.getByRole('button', { name: say('ui.undo') }).click()
  await page.getByRole('heading', { name: 'Voilerie du Port' }).waitFor()
})

it('merges two clients by keys, and takes the merge back', async () => {
  const { page, say, option } = await open({ hash: '#/clients' })
  const client = { colour: 2, domains: [], language: 'fr', note: '' }
  for (const name of ['Ostréa Plomeur', 'Ostréa SARL'])
    await api(page, 'POST', '/api/clients', { ...client, name })
  await option('Ostréa SARL').first().click()
  await page.getByRole('heading', { name: 'Ostréa SARL' }).waitFor()
  await page.getByRole('textbox', { name: say('ui.client.name'), exact: true }).waitFor()
  await page.locator('[role=listbox]').first().focus()
  await page.keyboard.press('m')
  await page.getByRole('dialog').getByRole('combobox').fill('plomeur')
  await page.getByRole('dialog').getByRole('option', { name: 'Ostréa Plomeur' }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: say('ui.merge.do'), exact: true }).click()
  await page.getByRole('heading', { name: 'Ostréa Plomeur' }).waitFor()
  await expect.poll(() => option('Ostréa SARL').count()).toBe(0)
  await page.getByRole('button', { name: say('ui.undo') }).click()
  await page.getByRole('heading', { name: 'Ostréa SARL' }).waitFor()
  await option('Ostréa SARL').first().waitFor()
})

it('shows what a CSV file would do, then does it', async () => {
  const { page, say, option } = await open({ hash: '#/contacts/import' })
  const csv =
    'Nom;Courriel;Société\nLéa Kermarec;lea@chantier-neuf.example;Chantier Neuf\nSans adresse;ni arobase;X\n'
  await page.locator('input[type=file]').setInputFiles({
    name: 'contacts.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(csv, 'latin1'),
  })
  await page.getByRole('cell', { name: 'Léa Kermarec' }).waitFor()
  await page.getByRole('cell', { name: say('ui.import.action.refuse') }).waitFor()
  await page.getByRole('button', { name: say('ui.import.apply', { n: 1 }) }).click()
  await page
    .getByRole('status')
    .filter({ hasText: say('ui.import.done', { create: 1, update: 0 }) })
    .waitFor()
  await page.getByPlaceholder(say('ui.contact.search')).fill('kermarec')
  await option('lea@chantier-neuf.example').waitFor()
})
