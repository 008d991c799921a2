/** The verbs of the first start. */
import type { components } from '../../lib/api/types.ts'
import { api, call } from '../../lib/client.ts'

export const setUp = (body: components['schemas']['SetupInBody']) => call(api.POST('/api/setup', { body }))

/** setBackupFolder changes that one setting and leaves the others as they stand. */
export async function setBackupFolder(backupFolder: string): Promise<void> {
  const { version, teamName, language } = await call(api.GET('/api/settings'))
  const body = { version, teamName, language, backupFolder }
  await call(api.PATCH('/api/settings', { body }))
}
