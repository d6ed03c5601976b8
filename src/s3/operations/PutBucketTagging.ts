import { bucketTagsMax, checkTags } from '../../objects/tags.ts'
import { PutBucketTagging } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(PutBucketTagging, {
  action: 's3:PutBucketTagging',
  async handle({ Tagging: { TagSet } }, { bucket, services }) {
    const tags = checkTags(TagSet, bucketTagsMax)
    await services.buckets.update(bucket, (current) => ({ ...current, tags }))
    return {}
  },
})
