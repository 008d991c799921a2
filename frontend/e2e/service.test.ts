/** The life of a ticket: qualified by keys, its clocks unfolded; a contract agreed and changed; machines. */
import { expect, it } from 'vitest'
import { api, open } from './window.ts'

interface Made {
  id: string
}

/** Every test has a client of its own: the tests of other files share the demo. */
async function prepared(page: Parameters<typeof api>[0], name: string, contract = true) {
  const client = await api<Made>(page, 'POST', '/api/clients', {
    name,
    colour: 2,
    domains: [],
    language: 'fr',
    note: '',
  })
  const { usual } = await api<{ usual: object }>(page, 'GET', `/api/clients/${client.id}/contracts`)
  if (contract)
    await api(page, 'POST', `/api/clients/${client.id}/contracts`, {
      name: 'Infogérance',
      startsOn: '2020-01-01',
      noticeMonths: 3,
      terms: { ...usual, lines: [{ covered: false, type: 'printer', note: 'contrat du loueur' }] },
    })
  const asset = { type: 'laptop', userIds: [] }
  await api(page, 'POST', `/api/clients/${client.id}/assets`, { ...asset, name: 'OST-PC-7' })
  await api(page, 'POST', `/api/clients/${client.id}/assets`, {
    ...asset,
    name: 'OST-IMP-1',
    type: 'printer',
  })
  return client.id
}

it('qualifies a ticket by keys alone, and unfolds its clock', async () => {
  const { page, say } = await open({ hash: '#/tickets/open' })
  const clientId = await prepared(page, 'Ostréiculture du Bono')
  const subject = 'OST-PC-7 : mot de passe Windows refusé'
  const ticket = await api<Made>(page, 'POST', '/api/tickets', {
    clientId,
    subject,
    text: 'Bonjour',
    channel: 'desk',
  })
  await page.evaluate((id) => (location.hash = `#/tickets/all/${id}`), ticket.id)
  await page.getByText(say('ui.verdict.doubtful')).waitFor()

  await page.keyboard.press('y')
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  // What is proposed, and why: the machine is named, the words speak of a password.
  await dialog.getByText(say('qualify.why.named')).waitFor()
  expect(await dialog.getByLabel(say('ui.qualify.asset')).locator('option:checked').textContent()).toContain(
    'OST-PC-7',
  )
  for (const digit of ['1', '2', '1']) await page.keyboard.press(digit) // incident, several people, work stands still
  await dialog.getByText(say('ui.qualify.result', { priority: say('ui.priority.2') })).waitFor()
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  await page.getByText(say('ui.verdict.in'), { exact: true }).waitFor()
  await page.getByText(say('ui.priority.2'), { exact: true }).first().waitFor()

  const clock = page.getByRole('button', { name: say('ui.clock.resolve') })
  await clock.focus()
  await page.keyboard.press('Enter')
  await page.getByText(say('ui.clock.ahead'), { exact: true }).waitFor()
  await page.getByText(say('ui.clock.zone', { zone: 'Europe/Paris' })).waitFor()

  // A machine that the contract leaves out: no clock, and the line that says so.
  await page.keyboard.press('y')
  await dialog
    .getByLabel(say('ui.qualify.asset'))
    .selectOption({ label: `OST-IMP-1 · ${say('ui.asset.type.printer')}` })
  await dialog.getByText(say('ui.verdict.out')).waitFor()
  await dialog.getByRole('button', { name: say('ui.qualify.done') }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByText(say('ui.clock.none')).waitFor()
  await page.getByText('contrat du loueur').waitFor()
})

it('agrees a contract, marks what it cannot read, and lets a new version hold from its day', async () => {
  const { page, say } = await open({ hash: '#/clients' })
  const clientId = await prepared(page, 'Ostréiculture de Locmariaquer', false)
  await page.evaluate((id) => (location.hash = `#/clients/${id}`), clientId)
  await page.getByRole('button', { name: say('ui.contract.new') }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(say('ui.contract.name'), { exact: true }).fill('Postes')
  await dialog.getByLabel(say('ui.contract.starts')).fill('2024-01-01')
  await dialog.getByLabel(say('ui.contract.scope')).selectOption('workstations')
  const saturday = dialog.getByLabel('samedi')
  await saturday.fill('le matin')
  await dialog.getByRole('button', { name: say('ui.save') }).click()
  await dialog.getByText(say('ui.contract.wrong', { text: 'le matin' })).waitFor()
  await saturday.fill('9h-12h')
  await dialog.getByRole('button', { name: say('ui.save') }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByText(say('ui.contract.scope.workstations')).waitFor()

  await page.getByRole('button', { name: say('ui.contract.version') }).click()
  await dialog.getByLabel(say('ui.contract.from')).fill('2025-07-01')
  await dialog.getByLabel(say('ui.contract.scope')).selectOption('infrastructure')
  await dialog.getByRole('button', { name: say('ui.save') }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByText(say('ui.contract.scope.infrastructure')).waitFor()
  const { items } = await api<{
    items: { versions: { fromOn: string; terms: { scope: string; week: object[][] } }[] }[]
  }>(page, 'GET', `/api/clients/${clientId}/contracts`)
  expect(items[0]?.versions.map((v) => [v.fromOn, v.terms.scope])).toEqual([
    ['2024-01-01', 'workstations'],
    ['2025-07-01', 'infrastructure'],
  ])
  expect(items[0]?.versions[0]?.terms.week[6]).toEqual([{ from: 540, to: 720 }])

  const machines = page.getByRole('region', { name: say('ui.asset.title') })
  await machines.getByPlaceholder(say('ui.asset.name')).fill('OST-NAS')
  await page.keyboard.press('Enter')
  await expect.poll(() => machines.getByLabel(say('ui.asset.name')).count()).toBe(4)
  await page.getByRole('button', { name: say('ui.asset.retire', { name: 'OST-PC-7' }) }).click()
  await expect.poll(() => machines.getByLabel(say('ui.asset.name')).count()).toBe(3)
  await page.getByRole('button', { name: say('ui.undo') }).click()
  await expect.poll(() => machines.getByLabel(say('ui.asset.name')).count()).toBe(4)
})
