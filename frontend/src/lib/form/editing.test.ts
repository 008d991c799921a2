import { beforeEach, expect, it } from 'vitest'
import { Fault } from '../client.ts'
import { act, toasts } from '../toasts.svelte.ts'
import { speak } from '../words/index.svelte.ts'
import { Editing } from './editing.svelte.ts'

interface Site {
  version: number
  name: string
}

/** One record on a server that refuses stale versions. */
let stored: Site

async function save(site: Site, { name }: { name: string }): Promise<Site> {
  if (site.version !== stored.version) throw new Fault(409, 'fault.conflict')
  return (stored = { version: stored.version + 1, name })
}

const edit = (site: Site | undefined, more = {}) =>
  new Editing<Site, { name: string }>(
    {
      formOf: (s) => ({ name: s?.name ?? '' }),
      wrong: ({ name }) => (name ? [] : [{ name: 'name', key: 'fault.empty' }]),
      create: async ({ name }) => (stored = { version: 1, name }),
      save,
      fetch: async () => stored,
      put: () => undefined,
      said: (s) => s.name,
      ...more,
    },
    site,
  )

beforeEach(async () => {
  await speak('fr')
  toasts.list = []
  stored = { version: 1, name: 'Quai 2' }
})

it('saves what is typed, and puts it back by undo', async () => {
  const editing = edit(stored)
  expect(editing.dirty).toBe(false)
  editing.form.name = 'Quai 3'
  expect(editing.dirty).toBe(true)
  await editing.save()
  expect(stored).toEqual({ version: 2, name: 'Quai 3' })
  expect(editing.dirty).toBe(false)
  const toast = toasts.list[0]
  if (!toast) throw new Error('nothing was offered')
  await act(toast)
  expect(stored).toEqual({ version: 3, name: 'Quai 2' })
  expect(editing.form.name).toBe('Quai 2')
})

it('offers no undo for a new record, nor for what has no way back', async () => {
  await edit(undefined, {}).save()
  const made = edit(undefined)
  made.form.name = 'Quai 4'
  await made.save()
  const lasting = edit(stored, { lasting: () => true })
  lasting.form.name = 'Quai 5'
  await lasting.save()
  expect(toasts.list.map((t) => [t.text, t.action])).toEqual([
    ['Quai 4', undefined],
    ['Quai 5', undefined],
  ])
})

it('marks a wrong field without asking the server', async () => {
  const editing = edit(stored)
  editing.form.name = ''
  await editing.save()
  expect(editing.fault('name')).not.toBe('')
  expect(stored.version).toBe(1)
})

it('takes in what was saved elsewhere, but never over what is typed', () => {
  const editing = edit(stored)
  editing.follow({ version: 2, name: 'Quai 6' })
  expect(editing.form.name).toBe('Quai 6')
  editing.form.name = 'Quai 7'
  editing.follow({ version: 3, name: 'Quai 8' })
  expect(editing.form.name).toBe('Quai 7')
})

it.each(['mine', 'theirs'] as const)('lets the person end a conflict (%s)', async (way) => {
  const editing = edit(stored)
  editing.form.name = 'le mien'
  stored = { version: 2, name: 'le leur' }
  await editing.save()
  expect(editing.refused).toBeInstanceOf(Fault)
  await editing[way]()
  expect(editing.refused).toBeUndefined()
  expect(stored.name).toBe(way === 'mine' ? 'le mien' : 'le leur')
  expect(editing.form.name).toBe(stored.name)
})
