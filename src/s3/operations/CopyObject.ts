import { createChecksum } from '../../base/checksum/checksum.ts'
import { ApiError } from '../../base/errors.ts'
import type { CustomerKey } from '../../objects/encryption/seal.ts'
import { etagOf, type Checksummed, type Head } from '../../objects/head.ts'
import type { Located } from '../../objects/objects.ts'
import { objectAccess } from '../access/object-access.ts'
import type { Context } from '../context.ts'
import { findCopySource, type CopySource } from '../copy-source.ts'
import { encryptionMembers, keyToRead } from '../encryption.ts'
import { encryptionFor, keyOfSource } from '../keys-of-clients.ts'
import { expirationHeader } from '../lifecycle-headers.ts'
import { CopyObject } from '../model.generated.ts'
import { asksForLock, requestedLock } from '../object-lock.ts'
import { requestedTags } from '../object-tags.ts'
import { operation } from '../operation.ts'
import { checksumMembers, seconds } from '../output.ts'
import type { Infer } from '../shape.ts'
import { storedHeaders } from '../stored-headers.ts'
import { unsupportedWriteMembers } from '../unsupported.ts'
import { foundVersionId, writtenVersionId } from '../version.ts'
import { writeCondition } from '../write-condition.ts'
import { putSizeMax } from './PutObject.ts'

/** How often a source may be replaced between being found and being copied. */
const attemptsMax = 5

export default operation(CopyObject, {
  action: 's3:PutObject',
  refuses: unsupportedWriteMembers,
  honours: { StorageClass: ['STANDARD'], AnnotationDirective: ['COPY'] },
  async handle(input, context) {
    const { bucket, services } = context
    const condition = writeCondition(input)
    const replaces = input.MetadataDirective === 'REPLACE'
    const lock = asksForLock(input) ? await requestedLock(input, context) : undefined
    const access = await objectAccess(input, context)
    // A storage class that is named counts as a change even where it is the same: that is how objects are touched.
    const changesNothing =
      !replaces && (input.StorageClass ?? input.ServerSideEncryption ?? input.SSECustomerAlgorithm) === undefined
    const encryption = encryptionFor(input, context)
    const sent = keyOfSource(input, context)
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const source = await findCopySource(input, context)
      if (changesNothing && isCurrent(source) && source.bucket.id === bucket.id && source.key === input.Key)
        throw toItself()
      if (source.head.size > (context.copySizeMax ?? putSizeMax)) throw tooLarge()
      const stored = replaces ? storedHeaders(input) : source.head
      const customerKey = keyToRead(source.head.encryption, sent)
      const checksum = await checksumFor(input.ChecksumAlgorithm, source, customerKey, services)
      const { system, metadata } = stored
      const described = { system, metadata, tags: await tagsFor(input, source, context), ...lock, ...access }
      const options = { ...described, checksum, condition, encryption, customerKey }
      const head = await services.objects.copy(source, bucket, input.Key, options)
      if (head !== undefined) {
        return {
          VersionId: writtenVersionId(head),
          Expiration: expirationHeader(bucket, input.Key, head),
          CopySourceVersionId: foundVersionId(source.bucket, source.head),
          ...encryptionMembers(head.encryption),
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

/** A version that is named in a bucket that has versions may be copied to its key, to be the current one again. */
const isCurrent = ({ bucket, versionId }: CopySource): boolean =>
  versionId === undefined || bucket.versioning === undefined

/** Those of the source, which the request must be allowed to read and to write, or those that the request gives instead. */
async function tagsFor(
  input: Infer<typeof CopyObject.input>,
  source: CopySource,
  context: Context,
): Promise<Head['tags']> {
  if (input.TaggingDirective === 'REPLACE') return requestedTags(input, context)
  const { bucket, key, head, versionId } = source
  if (head.tags === undefined) return undefined
  const action = versionId === undefined ? 's3:GetObjectTagging' : 's3:GetObjectVersionTagging'
  await context.authorizeSource(bucket.name, key, action, versionId)
  await context.authorize('s3:PutObjectTagging', input.Key)
  return head.tags
}

/** The source's checksum, or, where another algorithm is asked for, that of its bytes. */
async function checksumFor(
  algorithm: Checksummed['algorithm'] | undefined,
  { head }: Located,
  customerKey: CustomerKey | undefined,
  { objects }: Context['services'],
): Promise<Checksummed | undefined> {
  if (algorithm === undefined || algorithm === head.checksum?.algorithm) return head.checksum
  const bytes = await objects.reader.read(head.extent, { start: 0, end: head.size }, customerKey)
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
