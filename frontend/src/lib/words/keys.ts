/**
 * The keys that the interface says itself, typed from the French files.
 * A new ui-*.json area adds its line here; keys that the server names (errors,
 * reasons) are plain strings and go through sayKey.
 */
import type dock from '../../../../internal/words/fr/ui-dock.json'
import type history from '../../../../internal/words/fr/ui-history.json'
import type mail from '../../../../internal/words/fr/ui-mail.json'
import type oauth from '../../../../internal/words/fr/ui-oauth.json'
import type people from '../../../../internal/words/fr/ui-people.json'
import type service from '../../../../internal/words/fr/ui-service.json'
import type settings from '../../../../internal/words/fr/ui-settings.json'
import type setup from '../../../../internal/words/fr/ui-setup.json'
import type views from '../../../../internal/words/fr/ui-views.json'
import type ui from '../../../../internal/words/fr/ui.json'

export type Key = keyof (typeof ui &
  typeof dock &
  typeof history &
  typeof mail &
  typeof oauth &
  typeof people &
  typeof service &
  typeof settings &
  typeof setup &
  typeof views)
