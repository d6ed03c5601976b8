/**
 * The keys that content is encrypted with: a random one for each piece, wrapped in the piece's seal.
 *
 * What is wrapped is the data key (32 bytes) and the content's MD5 (16), which the ETag of SSE-C must not show but a copy under SSE-S3
 * must; bound to it is the size of the content. It is wrapped with AES-256-GCM under a key that is made, for this one seal, of the server's
 * or the customer's by HKDF-SHA256 (RFC 5869) with a random salt; so no number of seals wears a key out, and the nonce can be zero.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { ApiError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { Awaitable } from '../../metadata/metadata-store.ts'
import { ContentDamaged } from '../content-damaged.ts'
import type { CustomerKey, Encryption, Seal } from './seal.ts'

/** What encrypts one piece of content, and what the content was. */
export interface ContentKey {
  /** 32 bytes. */
  readonly dataKey: Buffer
  /** Bytes of the content. */
  readonly size: number
  /** Of the content. */
  readonly md5: Buffer
}

/** The keys of the server, as keyring.ts keeps them. */
export interface ServerKeys {
  /** The one to wrap with. */
  current(): Awaitable<ServerKey>
  /** Undefined where there is none with that id. */
  find(id: string): Awaitable<ServerKey | undefined>
}

export interface ServerKey {
  readonly id: string
  /** 32 bytes. */
  readonly bytes: Buffer
}

const keySize = 32
const saltSize = 32
const tagSize = 16
const md5Size = 16
const cipher = 'aes-256-gcm'
const nonce = Buffer.alloc(12)

export class DataKeys {
  readonly #serverKeys: ServerKeys
  readonly #random: Random

  constructor(serverKeys: ServerKeys, random: Random) {
    this.#serverKeys = serverKeys
    this.#random = random
  }

  /** A new data key. */
  make(): Buffer {
    return this.#random.bytes(keySize)
  }

  /** Wraps a data key, once what it has encrypted is known. */
  async seal(contentKey: ContentKey, encryption: Encryption): Promise<Seal> {
    const salt = this.#random.bytes(saltSize)
    if (encryption.kind === 'SSE-C') {
      const wrapped = wrap(encryption.key.bytes, salt, customerContext, contentKey)
      return { kind: 'SSE-C', salt: salt.toString('base64'), wrapped }
    }
    const { id: keyId, bytes } = await this.#serverKeys.current()
    const wrapped = wrap(bytes, salt, serverContext(keyId), contentKey)
    return { kind: 'AES256', keyId, salt: salt.toString('base64'), wrapped }
  }

  /**
   * What a seal wraps; `size` is the content's. Throws AccessDenied where the customer's key is not the one it was sealed with, ContentDamaged where
   * the seal is not as it was made.
   */
  async open(seal: Seal, size: number, customerKey: CustomerKey | undefined): Promise<ContentKey> {
    const salt = Buffer.from(seal.salt, 'base64')
    if (seal.kind === 'SSE-C') {
      if (customerKey === undefined) throw new Error('Content under a customer key was to be read without the key')
      const opened = unwrap(customerKey.bytes, salt, customerContext, seal.wrapped, size)
      if (opened === undefined) throw wrongCustomerKey()
      return opened
    }
    const key = await this.#serverKeys.find(seal.keyId)
    if (key === undefined) throw new ContentDamaged(`The encryption key ${seal.keyId} is not there`)
    const opened = unwrap(key.bytes, salt, serverContext(seal.keyId), seal.wrapped, size)
    if (opened === undefined) throw new ContentDamaged(`A seal under the encryption key ${seal.keyId} does not open`)
    return opened
  }
}

/** What AWS answers to a key that is well formed but not the object's. */
export const wrongCustomerKey = (): ApiError => new ApiError('AccessDenied')

/**
 * The 16 bytes of which the ETag is made: of SSE-S3 the content's MD5; of SSE-C others, which stay the same as long as the content is shared and
 * tell nobody without the key what the content is.
 */
export const etagBytes = ({ dataKey, md5 }: ContentKey, kind: Encryption['kind']): Buffer =>
  kind === 'AES256' ? md5 : createHmac('sha256', dataKey).update('etag').update(md5).digest().subarray(0, md5Size)

/** What a wrapping is for. A NUL stands in no key's id, so that no two uses have the same bytes. */
const serverContext = (keyId: string): string => `SSE-S3\0${keyId}`
const customerContext = 'SSE-C'

function wrap(key: Buffer, salt: Buffer, context: string, { dataKey, md5, size }: ContentKey): string {
  const open = createCipheriv(cipher, wrappingKey(key, salt, context), nonce).setAAD(sizeBytes(size))
  const parts = [open.update(dataKey), open.update(md5), open.final(), open.getAuthTag()]
  return Buffer.concat(parts).toString('base64')
}

/** Undefined where it does not open. */
function unwrap(key: Buffer, salt: Buffer, context: string, text: string, size: number): ContentKey | undefined {
  const wrapped = Buffer.from(text, 'base64')
  const end = wrapped.length - tagSize
  if (end !== keySize + md5Size) return undefined
  const open = createDecipheriv(cipher, wrappingKey(key, salt, context), nonce, { authTagLength: tagSize })
  open.setAAD(sizeBytes(size)).setAuthTag(wrapped.subarray(end))
  const secret = open.update(wrapped.subarray(0, end))
  try {
    open.final()
  } catch {
    return undefined
  }
  return { dataKey: secret.subarray(0, keySize), md5: secret.subarray(keySize), size }
}

const wrappingKey = (key: Buffer, salt: Buffer, context: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, `entrepot ${context}`, keySize))

function sizeBytes(size: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUIntBE(size, 2, 6)
  return bytes
}
