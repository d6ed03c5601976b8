// Objects as writers put them and as the model has them, and what becomes of a key's versions.

import { createHash } from 'node:crypto'
import { sha256 } from '../../../bench/load/endpoint.ts'
import type { Actor } from '../actor.ts'
import { bodyOf, md5 } from '../bodies.ts'
import type { Item, Piece } from '../world.ts'

export type Versioning = 'Enabled' | 'Suspended' | undefined

/** A size of mostly small objects, kept among the records, and sometimes larger ones, in files of their own. */
export function someSize(actor: Actor): number {
  const { dice } = actor
  return dice.chance(20) ? 40_000 + dice.below(160_000) : dice.below(3000)
}

/** The bytes that pieces are. */
export function contentOf(pieces: readonly Piece[]): Buffer {
  return Buffer.concat(pieces.map(([name, size]) => bodyOf(name, size)))
}

/** An object of these pieces, by an operation that names itself in its metadata. */
export function objectOf(id: string, pieces: Piece[]): Item {
  const body = contentOf(pieces)
  return { is: 'object', by: id, op: id, pieces, sha256: sha256(body), size: body.length }
}

/** The key's versions after one more (Amazon S3 User Guide, "How S3 Versioning works"). */
export function succeeded(list: readonly Item[], item: Item, versioning: Versioning): Item[] {
  if (versioning === undefined) return [{ ...item, id: 'null' }]
  if (versioning === 'Enabled') return [item, ...list]
  return [{ ...item, id: 'null' }, ...list.filter(({ id }) => id !== 'null')]
}

/** The same after a deletion that names no version. */
export function hidden(list: readonly Item[], id: string, versioning: Versioning): Item[] {
  return versioning === undefined ? [] : succeeded(list, { is: 'marker', by: id }, versioning)
}

/** How a writer encrypts, as the first part of its keys' names says: `c` under a key of its own, `s3` under one of the server's. */
export type Way = 'c' | 's3' | 'plain'

export function wayOf(key: string): Way {
  const [, way] = key.split('/')
  return way === 'c' || way === 's3' ? way : 'plain'
}

/** Headers of whatever reads or writes the key's content. */
export function keyHeaders(key: string, prefix = 'x-amz-server-side-encryption-customer'): Record<string, string> {
  if (wayOf(key) !== 'c') return {}
  const secret = secretOf(key)
  return {
    [`${prefix}-algorithm`]: 'AES256',
    [`${prefix}-key`]: secret.toString('base64'),
    [`${prefix}-key-md5`]: createHash('md5').update(secret).digest('base64'),
  }
}

/** Headers of what creates the key. */
export function encryptionHeaders(key: string): Record<string, string> {
  return wayOf(key) === 's3' ? { 'x-amz-server-side-encryption': 'AES256' } : keyHeaders(key)
}

/** What the server will say of the key's encryption. */
export function encryptionOf(key: string): string | undefined {
  const way = wayOf(key)
  if (way === 'c') return createHash('md5').update(secretOf(key)).digest('base64')
  return way === 's3' ? 'AES256' : undefined
}

/** The ETag of an object in one piece where it can be foretold: not under a customer's key (AWS, "Object" data type). */
export function etagFor(key: string, { pieces = [] }: Item): string | undefined {
  return wayOf(key) === 'c' ? undefined : md5(contentOf(pieces))
}

const secretOf = (key: string): Buffer =>
  createHash('sha256')
    .update(`of ${key.split('/')[0]}`)
    .digest()
