/**
 * The live feed (server-sent events). `startFeed` connects and reconnects;
 * `onChange` hears every change, `onQuestion` a click on a link in a mail, and
 * `feed.live` says whether we hear anything at all.
 */
import { keys, queryClient, refreshFor } from './queries.ts'
import type { Change, FeedQuestion, FeedStatus, Me, Views } from './shapes.ts'

export const feed = $state({ live: true })

const changeEars = new Set<(change: Change) => void>()
const questionEars = new Set<(question: FeedQuestion) => void>()

export function onChange(ear: (change: Change) => void): () => void {
  changeEars.add(ear)
  return () => changeEars.delete(ear)
}

/**
 * onChanges hears changes together, `ms` after the first of them: in a storm of
 * mails as often as that and no more.
 */
export function onChanges(ear: (changes: readonly Change[]) => void, ms = 200): () => void {
  let waiting: Change[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = onChange((change) => {
    waiting.push(change)
    timer ??= setTimeout(() => {
      timer = undefined
      const gathered = waiting
      waiting = []
      ear(gathered)
    }, ms)
  })
  return () => {
    stop()
    clearTimeout(timer)
  }
}

export function onQuestion(ear: (question: FeedQuestion) => void): () => void {
  questionEars.add(ear)
  return () => questionEars.delete(ear)
}

/** askQuestion raises the question about a link from inside the window. */
export function askQuestion(question: FeedQuestion): void {
  for (const ear of questionEars) ear(question)
}

/** startFeed listens from a place in the journal on; it returns the way to stop. */
export function startFeed(since: number): () => void {
  let last = since
  let source: EventSource | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  let wait = 500

  const connect = () => {
    source = new EventSource(`/api/feed?since=${last}`)
    source.onopen = () => {
      if (!feed.live) void queryClient.invalidateQueries() // something may have been missed
      feed.live = true
      wait = 500
    }
    source.onerror = () => {
      feed.live = false
      source?.close()
      again = setTimeout(connect, wait)
      wait = Math.min(wait * 2, 10_000)
    }
    source.addEventListener('change', (e) => {
      const change = JSON.parse(e.data as string) as Change
      last = Math.max(last, change.seq)
      refreshFor(change)
      for (const ear of changeEars) ear(change)
    })
    source.addEventListener('status', (e) => takeStatus(JSON.parse(e.data as string) as FeedStatus))
    source.addEventListener('question', (e) => {
      askQuestion(JSON.parse(e.data as string) as FeedQuestion)
    })
  }
  connect()
  return () => {
    source?.close()
    clearTimeout(again)
  }
}

function takeStatus({ mailboxes, diskFull, history, outbox }: FeedStatus): void {
  queryClient.setQueryData<Me>(keys.me, (me) => me && { ...me, mailboxes, diskFull, history })
  queryClient.setQueryData<Views>(keys.views, (views) => views && { ...views, outbox })
}
