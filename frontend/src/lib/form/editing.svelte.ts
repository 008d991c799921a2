/**
 * A record in a form: what is typed, what is saved, and the way between them.
 * What somebody else saves comes in as long as nothing is typed; where both
 * changed it, the server refuses and the person chooses (`theirs`, `mine`).
 */
import { Fault, fieldFault, type FieldFault } from '../client.ts'
import { tell, tellUndo } from '../toasts.svelte.ts'

export interface Plan<R, F> {
  /** formOf is the form of a record, or of one that is not made yet. */
  formOf: (record: R | undefined) => F
  /** wrong lists what the server would refuse, all of it: the server stops at its first kind of check. */
  wrong?: (form: F) => FieldFault[]
  create?: (form: F) => Promise<R>
  save: (record: R, form: F) => Promise<R>
  /** fetch asks for the record as it is saved now. */
  fetch: (record: R) => Promise<R>
  /** put hands on a record that came back: what else shows it looks again. */
  put: (record: R) => unknown
  /** said is the sentence at the foot of the window. */
  said: (record: R, made: boolean) => string
  /** lasting tells which changes have no way back. */
  lasting?: (before: R, form: F) => boolean
}

export class Editing<R extends { version: number }, F extends object> {
  form: F = $state({} as F)
  /** The record as it was when the form was filled; none for a new one. */
  record = $state.raw<R>()
  refused = $state.raw<unknown>()
  busy = $state(false)

  constructor(
    readonly plan: Plan<R, F>,
    record?: R,
  ) {
    this.#take(record)
  }

  get dirty(): boolean {
    return JSON.stringify(this.form) !== JSON.stringify(this.plan.formOf(this.record))
  }

  /** fault says what is wrong with one field, or nothing. */
  fault = (name: string): string => fieldFault(this.refused, name)

  #take(record: R | undefined): void {
    this.record = record
    this.form = this.plan.formOf(record)
    this.refused = undefined
  }

  /** follow takes in what was saved elsewhere, unless it would undo what is being typed. */
  follow(record: R | undefined): void {
    if (record && record.version > (this.record?.version ?? 0) && !this.dirty) this.#take(record)
  }

  /** revert puts back what is saved. */
  revert(): void {
    this.#take(this.record)
  }

  /** check refuses a form in which something is wrong, before it is sent; `only` says which fields matter. */
  check(form: F, only = /^/): void {
    const faults = (this.plan.wrong?.(form) ?? []).filter((f) => only.test(f.name))
    if (faults.length) throw new Fault(422, 'fault.fields', {}, faults)
  }

  /** save writes the form to the server and offers to undo it; nothing comes back when it was refused. */
  save(): Promise<R | undefined> {
    return this.#try(async () => {
      const { plan, record: before } = this
      const form = $state.snapshot(this.form) as F
      this.check(form)
      const after = before ? await plan.save(before, form) : await plan.create?.(form)
      if (!after) return undefined
      await this.#put(after)
      const text = plan.said(after, !before)
      if (!before || plan.lasting?.(before, form)) tell(text)
      else
        tellUndo(text, async () => {
          await this.#put(await plan.save(after, plan.formOf(before)))
        })
      return after
    })
  }

  async #put(record: R): Promise<void> {
    this.#take(record)
    await this.plan.put(record)
  }

  /** theirs ends a conflict: what is saved now comes into the form. */
  async theirs(): Promise<void> {
    const { record } = this
    if (record) await this.#try(async () => this.#put(await this.plan.fetch(record)))
  }

  /** mine ends a conflict: the form is saved over what is there. */
  async mine(): Promise<void> {
    const { record } = this
    if (!record) return
    await this.#try(async () => (this.record = await this.plan.fetch(record)))
    if (!this.refused) await this.save()
  }

  async #try<T>(work: () => Promise<T>): Promise<T | undefined> {
    this.refused = undefined
    this.busy = true
    try {
      return await work()
    } catch (error) {
      this.refused = error
      return undefined
    } finally {
      this.busy = false
    }
  }
}
