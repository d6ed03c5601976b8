// What may be true of the store, folded from the ledger.
//
// A key of one writer has one operation in flight at a time, so it has a list of possible states: one after an acknowledged operation, and
// one more for each that was never answered. A contended key has a chain of versions instead (chain.ts). Uploads have a life of their own.

import { Chain } from './chain.ts'
import { Scenes } from './scenes.ts'
import { describe, type Condition, type Entry, type Intent, type Outcome, type Part, type State } from './entries.ts'

interface OwnedKey {
  possible: State[]
  /** New states of operations without an answer yet, by operation. */
  unanswered: Map<string, State>
}

export interface Upload {
  uploadId: string
  key: string
  /** The operation that created it, which is the x-amz-meta-op of the object. */
  op: string
  parts: Map<number, Part>
  /** Parts sent but never answered. */
  unansweredParts: Map<number, Part[]>
  /** `completing` and `aborting`: sent, and not answered. */
  state: 'open' | 'completing' | 'aborting' | 'completed' | 'aborted'
}

export class Model {
  readonly owned = new Map<string, OwnedKey>()
  readonly contended = new Map<string, Chain>()
  readonly uploads = new Map<string, Upload>()
  /** Keys for which an upload may exist whose creation was never answered. */
  readonly unansweredCreates = new Set<string>()
  /** Of writers of versions, locks, renames and the like. */
  readonly scenes = new Scenes()
  readonly #intents = new Map<string, Intent>()

  /** Folds one entry; returns what it shows to be wrong, usually nothing. */
  apply(entry: Entry): string[] {
    switch (entry.type) {
      case 'intent':
        this.#intend(entry)
        return []
      case 'outcome':
        return this.#conclude(entry)
      case 'observed':
        if (this.contended.has(entry.key)) this.contended.set(entry.key, new Chain(entry.state))
        else this.owned.set(entry.key, { possible: [entry.state], unanswered: new Map() })
        return []
      case 'observedUpload': {
        const upload = this.uploads.get(entry.uploadId)
        if (upload !== undefined)
          upload.state = entry.open ? 'open' : upload.state === 'completing' ? 'completed' : 'aborted'
        return []
      }
      case 'step':
      case 'stepped':
      case 'settled':
        this.scenes.apply(entry)
        return []
    }
  }

  /** All states that a writer's key may be in. */
  legal(key: string): State[] {
    const owned = this.owned.get(key)
    return owned === undefined ? [null] : [...owned.possible, ...owned.unanswered.values()]
  }

  /** The one state of a key, or undefined when there could be several. */
  certain(key: string): State | undefined {
    const legal = this.legal(key)
    return legal.length === 1 ? legal[0] : undefined
  }

  /** Every key that was ever written to. */
  keys(): string[] {
    return [...this.owned.keys(), ...this.contended.keys()]
  }

  #intend(intent: Intent): void {
    this.#intents.set(intent.id, intent)
    for (const { key, state } of intent.effects) {
      if (intent.contended === true) {
        let chain = this.contended.get(key)
        if (chain === undefined) this.contended.set(key, (chain = new Chain(null)))
        chain.intend(intent.id, state, intent.condition?.ifMatch ?? null)
      } else {
        let owned = this.owned.get(key)
        if (owned === undefined) this.owned.set(key, (owned = { possible: [null], unanswered: new Map() }))
        owned.unanswered.set(intent.id, state)
      }
    }
    const upload = intent.uploadId === undefined ? undefined : this.uploads.get(intent.uploadId)
    if (intent.kind === 'createUpload') this.unansweredCreates.add(intent.key)
    else if (upload !== undefined && intent.kind === 'completeUpload') upload.state = 'completing'
    else if (upload !== undefined && intent.kind === 'abortUpload') upload.state = 'aborting'
    else if (upload !== undefined && intent.part !== undefined) {
      const { number } = intent.part
      upload.unansweredParts.set(number, [...(upload.unansweredParts.get(number) ?? []), intent.part])
    }
  }

  #conclude(outcome: Outcome): string[] {
    const intent = this.#intents.get(outcome.id)
    if (intent === undefined) return [`${outcome.id} was answered but never asked`]
    this.#intents.delete(outcome.id)
    // Without an answer, or with one that promises nothing, it may have happened or not.
    if (outcome.status === 0 || outcome.status >= 500) return this.#leaveOpen(intent)
    const done = outcome.status >= 200 && outcome.status <= 299
    if (intent.contended === true) {
      for (const { key } of intent.effects) this.contended.get(key)?.conclude(intent.id, done)
      return []
    }
    const faults = this.#judge(intent, outcome, done)
    for (const { key, state } of intent.effects) {
      const owned = this.owned.get(key) as OwnedKey
      owned.unanswered.delete(intent.id)
      if (done) owned.possible = [state === null ? null : { ...state, etag: outcome.etag ?? state.etag }]
    }
    this.#concludeUpload(intent, outcome, done)
    return faults
  }

  #leaveOpen(intent: Intent): string[] {
    if (intent.contended === true) return []
    for (const { key, state } of intent.effects) {
      const owned = this.owned.get(key) as OwnedKey
      owned.unanswered.delete(intent.id)
      owned.possible.push(state)
    }
    return []
  }

  /** Compares an answer with what the state before it demands. */
  #judge(intent: Intent, outcome: Outcome, done: boolean): string[] {
    const what = `${intent.kind} ${intent.key} (${intent.id})`
    const foretold = intent.effects[0]?.state?.etag
    if (done && foretold !== undefined && outcome.etag !== undefined && outcome.etag !== foretold) {
      return [`${what} answered etag ${outcome.etag}, which is not that of its bytes, ${foretold}`]
    }
    const before = this.owned.get(intent.key)?.possible ?? [null]
    const [only] = before
    if (intent.effects.length === 0 || before.length !== 1 || only === undefined) {
      return done ? [] : [`${what} was refused with ${outcome.status}`]
    }
    const wanted = statusesFor(intent.condition, only)
    if (wanted.includes(done ? 200 : outcome.status)) return []
    return [
      `${what} ${JSON.stringify(intent.condition ?? {})} answered ${outcome.status} while the object was ${describe(only)}`,
    ]
  }

  #concludeUpload(intent: Intent, outcome: Outcome, done: boolean): void {
    if (intent.kind === 'createUpload') {
      this.unansweredCreates.delete(intent.key)
      const { uploadId } = outcome
      if (!done || uploadId === undefined) return
      this.uploads.set(uploadId, {
        uploadId,
        key: intent.key,
        op: intent.id,
        parts: new Map(),
        unansweredParts: new Map(),
        state: 'open',
      })
      return
    }
    const upload = intent.uploadId === undefined ? undefined : this.uploads.get(intent.uploadId)
    if (upload === undefined) return
    if (intent.kind === 'completeUpload') upload.state = done ? 'completed' : 'open'
    else if (intent.kind === 'abortUpload') upload.state = done ? 'aborted' : 'open'
    else if (done && intent.part !== undefined) {
      upload.parts.set(intent.part.number, intent.part)
      upload.unansweredParts.delete(intent.part.number)
    }
  }
}

/** Which answers AWS gives under a condition when the object is in a state; 200 stands for all of 2xx. */
function statusesFor(condition: Condition | undefined, state: State): number[] {
  if (condition?.ifNoneMatch !== undefined) return state === null ? [200] : [412]
  if (condition?.ifMatch === undefined) return [200]
  if (state === null) return [404, 412]
  return state.etag === undefined || state.etag === condition.ifMatch ? [200] : [412]
}
