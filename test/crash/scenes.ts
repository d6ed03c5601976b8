// The worlds of all writers that have one, folded from the ledger. A writer has one operation under way at a time, and goes on only when it knows
// what became of it; so a world is certain but for the changes of one operation, each of which came about wholly or not at all.

import { changed, completed, type Change, type Known, type World } from './world.ts'

/** Sent: what it changes, all of it when it is done, and cut short each of it wholly or not at all. Nothing: it is to be refused. */
export interface Step {
  type: 'step'
  scene: string
  id: string
  kind: string
  changes: Change[]
  /** The operation of management, as the audit log names it. */
  action?: string | undefined
}

/** Answered. */
export interface Stepped {
  type: 'stepped'
  scene: string
  id: string
  done: boolean
  known: Known
  /** Of management. */
  requestId?: string | undefined
  /** Of management: `done`, or the code of the refusal. */
  outcome?: string | undefined
}

/** After a crash, a check found this world. */
export interface Settled {
  type: 'settled'
  scene: string
  world: World
}

/** What was asked of management, and how that was answered. */
export interface Asked {
  action: string
  /** Undefined where it was not answered. */
  answered: { requestId: string | undefined; outcome: string | undefined } | undefined
}

interface Scene {
  world: World
  pending: Step | undefined
  /** Since the last check. */
  asked: Asked[]
}

export class Scenes {
  readonly #scenes = new Map<string, Scene>()

  apply(entry: Step | Stepped | Settled): void {
    const scene = this.#scenes.get(entry.scene) ?? { world: {}, pending: undefined, asked: [] }
    this.#scenes.set(entry.scene, scene)
    if (entry.type === 'step') {
      scene.pending = entry
      if (entry.action !== undefined) scene.asked.push({ action: entry.action, answered: undefined })
      return
    }
    if (entry.type === 'settled') {
      scene.world = entry.world
      scene.asked = []
    } else {
      const last = scene.asked.at(-1)
      if (scene.pending?.action !== undefined && last !== undefined)
        last.answered = { requestId: entry.requestId, outcome: entry.outcome }
      if (entry.done)
        for (const change of scene.pending?.changes ?? [])
          scene.world = changed(scene.world, completed(change, entry.id, entry.known))
    }
    scene.pending = undefined
  }

  /** What was asked of management since the last check, in order; all but the last were answered. */
  asked(scene: string): readonly Asked[] {
    return this.#scenes.get(scene)?.asked ?? []
  }

  world(scene: string): World {
    return this.#scenes.get(scene)?.world ?? {}
  }

  /** Whether its writer does not know what became of its last operation. */
  isUnsure(scene: string): boolean {
    return this.#scenes.get(scene)?.pending !== undefined
  }

  /** Everything that a scene's world may be: first with none of the changes under way, last with all. */
  possible(scene: string): World[] {
    const { world = {}, pending } = this.#scenes.get(scene) ?? {}
    const worlds = [world]
    for (const change of pending?.changes ?? []) {
      worlds.push(...worlds.map((one) => changed(one, change)))
    }
    return worlds
  }
}
