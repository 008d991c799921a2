/** The form of a technician: what is wrong with it, and how it is saved. */
import { Fault, type FieldFault } from '../../lib/client.ts'
import { Editing } from '../../lib/form/editing.svelte.ts'
import { keys, queryClient } from '../../lib/queries.ts'
import { listAgents } from '../../lib/server.ts'
import { say } from '../../lib/words/index.svelte.ts'
import { isAddress } from './box.ts'
import { createAgent, saveAgent, type Agent, type AgentForm } from './server.ts'

/** wrongAgent lists all at once what the server would refuse one kind at a time. */
export function wrongAgent({ name, email }: { name: string; email: string }): FieldFault[] {
  const faults: FieldFault[] = []
  if (!name.trim()) faults.push({ name: 'name', key: 'fault.empty' })
  if (!isAddress(email.trim()))
    faults.push({ name: 'email', key: email.trim() ? 'fault.address' : 'fault.empty' })
  return faults
}

/** editAgent begins the form of an agent, or of a new one. */
export function editAgent(agent: Agent | undefined): Editing<Agent, AgentForm> {
  return new Editing<Agent, AgentForm>(
    {
      formOf: (a) => ({
        name: a?.name ?? '',
        email: a?.email ?? '',
        level: a?.level ?? 1,
        role: a?.role ?? 'agent',
        language: a?.language ?? 'fr',
        active: a?.active ?? true,
      }),
      wrong: wrongAgent,
      create: createAgent,
      save: (a, form) => saveAgent(a.id, a.version, form),
      fetch: async (a) => {
        const found = (await listAgents()).items.find((one) => one.id === a.id)
        if (!found) throw new Fault(404, 'fault.gone')
        return found
      },
      put: () => {
        void queryClient.invalidateQueries({ queryKey: keys.agents })
        void queryClient.invalidateQueries({ queryKey: keys.me })
      },
      said: (a, made) => say(made ? 'ui.agent.said.made' : 'ui.record.said.saved', { name: a.name }),
    },
    agent,
  )
}
