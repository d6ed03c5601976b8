// The versions of a key that many writers fight for, each by a condition: created only where there is nothing (If-None-Match: *),
// replaced or deleted only from a named version (If-Match; a deletion is also done where nothing is left to delete).
//
// So every version names the one it took the place of, and each may be replaced once: two successes from the same version are a lost
// update, two creations without a deletion between them two winners. No search through interleavings is needed.

import { describe, same, type Content, type State } from './entries.ts'

interface Step {
  id: string
  makes: State
  /** The ETag it replaces; null: it creates. */
  replaces: string | null
  result: 'acknowledged' | 'refused' | 'unknown'
}

export class Chain {
  readonly #base: State
  readonly #steps = new Map<string, Step>()

  /** `base` is what the key is to begin with. */
  constructor(base: State) {
    this.#base = base
  }

  /** An operation is sent that makes a state (null: it deletes) out of the version named, or out of nothing. */
  intend(id: string, makes: State, replaces: string | null): void {
    this.#steps.set(id, { id, makes, replaces, result: 'unknown' })
  }

  /** Its answer has come: done, or refused for its condition. */
  conclude(id: string, done: boolean): void {
    const step = this.#steps.get(id)
    if (step !== undefined) step.result = done ? 'acknowledged' : 'refused'
  }

  /** What is wrong with a final state, in words; empty when it is legal. */
  faults(found: State): string[] {
    const steps = [...this.#steps.values()]
    const done = steps.filter((step) => step.result === 'acknowledged')
    const possible = steps.filter((step) => step.result !== 'refused')
    return [
      ...this.#lostUpdates(done, possible),
      ...this.#winners(done, possible),
      ...this.#final(found, done, possible),
      ...this.#refusals(found, steps, possible),
    ]
  }

  #lostUpdates(done: readonly Step[], possible: readonly Step[]): string[] {
    const byVersion = new Map<string, Step>()
    const faults: string[] = []
    for (const step of done) {
      if (step.replaces === null) continue
      const other = byVersion.get(step.replaces)
      byVersion.set(step.replaces, step)
      if (other === undefined) continue
      const deletions = possible.filter(({ makes }) => makes === null).length
      const absentThen = [other, step].filter(({ makes }) => makes === null).length
      // A deletion is done, too, where another has left nothing to delete: S3 answers 204 whatever its condition names.
      if (absentThen === 0 || deletions < 2)
        faults.push(`${other.id} and ${step.id} both replaced version ${step.replaces}`)
    }
    return faults
  }

  /** Every creation but the first needs a deletion. */
  #winners(done: readonly Step[], possible: readonly Step[]): string[] {
    const creations = done.filter((step) => step.replaces === null)
    const deletions = possible.filter((step) => step.makes === null).length
    const room = (this.#base === null ? 1 : 0) + deletions
    if (creations.length <= room) return []
    return [
      `${creations.map((step) => step.id).join(', ')} all created it where nothing was, with ${deletions} deletions`,
    ]
  }

  #final(found: State, done: readonly Step[], possible: readonly Step[]): string[] {
    const made = possible.flatMap((step) => (step.makes === null ? [] : [step.makes]))
    const versions: Content[] = this.#base === null ? made : [this.#base, ...made]
    if (found !== null && !versions.some((version) => same(version, found))) {
      return [`it is ${describe(found)}, which nobody wrote`]
    }
    const faults: string[] = []
    const successor = found === null ? undefined : done.find((step) => step.replaces === found.etag)
    if (successor !== undefined) faults.push(`it is ${describe(found)}, which ${successor.id} had replaced`)

    const certain = done.flatMap((step) => (step.makes === null ? [] : [step.makes]))
    if (this.#base !== null) certain.push(this.#base)
    for (const version of certain) {
      if (found !== null && same(version, found)) continue
      if (!possible.some((step) => step.replaces === version.etag)) {
        faults.push(`it is ${describe(found)}, though nobody replaced ${describe(version)}`)
      }
    }
    return faults
  }

  /** A creation refused because something was there: without deletions it must still be. */
  #refusals(found: State, steps: readonly Step[], possible: readonly Step[]): string[] {
    if (found !== null || possible.some((step) => step.makes === null)) return []
    const refused = steps.find((step) => step.result === 'refused' && step.replaces === null)
    return refused === undefined
      ? []
      : [`it is absent, though ${refused.id} was refused because it existed and nobody deleted it`]
  }
}
