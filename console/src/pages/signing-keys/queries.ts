/** What the page of signing keys asks. */
import { api, dataOf } from '../../api/client.ts'
import type { Schema } from '../../api/me.ts'

export type SigningKey = Schema<'SigningKey'>
export type Bucket = Schema<'Bucket'>

export const signingKeysKey = ['signing-keys'] as const

export async function signingKeysPage(after: string | undefined) {
  const query = after === undefined ? {} : { after }
  const { signing_keys: items, next } = await dataOf(api.GET('/v1/signing-keys', { params: { query } }))
  return { items, next }
}

export const calledOf = ({ name, id }: Pick<SigningKey, 'name' | 'id'>): string =>
  name === null || name === '' ? id : name

/** The bucket that a key is for, by whichever of its names the key was made. */
export function bucketNameOf(key: SigningKey, buckets: readonly Bucket[]): string {
  const { stream_id: stream } = key
  return key.bucket ?? key.bucket_name ?? buckets.find((bucket) => bucket.stream_id === stream)?.name ?? stream ?? ''
}

/** The file that a private key is kept as. */
export const pemFileOf = (id: string): string => `signing-key-${id.slice(0, 8)}.pem`
