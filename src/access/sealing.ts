/**
 * Sealed secrets: AES-256-GCM under a data key of their own, which is sealed under a key derived from the master key.
 *
 * What is sealed is bound to what it is for (the additional data), so a sealed text moved to another record does not open.
 * A new master key needs only the data keys sealed again. Every other use of the master key goes through `derive`, so that no two uses
 * share a key (HKDF, RFC 5869).
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import type { Random } from '../base/random.ts'
import type { Secret } from '../base/secret.ts'

const keySize = 32
const nonceSize = 12
const tagSize = 16

/** As it is kept in a record. All but `masterKeyId` is base64 of nonce, ciphertext and tag. */
export interface Sealed {
  /** Which master key the data key is sealed under. */
  readonly masterKeyId: string
  readonly dataKey: string
  readonly text: string
}

/** What is sealed: its kind and its name, such as `access key` and the access key id. */
export interface Purpose {
  readonly kind: string
  readonly name: string
}

/** A sealed text does not open: it was changed, moved to another record, or sealed under another master key. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken'
}

export class MasterKey {
  /** 16 hex digits that tell master keys apart and tell nothing about them. */
  readonly id: string
  /** The 64 hex digits it was made of, for another thread of this process to make its own of. */
  readonly secret: Secret
  readonly #bytes: Buffer
  readonly #sealingKey: Buffer
  readonly #random: Random

  /** `secret` is 64 hex digits. */
  constructor(secret: Secret, random: Random) {
    this.secret = secret
    this.#bytes = Buffer.from(secret.reveal(), 'hex')
    if (this.#bytes.length !== keySize) throw new RangeError('a master key is 64 hexadecimal digits')
    this.#random = random
    this.#sealingKey = this.derive('data keys')
    this.id = this.derive('master key id').toString('hex', 0, 8)
  }

  /** A key of 32 bytes for the use that the label names. */
  derive(label: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#bytes, '', `entrepot ${label}`, keySize))
  }

  seal(purpose: Purpose, text: string): Sealed {
    const additional = additionalData(purpose)
    const dataKey = this.#random.bytes(keySize)
    return {
      masterKeyId: this.id,
      dataKey: encrypt(this.#sealingKey, this.#random.bytes(nonceSize), additional, dataKey).toString('base64'),
      text: encrypt(dataKey, this.#random.bytes(nonceSize), additional, Buffer.from(text)).toString('base64'),
    }
  }

  /** Throws SealBroken. */
  open(purpose: Purpose, sealed: Sealed): string {
    if (sealed.masterKeyId !== this.id) {
      throw new SealBroken(`${purpose.kind} is sealed under the master key ${sealed.masterKeyId}, not under ${this.id}`)
    }
    try {
      const additional = additionalData(purpose)
      const dataKey = decrypt(this.#sealingKey, additional, Buffer.from(sealed.dataKey, 'base64'))
      return decrypt(dataKey, additional, Buffer.from(sealed.text, 'base64')).toString()
    } catch (cause) {
      throw new SealBroken(`the sealed ${purpose.kind} of ${purpose.name} does not open`, { cause })
    }
  }
}

/** A NUL stands in no kind, so that no two purposes have the same bytes. */
const additionalData = ({ kind, name }: Purpose): Buffer => Buffer.from(`${kind}\0${name}`)

function encrypt(key: Buffer, nonce: Buffer, additional: Buffer, clear: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(additional)
  const body = cipher.update(clear)
  cipher.final()
  return Buffer.concat([nonce, body, cipher.getAuthTag()])
}

function decrypt(key: Buffer, additional: Buffer, sealed: Buffer): Buffer {
  if (sealed.length < nonceSize + tagSize) throw new RangeError('too short to be sealed')
  const end = sealed.length - tagSize
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceSize), { authTagLength: tagSize })
  decipher.setAAD(additional).setAuthTag(sealed.subarray(end))
  const clear = decipher.update(sealed.subarray(nonceSize, end))
  decipher.final()
  return clear
}
