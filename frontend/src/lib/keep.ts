/**
 * What this browser remembers by itself (folded rail, unsent text). Where
 * nothing may be kept, it forgets without a word: the server has the rest.
 */
export function keep(name: string, value: unknown): void {
  try {
    localStorage.setItem(`guichet.${name}`, JSON.stringify(value))
  } catch {
    // storage full or forbidden: the copy on the server remains
  }
}

export function kept<T>(name: string): T | undefined {
  try {
    const text = localStorage.getItem(`guichet.${name}`)
    return text === null ? undefined : (JSON.parse(text) as T)
  } catch {
    return undefined
  }
}

export function forget(name: string): void {
  try {
    localStorage.removeItem(`guichet.${name}`)
  } catch {
    // nothing was kept
  }
}
