/** Puts a mail where a person says, says so, and offers to undo it. */
import { keys, queryClient } from '../../lib/queries.ts'
import { attempt, tell, tellUndo } from '../../lib/toasts.svelte.ts'
import { say } from '../../lib/words/index.svelte.ts'
import { reassignMail, undoReassign, type MailRow, type Target } from './server.ts'

/** move returns the mail as it is now, or nothing when it was refused. */
export async function move(
  mail: MailRow,
  target: Target,
  onback: (mail: MailRow) => void,
): Promise<MailRow | undefined> {
  const moved = await attempt(() => reassignMail(mail.id, mail.version, target))
  if (!moved) return undefined
  look(moved)
  tellUndo(say(`ui.dock.said.${target.to}`, { number: String(moved.ticket?.number ?? '') }), async () => {
    onback(await takeBack(moved))
  })
  return moved
}

/** takeBack gives a mail the fate that it had before it was moved. */
export async function takeBack(mail: MailRow): Promise<MailRow> {
  const back = await undoReassign(mail.id, mail.version)
  look(back)
  tell(say('ui.dock.said.undone'))
  return back
}

function look(mail: MailRow) {
  void queryClient.invalidateQueries({ queryKey: keys.mail(mail.id) })
}
