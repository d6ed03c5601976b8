import { ApiError } from '../../base/errors.ts'
import { tagSet } from '../../objects/tags.ts'
import { GetBucketTagging } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(GetBucketTagging, {
  action: 's3:GetBucketTagging',
  handle(_input, { bucket: { name, tags } }) {
    const TagSet = tagSet(tags)
    if (TagSet.length === 0) throw new ApiError('NoSuchTagSet', undefined, { details: { BucketName: name } })
    return { TagSet }
  },
})
