/** A copy of an object in one act, whatever its size: S3's own CopyObject, which mentions the same bytes once more. */
import { copySource, showWritten, unlessThere } from './object.ts'
import type { ObjectsOf } from './objects-of.ts'
import type { Head } from './s3-outputs.ts'

interface Order {
  readonly key: string
  readonly version_id?: string | undefined
  readonly to_key: string
  readonly overwrite: boolean
}

export async function copyObject(from: ObjectsOf, to: ObjectsOf, { key, version_id, to_key, overwrite }: Order) {
  const source: Head = await from.s3('HeadObject', { Key: key, VersionId: version_id })
  const output = await to.s3('CopyObject', {
    ...{ Key: to_key, CopySource: copySource(from.bucket.name, key, version_id), CopySourceIfMatch: source.ETag },
    // What is encrypted stays so, whatever the bucket it comes to has as its default.
    ServerSideEncryption: source.ServerSideEncryption,
    ...unlessThere(overwrite),
  })
  return { source, copied: showWritten({ ...output, ...output.CopyObjectResult }) }
}
