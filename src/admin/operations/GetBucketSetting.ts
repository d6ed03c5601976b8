import { z } from 'zod'
import { settingNames, settings } from '../bucket-settings.ts'
import { bucketOf } from '../bucket-of.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'GET',
  path: '/v1/buckets/{bucket}/settings/{setting}',
  summary: 'Show a setting of a bucket',
  description: "In AWS's JSON, as `aws s3api get-bucket-…` prints it.",
  tag: 'Buckets',
  right: 'storage.read',
  params: z.object({ bucket: z.string(), setting: z.enum(settingNames) }),
  answer: z.record(z.string(), z.unknown()),
  errors: [
    'NoSuchBucket',
    'ObjectLockConfigurationNotFoundError',
    'NoSuchCORSConfiguration',
    'NoSuchLifecycleConfiguration',
    'NoSuchBucketPolicy',
    'ServerSideEncryptionConfigurationNotFoundError',
    'NoSuchPublicAccessBlockConfiguration',
    'OwnershipControlsNotFoundError',
    'NoSuchTagSet',
  ],
  async handle({ params }, { principal, services, request }) {
    const { name } = await bucketOf(params.bucket, principal, services)
    const [, get] = settings[params.setting]
    return { ...(await services.s3(get, { Bucket: name }, principal, request)) }
  },
})
