import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import { settingNames, settings } from '../bucket-settings.ts'
import { bucketOf } from '../bucket-of.ts'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'

export default operation({
  method: 'DELETE',
  path: '/v1/buckets/{bucket}/settings/{setting}',
  summary: 'Take a setting from a bucket',
  tag: 'Buckets',
  right: 'storage.write',
  params: z.object({ bucket: z.string(), setting: z.enum(settingNames) }),
  answer: done,
  errors: ['NoSuchBucket', 'MethodNotAllowed'],
  target: ({ params }) => `${params.setting} of bucket ${params.bucket}`,
  async handle({ params }, { principal, services, request }) {
    const { name } = await bucketOf(params.bucket, principal, services)
    const [, , remove] = settings[params.setting]
    if (remove === undefined)
      throw new ApiError('MethodNotAllowed', `${params.setting} can be changed, not taken away.`, {
        headers: { allow: 'GET, HEAD, PUT' },
      })
    await services.s3(remove, { Bucket: name }, principal, request)
    return ok
  },
})
