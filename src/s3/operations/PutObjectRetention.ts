import { ApiError } from '../../base/errors.ts'
import { requireRetentionChange, type Retention } from '../../objects/lock.ts'
import type { Context } from '../context.ts'
import { PutObjectRetention } from '../model.generated.ts'
import { requireObjectLock, retentionOf } from '../object-lock.ts'
import { operation } from '../operation.ts'
import type { Infer } from '../shape.ts'

type Input = Infer<typeof PutObjectRetention.input>

export default operation(PutObjectRetention, {
  action: 's3:PutObjectRetention',
  async handle(input, context) {
    const { bucket, services } = context
    requireObjectLock(bucket)
    const retention = retentionAsked(input, context)
    const bypasses = await context.bypassesGovernance(input, input.Key, input.VersionId)
    await services.objects.amend(bucket, input.Key, input.VersionId, (head) => {
      requireRetentionChange(head.retention, retention, services.objects.versions.lockNow(), bypasses)
      return { ...head, retention }
    })
    return {}
  },
})

/** Undefined where it is to end: the element is there, but empty. */
function retentionAsked({ Retention: asked }: Input, context: Context): Retention | undefined {
  if (asked === undefined || (asked.Mode === undefined) !== (asked.RetainUntilDate === undefined)) {
    throw new ApiError('MalformedXML')
  }
  return asked.Mode === undefined ? undefined : retentionOf(asked.Mode, asked.RetainUntilDate!, context)
}
