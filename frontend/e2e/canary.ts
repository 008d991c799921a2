/** Listens where every foreign host of the browser leads, and counts who comes. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Canary {
  port: number
  /** What was asked for, and "connection" for what never spoke HTTP. */
  heard: string[]
  stop(): void
}

export async function listen(
  answer: (path: string) => string | undefined = () => undefined,
): Promise<Canary> {
  const heard: string[] = []
  const server: Server = createServer((request, response) => {
    const own = answer(request.url ?? '')
    if (own === undefined) heard.push(`${request.headers.host}${request.url}`)
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    response.end(own ?? '')
  })
  server.on('clientError', (_error, socket) => {
    heard.push('connection') // TLS, most likely: it left all the same
    socket.destroy()
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { port: (server.address() as AddressInfo).port, heard, stop }
}
