/**
 * Fills {name} and {n|singular|plural} (or {n|none|one|more}) in a sentence,
 * by the same rules as internal/words/words.go.
 */
export type Language = 'fr' | 'en'
export type Args = Record<string, string | number>

export function fill(language: Language, text: string, args: Args): string {
  let out = ''
  for (;;) {
    const start = text.indexOf('{')
    const end = start < 0 ? -1 : closing(text, start)
    if (end < 0) return out + text
    out += text.slice(0, start) + hole(language, text.slice(start + 1, end), args)
    text = text.slice(end + 1)
  }
}

function closing(text: string, start: number): number {
  let depth = 0
  for (let i = start; i < text.length; i++) {
    if (text[i] === '{') depth++
    else if (text[i] === '}' && --depth === 0) return i
  }
  return -1
}

function hole(language: Language, inside: string, args: Args): string {
  const bar = inside.indexOf('|')
  const value = args[bar < 0 ? inside : inside.slice(0, bar)]
  if (value === undefined) return `{${inside}}`
  if (bar < 0) return typeof value === 'number' ? number(language, value) : value
  const forms = split(inside.slice(bar + 1))
  return fill(language, forms[pick(language, value, forms.length)] ?? '', args)
}

function split(forms: string): string[] {
  const out: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i < forms.length; i++) {
    if (forms[i] === '{') depth++
    else if (forms[i] === '}') depth--
    else if (forms[i] === '|' && depth === 0) {
      out.push(forms.slice(from, i))
      from = i + 1
    }
  }
  return [...out, forms.slice(from)]
}

/** French says 0 in the singular, English in the plural. */
function pick(language: Language, value: string | number, forms: number): number {
  const n = Number(value)
  if (forms === 3) return n === 0 ? 0 : n === 1 ? 1 : 2
  return n === 1 || (n === 0 && language === 'fr') ? 0 : forms - 1
}

const numbers = {
  fr: new Intl.NumberFormat('fr', { useGrouping: 'min2' }),
  en: new Intl.NumberFormat('en', { useGrouping: 'always' }),
}

/** number writes a count with the language's thousands mark: 12 345 or 12,345. */
export function number(language: Language, n: number): string {
  return numbers[language].format(n)
}
