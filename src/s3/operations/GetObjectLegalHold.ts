import { ApiError } from '../../base/errors.ts'
import { GetObjectLegalHold } from '../model.generated.ts'
import { requireObjectLock } from '../object-lock.ts'
import { operation } from '../operation.ts'

export default operation(GetObjectLegalHold, {
  action: 's3:GetObjectLegalHold',
  async handle({ Key, VersionId }, { bucket, services }) {
    requireObjectLock(bucket)
    const { legalHold } = await services.objects.find(bucket, Key, VersionId)
    if (legalHold === undefined) {
      throw new ApiError('NoSuchObjectLockConfiguration', undefined, { details: { Key } })
    }
    return { LegalHold: { Status: legalHold ? 'ON' : 'OFF' } }
  },
})
