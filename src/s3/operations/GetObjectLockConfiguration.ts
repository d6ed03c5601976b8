import { ApiError } from '../../base/errors.ts'
import { GetObjectLockConfiguration } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(GetObjectLockConfiguration, {
  action: 's3:GetBucketObjectLockConfiguration',
  handle(_input, { bucket }) {
    if (bucket.objectLock === undefined) {
      throw new ApiError('ObjectLockConfigurationNotFoundError', undefined, { details: { BucketName: bucket.name } })
    }
    const { defaultRetention: retention } = bucket.objectLock
    const Rule = retention && {
      DefaultRetention: { Mode: retention.mode, Days: retention.days, Years: retention.years },
    }
    return { ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule } }
  },
})
