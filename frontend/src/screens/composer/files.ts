/** Files that were chosen, dropped or pasted, read into bytes and sent up. */
import type { DraftFile } from '../../lib/shapes.ts'
import type { Writing } from './draft.svelte.ts'

export function filesOf(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])]
}

/** take attaches files one after the other, in the order given. */
export async function take(writing: Writing, list: readonly File[], inline = false): Promise<DraftFile[]> {
  const taken: DraftFile[] = []
  for (const file of list) {
    const bytes = new Uint8Array(await file.arrayBuffer())
    taken.push(await writing.attach(file.name, file.type, inline, bytes))
  }
  return taken
}

/** isPicture tells which files are shown inside the text. */
export function isPicture(file: File): boolean {
  return /^image\/(png|jpeg|gif|webp)$/.test(file.type)
}
