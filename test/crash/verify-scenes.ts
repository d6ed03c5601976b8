// Compares every feature's bucket with what the ledger allows. What was open is then settled in the ledger by what was found.

import type { Client } from './client.ts'
import { bucketOf, readFeature, sceneOf, writerName, type Feature } from './feature.ts'
import type { History } from './history.ts'
import { element, type Found } from './read-world.ts'
import { settle, type World } from './world.ts'

export interface Verified {
  /** How many there are. */
  items: number
  /** How many lifecycle has removed. */
  expired: number
  /** What became of operations that were not answered. */
  unanswered: { done: number; notDone: number; inPart: number }
}

/** Checks a feature, adding to the history's violations. */
export async function verifyFeature(history: History, feature: Feature, clients: readonly Client[]): Promise<Verified> {
  const [client] = clients
  if (client === undefined) throw new Error('a client is needed')
  const { scenes: known } = history.model
  const all = Array.from({ length: feature.writers }, (_, index) => known.possible(sceneOf(feature, index)))
  const { world, faults } = await readFeature(feature, clients, all)
  const nowMs = Date.now()
  const violate = (fault: string): void => history.violate(`${feature.name}: ${fault}`)
  faults.forEach(violate)
  const { scenes, strangers } = split(feature, world)
  for (const key of strangers) violate(`${key} is there, but nobody ever wrote it`)
  const verified: Verified = { items: sizeOf(world), expired: 0, unanswered: { done: 0, notDone: 0, inPart: 0 } }
  for (const [index, found] of scenes.entries()) {
    const scene = sceneOf(feature, index)
    const possible = all[index] ?? []
    const settled = settle(possible, found, nowMs)
    settled.faults.forEach(violate)
    if (settled.faults.length > 0) continue
    const crashed = { writer: writerName(index), asked: known.asked(scene), possible, found }
    for (const fault of (await feature.confirm?.(client, crashed)) ?? []) violate(fault)
    verified.expired += sizeOf(possible[settled.which] ?? {}) - sizeOf(settled.world)
    if (possible.length > 1) verified.unanswered[becameOf(settled.which, possible.length)]++
    await history.record({ type: 'settled', scene, world: settled.world })
  }
  for (const fault of (await feature.check?.(client, scenes)) ?? []) violate(fault)
  const { changes, none } = feature.reading
  if (changes !== true && none !== true) await compareUsage(history, feature, client, world)
  return verified
}

function becameOf(which: number, possible: number): keyof Verified['unanswered'] {
  if (which === 0) return 'notDone'
  return which === possible - 1 ? 'done' : 'inPart'
}

const sizeOf = (world: World): number => Object.values(world).reduce((sum, items) => sum + items.length, 0)

/** The world of each writer, by what its keys begin with; and keys that are nobody's. */
function split(feature: Feature, world: Found['world']): { scenes: World[]; strangers: string[] } {
  const entries = Object.entries(world)
  const isOf = (index: number, key: string): boolean => key.startsWith(`${writerName(index)}/`)
  const writers = Array.from({ length: feature.writers }, (_, index) => index)
  return {
    scenes: writers.map((index) => Object.fromEntries(entries.filter(([key]) => isOf(index, key)))),
    strangers: Object.keys(world).filter((key) => !writers.some((index) => isOf(index, key))),
  }
}

/** The server counts what is in a bucket as it changes; that must be what there is. */
async function compareUsage(history: History, feature: Feature, client: Client, world: World): Promise<void> {
  const answer = await client.service([['usage', '']])
  const bucket = bucketOf(feature)
  const current = Object.values(world).flatMap(([newest]) => (newest?.is === 'object' ? [newest] : []))
  const bytes = current.reduce((sum, { size = 0 }) => sum + size, 0)
  const [entry] = new RegExp(`<Bucket>${bucket}</Bucket>.*?</Entry>`, 's').exec(answer.body.toString('utf8')) ?? []
  if (entry === undefined) {
    if (current.length > 0) history.violate(`${bucket} is not among the account's buckets, but has objects`)
    return
  }
  const counted = { objects: Number(element(entry, 'Entries')), bytes: Number(element(entry, 'Bytes')) }
  if (counted.objects === current.length && counted.bytes === bytes) return
  history.violate(
    `${bucket} has ${current.length} objects of ${bytes} bytes, but is counted as ${JSON.stringify(counted)}`,
  )
}
