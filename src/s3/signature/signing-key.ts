/** Signature Version 4's signing keys: derived from a secret for one day and region, and kept, since deriving takes four HMACs. */
import { createHmac } from 'node:crypto'
import { BoundedMap } from './bounded-map.ts'

const keysMax = 4096

interface Entry {
  readonly secret: string
  readonly key: Buffer
}

export class SigningKeys {
  readonly #keys = new BoundedMap<string, Entry>(keysMax)

  /** `scope` is `20130524/us-east-1/s3/aws4_request`. A key whose secret has been replaced is derived anew. */
  get(accessKeyId: string, secret: string, scope: string, date: string, region: string): Buffer {
    const name = `${accessKeyId}/${scope}`
    const known = this.#keys.get(name)
    if (known !== undefined && known.secret === secret) return known.key
    const key = deriveSigningKey(secret, date, region)
    this.#keys.set(name, { secret, key })
    return key
  }
}

/** The key for `date` (`20130524`) and `region`, service s3. */
export function deriveSigningKey(secret: string, date: string, region: string): Buffer {
  return hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), 's3'), 'aws4_request')
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
