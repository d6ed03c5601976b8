/** Signature Version 4's signing keys: derived from a secret for one day and region, and kept, since deriving takes four HMACs. */
import { createHmac } from 'node:crypto'
import { BoundedMap } from './bounded-map.ts'

const keysMax = 4096

/** What a key is derived for. */
export interface SigningScope {
  /** `20130524/us-east-1/s3/aws4_request` */
  readonly scope: string
  readonly date: string
  readonly region: string
}

interface Entry {
  readonly secret: string
  readonly key: Buffer
}

export class SigningKeys {
  readonly #keys = new BoundedMap<string, Entry>(keysMax)

  /** A key whose secret has been replaced is derived anew. The secret before is told apart, so that neither pushes the other out while both count. */
  get(accessKeyId: string, secret: string, scope: SigningScope, which: 'present' | 'previous' = 'present'): Buffer {
    // No access key's id holds a space.
    const name = which === 'present' ? `${accessKeyId}/${scope.scope}` : `${accessKeyId} before/${scope.scope}`
    const known = this.#keys.get(name)
    if (known !== undefined && known.secret === secret) return known.key
    const key = deriveSigningKey(secret, scope.date, scope.region)
    this.#keys.set(name, { secret, key })
    return key
  }
}

/** The key for `date` (`20130524`) and `region`, service s3. */
export function deriveSigningKey(secret: string, date: string, region: string): Buffer {
  return hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), 's3'), 'aws4_request')
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
