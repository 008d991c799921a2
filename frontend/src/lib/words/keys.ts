/**
 * The keys that the interface says itself, typed from the French files.
 * A new ui-*.json area adds its line here; keys that the server names (errors,
 * reasons) are plain strings and go through sayKey.
 */
import type ui from '../../../../internal/words/fr/ui.json'

export type Key = keyof typeof ui
