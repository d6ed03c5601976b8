import { ApiError } from '../../base/errors.ts'
import type { Bucket } from '../../objects/bucket.ts'
import type { Head } from '../../objects/head.ts'
import { encode } from '../codec.ts'
import type { Context } from '../context.ts'
import { refuseEncryptionOfRead } from '../encryption.ts'
import { GetObject } from '../model.generated.ts'
import { operation, Prepared } from '../operation.ts'
import { findForRead, tellsAllTheSame } from '../read.ts'
import type { Infer } from '../shape.ts'

type Input = Infer<typeof GetObject.input>

/** How often a version may be replaced, and its bytes be gone, between being found and being read. */
const attemptsMax = 5

export default operation(GetObject, {
  action: ({ VersionId }) => (VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion'),
  async handle(input, context) {
    const { bucket, request, services } = context
    refuseEncryptionOfRead(request.headers)
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const known = isWhole(input, context) ? await services.objects.heads.find(bucket, input.Key) : undefined
      const prepared = known && preparedFor(known, bucket)
      const found = prepared === undefined ? await findForRead(input, context) : undefined
      const head = found?.head ?? known!
      context.confirm({ bucket, key: input.Key, head })
      const range = found?.range ?? { start: 0, end: head.size }
      const Body = await services.objects.read({ bucket, key: input.Key, head }, range, found?.customerKey)
      if (Body === undefined) continue
      if (prepared !== undefined) return new Prepared({ status: 200, headers: [...prepared], body: Body })
      if (known === head && tellsAllTheSame(head)) prepare(head, bucket, found!.headers)
      return { ...found!.headers, Body }
    }
    throw new ApiError('SlowDown')
  },
})

interface PreparedHeaders {
  /** As it was configured when they were encoded. */
  readonly bucket: Bucket
  readonly headers: readonly string[]
}

/** The headers that answer a request for the whole of a version, encoded; kept as long as the version is in memory. */
const preparedHeaders = new WeakMap<Head, PreparedHeaders>()

function preparedFor(head: Head, bucket: Bucket): readonly string[] | undefined {
  const prepared = preparedHeaders.get(head)
  return prepared?.bucket === bucket ? prepared.headers : undefined
}

function prepare(head: Head, bucket: Bucket, headers: Parameters<typeof encode<typeof GetObject.output>>[1]): void {
  preparedHeaders.set(head, { bucket, headers: encode(GetObject, headers).headers })
}

/** Asks for a version as it is, without a condition, a part, a checksum or other headers. */
function isWhole(input: Input, { request }: Context): boolean {
  for (const member in input) if (member !== 'Bucket' && member !== 'Key') return false
  return request.headers['if-range'] === undefined
}
