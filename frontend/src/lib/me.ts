/** Who is at this window and what the mailboxes do; and the counts of the views. */
import { createQuery } from '@tanstack/svelte-query'
import { keys, queryClient } from './queries.ts'
import { getMe, getViews, listAgents, listSavedViews, saveMe } from './server.ts'
import type { Me, Preferences } from './shapes.ts'
import { setTheme, type Theme } from './theme.svelte.ts'
import { attempt } from './toasts.svelte.ts'
import { setZoom } from './view.svelte.ts'
import { speak, type Language } from './words/index.svelte.ts'

export const useMe = () => createQuery(() => ({ queryKey: keys.me, queryFn: getMe }))
export const useViews = () => createQuery(() => ({ queryKey: keys.views, queryFn: getViews }))
/** The saved views; a count that time alone changes is asked for at that time. */
export const useSavedViews = () =>
  createQuery(() => ({
    queryKey: keys.savedViews,
    queryFn: listSavedViews,
    refetchInterval: ({ state }) =>
      state.data?.until ? Math.min(Math.max(state.data.until - Date.now(), 1_000), 2 ** 31 - 1) : false,
  }))
export const useAgents = () => createQuery(() => ({ queryKey: keys.agents, queryFn: listAgents }))

/** prefer keeps some preferences of this agent, on screen at once; the server leaves the others as they are. */
export async function prefer(preferences: Partial<Preferences>): Promise<void> {
  const me = queryClient.getQueryData<Me>(keys.me)
  if (!me) return
  const all = { ...me.agent.preferences, ...preferences }
  queryClient.setQueryData<Me>(keys.me, { ...me, agent: { ...me.agent, preferences: all } })
  await attempt(() => saveMe({ preferences }))
}

export async function chooseTheme(chosen: Theme): Promise<void> {
  setTheme(chosen)
  await prefer({ theme: chosen })
}

/** chooseZoom shows everything at so many percent and keeps that. */
export async function chooseZoom(zoom: number): Promise<void> {
  setZoom(zoom)
  await prefer({ zoom })
}

export async function chooseLanguage(language: Language): Promise<void> {
  await speak(language)
  queryClient.setQueryData<Me>(keys.me, (me) => me && { ...me, agent: { ...me.agent, language } })
  await attempt(() => saveMe({ language }))
}
