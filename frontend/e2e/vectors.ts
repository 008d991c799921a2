/** What a hostile mail may hold: our own vectors, and a public collection where it is there. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `alert` is heard as a script that ran, and http://canary.example as a request that left. */
const own = JSON.parse(readFileSync(join(import.meta.dirname, 'vectors.json'), 'utf8')) as string[]

const collection = join(import.meta.dirname, '../../../shared/corpora/xss/vectors.json')

/** vectors lists them all; foreign hosts become the canary, so that none is out of hearing. */
export function vectors(): string[] {
  if (!existsSync(collection)) {
    console.log('!! The public collection of vectors is not there: only our own are tried.')
    return own
  }
  const found = JSON.parse(readFileSync(collection, 'utf8')) as string[]
  const local = found.map((v) => v.replace(/(https?:)?\/\/[\w-]+(\.[\w-]+)+/g, 'http://canary.example'))
  return [...own, ...new Set(local)]
}

const encoded = (text: string) =>
  [
    ...Buffer.from(text)
      .toString('base64')
      .matchAll(/.{1,60}/g),
  ]
    .map((m) => `=?utf-8?b?${m[0]}?=`)
    .join('\r\n ')

/** mailOf puts a vector in the body, the subject and the sender's name of a mail. */
export function mailOf(vector: string, n: number): string {
  const body = Buffer.from(`<html><body><p>${n}</p>${vector}</body></html>`).toString('base64')
  const head = vector.slice(0, 45).replace(/[\r\n\0]/g, ' ')
  return [
    `From: ${encoded(head)} <v${n}@stranger.example>`,
    'To: support@atelier.example',
    `Subject: ${encoded(`${n} ${head}`)}`,
    `Message-ID: <vector-${n}@stranger.example>`,
    'Date: Mon, 23 Nov 2026 10:00:00 +0100',
    'MIME-Version: 1.0',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...[...body.matchAll(/.{1,76}/g)].map((m) => m[0]),
    '',
  ].join('\r\n')
}
