import { ApiError } from '../../base/errors.ts'
import { ListObjectsV2 } from '../model.generated.ts'
import { listObjects } from '../list-objects.ts'
import { operation } from '../operation.ts'

export default operation(ListObjectsV2, {
  action: 's3:ListBucket',
  async handle(input, context) {
    const { Prefix = '', Delimiter, MaxKeys = 1000, ContinuationToken, StartAfter, FetchOwner, EncodingType } = input
    const owner = FetchOwner === true ? await context.services.owner(context.bucket.accountId) : undefined
    const after = ContinuationToken ? keyOfToken(ContinuationToken) : StartAfter
    const page = await listObjects(context, {
      prefix: Prefix,
      delimiter: Delimiter ?? '',
      after,
      maxKeys: MaxKeys,
      owner,
    })
    return {
      Name: context.bucket.name,
      Prefix,
      Delimiter: Delimiter === '' ? undefined : Delimiter,
      MaxKeys: page.maxKeys,
      EncodingType,
      KeyCount: page.count,
      IsTruncated: page.truncated,
      ContinuationToken,
      NextContinuationToken: page.next === undefined ? undefined : tokenOfKey(page.next),
      StartAfter,
      Contents: page.contents,
      CommonPrefixes: page.prefixes,
    }
  },
})

/** Opaque to clients; the letter leaves room for another form. */
const tokenOfKey = (key: string): string => `k${Buffer.from(key).toString('base64url')}`

function keyOfToken(token: string): string {
  const key = Buffer.from(token.slice(1), 'base64url').toString()
  if (tokenOfKey(key) !== token) throw new ApiError('InvalidArgument', 'The continuation token provided is incorrect')
  return key
}
