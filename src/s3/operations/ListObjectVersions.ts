import { ListObjectVersions } from '../model.generated.ts'
import { listObjectVersions } from '../list-versions.ts'
import { operation } from '../operation.ts'

export default operation(ListObjectVersions, { action: 's3:ListBucketVersions', handle: listObjectVersions })
