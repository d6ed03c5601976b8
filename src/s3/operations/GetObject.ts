import { ApiError } from '../../base/errors.ts'
import { GetObject } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { findForRead } from '../read.ts'
import { customerKey } from '../unsupported.ts'

/** How often a version may be replaced, and its bytes be gone, between being found and being read. */
const attemptsMax = 5

export default operation(GetObject, {
  action: ({ VersionId }) => (VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion'),
  refuses: customerKey,
  async handle(input, context) {
    const { bucket, services } = context
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const { head, range, headers } = await findForRead(input, context)
      const Body = await services.objects.read({ bucket, key: input.Key, head }, range)
      if (Body !== undefined) return { ...headers, Body }
    }
    throw new ApiError('SlowDown')
  },
})
