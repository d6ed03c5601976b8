import { ApiError } from '../../base/errors.ts'
import { ListBuckets } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { seconds } from '../output.ts'

const bucketsMax = 10_000

export default operation(ListBuckets, {
  action: 's3:ListAllMyBuckets',
  async handle({ MaxBuckets = bucketsMax, ContinuationToken, Prefix, BucketRegion }, { accountId, services }) {
    if (MaxBuckets < 1 || MaxBuckets > bucketsMax) {
      throw new ApiError('InvalidArgument', `Argument max-buckets must be an integer between 1 and ${bucketsMax}.`)
    }
    const after = ContinuationToken === undefined ? undefined : Buffer.from(ContinuationToken, 'base64url').toString()
    const found = await services.buckets.list({ accountId, prefix: Prefix, after, limit: MaxBuckets + 1 })
    const page = found.slice(0, MaxBuckets)
    const shown = BucketRegion === undefined ? page : page.filter(({ region }) => region === BucketRegion)
    const paged = found.length > MaxBuckets
    return {
      Owner: await services.owner(accountId),
      Buckets: shown.map(({ name, createdMs, region }) => ({
        Name: name,
        CreationDate: seconds(createdMs),
        BucketRegion: region,
      })),
      Prefix,
      ContinuationToken: paged ? Buffer.from(page.at(-1)!.name).toString('base64url') : undefined,
    }
  },
})
