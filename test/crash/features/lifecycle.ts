// Rules that make objects expire, with days of seconds: nothing younger than its rule is gone, nothing that no rule is about, and nothing locked.

import type { Actor } from '../actor.ts'
import { md5 } from '../bodies.ts'
import { digested, makeBucket, type Feature } from '../feature.ts'
import type { Item } from '../world.ts'
import { lockHeaders } from './locks.ts'
import { contentOf, hidden, objectOf, someSize, succeeded } from './objects.ts'

/** What ENTREPOT_LIFECYCLE_DAY_SECONDS has to be. */
export const DAY_SECONDS = 2

const KEYS = 3
/** Of a writer, so that a long run does not read ever more. */
const LOCKED_MAX = 12

const configuration = (filter: string, action: string): string =>
  `<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter>${filter}</Filter>${action}</Rule></LifecycleConfiguration>`

/** Current objects under a prefix expire. */
export const lifecycle: Feature = {
  name: 'lifecycle',
  writers: 1,
  reading: { changes: true },
  prepare: (client) =>
    makeBucket(client, {
      lifecycle: configuration('<Prefix>w0/short/</Prefix>', '<Expiration><Days>1</Days></Expiration>'),
    }),
  async step(actor) {
    const id = actor.nextId()
    // A name of its own, so that nothing is known of it but its age.
    const isShort = actor.dice.chance(60)
    const key = actor.key(isShort ? `short/${id}` : `long/${actor.dice.below(KEYS)}`)
    await put(actor, { id, key, goneFrom: isShort ? Date.now() + DAY_SECONDS * 1000 : undefined })
  },
}

interface Put {
  id: string
  key: string
  goneFrom: number | undefined
}

async function put(actor: Actor, { id, key, goneFrom }: Put): Promise<void> {
  const object = objectOf(id, [[id, someSize(actor)]])
  const body = contentOf(object.pieces ?? [])
  await actor.act({
    ...{ id, kind: goneFrom === undefined ? 'put' : 'put for a day' },
    request: { method: 'PUT', key, body, headers: { 'x-amz-meta-op': id } },
    changes: [{ [key]: succeeded([], { ...object, etag: md5(body), goneFrom }, undefined) }],
  })
}

/** Noncurrent versions expire, unless they are locked. */
export const lifecycleLocks: Feature = {
  name: 'lifecycle-locks',
  writers: 1,
  reading: { changes: true, locks: true },
  prepare: (client) => {
    const action = '<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>'
    const headers = { 'x-amz-bucket-object-lock-enabled': 'true' }
    return makeBucket(client, { lifecycle: configuration('', action) }, headers)
  },
  async step(actor) {
    const key = actor.key(`${actor.dice.below(KEYS)}`)
    if (actor.dice.chance(15)) await hide(actor, key)
    else await putLocked(actor, key)
  },
}

/** The key's versions when they all are noncurrent. */
function retired(list: readonly Item[]): Item[] {
  const [newest, ...rest] = list
  if (newest === undefined || newest.hold === true) return [...list]
  return [{ ...newest, goneFrom: Math.max(Date.now() + DAY_SECONDS * 1000, newest.retainUntil ?? 0) }, ...rest]
}

async function hide(actor: Actor, key: string): Promise<void> {
  const id = actor.nextId()
  const changes = [{ [key]: hidden(retired(actor.list(key)), id, 'Enabled') }]
  await actor.act({ id, kind: 'delete', request: { method: 'DELETE', key }, changes })
}

async function putLocked(actor: Actor, key: string): Promise<void> {
  const { dice } = actor
  const id = actor.nextId()
  const all = actor.entries().flatMap(([, items]) => items)
  const locked = all.filter(({ hold, retainUntil }) => hold === true || retainUntil !== undefined).length
  const mayLock = locked < LOCKED_MAX
  const retainUntil = Math.ceil(Date.now() / 1000 + 3 + dice.below(300)) * 1000
  const lock = mayLock && dice.chance(40) ? { retainUntil } : mayLock && dice.chance(10) ? { hold: true } : {}
  const object = objectOf(id, [[id, someSize(actor)]])
  const { body, headers } = digested(contentOf(object.pieces ?? []))
  const made = { ...object, ...lock, etag: md5(body) }
  await actor.act({
    ...{ id, kind: 'put' },
    request: { method: 'PUT', key, body, headers: { ...headers, ...lockHeaders(lock), 'x-amz-meta-op': id } },
    changes: [{ [key]: succeeded(retired(actor.list(key)), made, 'Enabled') }],
  })
}
