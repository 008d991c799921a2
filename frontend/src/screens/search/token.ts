/** The word of a search line that is being typed, as the server's parser cuts it: at spaces outside quotation marks. */
export interface Token {
  from: number
  to: number
  text: string
}

export function tokenAt(line: string, caret: number): Token {
  let from = 0
  let quoted = false
  for (let i = 0; i < caret; i++) {
    const c = line.charAt(i)
    if ('"“”«»'.includes(c)) quoted = !quoted
    else if (!quoted && /\s/.test(c)) from = i + 1
  }
  return { from, to: caret, text: line.slice(from, caret) }
}

/** completed puts a completion in a word's place; what awaits a value stays open behind it. */
export function completed(line: string, { from, to }: Token, text: string): { line: string; caret: number } {
  const end = text.endsWith(':') ? '' : ' '
  const rest = line.slice(to).trimStart()
  return { line: line.slice(0, from) + text + end + rest, caret: from + text.length + end.length }
}
