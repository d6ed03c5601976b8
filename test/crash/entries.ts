// What the ledger says: the intent of each operation before it is sent, its answer after, and what a check found.

import type { Settled, Step, Stepped } from './scenes.ts'

/** What an object is when it is there. All of it comes from one operation, so any mixture of two is a torn object. */
export interface Content {
  /** Lower-case hex SHA-256 of the body. */
  sha256: string
  size: number
  /** Without quotes. Undefined while it cannot be foretold (a copy that was not acknowledged). */
  etag?: string | undefined
  /** The x-amz-meta-op header: which operation wrote the body and its metadata. */
  op: string
}

/** null: there is no object. */
export type State = Content | null

export interface Effect {
  key: string
  state: State
}

/** `ifNoneMatch` is always `*`; `ifMatch` an ETag without quotes. */
export interface Condition {
  ifNoneMatch?: '*'
  ifMatch?: string
}

export type Kind =
  | 'put'
  | 'copy'
  | 'delete'
  | 'deleteObjects'
  | 'createUpload'
  | 'uploadPart'
  | 'completeUpload'
  | 'abortUpload'

/** A part of an upload; the ETag without quotes. */
export interface Part {
  size: number
  etag: string
}

export interface Intent {
  type: 'intent'
  id: string
  kind: Kind
  /** The one key of the operation, or the first of several. */
  key: string
  effects: Effect[]
  condition?: Condition
  /** The key belongs to no single writer, so that what it was before is not known. */
  contended?: boolean
  uploadId?: string
  part?: Part & { number: number }
}

export interface Outcome {
  type: 'outcome'
  id: string
  /** 0: no answer came. */
  status: number
  /** Of the object written, without quotes. */
  etag?: string | undefined
  uploadId?: string | undefined
}

/** After a crash, a check read what became of a key; from then on that is its state. */
export interface Observed {
  type: 'observed'
  key: string
  state: State
}

/** After a crash, a check found an upload still open, or gone. */
export interface ObservedUpload {
  type: 'observedUpload'
  uploadId: string
  open: boolean
}

export type Entry = Intent | Outcome | Observed | ObservedUpload | Step | Stepped | Settled

/** A state in a few words, for accounts of violations. */
export function describe(state: State): string {
  if (state === null) return 'absent'
  return `${state.size} bytes of ${state.op}, sha256 ${state.sha256.slice(0, 12)}, etag ${state.etag ?? 'not known'}`
}

/** Whether what was found is the state expected. */
export function same(expected: State, found: State): boolean {
  if (expected === null || found === null) return expected === found
  return (
    expected.sha256 === found.sha256 &&
    expected.size === found.size &&
    expected.op === found.op &&
    (expected.etag === undefined || expected.etag === found.etag)
  )
}
