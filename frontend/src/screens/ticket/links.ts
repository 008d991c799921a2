/**
 * A web address in a plain text was clicked: the same question as for a link
 * in a mail's layout, with the server's warnings where it knows the link.
 */
import { askQuestion } from '../../lib/feed.svelte.ts'
import { openBody } from '../../lib/server.ts'
import type { MailLink } from '../../lib/shapes.ts'

export async function askLink(messageId: string, href: string): Promise<void> {
  const known = await openBody(messageId).then(
    (body) => body.links.find((l) => l.href === href),
    () => undefined, // without the server's view of it the address itself is shown
  )
  const link: MailLink = known ?? { n: -1, text: '', href, host: hostOf(href), warnings: [] }
  askQuestion({ messageId, link })
}

function hostOf(href: string): string {
  try {
    return new URL(href).hostname
  } catch {
    return ''
  }
}
