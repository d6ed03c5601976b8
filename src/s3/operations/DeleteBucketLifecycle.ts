import { deleteReindex } from '../../objects/lifecycle/queue.ts'
import { DeleteBucketLifecycle } from '../model.generated.ts'
import { operation } from '../operation.ts'

/** What waits to be looked at stays in its queue, and does nothing when its time comes. */
export default operation(DeleteBucketLifecycle, {
  action: 's3:PutLifecycleConfiguration',
  async handle(_input, { bucket, services }) {
    await services.buckets.update(bucket, ({ lifecycle: _, ...rest }) => rest, deleteReindex)
    return {}
  },
})
