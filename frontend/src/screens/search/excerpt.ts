/** around cuts what stands before the first word found, so that the word is seen on one line. */
interface Run {
  text: string
  hit: boolean
}

const before = 16

export function around(excerpt: readonly Run[]): Run[] {
  const first = excerpt.findIndex((r) => r.hit)
  if (first < 0) return [...excerpt]
  const lead = excerpt
    .slice(0, first)
    .map((r) => r.text)
    .join('')
    .replace(/\s+/g, ' ')
  const cut = lead.length <= before ? lead : `…${lead.slice(-before).replace(/^\S*\s/, '')}`
  return [{ text: cut, hit: false }, ...excerpt.slice(first)]
}
