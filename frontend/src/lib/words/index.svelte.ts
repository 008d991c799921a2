/**
 * What a person reads. `say(key, args)` gives a sentence of the interface in
 * the reader's language, `sayKey` one whose key came from the server. Both are
 * reactive: a template that uses them follows a change of language.
 */
import { fill, number, type Args, type Language } from './fill.ts'
import type { Key } from './keys.ts'

export type { Args, Key, Language }

const now = $state<{ language: Language; catalogue: Record<string, string> }>({
  language: 'fr',
  catalogue: {},
})

/** speak loads a language's catalogue and turns the interface to it. */
export async function speak(language: Language): Promise<void> {
  const { default: catalogue } = language === 'en' ? await import('./en.ts') : await import('./fr.ts')
  now.catalogue = catalogue
  now.language = language
  document.documentElement.lang = language
}

export function language(): Language {
  return now.language
}

export function say(key: Key, args: Args = {}): string {
  return sayKey(key, args)
}

/** sayKey says a sentence by a key that the server sent; an unknown key comes back as it is. */
export function sayKey(key: string, args: Args = {}): string {
  const text = now.catalogue[key]
  return text === undefined ? key : fill(now.language, text, args)
}

/** said says what the server put together: a key with its arguments. */
export function said(what: { key: string; args?: Record<string, unknown> } | undefined): string {
  return what ? sayKey(what.key, (what.args ?? {}) as Args) : ''
}

/** known tells whether the catalogue has a key that was put together at run time. */
export function known(key: string): boolean {
  return now.catalogue[key] !== undefined
}

/** count writes a whole number as the language does. */
export function count(n: number): string {
  return number(now.language, n)
}

/** bytes writes a size for people: 840 ko, 6,2 Mo. */
export function bytes(size: number): string {
  const units = now.language === 'fr' ? ['o', 'ko', 'Mo', 'Go'] : ['B', 'kB', 'MB', 'GB']
  let i = 0
  while (size >= 1000 && i < units.length - 1) {
    size /= 1000
    i++
  }
  const digits = i < 2 || size >= 10 ? 0 : 1
  return `${new Intl.NumberFormat(now.language, { maximumFractionDigits: digits }).format(size)}\u00a0${units[i]}`
}
