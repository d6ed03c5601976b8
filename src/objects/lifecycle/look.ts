/**
 * A look at a key: given its versions one by one, newest first, it says of each whether it is to go now, and at the end when to look again.
 * Pure; jobs/lifecycle.ts does what it says.
 */
import type { Version } from '../head.ts'
import { currentDue, loneMarkerDue, noncurrentDue, type Rules } from './due.ts'
import type { LookProgress } from './queue.ts'

export interface LookOptions {
  readonly rules: Rules
  readonly key: string
  readonly nowMs: number
  /** Throws where the version may not be removed now. */
  requireUnlocked(version: Version): void
  /** Where the look was broken off. */
  readonly progress?: LookProgress | undefined
}

/** `expire`: as a deletion without a version id does; `remove`: for good. */
export type Verdict = 'keep' | 'expire' | 'remove'

export class KeyLook {
  readonly #options: LookOptions
  #newer: number
  /** When the version before, which is newer, was written. */
  #successorMs: number | undefined
  /** The newest version, if that is a delete marker and there is no other. */
  #loneMarker: Version | undefined
  #nextMs: number | undefined

  constructor(options: LookOptions) {
    this.#options = options
    this.#newer = options.progress?.newer ?? 0
    this.#successorMs = options.progress?.modifiedMs
  }

  /** Of the next older version. A delete marker that turns out to be alone is told of by `loneMarker`. */
  see(version: Version): Verdict {
    const successorMs = this.#successorMs
    this.#successorMs = version.modifiedMs
    if (successorMs !== undefined) {
      this.#loneMarker = undefined
      return this.#seeNoncurrent(version, version.noncurrentMs ?? successorMs)
    }
    if (version.deleteMarker === true) {
      this.#loneMarker = version
      return 'keep'
    }
    const { rules, key } = this.#options
    return this.#isDue(currentDue(rules, key, version)?.ms) ? 'expire' : 'keep'
  }

  #seeNoncurrent(version: Version, sinceMs: number): Verdict {
    const { rules, key } = this.#options
    const isMarker = version.deleteMarker === true
    const due = noncurrentDue(rules, key, isMarker ? { size: 0 } : version, sinceMs, this.#newer)
    if (this.#isDue(due?.ms) && this.#isUnlocked(version)) return 'remove'
    if (!isMarker) this.#newer++
    return 'keep'
  }

  #isDue(ms: number | undefined): boolean {
    if (ms === undefined) return false
    if (ms <= this.#options.nowMs) return true
    this.#lookAt(ms)
    return false
  }

  #isUnlocked(version: Version): boolean {
    try {
      this.#options.requireUnlocked(version)
      return true
    } catch {
      // A legal hold has no end, and the clock of locks may be behind: then it is tried once a day. That the lock ends sooner sets a look.
      const { nowMs, rules } = this.#options
      const untilMs = version.deleteMarker === true ? undefined : version.retention?.untilMs
      this.#lookAt(untilMs !== undefined && untilMs > nowMs ? untilMs : nowMs + rules.dayMs)
      return false
    }
  }

  #lookAt(ms: number): void {
    this.#nextMs = Math.min(this.#nextMs ?? ms, ms)
  }

  /** When all versions have been seen: the delete marker that is alone, if it is to be removed now. */
  loneMarker(): Version | undefined {
    const marker = this.#loneMarker
    if (marker === undefined) return undefined
    const { rules, key } = this.#options
    return this.#isDue(loneMarkerDue(rules, key, marker.modifiedMs)?.ms) ? marker : undefined
  }

  /** When something more will be due, as far as it is known now; undefined where nothing will. */
  get nextMs(): number | undefined {
    return this.#nextMs
  }

  /** What the look has to know to go on after the version seen last, which has this id. */
  progress(after: LookProgress['after']): LookProgress {
    return { after, modifiedMs: this.#successorMs ?? 0, newer: this.#newer }
  }
}
