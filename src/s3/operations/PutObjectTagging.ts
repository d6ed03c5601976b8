import { checkTags, objectTagsMax } from '../../objects/tags.ts'
import { PutObjectTagging } from '../model.generated.ts'
import { keptTags } from '../object-tags.ts'
import { operation } from '../operation.ts'
import { foundVersionId } from '../version.ts'

export default operation(PutObjectTagging, {
  action: ({ VersionId }) => (VersionId === undefined ? 's3:PutObjectTagging' : 's3:PutObjectVersionTagging'),
  async handle({ Key, VersionId, Tagging }, { bucket, services }) {
    const tags = keptTags(checkTags(Tagging.TagSet, objectTagsMax))
    const head = await services.objects.amend(bucket, Key, VersionId, (current) => ({ ...current, tags }))
    return { VersionId: foundVersionId(bucket, head) }
  },
})
