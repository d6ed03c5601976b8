import { tagSet } from '../../objects/tags.ts'
import { GetObjectTagging } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { foundVersionId } from '../version.ts'

export default operation(GetObjectTagging, {
  action: ({ VersionId }) => (VersionId === undefined ? 's3:GetObjectTagging' : 's3:GetObjectVersionTagging'),
  async handle({ Key, VersionId }, context) {
    const { bucket, services } = context
    const head = await services.objects.find(bucket, Key, VersionId)
    context.confirm({ bucket, key: Key, head })
    return {
      VersionId: foundVersionId(bucket, head),
      // As AWS gives them, whatever the order in which they were put.
      TagSet: tagSet(head.tags).toSorted((a, b) => (a.Key < b.Key ? -1 : 1)),
    }
  },
})
