import { ApiError } from '../../base/errors.ts'
import type { Head } from '../../objects/head.ts'
import { encode } from '../codec.ts'
import type { Context } from '../context.ts'
import { GetObject } from '../model.generated.ts'
import { operation, Prepared } from '../operation.ts'
import { findForRead } from '../read.ts'
import type { Infer } from '../shape.ts'
import { customerKey } from '../unsupported.ts'

type Input = Infer<typeof GetObject.input>

/** How often a version may be replaced, and its bytes be gone, between being found and being read. */
const attemptsMax = 5

export default operation(GetObject, {
  action: ({ VersionId }) => (VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion'),
  refuses: customerKey,
  async handle(input, context) {
    const { bucket, services } = context
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const known = isWhole(input, context) ? await services.objects.heads.find(bucket, input.Key) : undefined
      const prepared = known && preparedHeaders.get(known)
      const found = prepared === undefined ? await findForRead(input, context) : undefined
      const head = found?.head ?? known!
      const range = found?.range ?? { start: 0, end: head.size }
      const Body = await services.objects.read({ bucket, key: input.Key, head }, range)
      if (Body === undefined) continue
      if (prepared !== undefined) return new Prepared({ status: 200, headers: [...prepared], body: Body })
      if (known === head) prepare(head, found!.headers)
      return { ...found!.headers, Body }
    }
    throw new ApiError('SlowDown')
  },
})

/** The headers that answer a request for the whole of a version, encoded; kept as long as the version is in memory. */
const preparedHeaders = new WeakMap<Head, readonly string[]>()

function prepare(head: Head, headers: Parameters<typeof encode<typeof GetObject.output>>[1]): void {
  preparedHeaders.set(head, encode(GetObject, headers).headers)
}

/** Asks for a version as it is, without a condition, a part, a checksum or other headers. */
function isWhole(input: Input, { request }: Context): boolean {
  for (const member in input) if (member !== 'Bucket' && member !== 'Key') return false
  return request.headers['if-range'] === undefined
}
