import { ListObjects } from '../model.generated.ts'
import { listObjects } from '../list-objects.ts'
import { operation } from '../operation.ts'

export default operation(ListObjects, {
  action: 's3:ListBucket',
  async handle({ Prefix = '', Delimiter, Marker = '', MaxKeys = 1000, EncodingType }, context) {
    const owner = await context.services.owner(context.bucket.accountId)
    const page = await listObjects(context, {
      prefix: Prefix,
      delimiter: Delimiter ?? '',
      after: Marker,
      maxKeys: MaxKeys,
      owner,
    })
    return {
      Name: context.bucket.name,
      Prefix,
      Marker,
      MaxKeys: page.maxKeys,
      Delimiter: Delimiter === '' ? undefined : Delimiter,
      EncodingType,
      IsTruncated: page.truncated,
      // AWS gives NextMarker only where there is a delimiter; else the last key is the next marker.
      NextMarker: Delimiter ? page.next : undefined,
      Contents: page.contents,
      CommonPrefixes: page.prefixes,
    }
  },
})
