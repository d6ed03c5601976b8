import { ApiError } from '../../base/errors.ts'
import { PutBucketVersioning } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(PutBucketVersioning, {
  action: 's3:PutBucketVersioning',
  refuses: ['MFA'],
  async handle({ VersioningConfiguration: { Status: versioning, MFADelete } }, { bucket, services }) {
    if (MFADelete === 'Enabled') throw new ApiError('NotImplemented', 'MFA delete is not implemented.')
    if (versioning === undefined) {
      throw new ApiError('IllegalVersioningConfigurationException', 'The Versioning element must be specified')
    }
    await services.buckets.update(bucket, (current) => {
      if (current.objectLock !== undefined && versioning !== 'Enabled') throw locked()
      return { ...current, versioning }
    })
    return {}
  },
})

const locked = (): ApiError =>
  new ApiError(
    'InvalidBucketState',
    'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
  )
