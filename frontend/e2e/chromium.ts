/** Which Chromium, and how it is started: no errand of its own, foreign hosts lead nowhere. */
import { existsSync } from 'node:fs'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export function executable(): string {
  const found = process.env['GUICHET_CHROMIUM'] ?? places.find((path) => existsSync(path))
  if (!found) throw new Error(`No Chromium: none of ${places.join(', ')}`)
  return found
}

/** args start it so that canary.example is the given port here. */
export const args = (canary: number) => [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  `--host-resolver-rules=MAP canary.example 127.0.0.1:${canary}, MAP * ~NOTFOUND, EXCLUDE *.localhost, EXCLUDE 127.0.0.1`,
]
