/**
 * Saves a file for the person: through the window's own dialog, or as a
 * download of the browser.
 */
import { shell } from '../../lib/server.ts'
import { attempt, tell } from '../../lib/toasts.svelte.ts'
import { say } from '../../lib/words/index.svelte.ts'

type What = Parameters<typeof shell.save>[0]

export async function saveFile(inWindow: boolean, what: What, href: string): Promise<void> {
  if (!inWindow) {
    const link = document.createElement('a')
    link.href = href
    link.download = ''
    link.click()
    return
  }
  const saved = await attempt(() => shell.save(what))
  if (saved?.saved) tell(say('ui.file.saved', { path: saved.path ?? '' }))
}
