/** Light, dark, or as the system says; kept with the agent's preferences. */
export type Theme = 'system' | 'light' | 'dark'

export const theme = $state<{ chosen: Theme }>({ chosen: 'system' })

export function setTheme(chosen: Theme): void {
  theme.chosen = chosen
  if (chosen === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = chosen
}
