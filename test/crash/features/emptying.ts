// Buckets made, and deleted with all that is in them, through management: after a crash one is whole or going, and one that is going comes to its end,
// its signing keys with it.

import { setTimeout as sleep } from 'node:timers/promises'
import { tokenOf } from '../../harness/delivery.ts'
import type { Actor } from '../actor.ts'
import { md5 } from '../bodies.ts'
import type { Client } from '../client.ts'
import { order, type Desk } from '../management/desk.ts'
import { jsonOf } from '../management/json-of.ts'
import type { ManagedKind } from '../management/managed.ts'
import { GONE, gone, isThere, readRecords, renewed, type Shown } from '../management/records.ts'
import { readWorld } from '../read-world.ts'
import type { Change, Credential, Item } from '../world.ts'
import { contentOf, objectOf, someSize, succeeded } from './objects.ts'
import { keyIdOf } from './signing-keys.ts'

/** More than what is deleted in one go. */
const OBJECTS_MAX = 70
const EMPTIED_SECONDS_MAX = 20
const BUCKET = 'bucket'
const KEYS_MAX = 2

interface Job {
  readonly state: string
  readonly left: Readonly<Record<string, number>>
}

export const emptying: ManagedKind = {
  name: 'emptying',
  prepare: () => Promise.resolve(),
  begins: (writer) => ({ [`${writer}/${BUCKET}`]: [gone()] }),
  async step(actor, desk) {
    const { dice } = actor
    const [bucket] = actor.list(actor.key(BUCKET))
    const roll = dice.below(100)
    if (!isThere(bucket)) await create(actor, desk)
    else if (actor.entries().length > OBJECTS_MAX || roll < 3) await empty(actor, desk)
    else if (roll < 6 && actor.entries().length === 1) await remove(actor, desk)
    else if (roll < 10 && (bucket.works ?? '').split(' ').length < KEYS_MAX) await makeKey(actor, desk, bucket)
    else await put(actor)
  },
  async readObjects(clients) {
    const { status } = await (clients[0] as Client).call({ method: 'HEAD' })
    return status === 404 ? { world: {}, faults: [] } : readWorld(clients, {})
  },
  async read(desk, possible) {
    const world = await readRecords({
      ...{ shown: await shownBucket(desk), possible },
      opens: (credential, shown) => opens(desk, credential, shown),
    })
    return { world, faults: [] }
  },
  async check(desk, [world = {}]) {
    const [bucket] = world[`w0/${BUCKET}`] ?? []
    return isThere(bucket) ? [] : becomesFree(desk)
  },
}

async function create(actor: Actor, desk: Desk): Promise<void> {
  const id = actor.nextId()
  const place = actor.key(BUCKET)
  const isPublic = actor.dice.chance(50)
  const { status } = await order(actor, desk, {
    ...{ id, kind: 'create', action: 'CreateBucket', line: 'POST /v1/buckets' },
    body: { name: desk.bucket, ...(isPublic && { policy: 'public' }) },
    changes: [{ [place]: [renewed(id, actor.list(place)[0], isPublic ? 'public' : 'authenticated')] }],
    refusals: [409],
  })
  // It is being emptied.
  if (status === 409) await sleep(20)
}

async function put(actor: Actor): Promise<void> {
  const id = actor.nextId()
  const key = actor.key(`${actor.dice.below(3 * OBJECTS_MAX)}`)
  const object = objectOf(id, [[id, someSize(actor)]])
  const body = contentOf(object.pieces ?? [])
  await actor.act({
    ...{ id, kind: 'put', request: { method: 'PUT', key, body, headers: { 'x-amz-meta-op': id } } },
    changes: [{ [key]: succeeded([], { ...object, etag: md5(body) }, undefined) }],
  })
}

async function makeKey(actor: Actor, desk: Desk, bucket: Item): Promise<void> {
  const id = actor.nextId()
  await order(actor, desk, {
    ...{
      id,
      kind: 'make key',
      action: 'CreateSigningKey',
      line: 'POST /v1/signing-keys',
      body: { bucket: desk.bucket },
    },
    changes: [{ [actor.key(BUCKET)]: [{ ...bucket, by: id }] }],
    knownBy(answer) {
      const { signing_key: key } = jsonOf<{ signing_key: { id: string; private_key: string } }>(answer)
      return { credential: [id, tokenOf(key, {})], works: id }
    },
  })
}

/** All that there is, at once. */
function nothingLeft(actor: Actor): Change {
  const place = actor.key(BUCKET)
  const rest = actor.entries().map(([key]): [string, Item[]] => [key, []])
  return { ...Object.fromEntries(rest), [place]: [gone('', actor.list(place)[0])] }
}

async function empty(actor: Actor, desk: Desk): Promise<void> {
  await order(actor, desk, {
    ...{ kind: 'empty and delete', action: 'EmptyBucket', body: { confirm: desk.bucket } },
    line: `POST /v1/buckets/${desk.bucket}/empty-and-delete`,
    changes: [nothingLeft(actor)],
  })
}

async function remove(actor: Actor, desk: Desk): Promise<void> {
  await order(actor, desk, {
    ...{ kind: 'delete', action: 'DeleteBucket', line: `DELETE /v1/buckets/${desk.bucket}` },
    changes: [nothingLeft(actor)],
  })
}

async function shownBucket(desk: Desk): Promise<Shown[]> {
  const answer = await desk.send(`GET /v1/buckets/${desk.bucket}`)
  if (answer.status === 404) return [{ place: `w0/${BUCKET}`, value: GONE }]
  const { bucket } = jsonOf<{ bucket: { policy: string } }>(answer)
  return [{ place: `w0/${BUCKET}`, value: bucket.policy }]
}

/**
 * Whether the token's key is there and, where a token is wanted, opens: who may read is told that there is nothing under a name. In a bucket that is
 * going no token opens; its keys go with it.
 */
async function opens(desk: Desk, [label, token]: Credential, { value }: Shown): Promise<string> {
  const answer = await desk.deliver(`/${desk.bucket}/absent?auth=${token}`)
  const isOpen = answer.body.toString('utf8').trim() === 'There is nothing under this name.'
  if (value === GONE) return isOpen ? label : ''
  const { status } = await desk.send(`GET /v1/signing-keys/${keyIdOf(token)}`)
  const isKept = status === 200
  if (value !== 'public' && isOpen !== isKept)
    throw new Error(`the key of ${label} is ${isKept ? '' : 'not '}there, but delivery answers ${answer.status}`)
  return isKept ? label : ''
}

/** Whether the work comes to its end, and does not go back meanwhile. */
async function becomesFree(desk: Desk): Promise<string[]> {
  let left = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < EMPTIED_SECONDS_MAX * 10; tries++) {
    const answer = await desk.send(`GET /v1/buckets/${desk.bucket}/empty-and-delete`)
    if (answer.status === 404) return []
    const { job } = jsonOf<{ job: Job }>(answer)
    if (job.state !== 'emptying') return [`a bucket that was to be emptied is ${job.state}`]
    const { objects = 0, versions = 0, deleted = 0 } = job.left
    const now = objects + versions + deleted
    if (now > left) return [`of a bucket that is being emptied ${left} were left, and then ${now}`]
    left = now
    await sleep(100)
  }
  return [`a bucket that was to be emptied was not gone after ${EMPTIED_SECONDS_MAX} s`]
}
