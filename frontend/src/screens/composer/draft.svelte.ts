/**
 * An answer being written: what it holds, and its copies. Every few seconds it
 * goes to the server; what the server has not got yet is in this browser, so
 * that a crash of either loses nothing.
 */
import { Fault } from '../../lib/client.ts'
import { forget, keep, kept } from '../../lib/keep.ts'
import { addFile, dropDraft, dropFile, getTicket, saveDraft } from '../../lib/server.ts'
import { prefer } from '../../lib/me.ts'
import { keys, queryClient } from '../../lib/queries.ts'
import type { Address, Me, Compose, Draft, DraftFile, Recipient } from '../../lib/shapes.ts'
import { say } from '../../lib/words/index.svelte.ts'
import { toEditor, toHtml, toMail, toText } from './html.ts'

interface Copy {
  html: string
  text: string
  to: Address[]
  cc: Address[]
  since: string
  at: number
}

export type Saved = 'clean' | 'dirty' | 'saving' | 'saved' | 'failed' | 'conflict'

const everyMs = 2_500

export class Writing {
  /** The editor's HTML; empty in plain mode. */
  html = $state('')
  text = $state('')
  to = $state.raw<Address[]>([])
  cc = $state.raw<Address[]>([])
  files = $state.raw<DraftFile[]>([])
  /** Names of files on their way up. */
  coming = $state.raw<string[]>([])
  /** The last entry of the ticket that the writer has seen. */
  since = $state('')
  plain = $state(false)
  saved = $state<Saved>('clean')
  /** Grows when the text was replaced from outside, so that editors load it anew. */
  round = $state(0)
  #version = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  /** The save that is on its way; the next one waits for it. */
  #coming: Promise<void> = Promise.resolve()
  /** What is being sent or thrown away is not saved any more. */
  #sealed = false
  #whys = new Map<string, Recipient['why']>()

  constructor(
    readonly ticketId: string,
    readonly compose: Compose,
    draft: Draft | undefined,
  ) {
    for (const r of [...compose.to, ...compose.cc]) this.#whys.set(r.address, r.why)
    this.since = compose.lastEntryId
    this.to = compose.to.map(({ name, address }) => ({ name, address }))
    this.cc = compose.cc.map(({ name, address }) => ({ name, address }))
    this.plain = queryClient.getQueryData<Me>(keys.me)?.agent.preferences.composer === 'plain'
    if (draft) this.#take(draft)
    const copy = kept<Copy>(`draft.${ticketId}`)
    if (copy && copy.at > (draft?.updatedAt ?? 0) && copy.text !== this.text) {
      this.#fill(copy, toEditor(copy.html, this.files))
      this.touch()
    }
  }

  #take(draft: Draft): void {
    this.#version = draft.version
    this.files = draft.files
    this.#fill(draft, toEditor(draft.html, draft.files))
  }

  #fill({ text, to, cc, since }: Pick<Draft, 'text' | 'to' | 'cc' | 'since'>, html: string): void {
    this.html = html
    this.text = text
    this.to = to
    this.cc = cc
    this.since = since || this.since
    this.plain = html === '' && text !== '' ? true : this.plain
    this.round++
  }

  /** why says why an address is among the recipients; the writer added what the server did not propose. */
  why(address: string): Recipient['why'] {
    return this.#whys.get(address) ?? { key: 'ui.composer.why.you' }
  }

  get empty(): boolean {
    return this.text.trim() === '' && this.files.length === 0 && !this.html.includes('<img')
  }

  setHtml(html: string): void {
    this.html = html
    this.text = toText(html)
    this.touch()
  }

  setText(text: string): void {
    this.html = ''
    this.text = text
    this.touch()
  }

  setPlain(plain: boolean): void {
    if (plain) this.setText(this.text)
    else this.setHtml(toHtml(this.text))
    this.plain = plain
    this.round++
    void prefer({ composer: plain ? 'plain' : 'rich' })
  }

  /** mailHtml is what is sent: empty in plain mode. */
  get mailHtml(): string {
    return this.plain ? '' : toMail(this.html, this.files)
  }

  /** touch keeps a copy here at once, and one on the server a little later. */
  touch(): void {
    if (this.#sealed) return
    const { text, to, cc, since } = this
    keep(`draft.${this.ticketId}`, {
      html: this.mailHtml,
      text,
      to,
      cc,
      since,
      at: Date.now(),
    } satisfies Copy)
    if (this.saved !== 'conflict') this.saved = 'dirty'
    this.#later(everyMs)
  }

  /** Whoever writes without a pause is saved all the same. */
  #later(ms: number): void {
    this.#timer ??= setTimeout(() => void this.save(), ms)
  }

  #notLater(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** save writes to the server what is not there yet, one save after the other; `leaving` outlives the page. */
  save(leaving = false): Promise<void> {
    this.#notLater()
    this.#coming = this.#coming.then(() => this.#put(leaving))
    return this.#coming
  }

  async #put(leaving: boolean): Promise<void> {
    if (this.#sealed || (this.saved !== 'dirty' && this.saved !== 'failed')) return
    this.saved = 'saving'
    const { text, to, cc, since } = this
    try {
      const answer = await saveDraft(
        this.ticketId,
        {
          version: this.#version,
          html: this.mailHtml,
          text,
          to,
          cc,
          since,
        },
        leaving,
      )
      this.#version = answer.version
      if (this.saved === 'saving') {
        this.saved = 'saved'
        forget(`draft.${this.ticketId}`)
      }
    } catch (error) {
      if (this.#sealed) return
      this.saved = error instanceof Fault && error.status === 409 ? 'conflict' : 'failed'
      if (this.saved === 'failed') this.#later(4 * everyMs)
    }
  }

  /** settle ends a conflict with another window: this text stays, or the other one comes. */
  async settle(mine: boolean): Promise<void> {
    const { draft } = await getTicket(this.ticketId)
    if (mine) this.#version = draft?.version ?? 0
    else if (draft) this.#take(draft)
    else this.#empty() // it was sent, or thrown away
    this.saved = mine ? 'dirty' : 'saved'
    if (mine) await this.save()
    else forget(`draft.${this.ticketId}`)
  }

  /** attach sends a file's bytes up and adds it to the draft. */
  async attach(
    name: string,
    type: string,
    inline: boolean,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<DraftFile> {
    const label = name || say('ui.composer.screenshot')
    this.coming = [...this.coming, label]
    try {
      const file = await addFile(this.ticketId, label, type || 'application/octet-stream', inline, bytes)
      this.files = [...this.files, file]
      return file
    } finally {
      this.coming = this.coming.toSpliced(this.coming.indexOf(label), 1)
    }
  }

  async detach(file: DraftFile): Promise<void> {
    await dropFile(file.id)
    this.files = this.files.filter((f) => f.id !== file.id)
    this.touch()
  }

  /**
   * seal lets no save leave after what is done meanwhile (the answer goes, the
   * draft is thrown away): a late one would leave a draft of a sent answer. If
   * it is refused, writing goes on.
   */
  async seal<T>(work: () => Promise<T>): Promise<T> {
    await this.save()
    this.#sealed = true
    this.#notLater()
    try {
      const done = await work()
      this.saved = 'clean'
      this.#version = 0
      forget(`draft.${this.ticketId}`)
      return done
    } catch (error) {
      this.#sealed = false
      this.touch()
      throw error
    }
  }

  /** discard throws the draft away, here and on the server. */
  discard(): Promise<void> {
    return this.seal(() => dropDraft(this.ticketId))
  }

  /** restore takes up again a text that was discarded. */
  async restore(html: string, text: string): Promise<void> {
    this.#sealed = false
    this.html = html
    this.text = text
    this.saved = 'dirty'
    await this.save()
  }

  #empty(): void {
    this.#version = 0
    this.files = []
    this.html = this.text = ''
    this.round++
  }
}
