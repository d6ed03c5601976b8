// Objects that grow, in all dialects, and objects composed of others; in a bucket without versions and in one with.

import type { Actor } from '../actor.ts'
import { bodyOf } from '../bodies.ts'
import { makeBucket, type Feature } from '../feature.ts'
import type { Item, Piece } from '../world.ts'
import {
  contentOf,
  encryptionHeaders,
  encryptionOf,
  etagFor,
  hidden,
  keyHeaders,
  objectOf,
  someSize,
  succeeded,
  wayOf,
  type Versioning,
} from './objects.ts'
import { removeOldest, versioned } from './versions.ts'

const PIECES_MAX = 10
const SIZE_MAX = 400_000
const VERSIONS_MAX = 5
const GROWING = ['plain/a', 'plain/b', 's3/a', 'c/a']
const COMPOSED = ['plain/composed', 's3/composed']

export const append = featureOf('append', undefined)
export const appendVersions = featureOf('append-versions', 'Enabled')

function featureOf(name: string, versioning: Versioning): Feature {
  return {
    name,
    writers: 1,
    reading: { headersFor: keyHeaders },
    prepare: (client) => makeBucket(client, versioning === undefined ? {} : { versioning: versioned(versioning) }),
    step: (actor) => step(actor, versioning),
  }
}

async function step(actor: Actor, versioning: Versioning): Promise<void> {
  const { dice } = actor
  const key = actor.key(dice.chance(75) ? dice.pick(GROWING) : dice.pick(COMPOSED))
  const current = actor.current(key)
  const roll = dice.below(100)
  if (actor.list(key).length > VERSIONS_MAX) return removeOldest(actor, key)
  if (roll < 6) return hide(actor, key, versioning)
  if (key.endsWith('composed') && (current === undefined || roll < 50)) return compose(actor, key, versioning)
  const isFull = (current?.pieces?.length ?? 0) >= PIECES_MAX || (current?.size ?? 0) > SIZE_MAX
  if (current === undefined || isFull) return create(actor, key, versioning)
  return grow(actor, key, current, versioning)
}

/** By a PUT, or by an append at 0, which a key has only where there is nothing. */
async function create(actor: Actor, key: string, versioning: Versioning): Promise<void> {
  const id = actor.nextId()
  const pieces: Piece[] = [[id, 1 + someSize(actor)]]
  const object = objectOf(id, pieces)
  const isAppend = actor.current(key) === undefined && actor.dice.chance(50)
  const headers = {
    'x-amz-meta-op': id,
    ...encryptionHeaders(key),
    ...(isAppend ? { 'x-amz-write-offset-bytes': '0' } : {}),
  }
  const made = { ...object, encryption: encryptionOf(key), etag: etagFor(key, object) }
  await actor.act({
    ...{ id, kind: isAppend ? 'append at 0' : 'put' },
    request: { method: 'PUT', key, body: contentOf(pieces), headers },
    changes: [{ [key]: succeeded(actor.list(key), made, versioning) }],
  })
}

async function grow(actor: Actor, key: string, current: Item, versioning: Versioning): Promise<void> {
  const { dice } = actor
  const id = actor.nextId()
  const piece: Piece = [id, 1 + someSize(actor)]
  const pieces = [...(current.pieces ?? []), piece]
  const { sha256, size } = objectOf(id, pieces)
  const grown = { ...current, by: id, pieces, sha256, size, id: undefined, etag: undefined }
  const isMisplaced = dice.chance(8)
  const offset = String((current.size ?? 0) + (isMisplaced ? 1 : 0))
  const { name, method, query, headers, refusal } = dialect(dice.below(isMisplaced ? 2 : 3), offset)
  await actor.act({
    ...{ id, kind: `append ${name}` },
    request: { method, key, query, body: bodyOf(...piece), headers: { ...headers, ...keyHeaders(key) } },
    changes: isMisplaced ? [] : [{ [key]: succeeded(actor.list(key), grown, versioning) }],
    refusals: isMisplaced ? [refusal] : [],
  })
}

interface Dialect {
  name: string
  method: 'PUT' | 'POST'
  query: [string, string][]
  headers: Record<string, string>
  /** The answer to one who is wrong about where the object ends. */
  refusal: number
}

/** AWS's and Ceph's say where; Wasabi's does not. */
function dialect(number: number, offset: string): Dialect {
  if (number === 0) {
    const headers = { 'x-amz-write-offset-bytes': offset }
    return { name: 'by offset', method: 'PUT', query: [], headers, refusal: 400 }
  }
  const query: [string, string][] = [['append', '']]
  if (number === 2) return { name: 'to the end', method: 'PUT', query, headers: {}, refusal: 400 }
  query.push(['position', offset])
  return { name: 'by position', method: 'POST', query, headers: {}, refusal: 409 }
}

/** Of one to four objects, the key itself perhaps among them. */
async function compose(actor: Actor, key: string, versioning: Versioning): Promise<void> {
  const { dice } = actor
  const present = actor.entries().flatMap(([from]) => (wayOf(from) === 'c' ? [] : [from]))
  const sources = present.filter((from) => actor.current(from) !== undefined)
  if (sources.length === 0) return
  const chosen = Array.from({ length: 1 + dice.below(4) }, () => dice.pick(sources))
  const items = chosen.map((from) => actor.current(from) as Item)
  const pieces = items.flatMap((item) => item.pieces ?? [])
  if (pieces.length > 3 * PIECES_MAX || items.reduce((sum, { size = 0 }) => sum + size, 0) > 3 * SIZE_MAX) return
  const id = actor.nextId()
  const xml = chosen.map((from) => `<Component><Name>${from}</Name></Component>`).join('')
  const isEncrypted = wayOf(key) === 's3' || items.some(({ encryption }) => encryption !== undefined)
  const made = { ...objectOf(id, pieces), encryption: isEncrypted ? 'AES256' : undefined }
  await actor.act({
    ...{ id, kind: 'compose' },
    request: {
      ...{ method: 'PUT', key, query: [['compose', '']], headers: { 'x-amz-meta-op': id, ...encryptionHeaders(key) } },
      body: Buffer.from(`<ComposeRequest>${xml}</ComposeRequest>`),
    },
    changes: [{ [key]: succeeded(actor.list(key), made, versioning) }],
  })
}

async function hide(actor: Actor, key: string, versioning: Versioning): Promise<void> {
  const id = actor.nextId()
  const changes = [{ [key]: hidden(actor.list(key), id, versioning) }]
  await actor.act({ id, kind: 'delete', request: { method: 'DELETE', key }, changes })
}
