import { ApiError } from '../../base/errors.ts'
import { setReindex } from '../../objects/lifecycle/queue.ts'
import { lifecycleOf, minimumSizeOf } from '../lifecycle.ts'
import { PutBucketLifecycleConfiguration } from '../model.generated.ts'
import { operation } from '../operation.ts'

/** The rules hold for all that is in the bucket already, which is looked at from now on. */
export default operation(PutBucketLifecycleConfiguration, {
  action: 's3:PutLifecycleConfiguration',
  async handle({ LifecycleConfiguration, TransitionDefaultMinimumObjectSize }, { bucket, services }) {
    if (LifecycleConfiguration === undefined) throw new ApiError('MissingRequestBodyError')
    const { Rules } = LifecycleConfiguration
    const dayMs = services.lifecycleDaySeconds * 1000
    const lifecycle = lifecycleOf(Rules, { dayMs, TransitionDefaultMinimumObjectSize })
    await services.buckets.update(bucket, (current) => ({ ...current, lifecycle }), setReindex)
    return { TransitionDefaultMinimumObjectSize: minimumSizeOf(lifecycle) }
  },
})
