import { PutObject } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { checksumMembers } from '../output.ts'
import { declaredChecksum } from '../request-checksum.ts'
import { storedHeaders } from '../stored-headers.ts'
import { unsupportedWriteMembers } from '../unsupported.ts'
import { writeCondition } from '../write-condition.ts'
import { etagOf } from '../../objects/head.ts'

/** Bytes of one PUT: 5 GiB. */
export const putSizeMax = 5 * 1024 ** 3

export default operation(PutObject, {
  action: 's3:PutObject',
  refuses: [...unsupportedWriteMembers, 'WriteOffsetBytes'],
  honours: { StorageClass: ['STANDARD'] },
  async handle(input, { request, bucket, contentLength, trailers, services }) {
    const declared = declaredChecksum(request.headers, trailers)
    const head = await services.objects.put(bucket, input.Key, input.Body, {
      ...storedHeaders(input),
      sizeExpected: contentLength,
      sizeMax: putSizeMax,
      algorithm: declared.algorithm,
      verify: declared.verify,
      condition: writeCondition(input),
    })
    return { ETag: etagOf(head), ...checksumMembers(head.checksum) }
  },
})
