// What was deleted or replaced and can be had back: nothing acknowledged is missing there, nothing is in both places, nothing in none.

import type { Actor } from '../actor.ts'
import { md5 } from '../bodies.ts'
import { makeBucket, type Feature } from '../feature.ts'
import type { Change, Item } from '../world.ts'
import { contentOf, objectOf, someSize, succeeded } from './objects.ts'

const KEYS = 4
const DELETED_MAX = 6

export const softDelete: Feature = {
  name: 'soft-delete',
  writers: 1,
  reading: { deleted: true },
  prepare: (client) =>
    makeBucket(client, { softDelete: '<SoftDeleteConfiguration><Days>1</Days></SoftDeleteConfiguration>' }),
  async step(actor) {
    const { dice } = actor
    const key = actor.key(`${dice.below(KEYS)}`)
    const roll = dice.below(100)
    if (actor.list(trash(key)).length >= DELETED_MAX) await purge(actor, key)
    else if (roll < 40) await put(actor, key)
    else if (roll < 65) await remove(actor, key)
    else if (roll < 90) await undelete(actor, key)
    else await purge(actor, key)
  },
}

const trash = (key: string): string => `${key}?deleted`

/** What is deleted of a key when its object ends. */
function ended(actor: Actor, key: string, rest: readonly Item[]): Change {
  const current = actor.current(key)
  if (current === undefined) return { [trash(key)]: rest }
  return { [trash(key)]: [{ ...current, is: 'deleted', by: '', id: undefined }, ...rest] }
}

async function put(actor: Actor, key: string): Promise<void> {
  const id = actor.nextId()
  const object = objectOf(id, [[id, someSize(actor)]])
  const body = contentOf(object.pieces ?? [])
  const made = succeeded([], { ...object, etag: md5(body) }, undefined)
  await actor.act({
    ...{ id, kind: 'put' },
    request: { method: 'PUT', key, body, headers: { 'x-amz-meta-op': id } },
    changes: [{ ...ended(actor, key, actor.list(trash(key))), [key]: made }],
  })
}

async function remove(actor: Actor, key: string): Promise<void> {
  await actor.act({
    ...{ id: actor.nextId(), kind: 'delete' },
    request: { method: 'DELETE', key },
    changes: [{ ...ended(actor, key, actor.list(trash(key))), [key]: [] }],
  })
}

/** The last that was deleted; or another, where it is known by its id. */
async function undelete(actor: Actor, key: string): Promise<void> {
  const { dice } = actor
  const deleted = actor.list(trash(key))
  const known = deleted.filter(({ id }) => id !== undefined)
  const chosen = known.length > 0 && dice.chance(50) ? dice.pick(known) : undefined
  const item = chosen ?? deleted[0]
  const query: [string, string][] = [['undelete', '']]
  if (chosen?.id !== undefined) query.push(['deletedId', chosen.id])
  const id = actor.nextId()
  const back = (one: Item): Change => ({
    ...ended(
      actor,
      key,
      deleted.filter((other) => other !== one),
    ),
    [key]: succeeded([], { ...one, is: 'object', by: id }, undefined),
  })
  await actor.act({
    ...{ id, kind: chosen === undefined ? 'undelete' : 'undelete by id' },
    request: { method: 'POST', key, query },
    changes: item === undefined ? [] : [back(item)],
    refusals: item === undefined ? [404] : [],
  })
}

/** For good. */
async function purge(actor: Actor, key: string): Promise<void> {
  const deleted = actor.list(trash(key))
  const known = deleted.filter(({ id }) => id !== undefined)
  const item = known.at(-1)
  if (item?.id === undefined) return
  await actor.act({
    ...{ id: actor.nextId(), kind: 'purge' },
    request: {
      method: 'DELETE',
      key,
      query: [
        ['deleted', ''],
        ['deletedId', item.id],
      ],
    },
    changes: [{ [trash(key)]: deleted.filter((other) => other !== item) }],
  })
}
