import { z } from 'zod'
import { inBucket, key, versionId, versionIdOrNull } from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'POST',
  path: '/v1/buckets/{bucket}/objects/delete',
  summary: 'Delete objects',
  description:
    'Up to 1,000, each by itself: what became of it is in the answer. With `version_id` that version goes for good; without, in a bucket with versions, a delete marker is put before them.',
  tag: 'Objects',
  right: 'storage.read',
  params: inBucket,
  body: z.object({
    objects: z
      .array(z.strictObject({ key, version_id: versionId }))
      .min(1)
      .max(1000),
    bypass_governance: z.boolean().default(false),
  }),
  answer: z.strictObject({
    deleted: z.array(
      z.strictObject({ key: z.string(), version_id: z.string().nullable(), delete_marker: z.boolean() }),
    ),
    errors: z.array(
      z.strictObject({ key: z.string(), version_id: versionIdOrNull, code: z.string(), message: z.string() }),
    ),
  }),
  errors: ['NoSuchBucket'],
  target: ({ params, body }) =>
    body.objects.length === 1
      ? `object ${params.bucket}/${body.objects[0]!.key}`
      : `${body.objects.length} objects of bucket ${params.bucket}`,
  async handle({ params, body }, context) {
    const { s3 } = await objectsOf(params.bucket, context)
    const Objects = body.objects.map((object) => ({ Key: object.key, VersionId: object.version_id }))
    const { Deleted = [], Errors = [] } = await s3('DeleteObjects', {
      ...{ Delete: { Objects }, BypassGovernanceRetention: body.bypass_governance },
    })
    return {
      deleted: Deleted.map(({ Key, VersionId, DeleteMarker, DeleteMarkerVersionId }) => ({
        ...{ key: Key, version_id: VersionId ?? DeleteMarkerVersionId ?? null, delete_marker: DeleteMarker === true },
      })),
      errors: Errors.map(({ Key, VersionId, Code, Message }) => ({
        ...{ key: Key, version_id: VersionId ?? null, code: Code, message: Message },
      })),
    }
  },
})
