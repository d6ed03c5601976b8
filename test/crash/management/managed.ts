// Makes a feature of what a kind of writer does through management: each kind has a bucket, an API key, and places for its records.

import type { Actor } from '../actor.ts'
import type { Client } from '../client.ts'
import type { CrashedScene, Feature } from '../feature.ts'
import { readWorld, type Found, type Reading } from '../read-world.ts'
import type { World } from '../world.ts'
import { auditFaults, entriesSince } from './audit.ts'
import { Desk } from './desk.ts'
import type { Managers } from './managers.ts'

export interface ManagedKind {
  name: string
  /** Makes the bucket, and what else there is from the beginning. */
  prepare(desk: Desk): Promise<void>
  begins(writer: string): World
  reading?: Reading
  step(actor: Actor, desk: Desk): Promise<void>
  /** The records. */
  read(desk: Desk, possible: readonly (readonly World[])[]): Promise<Found>
  /** The objects, where it is not sure that there is a bucket. */
  readObjects?(clients: readonly Client[]): Promise<Found>
  check?(desk: Desk, worlds: readonly World[]): Promise<string[]>
}

export function managed(managers: Managers, kind: ManagedKind): Feature {
  const { name, reading = {}, readObjects = (clients) => readWorld(clients, reading) } = kind
  const deskOf = (client: Client): Desk => new Desk(client, managers, { name, holder: managers.holder(name) })
  /** The number of the last entry of the audit log that was compared. */
  let compared = 0
  return {
    name,
    writers: 1,
    reading,
    async prepare(client) {
      await managers.appoint(name)
      const desk = deskOf(client)
      await kind.prepare(desk)
      compared = (await entriesSince(desk, 0, 100)).at(-1)?.seq ?? 0
    },
    begins: (writer) => kind.begins(writer),
    step: (actor) => kind.step(actor, deskOf(actor.options.client)),
    async read(clients, possible) {
      const objects = await readObjects(clients)
      const records = await kind.read(deskOf(clients[0] as Client), possible)
      return {
        world: { ...objects.world, ...records.world },
        faults: [...objects.faults, ...records.faults],
      }
    },
    async confirm(client: Client, scene: CrashedScene) {
      const entries = await entriesSince(deskOf(client), compared, 2 * scene.asked.length)
      compared = entries.at(-1)?.seq ?? compared
      return auditFaults(entries, scene)
    },
    check: (client, worlds) => kind.check?.(deskOf(client), worlds) ?? Promise.resolve([]),
  }
}
