/** What the dialects of appending share: AWS's (`x-amz-write-offset-bytes`), Wasabi's (`?append`), and Ceph's and Alibaba's (`?append&position=`). */
import { ApiError } from '../base/errors.ts'
import { etagOf, type Head } from '../objects/head.ts'
import type { Encryption, HeadEncryption } from '../objects/encryption/seal.ts'
import { objectAccess } from './access/object-access.ts'
import type { Context } from './context.ts'
import { encryptionMembers, keyToRead } from './encryption.ts'
import { encryptionFor, keyOf } from './keys-of-clients.ts'
import type { PutObject } from './model.generated.ts'
import { checksumMembers } from './output.ts'
import { declaredChecksum } from './request-checksum.ts'
import type { Infer } from './shape.ts'
import { storedHeaders } from './stored-headers.ts'
import { writtenVersionId } from './version.ts'
import { writeCondition } from './write-condition.ts'

type Input = Infer<typeof PutObject.input>

/** Bytes of one append, as of one PUT: 5 GiB. */
const appendSizeMax = 5 * 1024 ** 3

/** Members that would say something of an object that may be there already. */
export const refusedByAppend = [
  'Tagging',
  'ObjectLockMode',
  'ObjectLockRetainUntilDate',
  'ObjectLockLegalHoldStatus',
] as const satisfies readonly (keyof Input)[]

export interface Position {
  /** Bytes that the object must have; undefined: wherever it ends. */
  readonly offset: number | undefined
  /** What a client is told who has another length in mind. */
  readonly misplaced: (size: number) => ApiError
}

/** As AWS says it of its directory buckets. */
export const invalidWriteOffset = (size: number): ApiError =>
  new ApiError('InvalidWriteOffset', undefined, { headers: { 'x-amz-object-size': String(size) } })

/** Appends the body, and answers with the object as it is then. */
export async function append(input: Input, context: Context, { offset, misplaced }: Position) {
  const { request, bucket, contentLength, trailers, services } = context
  refuseForAppend(input)
  const access = await objectAccess(input, context)
  const declared = declaredChecksum(request.headers, trailers)
  const head = await services.appender.append(bucket, input.Key, input.Body, {
    offset,
    misplaced,
    created: { ...storedHeaders(input), ...access },
    encryption: (current) => encryptionOfAppend(current, input, context),
    sizeExpected: contentLength,
    sizeMax: appendSizeMax,
    algorithm: declared.algorithm,
    verify: declared.verify,
    condition: writeCondition(input),
  })
  return {
    ETag: etagOf(head),
    Size: head.size,
    VersionId: writtenVersionId(head),
    ...encryptionMembers(head.encryption),
    ...checksumMembers(head.checksum),
  }
}

/** PutObject takes these members, and appends with none of them. */
function refuseForAppend(input: Input): void {
  for (const member of refusedByAppend) {
    if (input[member] === undefined) continue
    throw new ApiError(
      'NotImplemented',
      `An append cannot say anything of the object as a whole: ${member} is not taken.`,
    )
  }
}

/**
 * What an object is encrypted with, what is added to it is too. Throws InvalidRequest where the request asks for something else, or does not bring
 * the key of an object under the client's, and AccessDenied where it brings another.
 */
function encryptionOfAppend(current: Head | undefined, input: Input, context: Context): Encryption | undefined {
  if (current === undefined) return encryptionFor(input, context)
  const { encryption } = current
  const key = keyToRead(encryption, keyOf(input, context))
  // It also says what is wrong with what is asked for.
  const asked = input.ServerSideEncryption === undefined ? undefined : encryptionFor(input, context)
  if (asked !== undefined && asked.kind !== encryption?.kind) throw notSoEncrypted(encryption)
  if (encryption?.kind !== 'SSE-C') return encryption
  return { kind: 'SSE-C', key: key! }
}

const notSoEncrypted = (encryption: HeadEncryption | undefined): ApiError =>
  new ApiError(
    'InvalidRequest',
    `What is appended is encrypted as the object is, which is ${encryption === undefined ? 'not at all' : encryption.kind}.`,
  )
