/** What is wrong with an agent's form, all of it at once: the server stops at its first kind of check. */
import type { FieldFault } from '../../lib/client.ts'
import { isAddress } from './box.ts'

export function wrongAgent({ name, email }: { name: string; email: string }): FieldFault[] {
  const faults: FieldFault[] = []
  if (!name.trim()) faults.push({ name: 'name', key: 'fault.empty' })
  if (!isAddress(email.trim()))
    faults.push({ name: 'email', key: email.trim() ? 'fault.address' : 'fault.empty' })
  return faults
}
