import { createChecksum } from '../../base/checksum/checksum.ts'
import { ApiError } from '../../base/errors.ts'
import { etagOf, type Checksummed } from '../../objects/head.ts'
import type { Located } from '../../objects/objects.ts'
import type { Context } from '../context.ts'
import { findCopySource } from '../copy-source.ts'
import { CopyObject } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { checksumMembers, seconds } from '../output.ts'
import { storedHeaders } from '../stored-headers.ts'
import { unsupportedWriteMembers } from '../unsupported.ts'
import { writeCondition } from '../write-condition.ts'
import { putSizeMax } from './PutObject.ts'

/** How often a source may be replaced between being found and being copied. */
const attemptsMax = 5

export default operation(CopyObject, {
  action: 's3:PutObject',
  refuses: [
    ...unsupportedWriteMembers,
    'CopySourceSSECustomerAlgorithm',
    'CopySourceSSECustomerKey',
    'CopySourceSSECustomerKeyMD5',
  ],
  honours: { StorageClass: ['STANDARD'], TaggingDirective: ['COPY'], AnnotationDirective: ['COPY'] },
  async handle(input, context) {
    const { bucket, services } = context
    const condition = writeCondition(input)
    const replaces = input.MetadataDirective === 'REPLACE'
    // A storage class that is named counts as a change even where it is the same: that is how objects are touched.
    const changesNothing = !replaces && input.StorageClass === undefined
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const source = await findCopySource(input, context)
      if (changesNothing && source.bucket.id === bucket.id && source.key === input.Key) throw toItself()
      if (source.head.size > putSizeMax) throw tooLarge()
      const stored = replaces ? storedHeaders(input) : source.head
      const checksum = await checksumFor(input.ChecksumAlgorithm, source, services)
      const { system, metadata } = stored
      const head = await services.objects.copy(source, bucket, input.Key, { system, metadata, checksum, condition })
      if (head !== undefined) {
        return {
          CopyObjectResult: {
            ETag: etagOf(head),
            LastModified: seconds(head.modifiedMs),
            ...checksumMembers(head.checksum),
          },
        }
      }
    }
    throw new ApiError('SlowDown')
  },
})

/** The source's checksum, or, where another algorithm is asked for, that of its bytes. */
async function checksumFor(
  algorithm: Checksummed['algorithm'] | undefined,
  { head }: Located,
  { objects }: Context['services'],
): Promise<Checksummed | undefined> {
  if (algorithm === undefined || algorithm === head.checksum?.algorithm) return head.checksum
  const bytes = await objects.reader.read(head.extent, { start: 0, end: head.size })
  if (bytes === undefined) throw new ApiError('SlowDown')
  const checksum = createChecksum(algorithm)
  if (bytes instanceof Uint8Array) checksum.update(bytes)
  else for await (const chunk of bytes) checksum.update(chunk)
  return { algorithm, type: 'FULL_OBJECT', value: checksum.digest().toString('base64') }
}

const toItself = (): ApiError =>
  new ApiError(
    'InvalidRequest',
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  )

const tooLarge = (): ApiError =>
  new ApiError(
    'InvalidRequest',
    `The specified copy source is larger than the maximum allowable size for a copy source: ${putSizeMax}`,
  )
