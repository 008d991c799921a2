/** The sentences that the interface says, for tests that look for them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fill, type Args, type Language } from '../src/lib/words/fill.ts'

export type { Language }

function catalogue(language: Language): Record<string, string> {
  const folder = join(import.meta.dirname, '../../internal/words', language)
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  return Object.assign({}, ...files.map((text) => JSON.parse(text) as Record<string, string>))
}

export function words(language: Language): (key: string, args?: Args) => string {
  const all = catalogue(language)
  return (key, args = {}) => {
    const text = all[key]
    if (text === undefined) throw new Error(`no ${language} words for ${key}`)
    return fill(language, text, args)
  }
}
