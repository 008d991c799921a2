/**
 * Every key of the program, once. Tooltips, the palette and the `?` sheet read
 * this table, and keys.svelte.ts listens by it. A chord is [Mod+][Alt+]key as
 * `e.key` gives it (never the code: AZERTY); a space makes a sequence. `Mod`
 * is Ctrl, or Cmd on a Mac. Capital letters mean Shift.
 */
import type { Key } from './words/keys.ts'

export type Scope = 'everywhere' | 'list' | 'ticket' | 'composer' | 'dock' | 'record'

export interface Entry {
  id: string
  scope: Scope
  chords: readonly string[]
  say: Key
  /** Also heard while typing in a field. */
  typing?: boolean
  /** Not offered by the palette: pointless without the keyboard. */
  hidden?: boolean
  /** Only where the window has no such key of its own; heard in a dialog too. */
  window?: boolean
}

const table = [
  {
    id: 'palette',
    scope: 'everywhere',
    chords: ['Mod+k'],
    say: 'ui.key.palette',
    typing: true,
    hidden: true,
  },
  { id: 'keys', scope: 'everywhere', chords: ['?'], say: 'ui.key.keys' },
  { id: 'search', scope: 'everywhere', chords: ['/'], say: 'ui.key.search' },
  { id: 'new', scope: 'everywhere', chords: ['c'], say: 'ui.key.new' },
  { id: 'undo', scope: 'everywhere', chords: ['z'], say: 'ui.key.undo', hidden: true },
  { id: 'rail', scope: 'everywhere', chords: ['['], say: 'ui.key.rail' },
  { id: 'panel', scope: 'everywhere', chords: [']'], say: 'ui.key.panel' },
  { id: 'go.mine', scope: 'everywhere', chords: ['g m'], say: 'ui.key.go.mine' },
  { id: 'go.unassigned', scope: 'everywhere', chords: ['g u'], say: 'ui.key.go.unassigned' },
  { id: 'go.open', scope: 'everywhere', chords: ['g o'], say: 'ui.key.go.open' },
  { id: 'go.pending', scope: 'everywhere', chords: ['g e'], say: 'ui.key.go.pending' },
  { id: 'go.all', scope: 'everywhere', chords: ['g a'], say: 'ui.key.go.all' },
  { id: 'go.dock', scope: 'everywhere', chords: ['g q'], say: 'ui.key.go.dock' },
  { id: 'go.clients', scope: 'everywhere', chords: ['g c'], say: 'ui.key.go.clients' },
  { id: 'go.contacts', scope: 'everywhere', chords: ['g p'], say: 'ui.key.go.contacts' },
  { id: 'go.settings', scope: 'everywhere', chords: ['g s'], say: 'ui.key.go.settings' },
  { id: 'theme', scope: 'everywhere', chords: [], say: 'ui.key.theme' },
  { id: 'language', scope: 'everywhere', chords: [], say: 'ui.key.language' },

  {
    id: 'zoom.in',
    scope: 'everywhere',
    chords: ['Mod++', 'Mod+Shift++', 'Mod+='],
    say: 'ui.key.zoom.in',
    typing: true,
    window: true,
  },
  {
    id: 'zoom.out',
    scope: 'everywhere',
    chords: ['Mod+-'],
    say: 'ui.key.zoom.out',
    typing: true,
    window: true,
  },
  {
    id: 'zoom.reset',
    scope: 'everywhere',
    // On AZERTY the figure needs Shift, and its key alone gives à.
    chords: ['Mod+0', 'Mod+Shift+0', 'Mod+à'],
    say: 'ui.key.zoom.reset',
    typing: true,
    window: true,
  },

  { id: 'list.next', scope: 'list', chords: ['j'], say: 'ui.key.next', hidden: true },
  { id: 'list.previous', scope: 'list', chords: ['k'], say: 'ui.key.previous', hidden: true },
  { id: 'list.open', scope: 'list', chords: ['Enter'], say: 'ui.key.open', hidden: true },
  { id: 'list.top', scope: 'list', chords: ['g g'], say: 'ui.key.top', hidden: true },
  { id: 'list.arrivals', scope: 'list', chords: ['.'], say: 'ui.key.arrivals', hidden: true },

  { id: 'ticket.answer', scope: 'ticket', chords: ['r'], say: 'ui.key.answer' },
  { id: 'ticket.note', scope: 'ticket', chords: ['n'], say: 'ui.key.note' },
  { id: 'ticket.assign', scope: 'ticket', chords: ['a'], say: 'ui.key.assign' },
  { id: 'ticket.mine', scope: 'ticket', chords: ['m'], say: 'ui.key.take' },
  { id: 'ticket.status', scope: 'ticket', chords: ['e'], say: 'ui.key.status' },
  { id: 'ticket.level', scope: 'ticket', chords: ['l'], say: 'ui.key.level' },
  { id: 'ticket.qualify', scope: 'ticket', chords: ['y'], say: 'ui.key.qualify' },
  { id: 'ticket.subject', scope: 'ticket', chords: ['F2'], say: 'ui.key.subject' },
  { id: 'ticket.requester', scope: 'ticket', chords: ['q'], say: 'ui.key.requester' },
  { id: 'ticket.client', scope: 'ticket', chords: ['s'], say: 'ui.key.client' },
  { id: 'ticket.quotes', scope: 'ticket', chords: ['o'], say: 'ui.key.quotes' },
  { id: 'ticket.earlier', scope: 'ticket', chords: ['p'], say: 'ui.key.earlier' },
  { id: 'ticket.attach', scope: 'ticket', chords: ['t'], say: 'ui.people.key.attach' },
  { id: 'ticket.forwarded', scope: 'ticket', chords: ['f'], say: 'ui.mail.key.forwarded' },
  { id: 'ticket.join', scope: 'ticket', chords: ['i'], say: 'ui.mail.key.join' },
  { id: 'ticket.dismiss', scope: 'ticket', chords: ['d'], say: 'ui.mail.key.dismiss' },
  { id: 'ticket.spam', scope: 'ticket', chords: ['!'], say: 'ui.mail.key.spam' },
  { id: 'ticket.back', scope: 'ticket', chords: ['Escape', 'u'], say: 'ui.key.back', hidden: true },

  { id: 'dock.reassign', scope: 'dock', chords: ['r'], say: 'ui.dock.key.reassign' },
  { id: 'dock.new', scope: 'dock', chords: ['n'], say: 'ui.dock.key.new' },
  { id: 'dock.aside', scope: 'dock', chords: ['x'], say: 'ui.dock.key.aside' },
  { id: 'dock.spam', scope: 'dock', chords: ['!'], say: 'ui.dock.key.spam' },
  { id: 'dock.block', scope: 'dock', chords: ['b'], say: 'ui.dock.key.block' },
  { id: 'dock.ticket', scope: 'dock', chords: ['t'], say: 'ui.dock.key.ticket' },
  { id: 'dock.source', scope: 'dock', chords: ['s'], say: 'ui.dock.key.source' },
  { id: 'dock.filter', scope: 'dock', chords: ['f'], say: 'ui.dock.key.filter' },
  { id: 'dock.undo', scope: 'dock', chords: ['u'], say: 'ui.dock.key.undo', hidden: true },

  { id: 'record.new', scope: 'record', chords: ['n'], say: 'ui.record.key.new' },
  { id: 'record.edit', scope: 'record', chords: ['e'], say: 'ui.record.key.edit' },
  { id: 'record.tickets', scope: 'record', chords: ['t'], say: 'ui.record.key.tickets' },
  { id: 'record.merge', scope: 'record', chords: ['m'], say: 'ui.record.key.merge' },
  { id: 'record.import', scope: 'record', chords: ['i'], say: 'ui.record.key.import' },

  {
    id: 'composer.send',
    scope: 'composer',
    chords: ['Mod+Enter'],
    say: 'ui.key.send',
    typing: true,
    hidden: true,
  },
  {
    id: 'composer.file',
    scope: 'composer',
    chords: ['Mod+Shift+a'],
    say: 'ui.key.file',
    typing: true,
    hidden: true,
  },
  {
    id: 'composer.close',
    scope: 'composer',
    chords: ['Escape'],
    say: 'ui.key.fold',
    typing: true,
    hidden: true,
  },
] as const satisfies readonly Entry[]

export type Action = (typeof table)[number]['id']
export const keymap: readonly (Entry & { id: Action })[] = table

/** entry finds an action's line of the table. */
export function entry(id: Action): Entry & { id: Action } {
  const found = keymap.find((e) => e.id === id)
  if (!found) throw new Error(`no key ${id}`)
  return found
}

interface Pressed {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  shiftKey: boolean
  getModifierState(name: string): boolean
}

/** chordOf writes a key press as the table does; '' for a lone modifier. */
export function chordOf(e: Pressed): string {
  if (['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'Dead'].includes(e.key)) return ''
  const typed = e.getModifierState('AltGraph') // AltGr types characters, it commands nothing
  const mod = !typed && (e.ctrlKey || e.metaKey)
  const letter = e.key.length === 1 && e.key.toLowerCase() !== e.key.toUpperCase()
  const key = letter ? (e.shiftKey && !mod ? e.key.toUpperCase() : e.key.toLowerCase()) : e.key
  const shift = e.shiftKey && (mod || e.key.length > 1)
  return `${mod ? 'Mod+' : ''}${!typed && e.altKey ? 'Alt+' : ''}${shift ? 'Shift+' : ''}${key}`
}

const isMac = typeof navigator !== 'undefined' && navigator.userAgent.includes('Mac')
const names: Record<string, string> = {
  Mod: isMac ? '⌘' : 'Ctrl',
  Shift: '⇧',
  Alt: isMac ? '⌥' : 'Alt',
  Enter: '⏎',
  Escape: 'Esc',
}

/** caps cuts an action's first chord into the key caps that are shown. */
export function caps(id: Action): string[] {
  const chord = entry(id).chords[0]
  if (!chord) return []
  return chord
    .split(' ')
    .flatMap((step) => step.split(/\+(?=.)/)) // the last + is a key
    .map((cap) => names[cap] ?? (cap.length === 1 ? cap.toUpperCase() : cap))
}
