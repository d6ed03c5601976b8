import { ApiError } from '../../base/errors.ts'
import { PutObjectLegalHold } from '../model.generated.ts'
import { requireObjectLock } from '../object-lock.ts'
import { operation } from '../operation.ts'

export default operation(PutObjectLegalHold, {
  action: 's3:PutObjectLegalHold',
  async handle({ Key, VersionId, LegalHold }, { bucket, services }) {
    requireObjectLock(bucket)
    if (LegalHold?.Status === undefined) throw new ApiError('MalformedXML')
    const legalHold = LegalHold.Status === 'ON'
    await services.objects.amend(bucket, Key, VersionId, (head) => ({ ...head, legalHold }))
    return {}
  },
})
