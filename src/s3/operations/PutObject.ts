import { ApiError } from '../../base/errors.ts'
import { etagOf } from '../../objects/head.ts'
import { objectAccess } from '../access/object-access.ts'
import { append, invalidWriteOffset } from '../append.ts'
import type { Context } from '../context.ts'
import { encryptionMembers } from '../encryption.ts'
import { encryptionFor } from '../keys-of-clients.ts'
import { expirationHeader } from '../lifecycle-headers.ts'
import { PutObject } from '../model.generated.ts'
import { asksForLock, requestedLock, type RequestedLock } from '../object-lock.ts'
import { requestedTags } from '../object-tags.ts'
import { operation } from '../operation.ts'
import { checksumMembers } from '../output.ts'
import { declaredChecksum, declaresIntegrity } from '../request-checksum.ts'
import { storedHeaders } from '../stored-headers.ts'
import { unsupportedWriteMembers } from '../unsupported.ts'
import { writtenVersionId } from '../version.ts'
import { writeCondition } from '../write-condition.ts'

/** Bytes of one PUT: 5 GiB. */
export const putSizeMax = 5 * 1024 ** 3

export default operation(PutObject, {
  action: 's3:PutObject',
  refuses: unsupportedWriteMembers,
  honours: { StorageClass: ['STANDARD'] },
  async handle(input, context) {
    const { request, bucket, contentLength, trailers, services } = context
    if (input.WriteOffsetBytes !== undefined)
      return append(input, context, { offset: input.WriteOffsetBytes, misplaced: invalidWriteOffset })
    const tags = input.Tagging === undefined ? undefined : await requestedTags(input, context)
    const lock = asksForLock(input) ? await lockOfPut(input, context) : undefined
    const access = objectAccess(input, context)
    const encryption = encryptionFor(input, context)
    const declared = declaredChecksum(request.headers, trailers)
    const head = await services.objects.put(bucket, input.Key, input.Body, {
      ...storedHeaders(input),
      ...lock,
      ...(access instanceof Promise ? await access : access),
      tags,
      encryption,
      sizeExpected: contentLength,
      sizeMax: putSizeMax,
      algorithm: declared.algorithm,
      verify: declared.verify,
      condition: writeCondition(input),
    })
    return {
      ETag: etagOf(head),
      VersionId: writtenVersionId(head),
      Expiration: expirationHeader(bucket, input.Key, head),
      ...encryptionMembers(head.encryption),
      ...checksumMembers(head.checksum),
    }
  },
})

/** Throws as requestedLock; and InvalidRequest where it is not certain that what is locked is what was sent. */
function lockOfPut(input: Parameters<typeof requestedLock>[0], context: Context): Promise<RequestedLock> {
  if (!declaresIntegrity(context.request.headers)) {
    throw new ApiError(
      'InvalidRequest',
      'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
    )
  }
  return requestedLock(input, context)
}
