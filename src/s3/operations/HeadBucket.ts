import { encode } from '../codec.ts'
import type { Context } from '../context.ts'
import { Query } from '../../http/query.ts'
import { HeadBucket } from '../model.generated.ts'
import { operation, Prepared } from '../operation.ts'

export default operation(HeadBucket, {
  action: 's3:ListBucket',
  async handle(_input, context) {
    const { bucket, request } = context
    const output = { BucketRegion: bucket.region, BucketArn: `arn:aws:s3:::${bucket.name}` }
    if (!request.query.includes('read-stats') || Query.parse(request.query).get('read-stats') !== 'true') return output
    const { headers, ...response } = encode(HeadBucket, output)
    return new Prepared({ ...response, headers: [...headers, ...(await statistics(context))] })
  },
})

/** What Ceph's object gateway tells of a bucket that is asked for with `read-stats=true`. */
async function statistics({ bucket, services }: Context): Promise<readonly string[]> {
  const { objects, bytes, versions, versionBytes } = await services.buckets.usage(bucket)
  const bucketsMax = services.toggles(bucket)['buckets.max'] ?? -1
  return [
    'x-rgw-object-count',
    String(objects + versions),
    'x-rgw-bytes-used',
    String(bytes + versionBytes),
    'x-rgw-quota-max-buckets',
    String(bucketsMax),
  ]
}
