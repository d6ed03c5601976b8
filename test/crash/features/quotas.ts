// A bucket with a quota, which several writers fill at the same moment: what it holds is never more than that and what those add who write beside one.

import type { Actor } from '../actor.ts'
import { md5 } from '../bodies.ts'
import type { Client } from '../client.ts'
import { makeBucket, type Feature } from '../feature.ts'
import { Desk } from '../management/desk.ts'
import type { Managers } from '../management/managers.ts'
import { contentOf, objectOf, succeeded } from './objects.ts'

const WRITERS = 2
/** Of each. */
const KEYS = 7
const OBJECTS_MAX = 8
const BYTES_MAX = 250_000
const SIZE_MAX = 60_000

interface Usage {
  readonly objects: number
  readonly bytes: number
}

export function quotas(managers: Managers): Feature {
  const name = 'quotas'
  const deskOf = (client: Client): Desk => new Desk(client, managers, { name, holder: managers.holder(name) })
  /** Bytes of bodies that were sent, whatever became of them. */
  let sent = 0
  return {
    name,
    writers: WRITERS,
    reading: {},
    async prepare(client) {
      await managers.appoint(name)
      await makeBucket(client)
      const quota = { objects_max: OBJECTS_MAX, bytes_max: BYTES_MAX }
      await deskOf(client).ask(`PATCH /v1/buckets/${client.bucket}`, { quota })
    },
    async step(actor) {
      const key = actor.key(`${actor.dice.below(KEYS)}`)
      if (actor.dice.chance(30)) return remove(actor, key)
      const size = 1 + actor.dice.below(SIZE_MAX)
      sent += size
      return put(actor, key, size)
    },
    check: (client) => quotaFaults(deskOf(client), sent),
  }
}

async function put(actor: Actor, key: string, size: number): Promise<void> {
  const id = actor.nextId()
  const object = objectOf(id, [[id, size]])
  const body = contentOf(object.pieces ?? [])
  await actor.act({
    ...{ id, kind: 'put', request: { method: 'PUT', key, body, headers: { 'x-amz-meta-op': id } } },
    changes: [{ [key]: succeeded([], { ...object, etag: md5(body) }, undefined) }],
    refusals: [403],
  })
}

async function remove(actor: Actor, key: string): Promise<void> {
  const changes = [{ [key]: [] }]
  await actor.act({ id: actor.nextId(), kind: 'delete', request: { method: 'DELETE', key }, changes })
}

async function quotaFaults(desk: Desk, sent: number): Promise<string[]> {
  const faults: string[] = []
  const { bucket } = await desk.ask<{ bucket: { usage: Usage } }>(`GET /v1/buckets/${desk.bucket}`)
  const { objects, bytes } = bucket.usage
  if (objects > OBJECTS_MAX + WRITERS - 1) faults.push(`${objects} objects are there, where ${OBJECTS_MAX} may be`)
  if (bytes > BYTES_MAX + (WRITERS - 1) * SIZE_MAX) faults.push(`${bytes} bytes are there, where ${BYTES_MAX} may be`)
  const { usage } = await desk.ask<{ usage: { bytes_in: number }[] }>(`GET /v1/usage?bucket=${desk.bucket}`)
  const counted = usage.reduce((sum, { bytes_in }) => sum + bytes_in, 0)
  if (counted > sent) faults.push(`${sent} bytes were sent, but ${counted} are counted`)
  return faults
}
