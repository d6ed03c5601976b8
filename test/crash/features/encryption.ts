// Objects encrypted under keys of the writer's (SSE-C) and of the server's (SSE-S3): put, copied from one to the other, and uploaded in parts.

import type { Actor } from '../actor.ts'
import { bodyOf, multipartEtag } from '../bodies.ts'
import { makeBucket, type Feature } from '../feature.ts'
import type { Item, Piece } from '../world.ts'
import {
  contentOf,
  encryptionHeaders,
  encryptionOf,
  etagFor,
  keyHeaders,
  objectOf,
  someSize,
  succeeded,
  wayOf,
} from './objects.ts'

/** What every body here begins with, so that it can be looked for on the disk. */
export const SECRET = 'nobody-may-read-this'

const KEYS = ['c/0', 'c/1', 'c/2', 's3/0', 's3/1', 's3/2']
/** All parts but the last must have 5 MiB (AWS, multipart limits). */
const PART_SIZE = 5 * 2 ** 20
const LAST_PART_SIZE = 200_000

export const encryption: Feature = {
  name: 'encryption',
  writers: 2,
  reading: { uploads: true, headersFor: keyHeaders },
  prepare: (client) => makeBucket(client),
  async step(actor) {
    const { dice } = actor
    const key = actor.key(dice.pick(KEYS))
    const roll = dice.below(100)
    if (roll < 40) await put(actor, key)
    else if (roll < 50) await remove(actor, key)
    else if (roll < 70) await copy(actor, key)
    else await upload(actor, key)
  },
}

async function put(actor: Actor, key: string): Promise<void> {
  const id = actor.nextId()
  const object = objectOf(id, [[`${SECRET}-${id}`, someSize(actor)]])
  const made = { ...object, encryption: encryptionOf(key), etag: etagFor(key, object) }
  const headers = { 'x-amz-meta-op': id, ...encryptionHeaders(key) }
  await actor.act({
    ...{ id, kind: `put ${wayOf(key)}` },
    request: { method: 'PUT', key, body: contentOf(object.pieces ?? []), headers },
    changes: [{ [key]: succeeded(actor.list(key), made, undefined) }],
  })
}

async function remove(actor: Actor, key: string): Promise<void> {
  await actor.act({
    ...{ id: actor.nextId(), kind: 'delete' },
    request: { method: 'DELETE', key },
    changes: [{ [key]: [] }],
  })
}

/** Perhaps onto one that is encrypted otherwise. */
async function copy(actor: Actor, key: string): Promise<void> {
  const source = actor.key(actor.dice.pick(KEYS))
  const item = actor.current(source)
  if (item === undefined || source === key) return
  const id = actor.nextId()
  const headers = {
    'x-amz-copy-source': `/${actor.options.client.bucket}/${source}`,
    ...keyHeaders(source, 'x-amz-copy-source-server-side-encryption-customer'),
    ...encryptionHeaders(key),
  }
  const made = { ...item, by: id, encryption: encryptionOf(key), etag: undefined }
  await actor.act({
    ...{ id, kind: `copy ${wayOf(source)} to ${wayOf(key)}` },
    request: { method: 'PUT', key, headers },
    changes: [{ [key]: succeeded(actor.list(key), made, undefined) }],
  })
}

/** Goes on with the key's upload, perhaps one from before the crash. */
async function upload(actor: Actor, key: string): Promise<void> {
  const { dice } = actor
  const [open] = actor.list(`${key}?upload`)
  const parts = actor.list(`${key}?parts`)
  if (open?.id === undefined) return begin(actor, key)
  const last = parts.at(-1)
  const isClosed = last !== undefined && last.size !== PART_SIZE
  if (dice.chance(10)) return abort(actor, key, open.id)
  if (isClosed || (last !== undefined && dice.chance(50)))
    return complete(actor, key, { id: open.id, op: open.op ?? '' })
  return uploadPart(actor, key, open, parts.length + 1)
}

async function begin(actor: Actor, key: string): Promise<void> {
  const id = actor.nextId()
  await actor.act({
    ...{ id, kind: `begin ${wayOf(key)}` },
    request: {
      ...{ method: 'POST', key, query: [['uploads', '']] },
      headers: { 'x-amz-meta-op': id, ...encryptionHeaders(key) },
    },
    changes: [{ [`${key}?upload`]: [{ is: 'upload', by: id, op: id }] }],
  })
}

/** Named by the upload, so that it can be made again. */
const pieceOf = (op: string | undefined, number: number, size: number): Piece => [`${SECRET}-${op}.${number}`, size]

async function uploadPart(actor: Actor, key: string, { id: uploadId, op }: Item, number: number): Promise<void> {
  const { dice } = actor
  const id = actor.nextId()
  const size = number === 1 && dice.chance(25) ? PART_SIZE : 1 + dice.below(LAST_PART_SIZE)
  const part: Item = { is: 'part', by: id, id: String(number), size }
  const query: [string, string][] = [
    ['partNumber', String(number)],
    ['uploadId', uploadId ?? ''],
  ]
  await actor.act({
    ...{ id, kind: `part ${wayOf(key)}` },
    request: { method: 'PUT', key, query, body: bodyOf(...pieceOf(op, number, size)), headers: keyHeaders(key) },
    changes: [{ [`${key}?parts`]: [...actor.list(`${key}?parts`), part] }],
  })
}

async function abort(actor: Actor, key: string, uploadId: string): Promise<void> {
  await actor.act({
    ...{ id: actor.nextId(), kind: 'abort' },
    request: { method: 'DELETE', key, query: [['uploadId', uploadId]] },
    changes: [{ [`${key}?upload`]: [], [`${key}?parts`]: [] }],
  })
}

async function complete(actor: Actor, key: string, { id: uploadId, op }: { id: string; op: string }): Promise<void> {
  const id = actor.nextId()
  const parts = actor.list(`${key}?parts`)
  const xml = parts.map((part) => `<Part><PartNumber>${part.id}</PartNumber><ETag>"${part.etag}"</ETag></Part>`)
  const pieces = parts.map(({ size = 0 }, index) => pieceOf(op, index + 1, size))
  const etag = wayOf(key) === 'c' ? undefined : multipartEtag(parts.map((part) => part.etag ?? ''))
  const made = { ...objectOf(op, pieces), by: id, encryption: encryptionOf(key), etag }
  await actor.act({
    ...{ id, kind: `complete ${wayOf(key)}` },
    request: {
      ...{ method: 'POST', key, query: [['uploadId', uploadId]], headers: keyHeaders(key) },
      body: Buffer.from(`<CompleteMultipartUpload>${xml.join('')}</CompleteMultipartUpload>`),
    },
    changes: [{ [key]: succeeded([], made, undefined), [`${key}?upload`]: [], [`${key}?parts`]: [] }],
  })
}
