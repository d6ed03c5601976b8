/** The objects of a bucket, for management: each operation is S3's own, as the one who asks, so that what is denied there is denied here. */
import type { Bucket } from '../objects/bucket.ts'
import { bucketOf } from './bucket-of.ts'
import type { ManagementContext } from './operation.ts'
import type { S3Outputs } from './s3-outputs.ts'
import type { S3More } from './services.ts'

export interface ObjectsOf {
  readonly bucket: Bucket
  /** Performs an operation of S3 on the bucket. */
  s3<Name extends keyof S3Outputs>(
    name: Name,
    input: Readonly<Record<string, unknown>>,
    more?: S3More,
  ): Promise<S3Outputs[Name]>
}

/** Throws NoSuchBucket, for a bucket of another account too. `key` is what the request is about, if one is. */
export async function objectsOf(
  name: string,
  { principal, services, request }: ManagementContext,
  key?: string,
): Promise<ObjectsOf> {
  const bucket = await bucketOf(name, principal, services)
  request.found({ bucket, key })
  return {
    bucket,
    s3: (operation, input, more) =>
      services.s3(operation, { Bucket: bucket.name, ...input }, principal, request, more) as Promise<never>,
  }
}
