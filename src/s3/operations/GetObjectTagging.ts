import { GetObjectTagging } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { requireCurrentVersion } from '../version.ts'

/** No object has tags, since none can be given any. Clients that copy objects ask before they copy. */
export default operation(GetObjectTagging, {
  action: ({ VersionId }) => (VersionId === undefined ? 's3:GetObjectTagging' : 's3:GetObjectVersionTagging'),
  async handle({ Key, VersionId }, { bucket, services }) {
    requireCurrentVersion(VersionId, Key)
    await services.objects.heads.get(bucket, Key)
    return { TagSet: [] }
  },
})
