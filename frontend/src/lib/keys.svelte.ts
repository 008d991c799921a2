/**
 * Listens to the keymap. A component calls `onKey('ticket.answer', fn)` inside
 * an $effect (it returns the way to stop); the newest listener of an action
 * wins. `can(id)` tells whether an action is possible now, `run(id)` does it.
 */
import { untrack } from 'svelte'
import { SvelteMap } from 'svelte/reactivity'
import { chordOf, keymap, type Action, type Scope } from './keymap.ts'

type Run = () => void

const listeners = new SvelteMap<Action, Run[]>()

export function onKey(action: Action, run: Run): () => void {
  // Untracked: the effect that registers must not run again because it did.
  untrack(() => listeners.set(action, [...(listeners.get(action) ?? []), run]))
  return () =>
    untrack(() => {
      const left = (listeners.get(action) ?? []).filter((r) => r !== run)
      if (left.length) listeners.set(action, left)
      else listeners.delete(action)
    })
}

/** onKeys registers several at once: `$effect(() => onKeys({ 'ticket.note': open }))`. */
export function onKeys(wanted: Partial<Record<Action, Run>>): () => void {
  const stops = Object.entries(wanted).map(([action, run]) => onKey(action as Action, run))
  return () => stops.forEach((stop) => stop())
}

export function can(action: Action): boolean {
  return listeners.has(action)
}

export function run(action: Action): void {
  listeners.get(action)?.at(-1)?.()
}

/** The scopes from the innermost out: where two share a chord, the first wins. */
const order: Scope[] = ['composer', 'ticket', 'list', 'everywhere']

let pending = ''
let forget: ReturnType<typeof setTimeout> | undefined

/** press takes one key press and tells whether it meant something. */
export function press(e: KeyboardEvent): boolean {
  const chord = chordOf(e)
  if (!chord || e.isComposing) return false
  const modal = document.querySelector('dialog:modal') !== null
  // An editor is on its way: what is typed meant it, and must not command anything.
  if (!modal && document.querySelector('[data-waiting]') && e.key.length === 1) return true
  const typing = isTyping(e.target)
  const sequence = pending ? `${pending} ${chord}` : chord
  setPending('')
  const wanted = keymap
    .filter((k) => (modal ? k.window : !typing || k.typing) && can(k.id))
    .filter((k) => k.chords.some((c) => c === sequence || c.startsWith(`${sequence} `)))
    .filter((k) => k.scope !== 'composer' || inComposer(e.target))
    .sort((a, b) => order.indexOf(a.scope) - order.indexOf(b.scope))
  const whole = wanted.find((k) => k.chords.includes(sequence))
  if (whole && !(chord === 'Enter' && isButton(e.target))) {
    run(whole.id)
    return true
  }
  if (wanted.length && !whole) {
    setPending(sequence)
    return true
  }
  return false
}

function setPending(chord: string): void {
  pending = chord
  clearTimeout(forget)
  if (chord) forget = setTimeout(() => (pending = ''), 1_200)
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=checkbox],[type=radio]), textarea, select'))
  )
}

function isButton(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('button, a, summary, [role=button], input')
}

function inComposer(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[data-composer]') !== null
}
