/** The made-up desk that the front end is tried on: a few whole tickets, and as many rows as one likes. */
import type { Item, Me, Message, Participant, Ticket, TicketRow, Views } from '../src/lib/shapes.ts'
import { stories, type Story } from './stories.ts'

const minute = 60_000
const clients = {
  kerlann: { id: '301', name: 'Conserverie Kerlann', colour: 1 },
  morvan: { id: '302', name: 'Cabinet Morvan & Associés', colour: 3 },
  dunes: { id: '303', name: 'Clinique vétérinaire des Dunes', colour: 2 },
  hoist: { id: '304', name: 'Harbour Hoists Ltd', colour: 5 },
}
export type ClientName = keyof typeof clients

export const agents = [
  { id: '201', name: 'Nadia Le Goff', email: 'nadia.legoff@atelier-reseau.example', level: 1 as const },
  { id: '202', name: 'Yann Kervella', email: 'yann.kervella@atelier-reseau.example', level: 1 as const },
  { id: '203', name: 'Mathilde Guégan', email: 'mathilde.guegan@atelier-reseau.example', level: 2 as const },
].map((a) => ({ ...a, role: 'agent' as const, language: 'fr' as const, active: true, version: 1 }))

const support = { name: 'Atelier Réseau Lorient', address: 'support@atelier-reseau.example' }

export interface Desk {
  now: number
  me: Me
  tickets: Map<string, Ticket>
  rows: TicketRow[]
  people: Map<string, NonNullable<Ticket['requester']>>
}

/** makeDesk builds the whole of it as it stands at `now`, with `filler` old tickets behind. */
export function makeDesk(now: number, filler = 400, language: 'fr' | 'en' = 'fr'): Desk {
  const tickets = new Map(stories.map((story, i) => [String(1000 + i), tell(story, 1000 + i, 4218 - i, now)]))
  const rows = [...tickets.values()].map(rowOf)
  for (let i = 0; i < filler; i++) rows.push(old(i, now))
  rows.sort((a, b) => b.activityAt - a.activityAt)
  const people = new Map(
    [...tickets.values()].flatMap((t) => (t.requester ? [[t.requester.id, t.requester]] : [])),
  )
  return { now, me: meAt(now, language), tickets, rows, people }
}

function meAt(now: number, language: 'fr' | 'en'): Me {
  return {
    agent: {
      id: '201',
      name: 'Nadia Le Goff',
      email: 'nadia.legoff@atelier-reseau.example',
      level: 1,
      role: 'agent',
      language,
      preferences: {
        theme: 'system',
        listWidth: 380,
        panelHidden: false,
        frameHtml: false,
        notifications: true,
        railFolded: false,
        composer: 'rich',
        zoom: 100,
      },
    },
    teamName: 'Atelier Réseau Lorient',
    demo: true,
    version: '0.1.0',
    shell: false,
    needsSetup: false,
    diskFull: false,
    journalSeq: 1,
    history: [],
    mailboxes: [
      { id: '401', name: 'Support', address: support.address, state: 'ok', okAt: now - 20_000 },
      {
        id: '402',
        name: 'Astreinte',
        address: 'astreinte@atelier-reseau.example',
        state: 'failing',
        okAt: now - 127 * minute,
        failingSince: now - 125 * minute,
        error: { key: 'fault.unexpected', args: { ref: '7f3a' } },
      },
    ],
  }
}

function tell(story: Story, id: number, number: number, now: number): Ticket {
  const client = story.client ? clients[story.client] : undefined
  const agent = agents.find((a) => a.name === story.assignee)
  const timeline = story.items.map((item, i): Item => itemOf(story, item, id * 100 + i, now))
  const last = timeline.at(-1)
  const said = timeline.findLast((i) => i.message)?.message
  return {
    id: String(id),
    number,
    subject: story.subject,
    requesterName: story.who.name,
    client,
    status: story.status,
    level: story.level ?? 1,
    assignee: agent && { id: agent.id, name: agent.name },
    activityAt: last?.at ?? now,
    snippet: (said?.text ?? '').replace(/\s+/g, ' ').slice(0, 120),
    unread: story.unread ?? false,
    hasFiles: timeline.some((i) => (i.message?.attachments.length ?? 0) > 0),
    pendingReason: story.status === 'pending' ? 'vendor' : undefined,
    pendingUntil: story.status === 'pending' ? now + 2 * 24 * 60 * minute : undefined,
    linkedNumber: story.linked ? number - 3 : undefined,
    linked: story.linked ? { id: String(id + 3), number: number - 3, subject: story.linked } : undefined,
    language: story.language ?? 'fr',
    version: 1,
    channel: story.items[0]?.kind === 'call' ? 'call' : 'mail',
    mailboxId: '401',
    times: {
      outage: story.outage ? now - story.outage * minute : undefined,
      reported: timeline[0]?.at ?? now,
      taken: agent ? (timeline[1]?.at ?? 0) : undefined,
      resolved: story.status === 'resolved' ? last?.at : undefined,
    },
    requester: {
      id: String(500 + (id % 100)),
      name: story.who.name,
      addresses: [story.who.address],
      phone: story.phone ?? '',
      client,
      language: story.language ?? 'fr',
    },
    participants: people(story),
    timeline,
    lastEntryId: last?.id ?? '0',
    lastTickets: [0, 1].map((i) => ({
      ...old(id + i, now),
      subject: i ? 'Imprimante hors ligne' : 'Accès au partage Compta',
    })),
  }
}

function people(story: Story): Participant[] {
  const out: Participant[] = [
    { ...story.who, role: 'requester', state: 'active', why: { key: 'ui.panel.requester' } },
  ]
  if (story.copied)
    out.push({ ...story.copied, role: 'cc', state: 'proposed', why: { key: 'ui.panel.participants' } })
  return out
}

function itemOf(story: Story, item: Story['items'][number], id: number, now: number): Item {
  const at = now - item.ago * minute
  const base = { id: String(id), at }
  if (item.kind === 'note') {
    const agent = agents.find((a) => a.name === item.by) ?? agents[0]
    return {
      ...base,
      type: 'note',
      note: { agent: { id: agent?.id ?? '', name: item.by ?? '' }, text: item.text },
    }
  }
  if (item.kind === 'event') {
    const actor = { kind: item.by ? 'agent' : 'program', id: '201', name: item.by ?? '' }
    return {
      ...base,
      type: 'event',
      event: { kind: 'ticket.changed', actor, changes: item.changes ?? [], said: { key: item.text } },
    }
  }
  return { ...base, type: 'message', message: messageOf(story, item, at) }
}

function messageOf(story: Story, item: Story['items'][number], at: number): Message {
  const ours = item.kind === 'out' || item.kind === 'auto'
  const quote = item.quote ? `\n\n${item.quote}` : ''
  const agent = agents.find((a) => a.name === item.by)
  return {
    direction: item.kind as Message['direction'],
    warnings: [],
    from: ours ? support : (item.from ?? story.who),
    agent: agent && { id: agent.id, name: agent.name },
    to: ours ? [story.who] : [support],
    cc: story.copied && !ours ? [story.copied] : [],
    subject: story.subject,
    text: item.text + quote,
    folds: quote ? [{ kind: 'quote', start: item.text.length, end: item.text.length + quote.length }] : [],
    hasHtml: item.html ?? false,
    attachments: (item.files ?? []).map((f, i) => ({ part: i + 1, inline: false, dangerous: false, ...f })),
    mailId: '900',
    delivery: ours
      ? {
          outboxId: String(at),
          state: item.delivery ?? 'sent',
          attempts: 1,
          recipients: [{ address: story.who.address, state: 'sent', reply: '250 2.0.0 Ok' }],
          problem: item.problem ? { key: 'ui.delivery.failed', server: item.problem } : undefined,
        }
      : undefined,
  }
}

export function rowOf(t: Ticket): TicketRow {
  const { id, number, subject, requesterName, client, status, level, assignee, activityAt } = t
  const { snippet, unread, hasFiles, pendingUntil, linkedNumber, language, version } = t
  return {
    ...{ id, number, subject, requesterName, client, status, level, assignee, activityAt },
    ...{ snippet, unread, hasFiles, pendingUntil, linkedNumber, language, version },
  }
}

const subjects = [
  'Mot de passe oublié sur le poste de la réception',
  'Lenteur du logiciel de paie le matin',
  'Scanner shows an error on every second page',
  'Création de compte pour un remplacement de congé',
  'Plus de place sur le serveur de fichiers',
  'VPN drops when the laptop sleeps',
  'Sauvegarde de la nuit en échec',
  'Demande d’un second écran',
]
const names = ['Loïc Tanguy', 'Sylvie Jégo', 'Emma Whitfield', 'Jean-Philippe Rio', 'Manon Le Floch']

function old(i: number, now: number): TicketRow {
  const client = Object.values(clients)[i % 4]
  return {
    id: String(20_000 + i),
    number: 4190 - i,
    subject: subjects[i % subjects.length] ?? '',
    requesterName: names[i % names.length] ?? '',
    client,
    status: i % 9 ? 'closed' : 'resolved',
    level: 1,
    assignee: agents[i % 3],
    activityAt: now - (26 * 60 + i * 37) * minute,
    snippet: 'C’est réglé, merci pour votre aide.',
    unread: false,
    hasFiles: i % 5 === 0,
    language: 'fr',
    version: 3,
  }
}

const inView: Record<string, (r: TicketRow) => boolean> = {
  mine: (r) => r.assignee?.id === '201' && (r.status === 'new' || r.status === 'open'),
  unassigned: (r) => !r.assignee && r.status !== 'closed' && r.status !== 'resolved',
  open: (r) => r.status === 'new' || r.status === 'open',
  pending: (r) => r.status === 'pending',
  resolved: (r) => r.status === 'resolved',
  closed: (r) => r.status === 'closed',
  all: () => true,
}

const filtered = new WeakMap<TicketRow[], Map<string, TicketRow[]>>()

/** rowsOf filters once for each state of the rows, which are replaced whole. */
export function rowsOf(desk: Desk, view: string): TicketRow[] {
  const known = filtered.get(desk.rows) ?? new Map<string, TicketRow[]>()
  filtered.set(desk.rows, known)
  const rows = known.get(view) ?? desk.rows.filter(inView[view] ?? (() => true))
  known.set(view, rows)
  return rows
}

export function viewsOf(desk: Desk): Views {
  const ids = ['mine', 'unassigned', 'open', 'pending', 'resolved', 'closed', 'all'] as const
  return {
    items: ids.map((id) => ({ id, count: rowsOf(desk, id).length })),
    dock: { problems: 2, total: 61 },
    outbox: { stuck: 1 },
  }
}

export { clients, support }
