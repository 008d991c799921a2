/** Answers the API's routes from the made-up desk. Pure but for the desk that it changes. */
import type { Ticket, TicketPatch, TicketRow } from '../src/lib/shapes.ts'
import { agents, clients, makeDesk, rowOf, rowsOf, support, viewsOf, type Desk } from './data.ts'

export interface Ask {
  method: string
  path: string
  query: URLSearchParams
  body: unknown
}
export interface Reply {
  status: number
  json?: unknown
  html?: string
  changed?: string
}

type Handler = (desk: Desk, ask: Ask, id: string) => Reply

const ok = (json: unknown, changed?: string): Reply => ({ status: 200, json, changed })
const done = (changed?: string): Reply => ({ status: 204, changed })
const missing: Reply = {
  status: 404,
  json: { key: 'fault.gone', status: 404, title: 'Not Found', type: 'about:blank' },
}

function page(rows: TicketRow[], query: URLSearchParams): Reply {
  const from = Number(query.get('cursor') ?? 0)
  const limit = Number(query.get('limit') ?? 50)
  const next = from + limit < rows.length ? String(from + limit) : undefined
  return ok({ items: rows.slice(from, from + limit), next })
}

function withTicket(desk: Desk, id: string, then: (t: Ticket) => Reply): Reply {
  const row = desk.rows.find((r) => r.id === id)
  const known = desk.tickets.get(id)
  if (known) return then(known)
  const pattern = desk.tickets.get('1001')
  return row && pattern ? then({ ...pattern, ...row, linked: undefined }) : missing
}

function patch(desk: Desk, ticket: Ticket, body: TicketPatch & { version: number }): Reply {
  if (body.version !== ticket.version)
    return {
      status: 409,
      json: { key: 'fault.conflict', status: 409, title: 'Conflict', type: 'about:blank' },
    }
  const { assigneeId, requesterId, clientId, ...rest } = body
  Object.assign(ticket, rest, { version: ticket.version + 1 })
  if (assigneeId !== undefined) {
    const agent = agents.find((a) => a.id === assigneeId)
    ticket.assignee = agent && { id: agent.id, name: agent.name }
  }
  if (clientId !== undefined) ticket.client = Object.values(clients).find((c) => c.id === clientId)
  if (requesterId !== undefined) {
    const requester = desk.people.get(requesterId)
    ticket.requester = requester
    ticket.requesterName = requester?.name ?? ''
    if (clientId === undefined) ticket.client = requester?.client
  }
  desk.rows = desk.rows.map((r) => (r.id === ticket.id ? rowOf(ticket) : r))
  return ok(ticket, ticket.id)
}

function post(desk: Desk, ticket: Ticket, item: Ticket['timeline'][number]): void {
  ticket.timeline = [...ticket.timeline, item]
  ticket.lastEntryId = item.id
  ticket.activityAt = item.at
  desk.rows = desk.rows.map((r) => (r.id === ticket.id ? rowOf(ticket) : r))
}

const routes: [string, RegExp, Handler][] = [
  ['GET', /^\/api\/me$/, (desk) => ok(desk.me)],
  [
    'PATCH',
    /^\/api\/me$/,
    (desk, { body }) => {
      desk.me = { ...desk.me, agent: { ...desk.me.agent, ...(body as object) } }
      return ok(desk.me)
    },
  ],
  ['GET', /^\/api\/views$/, (desk) => ok(viewsOf(desk))],
  ['GET', /^\/api\/agents$/, () => ok({ items: agents })],
  [
    'GET',
    /^\/api\/clients$/,
    () =>
      ok({ items: Object.values(clients).map((c) => ({ ...c, domains: [], language: 'fr', version: 1 })) }),
  ],
  [
    'GET',
    /^\/api\/contacts$/,
    (desk) =>
      ok({
        items: [...desk.tickets.values()].map((t) => ({
          id: t.requester?.id,
          name: t.requesterName,
          addresses: [{ address: t.requester?.addresses[0] }],
          phone: t.requester?.phone,
          client: t.client,
          erased: false,
          note: '',
          version: 1,
        })),
      }),
  ],
  ['GET', /^\/api\/tickets$/, (desk, { query }) => page(rowsOf(desk, query.get('view') ?? 'all'), query)],
  ['POST', /^\/api\/tickets$/, () => ok({ id: '1000', number: 4218 })],
  [
    'GET',
    /^\/api\/search$/,
    (desk, { query }) => {
      const q = (query.get('q') ?? '').toLowerCase()
      const word = q.split(/\s+/).find((w) => !w.includes(':')) ?? ''
      const items = desk.rows
        .filter((r) => `${r.subject} ${r.snippet} ${r.requesterName}`.toLowerCase().includes(word))
        .slice(0, 50)
      return ok({
        items: items.map((r) => ({
          ...r,
          excerpt: [
            { text: '… ', hit: false },
            { text: word, hit: true },
            { text: ' …', hit: false },
          ],
        })),
        filters: q.includes('status:') ? [{ name: 'status', value: 'open' }] : [],
        unknown: q.includes('couleur:') ? ['couleur:'] : [],
      })
    },
  ],
  ['GET', /^\/api\/tickets\/(\d+)$/, (desk, _ask, id) => withTicket(desk, id, (t) => ok(t))],
  [
    'PATCH',
    /^\/api\/tickets\/(\d+)$/,
    (desk, { body }, id) =>
      withTicket(desk, id, (t) => patch(desk, t, body as TicketPatch & { version: number })),
  ],
  [
    'POST',
    /^\/api\/tickets\/(\d+)\/seen$/,
    (desk, _ask, id) =>
      withTicket(desk, id, (t) => {
        t.unread = false
        desk.rows = desk.rows.map((r) => (r.id === id ? { ...r, unread: false } : r))
        return done(id)
      }),
  ],
  [
    'POST',
    /^\/api\/tickets\/(\d+)\/notes$/,
    (desk, { body }, id) =>
      withTicket(desk, id, (t) => {
        const { text } = body as { text: string }
        post(desk, t, {
          id: String(Date.now()),
          type: 'note',
          at: Date.now(),
          note: { agent: { id: '201', name: 'Nadia Le Goff' }, text },
        })
        t.noteDraft = undefined
        return ok({ id: t.lastEntryId }, id)
      }),
  ],
  [
    'PUT',
    /^\/api\/tickets\/(\d+)\/note$/,
    (desk, { body }, id) =>
      withTicket(desk, id, (t) => {
        t.noteDraft = (body as { text: string }).text || undefined
        return done()
      }),
  ],
  [
    'GET',
    /^\/api\/tickets\/(\d+)\/compose$/,
    (desk, _ask, id) =>
      withTicket(desk, id, (t) =>
        ok({
          to: [
            {
              name: t.requesterName,
              address: t.requester?.addresses[0] ?? '',
              why: { key: 'ui.panel.requester' },
            },
          ],
          cc: t.participants
            .slice(1)
            .map((p) => ({ name: p.name, address: p.address, why: { key: 'ui.panel.participants' } })),
          subject: `Re: ${t.subject}`,
          quoteText: `Le 23 novembre, ${t.requesterName} a écrit :\n> Il reste 40 minutes avant le camion.`,
          quoteHtml: '',
          signature: 'Nadia Le Goff\nAtelier Réseau Lorient, assistance informatique\n02 97 55 01 20',
          language: t.language,
          mailboxId: '401',
          lastEntryId: t.lastEntryId,
        }),
      ),
  ],
  [
    'PUT',
    /^\/api\/tickets\/(\d+)\/draft$/,
    (desk, { body }, id) =>
      withTicket(desk, id, (t) => {
        const draft = body as Ticket['draft'] & object
        t.draft = { ...draft, version: draft.version + 1, files: t.draft?.files ?? [], updatedAt: Date.now() }
        return ok({ version: t.draft.version })
      }),
  ],
  [
    'DELETE',
    /^\/api\/tickets\/(\d+)\/draft$/,
    (desk, _ask, id) =>
      withTicket(desk, id, (t) => {
        t.draft = undefined
        return done()
      }),
  ],
  [
    'POST',
    /^\/api\/tickets\/(\d+)\/draft\/files$/,
    (_desk, { query }) =>
      ok({
        id: String(Date.now()),
        name: query.get('name'),
        type: query.get('type'),
        size: 48_200,
        inline: query.get('inline') === 'true',
        cid: 'x@guichet',
      }),
  ],
  ['DELETE', /^\/api\/draft-files\/(\d+)$/, () => done()],
  [
    'POST',
    /^\/api\/tickets\/(\d+)\/answer$/,
    (desk, { body }, id) =>
      withTicket(desk, id, (t) => {
        const { text, to, cc } = body as { text: string; to: []; cc: [] }
        const at = Date.now()
        post(desk, t, {
          id: String(at),
          type: 'message',
          at,
          message: {
            direction: 'out',
            warnings: [],
            from: support,
            agent: { id: '201', name: 'Nadia Le Goff' },
            to,
            cc,
            subject: t.subject,
            text,
            folds: [],
            hasHtml: false,
            attachments: [],
            delivery: {
              outboxId: String(at),
              state: 'waiting',
              holdUntil: at + 10_000,
              attempts: 0,
              recipients: [],
            },
          },
        })
        t.draft = undefined
        return ok({ messageId: String(at), outboxId: String(at), holdUntil: at + 10_000 }, id)
      }),
  ],
  [
    'GET',
    /^\/api\/outbox$/,
    () =>
      ok({
        items: [
          {
            outboxId: '1',
            kind: 'answer',
            state: 'uncertain',
            attempts: 1,
            createdAt: 0,
            recipients: [],
            ticket: {
              id: '1003',
              number: 4215,
              subject: 'Radio\u00a0: les images n’arrivent plus dans le dossier patient',
            },
          },
        ],
      }),
  ],
  ['POST', /^\/api\/outbox\/(\d+)\/(undo|retry|settle)$/, () => done()],
  [
    'POST',
    /^\/api\/messages\/(\d+)\/body$/,
    () =>
      ok({
        url: '/m/made-up/',
        height: 320,
        remoteBlocked: 2,
        links: [
          {
            n: 1,
            text: 'www.conserverie-kerlann.example',
            host: 'xn--conservrie-kerlann-hnb.example',
            href: 'https://xn--conservrie-kerlann-hnb.example/suivi',
            warnings: [],
          },
        ],
      }),
  ],
  [
    'GET',
    /^\/m\/made-up\/$/,
    () => ({
      status: 200,
      html: '<style>body{font:14px Calibri,sans-serif;margin:16px}td{border:1px solid #999;padding:4px 10px}</style><p>Bonjour,</p><p>Voici les palettes du jour :</p><table><tr><td>Palette</td><td>État</td></tr><tr><td>2231-01</td><td><b style="color:#a00">vide</b></td></tr></table><p>Loïc</p>',
    }),
  ],
]

/** reply finds the route that answers, as the server's table would. */
export function reply(desk: Desk, ask: Ask): Reply {
  for (const [method, pattern, handler] of routes) {
    const match = method === ask.method ? pattern.exec(ask.path) : null
    if (match) return handler(desk, ask, match[1] ?? '')
  }
  return missing
}

export { makeDesk }
