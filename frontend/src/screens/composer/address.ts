/** addressOf reads what a person typed as one address: "Léa <lea@x.example>" or "lea@x.example". */
import type { Address } from '../../lib/shapes.ts'

export function addressOf(typed: string): Address | undefined {
  const text = typed.trim().replace(/[,;]+$/, '')
  const inside = /^([^<>]*)<([^<>\s]+)>$/.exec(text)
  const address = (inside?.[2] ?? text).trim()
  const name = (inside?.[1] ?? '').trim().replace(/^"|"$/g, '')
  return /^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+\.[^\s@.]+$/.test(address) ? { name, address } : undefined
}
