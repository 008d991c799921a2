/** hint is a tooltip: what an action does and its key, "Répondre (R)". */
import { caps, entry, type Action } from './keymap.ts'
import { say } from './words/index.svelte.ts'

export function hint(action: Action, text = say(entry(action).say)): string {
  const keys = caps(action).join(' ')
  return keys ? `${text} (${keys})` : text
}
