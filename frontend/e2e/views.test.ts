/** The search line completes itself by keys alone; kept as a view, its count follows the desk. */
import { expect, it } from 'vitest'
import { api, open } from './window.ts'

interface Row {
  id: string
  version: number
}

for (const language of ['fr', 'en'] as const)
  it(`completes a line, keeps it as a view, counts it live, and takes a deletion back (${language})`, async () => {
    const { page, say } = await open({ language })
    const name = language === 'fr' ? 'Sans technicien' : 'Nobody’s'
    await page.keyboard.press('/')
    const line = page.getByRole('combobox', { name: say('ui.search.title') })
    await line.waitFor()
    await page.keyboard.type(language === 'fr' ? 'tech' : 'assig')
    const first = language === 'fr' ? 'technicien:' : 'assignee:'
    await page.getByRole('option', { name: first, exact: true }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('option', { name: `${first}${language === 'fr' ? 'aucun' : 'none'}` }).waitFor()
    await page.keyboard.type(language === 'fr' ? 'au' : 'no')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Tab')
    await expect
      .poll(() => line.inputValue())
      .toBe(language === 'fr' ? 'technicien:aucun ' : 'assignee:none ')
    await page.keyboard.type(language === 'fr' ? '-statut:clos,traité' : '-status:closed,resolved')

    await page.getByRole('button', { name: say('ui.views.save') }).click()
    await page.keyboard.type(name)
    await page.keyboard.press('Enter')
    const link = page.getByRole('navigation').getByRole('link', { name })
    await page.getByRole('heading', { name, exact: true }).waitFor()
    const count = async () => Number((await link.textContent())?.replace(/\D/g, '') ?? '')
    await expect.poll(count).toBeGreaterThan(2)

    // A ticket of the list is taken from elsewhere: the count falls, the reader's list holds still.
    const { items } = await api<{ items: Row[] }>(page, 'GET', '/api/tickets?view=unassigned&limit=1')
    const row = items[0] as Row
    const me = await api<{ agent: { id: string } }>(page, 'GET', '/api/me')
    const taken = await api<Row>(page, 'PATCH', `/api/tickets/${row.id}`, {
      version: row.version,
      assigneeId: me.agent.id,
    })
    const counted = async () => {
      const { items } = await api<{ items: { name: string; count?: number }[] }>(
        page,
        'GET',
        '/api/saved-views',
      )
      return items.find((v) => v.name === name)?.count
    }
    await expect.poll(async () => (await counted()) === (await count())).toBe(true)
    await api(page, 'PATCH', `/api/tickets/${row.id}`, { version: taken.version, assigneeId: '0' })

    await page.getByRole('button', { name: say('ui.views.edit') }).click()
    await page.getByRole('button', { name: say('ui.views.delete') }).click()
    await expect.poll(() => link.count()).toBe(0)
    await page.getByRole('button', { name: say('ui.undo') }).click()
    await page.getByRole('heading', { name, exact: true }).waitFor()
    await link.waitFor()
  })
