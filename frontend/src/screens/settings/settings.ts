/** A few of the team's settings in a form of their own; the others stay as they stand. */
import { Editing } from '../../lib/form/editing.svelte.ts'
import { keys, queryClient } from '../../lib/queries.ts'
import { say } from '../../lib/words/index.svelte.ts'
import { getSettings, saveSettings, type Settings } from './server.ts'

type Form = Partial<Pick<Settings, 'teamName' | 'language' | 'backupFolder'>>

export function editSettings<F extends Form>(
  settings: Settings,
  pick: (s: Settings) => F,
): Editing<Settings, F> {
  return new Editing<Settings, F>(
    {
      formOf: (s) => pick(s ?? settings),
      save: ({ version, teamName, language, backupFolder }, form) =>
        saveSettings({ version, teamName, language, backupFolder: backupFolder ?? '', ...form }),
      fetch: getSettings,
      put: (saved) => {
        queryClient.setQueryData(keys.settings, saved)
        void queryClient.invalidateQueries({ queryKey: keys.me })
      },
      said: () => say('ui.settings.said.saved'),
      // A team without a name was so before it had one; there is no way back to that.
      lasting: (before) => !before.teamName,
    },
    settings,
  )
}
