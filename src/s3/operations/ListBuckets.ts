import { ApiError } from '../../base/errors.ts'
import { ListBuckets } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { seconds } from '../output.ts'

const bucketsMax = 10_000

export default operation(ListBuckets, {
  action: 's3:ListAllMyBuckets',
  async handle({ MaxBuckets = bucketsMax, ContinuationToken, Prefix, BucketRegion }, { accountId, services }) {
    const after = ContinuationToken ? nameOfToken(ContinuationToken) : undefined
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
      ContinuationToken: paged ? tokenOfName(page.at(-1)!.name) : undefined,
    }
  },
})

const tokenOfName = (name: string): string => Buffer.from(name).toString('base64url')

function nameOfToken(token: string): string {
  const name = Buffer.from(token, 'base64url').toString()
  if (tokenOfName(name) !== token) throw new ApiError('InvalidArgument', 'The continuation token provided is incorrect')
  return name
}
