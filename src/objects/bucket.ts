/** A bucket, as its record keeps it. */
import type { Value } from '../metadata/metadata-store.ts'
import type { BucketId } from './keys.ts'

export interface Bucket {
  readonly id: BucketId
  /** As created; unique in lower case over all accounts. */
  readonly name: string
  readonly accountId: string
  readonly region: string
  /** The LocationConstraint it was created with, where there was one. */
  readonly locationConstraint?: string | undefined
  readonly createdMs: number
}

const format = 1

export const encodeBucket = (bucket: Bucket): Value => Buffer.from(JSON.stringify({ format, ...bucket }))

export function decodeBucket(value: Value): Bucket {
  const { format: stored, ...bucket } = JSON.parse(Buffer.from(value).toString('utf8')) as Bucket & { format: number }
  if (stored !== format) throw new Error(`A bucket's record of format ${stored} cannot be read by this version`)
  return bucket
}
