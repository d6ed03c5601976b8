// Versions under retention and legal hold: nothing that anybody asks for removes them, before a crash and after it.

import type { Actor } from '../actor.ts'
import { md5 } from '../bodies.ts'
import type { Client } from '../client.ts'
import { digested, documentOf, makeBucket, type Feature } from '../feature.ts'
import type { Item } from '../world.ts'
import { contentOf, hidden, objectOf, someSize, succeeded } from './objects.ts'

const KEYS = 4
/** Of a writer, those under retention and all, so that a long run does not read ever more. */
const RETAINED_MAX = 14
const VERSIONS_MAX = 28
/** A retention that ends in less may be over when the server looks at it. */
const SURE_MILLISECONDS = 60_000

export const locks: Feature = {
  name: 'locks',
  writers: 2,
  reading: { locks: true },
  prepare: (client) => makeBucket(client, {}, { 'x-amz-bucket-object-lock-enabled': 'true' }),
  async step(actor) {
    const { dice } = actor
    const all = versionsOf(actor)
    const roll = dice.below(100)
    const isFull = all.length >= VERSIONS_MAX
    if (all.length === 0 || (roll < 35 && !isFull)) await put(actor)
    else if (roll < 40 && !isFull) await hide(actor)
    else if (roll < 68) await remove(actor, dice.pick(all))
    else if (roll < 80) await retain(actor, dice.pick(all))
    else if (roll < 90) await hold(actor, dice.pick(all))
    else await attack(actor)
  },
  check: (client, worlds) =>
    attackAll(
      client,
      worlds.flatMap((world) => Object.entries(world)),
    ),
}

/** A version: its key, where it is in the list, and what it is. */
type Placed = [key: string, index: number, item: Item]

function versionsOf(actor: Actor): Placed[] {
  return actor.entries().flatMap(([key, items]) => items.map((item, index): Placed => [key, index, item]))
}

/** Whether it is locked and stays so for the next minute. */
function isLocked({ hold, retainUntil = 0 }: Item): boolean {
  return hold === true || retainUntil > Date.now() + SURE_MILLISECONDS
}

/** One under a retention that is over may still be kept: where a server is killed all the time, so little time passes that it can be sure of. */
const isFree = ({ hold, retainUntil }: Item): boolean => hold !== true && retainUntil === undefined

const mayRetain = (actor: Actor): boolean =>
  versionsOf(actor).filter(([, , { retainUntil }]) => retainUntil !== undefined).length < RETAINED_MAX

/** In minutes or in seconds; whole ones, as headers have them. */
function someTime({ dice }: Actor): number {
  const seconds = dice.chance(60) ? 120 + dice.below(600) : 3 + dice.below(3)
  return Math.ceil(Date.now() / 1000 + seconds) * 1000
}

export function lockHeaders({ retainUntil, hold }: Pick<Item, 'retainUntil' | 'hold'>): Record<string, string> {
  const headers: Record<string, string> = {}
  if (retainUntil !== undefined) {
    headers['x-amz-object-lock-mode'] = 'COMPLIANCE'
    headers['x-amz-object-lock-retain-until-date'] = new Date(retainUntil).toISOString()
  }
  if (hold === true) headers['x-amz-object-lock-legal-hold'] = 'ON'
  return headers
}

async function put(actor: Actor): Promise<void> {
  const { dice } = actor
  const key = actor.key(`${dice.below(KEYS)}`)
  const id = actor.nextId()
  const retainUntil = dice.chance(60) && mayRetain(actor) ? someTime(actor) : undefined
  const lock = { retainUntil, hold: dice.chance(15) || undefined }
  const object = objectOf(id, [[id, someSize(actor)]])
  const { body, headers: digest } = digested(contentOf(object.pieces ?? []))
  const headers = { ...digest, ...lockHeaders(lock), 'x-amz-meta-op': id }
  const changes = [{ [key]: succeeded(actor.list(key), { ...object, ...lock, etag: md5(body) }, 'Enabled') }]
  await actor.act({ id, kind: 'put', request: { method: 'PUT', key, body, headers }, changes })
}

async function hide(actor: Actor): Promise<void> {
  const key = actor.key(`${actor.dice.below(KEYS)}`)
  const id = actor.nextId()
  const changes = [{ [key]: hidden(actor.list(key), id, 'Enabled') }]
  await actor.act({ id, kind: 'delete', request: { method: 'DELETE', key }, changes })
}

/** Refused while it is locked; done where it never was, or no longer is under a hold; else either may be. */
async function remove(actor: Actor, [key, index, item]: Placed): Promise<void> {
  if (item.id === undefined) return
  await actor.act({
    ...{ id: actor.nextId(), kind: 'remove' },
    request: { method: 'DELETE', key, query: [['versionId', item.id]] },
    changes: isLocked(item) ? [] : [{ [key]: actor.list(key).toSpliced(index, 1) }],
    refusals: isFree(item) ? [] : [403],
  })
}

/** Longer, or shorter, which is refused while it is locked. */
async function retain(actor: Actor, [key, index, item]: Placed): Promise<void> {
  if (item.is !== 'object' || item.id === undefined) return
  if (item.retainUntil === undefined && !mayRetain(actor)) return
  const retainUntil = someTime(actor)
  const isShorter = retainUntil < (item.retainUntil ?? 0)
  // It may have ended by the time that the server looks at it.
  const isSurelyRetained = (item.retainUntil ?? 0) > Date.now() + SURE_MILLISECONDS
  const xml = `<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>${new Date(retainUntil).toISOString()}</RetainUntilDate></Retention>`
  const query: [string, string][] = [
    ['retention', ''],
    ['versionId', item.id],
  ]
  await actor.act({
    ...{ id: actor.nextId(), kind: 'retain' },
    request: { method: 'PUT', key, query, ...documentOf(xml) },
    changes: isShorter && isSurelyRetained ? [] : [{ [key]: actor.list(key).with(index, { ...item, retainUntil }) }],
    refusals: isShorter ? [403] : [],
  })
}

async function hold(actor: Actor, [key, index, item]: Placed): Promise<void> {
  if (item.is !== 'object' || item.id === undefined) return
  const isOn = item.hold !== true && actor.dice.chance(50)
  const query: [string, string][] = [
    ['legal-hold', ''],
    ['versionId', item.id],
  ]
  await actor.act({
    ...{ id: actor.nextId(), kind: isOn ? 'hold' : 'release' },
    request: {
      method: 'PUT',
      key,
      query,
      ...documentOf(`<LegalHold><Status>${isOn ? 'ON' : 'OFF'}</Status></LegalHold>`),
    },
    changes: [{ [key]: actor.list(key).with(index, { ...item, hold: isOn || undefined }) }],
  })
}

/** What may not get the better of a lock. */
async function attack(actor: Actor): Promise<void> {
  const locked = versionsOf(actor).filter(([, , item]) => isLocked(item))
  if (locked.length === 0) return
  const [key, index] = actor.dice.pick(locked)
  const refused = { id: actor.nextId(), changes: [], refusals: [403] }
  const roll = actor.dice.below(3)
  if (roll === 0) {
    await actor.act({
      ...refused,
      kind: 'force_delete',
      request: { method: 'DELETE', query: [['force_delete', 'true']] },
    })
  } else if (roll === 1) {
    const headers = { destination: actor.key('moved'), overwrite: 'true' }
    await actor.act({ ...refused, kind: 'move', request: { method: 'MOVE', key, headers } })
  } else if (index === 0) {
    const body = Buffer.from('more')
    await actor.act({ ...refused, kind: 'append', request: { method: 'PUT', key, query: [['append', '']], body } })
  }
}

/** Tries to delete every version that was found locked. */
async function attackAll(client: Client, entries: readonly [string, readonly Item[]][]): Promise<string[]> {
  const faults: string[] = []
  for (const [key, items] of entries) {
    for (const item of items.filter(isLocked)) {
      const query: [string, string][] = [['versionId', item.id ?? '']]
      const { status } = await client.call({ method: 'DELETE', key, query })
      if (status !== 403) faults.push(`${key} ${item.id} is locked, but its deletion was answered ${status}`)
    }
  }
  return faults
}
