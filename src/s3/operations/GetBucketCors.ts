import { ApiError } from '../../base/errors.ts'
import { GetBucketCors } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(GetBucketCors, {
  action: 's3:GetBucketCORS',
  handle(_input, { bucket }) {
    if (bucket.cors === undefined) {
      throw new ApiError('NoSuchCORSConfiguration', undefined, { details: { BucketName: bucket.name } })
    }
    return {
      CORSRules: bucket.cors.map((rule) => ({
        ID: rule.id,
        AllowedHeaders: rule.allowedHeaders,
        AllowedMethods: rule.allowedMethods,
        AllowedOrigins: rule.allowedOrigins,
        ExposeHeaders: rule.exposeHeaders,
        MaxAgeSeconds: rule.maxAgeSeconds,
      })),
    }
  },
})
