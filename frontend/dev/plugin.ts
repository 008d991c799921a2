/** Serves the made-up desk in the development server, so that screens can be tried without the program. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vite'
import { makeDesk, reply } from './answers.ts'

export function fixtures(): Plugin {
  const language = process.env['GUICHET_LANGUAGE'] === 'en' ? 'en' : 'fr'
  const desk = makeDesk(Date.now(), Number(process.env['GUICHET_ROWS'] ?? 400), language)
  const ears = new Set<ServerResponse>()
  let seq = 1

  function tellAll(event: string, data: object) {
    for (const ear of ears)
      ear.write(
        `id: ${++seq}\nevent: ${event}\ndata: ${JSON.stringify({ seq, at: Date.now(), ...data })}\n\n`,
      )
  }

  /** What a test asks for: a ticket that arrives, a link that was clicked. */
  function stir(path: string): void {
    const first = desk.rows[0]
    if (path === '/dev/arrive' && first) {
      const id = String(Date.now())
      desk.rows = [
        {
          ...first,
          id,
          number: 4219,
          subject: 'Nouveau : écran noir au démarrage',
          activityAt: Date.now(),
          unread: true,
        },
        ...desk.rows,
      ]
      tellAll('change', {
        kind: 'ticket.opened',
        subject: 'ticket',
        subjectId: id,
        ticketId: id,
        actor: 'program',
      })
    }
    if (path === '/dev/link')
      tellAll('question', {
        messageId: '100000',
        link: {
          n: 1,
          text: 'www.conserverie-kerlann.example',
          host: 'suivi.kerlann-colis.example',
          href: 'https://suivi.kerlann-colis.example/p/2231',
          warnings: [],
        },
      })
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', 'http://desk.example')
    if (url.pathname === '/api/feed') {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': here\n\n')
      ears.add(res)
      req.on('close', () => ears.delete(res))
      return
    }
    if (url.pathname.startsWith('/dev/')) {
      stir(url.pathname)
      res.writeHead(204).end()
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    const sent = Buffer.concat(chunks)
    const json =
      req.headers['content-type'] === 'application/json' ? (JSON.parse(sent.toString()) as unknown) : sent
    const got = reply(desk, {
      method: req.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      body: json,
    })
    if (got.html !== undefined) {
      res.writeHead(200, {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'",
      })
      res.end(got.html)
    } else {
      res.writeHead(got.status, { 'Content-Type': 'application/json' })
      res.end(got.json === undefined ? undefined : JSON.stringify(got.json))
    }
    if (got.changed)
      tellAll('change', {
        kind: 'ticket.changed',
        subject: 'ticket',
        subjectId: got.changed,
        ticketId: got.changed,
        actor: 'agent',
      })
  }

  return {
    name: 'guichet-fixtures',
    configureServer(server) {
      server.middlewares.use((req, res, next) => {
        const path = (req.url ?? '').split('?')[0] ?? ''
        if (/^\/(api|m|shell|dev\/(arrive|link))(\/|$)/.test(path)) void answer(req, res)
        else next()
      })
    },
  }
}
