import { ApiError } from '../../base/errors.ts'
import type { ObjectLock } from '../../objects/bucket.ts'
import { PutObjectLockConfiguration } from '../model.generated.ts'
import { operation } from '../operation.ts'
import type { Infer } from '../shape.ts'

type Configuration = NonNullable<Infer<typeof PutObjectLockConfiguration.input>['ObjectLockConfiguration']>
type DefaultRetention = NonNullable<NonNullable<Configuration['Rule']>['DefaultRetention']>

/** A hundred years. */
const daysMax = 36_500
const yearsMax = 100

/** What is enabled stays enabled: only the default retention can be changed. The token that AWS once asked for is not needed. */
export default operation(PutObjectLockConfiguration, {
  action: 's3:PutBucketObjectLockConfiguration',
  async handle({ ObjectLockConfiguration: configuration }, { bucket, services }) {
    if (configuration?.ObjectLockEnabled === undefined) throw new ApiError('MalformedXML')
    const objectLock = objectLockOf(configuration)
    await services.buckets.update(bucket, (current) => {
      if (current.versioning !== 'Enabled') throw notVersioned()
      return { ...current, objectLock }
    })
    return {}
  },
})

function objectLockOf({ Rule }: Configuration): ObjectLock {
  if (Rule === undefined) return {}
  if (Rule.DefaultRetention === undefined) throw new ApiError('MalformedXML')
  return { defaultRetention: defaultRetentionOf(Rule.DefaultRetention) }
}

/** Throws MalformedXML unless it is given in days or in years, InvalidRetentionPeriod for what is out of bounds. */
function defaultRetentionOf({
  Mode: mode,
  Days: days,
  Years: years,
}: DefaultRetention): ObjectLock['defaultRetention'] {
  if (mode === undefined || (days === undefined) === (years === undefined)) throw new ApiError('MalformedXML')
  const period = days ?? years ?? 0
  if (period < 1) {
    throw new ApiError('InvalidRetentionPeriod', 'Default retention period must be a positive integer value.')
  }
  if (period > (days === undefined ? yearsMax : daysMax)) {
    throw new ApiError('InvalidRetentionPeriod', `Default retention period is longer than ${yearsMax} years.`)
  }
  return days === undefined ? { mode, years: period } : { mode, days: period }
}

const notVersioned = (): ApiError =>
  new ApiError('InvalidBucketState', "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
