import { DeleteObjectTagging } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { foundVersionId } from '../version.ts'

export default operation(DeleteObjectTagging, {
  action: ({ VersionId }) => (VersionId === undefined ? 's3:DeleteObjectTagging' : 's3:DeleteObjectVersionTagging'),
  async handle({ Key, VersionId }, { bucket, services }) {
    const head = await services.objects.amend(bucket, Key, VersionId, (current) => ({ ...current, tags: undefined }))
    return { VersionId: foundVersionId(bucket, head) }
  },
})
