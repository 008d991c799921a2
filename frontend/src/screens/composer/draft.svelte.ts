/**
 * An answer being written: what it holds, and its copies. Every few seconds it
 * goes to the server; what the server has not got yet is in this browser, so
 * that a crash of either loses nothing.
 */
import { Fault } from '../../lib/client.ts'
import { forget, keep, kept } from '../../lib/keep.ts'
import { addFile, dropDraft, dropFile, getTicket, saveDraft } from '../../lib/server.ts'
import type { Address, Compose, Draft, DraftFile, Recipient } from '../../lib/shapes.ts'
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
    this.plain = kept<boolean>('plain') ?? false
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
    keep('plain', plain)
  }

  /** mailHtml is what is sent: empty in plain mode. */
  get mailHtml(): string {
    return this.plain ? '' : toMail(this.html, this.files)
  }

  /** touch keeps a copy here at once, and one on the server a little later. */
  touch(): void {
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
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.save(), everyMs)
  }

  /** save writes to the server what is not there yet. */
  async save(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.saved !== 'dirty' && this.saved !== 'failed') return
    this.saved = 'saving'
    const { text, to, cc, since } = this
    try {
      const answer = await saveDraft(this.ticketId, {
        version: this.#version,
        html: this.mailHtml,
        text,
        to,
        cc,
        since,
      })
      this.#version = answer.version
      if (this.saved === 'saving') {
        this.saved = 'saved'
        forget(`draft.${this.ticketId}`)
      }
    } catch (error) {
      this.saved = error instanceof Fault && error.status === 409 ? 'conflict' : 'failed'
      if (this.saved === 'failed') this.#timer = setTimeout(() => void this.save(), 4 * everyMs)
    }
  }

  /** settle ends a conflict with another window: this text stays, or the other one comes. */
  async settle(mine: boolean): Promise<void> {
    const { draft } = await getTicket(this.ticketId)
    if (mine || !draft) this.#version = draft?.version ?? 0
    else this.#take(draft)
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

  /** done forgets the copies after the answer was sent. */
  done(): void {
    clearTimeout(this.#timer)
    this.saved = 'clean'
    forget(`draft.${this.ticketId}`)
  }

  /** discard throws the draft away, here and on the server. */
  async discard(): Promise<void> {
    this.done()
    await dropDraft(this.ticketId)
  }
}
