import { ApiError } from '../../base/errors.ts'
import { lifecycleDocument } from '../lifecycle.ts'
import { GetBucketLifecycleConfiguration } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(GetBucketLifecycleConfiguration, {
  action: 's3:GetLifecycleConfiguration',
  handle(_input, { bucket }) {
    if (bucket.lifecycle === undefined) {
      throw new ApiError('NoSuchLifecycleConfiguration', undefined, { details: { BucketName: bucket.name } })
    }
    return lifecycleDocument(bucket.lifecycle)
  },
})
