/** Clients and contacts as choices of a question. */
import type { Choice } from './Chooser.svelte'
import type { ClientRow, Contact } from './shapes.ts'

export const clientChoice = (c: ClientRow): Choice => ({
  id: c.id,
  label: c.name,
  detail: c.domains.join(', '),
  colour: c.colour,
})

export const contactChoice = (c: Contact): Choice => ({
  id: c.id,
  label: c.name,
  detail: [c.client?.name, c.addresses[0]?.address ?? c.phone].filter(Boolean).join(' · '),
})
