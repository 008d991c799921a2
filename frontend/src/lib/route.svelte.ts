/**
 * The hash router. `route.path` is the address cut at slashes
 * (#/tickets/open/12?x=1 → ['tickets', 'open', '12']), `route.query` its
 * parameters; `go` writes a new one, `href` makes a link's address.
 */
export type Query = Record<string, string>

interface Address {
  path: string[]
  query: Query
}

export const route = $state<Address>(read())

function read(): Address {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2)
  return {
    path: path.split('/').filter(Boolean).map(decode),
    query: Object.fromEntries(new URLSearchParams(query)),
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // a stray % that somebody typed
  }
}

/** href makes the address of a place, empty query values left out. */
export function href(path: string[], query: Query = {}): string {
  const kept = Object.entries(query).filter(([, value]) => value !== '')
  const search = new URLSearchParams(kept).toString()
  return `#/${path.map(encodeURIComponent).join('/')}${search ? `?${search}` : ''}`
}

/** go opens a place; with replace, Back skips the one left. */
export function go(path: string[], query: Query = {}, replace = false): void {
  const to = href(path, query)
  if (to === location.hash) return
  if (replace) history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  follow()
}

function follow(): void {
  const next = read()
  route.path = next.path
  route.query = next.query
}

/** listen follows Back, Forward and plain links; it returns the way to stop. */
export function listen(): () => void {
  addEventListener('hashchange', follow)
  addEventListener('popstate', follow)
  follow()
  return () => {
    removeEventListener('hashchange', follow)
    removeEventListener('popstate', follow)
  }
}
