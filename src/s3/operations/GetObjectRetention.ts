import { ApiError } from '../../base/errors.ts'
import { GetObjectRetention } from '../model.generated.ts'
import { requireObjectLock } from '../object-lock.ts'
import { operation } from '../operation.ts'

export default operation(GetObjectRetention, {
  action: 's3:GetObjectRetention',
  async handle({ Key, VersionId }, { bucket, services }) {
    requireObjectLock(bucket)
    const { retention } = await services.objects.find(bucket, Key, VersionId)
    if (retention === undefined) {
      throw new ApiError('NoSuchObjectLockConfiguration', undefined, { details: { Key } })
    }
    return { Retention: { Mode: retention.mode, RetainUntilDate: retention.untilMs } }
  },
})
