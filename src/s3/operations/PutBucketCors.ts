import { PutBucketCors } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { corsDocumentSizeMax, corsRulesOf, tooLarge } from '../cors/configuration.ts'

export default operation(PutBucketCors, {
  action: 's3:PutBucketCORS',
  async handle({ CORSConfiguration }, { bucket, contentLength = 0, services }) {
    if (contentLength > corsDocumentSizeMax) throw tooLarge()
    const cors = corsRulesOf(CORSConfiguration.CORSRules)
    await services.buckets.update(bucket, (current) => ({ ...current, cors }))
    return {}
  },
})
