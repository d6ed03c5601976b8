// Buckets deleted with all that is in them: after a crash one is whole, or gone for everybody and soon for good, so that its name is free again.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Actor } from '../actor.ts'
import { md5 } from '../bodies.ts'
import type { Client } from '../client.ts'
import { documentOf, must, type Feature } from '../feature.ts'
import { readWorld } from '../read-world.ts'
import { contentOf, objectOf, someSize, succeeded, type Versioning } from './objects.ts'
import { versioned } from './versions.ts'

/** What the server is to be set to, so that most of the emptying is left to its job, and to the time after a crash. */
export const FORCE_DELETE_TOGGLES = 'forceDelete.waitSeconds=0,forceDelete.answer=202'

/** Objects that it may have; more than what is deleted in one go. */
const OBJECTS_MAX = 90
const EMPTIED_SECONDS_MAX = 20
/** An item of the world that says that the bucket is there. */
const BUCKET = '?bucket'
const VERSIONING = '?versioning'

export const forceDelete: Feature = {
  name: 'force-delete',
  writers: 1,
  reading: { versioningKey: `w0/${VERSIONING}` },
  prepare: async () => {},
  async step(actor) {
    const { dice } = actor
    const isFull = actor.entries().length >= OBJECTS_MAX
    const roll = dice.below(100)
    if (actor.list(actor.key(BUCKET)).length === 0) await create(actor)
    else if (isFull || roll < 3) await forceDeleteBucket(actor)
    else if (roll < 6) await enableVersions(actor)
    else await put(actor)
  },
  async read(clients) {
    const answer = await (clients[0] as Client).call({ method: 'HEAD' })
    if (answer.status === 404) return { world: {}, faults: [] }
    const { world, faults } = await readWorld(clients, forceDelete.reading)
    return { world: { ...world, [`w0/${BUCKET}`]: [{ is: 'setting', by: '', id: 'there' }] }, faults }
  },
  async check(client, [world = {}]) {
    return world[`w0/${BUCKET}`] === undefined ? becomesFree(client) : []
  },
}

async function create(actor: Actor): Promise<void> {
  const id = actor.nextId()
  const changes = [{ [actor.key(BUCKET)]: [{ is: 'setting', by: id, id: 'there' } as const] }]
  const { status } = await actor.act({ id, kind: 'create', request: { method: 'PUT' }, changes, refusals: [409] })
  // It is being emptied.
  if (status === 409) await sleep(20)
}

async function enableVersions(actor: Actor): Promise<void> {
  const id = actor.nextId()
  const changes = [{ [actor.key(VERSIONING)]: [{ is: 'setting', by: id, id: 'Enabled' } as const] }]
  const document = documentOf(versioned('Enabled'))
  await actor.act({
    id,
    kind: 'enable versions',
    request: { method: 'PUT', query: [['versioning', '']], ...document },
    changes,
  })
}

async function put(actor: Actor): Promise<void> {
  const id = actor.nextId()
  const key = actor.key(`${actor.dice.below(3 * OBJECTS_MAX)}`)
  const object = objectOf(id, [[id, someSize(actor)]])
  const body = contentOf(object.pieces ?? [])
  const [setting] = actor.list(actor.key(VERSIONING))
  const made = succeeded(actor.list(key), { ...object, etag: md5(body) }, setting?.id as Versioning)
  await actor.act({
    ...{ id, kind: 'put' },
    request: { method: 'PUT', key, body, headers: { 'x-amz-meta-op': id } },
    changes: [{ [key]: made }],
  })
}

async function forceDeleteBucket(actor: Actor): Promise<void> {
  const changes = [Object.fromEntries(actor.entries().map(([key]) => [key, []]))]
  const request = { method: 'DELETE' as const, query: [['force_delete', 'true']] as [string, string][] }
  await actor.act({ id: actor.nextId(), kind: 'force delete', request, changes })
}

/** Whether, before long, a bucket of its name can be made, with nothing in it; that one is deleted again. */
async function becomesFree(client: Client): Promise<string[]> {
  for (let tries = 0; tries < EMPTIED_SECONDS_MAX * 10; tries++) {
    const { status, body } = await client.call({ method: 'PUT' })
    if (status === 200) {
      await must(client, { method: 'DELETE' })
      return []
    }
    if (status !== 409) return [`CreateBucket answered ${status} ${body.toString('utf8').slice(0, 300)}`]
    await sleep(100)
  }
  return [`a bucket that was deleted was not gone after ${EMPTIED_SECONDS_MAX} s`]
}
