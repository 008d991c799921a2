import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Choice } from './Chooser.svelte'
import Finder from './Finder.svelte'
import { speak } from './words/index.svelte.ts'

const all: Choice[] = ['Cabinet Morvan', 'Ostréa Plomeur', 'Ostréa SARL'].map((label, i) => ({
  id: `${i}`,
  label,
}))
beforeEach(() => speak('fr'))
afterEach(cleanup)

it('takes nothing that the typed words do not name, however late the answer is', async () => {
  let answer = (_: Choice[]) => undefined as unknown
  const find = vi.fn((q: string) =>
    q ? new Promise<Choice[]>((done) => (answer = done)) : Promise.resolve(all),
  )
  const onpick = vi.fn()
  render(Finder, { title: 'Lequel ?', find, onpick, onclose: vi.fn() })
  await screen.findByText('Cabinet Morvan')
  const box = screen.getByRole('combobox', { hidden: true })

  await fireEvent.input(box, { target: { value: 'plomeur' } })
  expect(screen.queryByText('Cabinet Morvan')).toBeNull()
  await fireEvent.keyDown(box, { key: 'Enter' })
  expect(onpick).toHaveBeenLastCalledWith(all[1])

  await fireEvent.input(box, { target: { value: 'zzz' } })
  await fireEvent.keyDown(box, { key: 'Enter' })
  expect(onpick).toHaveBeenCalledTimes(1)

  // What the server finds by other words than those shown is offered too.
  await waitFor(() => expect(find).toHaveBeenLastCalledWith('zzz', expect.anything()))
  answer([{ id: '9', label: 'Trouvé dans une note' }])
  await screen.findByText('Trouvé dans une note')
})
