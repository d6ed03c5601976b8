/** Object lock: what keeps a version from being deleted or replaced, and until when. */

export type LockMode = 'GOVERNANCE' | 'COMPLIANCE'

export interface Retention {
  readonly mode: LockMode
  readonly untilMs: number
}
