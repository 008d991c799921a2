import { QueryClientProvider } from '@tanstack/svelte-query'
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte'
import { createRawSnippet, mount, unmount } from 'svelte'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { stubServer } from '../../../dev/stub.ts'
import { press } from '../../lib/keys.svelte.ts'
import { queryClient } from '../../lib/queries.ts'
import { toasts, undoLast } from '../../lib/toasts.svelte.ts'
import { speak } from '../../lib/words/index.svelte.ts'
import Ticket from './Ticket.svelte'

let server: ReturnType<typeof stubServer>

beforeEach(async () => {
  localStorage.clear()
  queryClient.clear()
  toasts.list = []
  server = stubServer()
  await speak('fr')
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function open(id: string) {
  const onstatus = vi.fn()
  const props = { id, back: '#/', onclose: vi.fn(), onseen: vi.fn(), onstatus }
  const children = createRawSnippet(() => ({
    render: () => '<div></div>',
    setup: (target) => {
      const ticket = mount(Ticket, { target, props })
      return () => void unmount(ticket)
    },
  }))
  render(QueryClientProvider, { client: queryClient, children })
  return { onstatus }
}

const key = (k: string) => press(new KeyboardEvent('keydown', { key: k }))

it('folds quotes behind a quiet line that opens', async () => {
  open('1000')
  await screen.findByText(/La page de test est bonne/)
  expect(screen.queryByText(/Atelier Réseau Lorient <support@/)).toBeNull()
  const card = screen.getByText(/La page de test est bonne/).closest('article')
  if (!card) throw new Error('no card')
  await fireEvent.click(within(card).getByRole('button', { name: 'Texte cité' }))
  expect(within(card).getByText(/Atelier Réseau Lorient <support@/)).toBeTruthy()
})

it('says that the client does not see a note', async () => {
  open('1000')
  const note = await screen.findByRole('article', { name: /Note interne de Mathilde/ })
  expect(within(note).getByText('Le client ne la voit pas')).toBeTruthy()
})

it('shows what the server said when an answer was refused', async () => {
  open('1002')
  expect(await screen.findByText(/550 5\.1\.1/)).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Réessayer' })).toBeTruthy()
})

it('asks twice before it saves a file that can run', async () => {
  open('1002')
  await fireEvent.click(await screen.findByRole('button', { name: /controle-paie\.exe/ }))
  const dialog = screen.getByRole('dialog', { hidden: true })
  const anyway = within(dialog).getByRole<HTMLButtonElement>('button', { name: /quand même/, hidden: true })
  expect(anyway.disabled).toBe(true)
  await fireEvent.click(within(dialog).getByRole('checkbox', { hidden: true }))
  expect(anyway.disabled).toBe(false)
})

it('takes the ticket with one key and puts a refused change back', async () => {
  open('1001')
  await screen.findByText('Nouveau')
  await waitFor(() => expect(key('m')).toBe(true))
  await waitFor(() => expect(server.desk.tickets.get('1001')?.assignee?.name).toBe('Nadia Le Goff'))

  server.refuse.when = (a) => (a.method === 'PATCH' ? 409 : undefined)
  key('F2')
  const box = await screen.findByLabelText('Objet du ticket')
  await fireEvent.input(box, { target: { value: 'Autre objet' } })
  await fireEvent.keyDown(box, { key: 'Enter' })
  await waitFor(() =>
    expect(screen.getByRole('heading', { name: /Cannot open shared calendar/ })).toBeTruthy(),
  )
})

it('gives the ticket another requester, whose client comes along, and takes both back', async () => {
  open('1000')
  await screen.findByText(/La page de test est bonne/)
  const ticket = server.desk.tickets.get('1000')
  const other = [...server.desk.tickets.values()].find(
    (t) => t.requester && t.requester.id !== ticket?.requester?.id && t.client?.id !== ticket?.client?.id,
  )
  const before = [ticket?.requester?.id, ticket?.client?.id]
  await waitFor(() => expect(key('q')).toBe(true))
  await fireEvent.click(await screen.findByText(other?.requesterName ?? '', { selector: '.label' }))
  const now = () => [
    server.desk.tickets.get('1000')?.requester?.id,
    server.desk.tickets.get('1000')?.client?.id,
  ]
  await waitFor(() => expect(now()).toEqual([other?.requester?.id, other?.client?.id]))
  await waitFor(() => expect(toasts.list).toHaveLength(1))
  undoLast()
  await waitFor(() => expect(now()).toEqual(before))
})

it('says who a mail may not be from, and what it follows, and lets that be dismissed', async () => {
  const ticket = server.desk.tickets.get('1001')
  const message = ticket?.timeline.find((i) => i.message)?.message
  if (!ticket || !message) throw new Error('no message')
  message.warnings = [{ code: 'lookalike', sender: true, said: { key: 'mail.warning.lookalike' } }]
  message.returnsOn = '2026-12-07'
  message.forwarded = { name: 'Nora Le Goff', address: 'nora@fournil.example' }
  ticket.linked = { id: '1000', number: 412, subject: 'Imprimante du quai' }
  ticket.follows = { mailId: '900', mailVersion: 1 }
  open('1001')
  expect(await screen.findByText(/imite celui d’un client/)).toBeTruthy()
  expect(screen.getByText(/de retour le 7 décembre 2026/)).toBeTruthy()
  expect(screen.getByRole('button', { name: /En faire le demandeur/ })).toBeTruthy()
  expect(screen.getByRole('group', { name: 'Semble suivre' }).textContent).toContain('#412')
  const { version } = ticket
  const asked: unknown[] = []
  server.refuse.when = (a) => {
    if (a.method === 'PATCH') asked.push(a.body)
    return undefined
  }
  await waitFor(() => expect(key('d')).toBe(true))
  await waitFor(() => expect(asked).toEqual([{ version, linkedId: '0' }]))
})
