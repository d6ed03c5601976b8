import { checkCopySourceConditions, checkReadConditions, type ReadConditions } from '../../http/conditions.ts'
import { ApiError } from '../../base/errors.ts'
import { etagOf } from '../../objects/head.ts'
import type { RenameToken } from '../../objects/rename-token.ts'
import type { Condition } from '../../objects/versions.ts'
import { encode } from '../codec.ts'
import { RenameObject } from '../model.generated.ts'
import { operation, Prepared } from '../operation.ts'
import { keyOfHeader } from '../rename-names.ts'
import type { Infer } from '../shape.ts'
import { writtenVersionId } from '../version.ts'
import { validatorsOf } from '../write-condition.ts'

type Input = Infer<typeof RenameObject.input>

/**
 * In buckets without versions as AWS has it in directory buckets: the object has another key. Where there are versions, as CopyObject and DeleteObject
 * would do it in one act: a new version there, a delete marker here.
 */
export default operation(RenameObject, {
  action: 's3:PutObject',
  async handle(input, context) {
    const { bucket, services } = context
    const source = sourceOf(input.RenameSource, bucket.name)
    await context.authorize('s3:GetObject', source)
    await context.authorize('s3:DeleteObject', source)
    const renamed = await services.renamer.rename(bucket, source, input.Key, {
      condition: destinationCondition(input),
      sourceCondition: sourceCondition(input),
      token: tokenOf(input),
      ownerId: context.accountId,
    })
    return new Prepared(encode(RenameObject, {}), () =>
      renamed === undefined ? {} : { ETag: `"${etagOf(renamed)}"`, VersionId: writtenVersionId(renamed) },
    )
  },
})

/** The key alone, or with its bucket: `/bucket/key`. */
function sourceOf(value: string, bucket: string): string {
  const withBucket = `/${bucket}/`
  return keyOfHeader('x-amz-rename-source', value.startsWith(withBucket) ? value.slice(withBucket.length) : value)
}

/** A condition that only an object can meet is not met by none, but for If-None-Match and If-Unmodified-Since. */
function destinationCondition(input: Input): Condition | undefined {
  const conditions: ReadConditions = {
    ifMatch: input.DestinationIfMatch,
    ifNoneMatch: input.DestinationIfNoneMatch,
    ifModifiedSinceMs: input.DestinationIfModifiedSince,
    ifUnmodifiedSinceMs: input.DestinationIfUnmodifiedSince,
  }
  if (Object.values(conditions).every((value) => value === undefined)) return undefined
  return (current) => {
    if (current !== undefined) return requireConditions(conditions, validatorsOf(current))
    if (conditions.ifMatch === undefined && conditions.ifModifiedSinceMs === undefined) return
    throw new ApiError('PreconditionFailed', undefined, { details: { Condition: 'If-Match' } })
  }
}

/** What tells a reader that nothing has changed tells a writer that it may not. */
function requireConditions(conditions: ReadConditions, current: Parameters<typeof checkReadConditions>[1]): void {
  try {
    checkReadConditions(conditions, current)
  } catch (cause) {
    if (!(cause instanceof ApiError) || cause.code !== 'NotModified') throw cause
    throw new ApiError('PreconditionFailed', undefined, { cause, details: { Condition: 'If-None-Match' } })
  }
}

function sourceCondition(input: Input): Condition | undefined {
  const conditions: ReadConditions = {
    ifMatch: input.SourceIfMatch,
    ifNoneMatch: input.SourceIfNoneMatch,
    ifModifiedSinceMs: input.SourceIfModifiedSince,
    ifUnmodifiedSinceMs: input.SourceIfUnmodifiedSince,
  }
  if (Object.values(conditions).every((value) => value === undefined)) return undefined
  return (source) => source && checkCopySourceConditions(conditions, validatorsOf(source))
}

/** Throws InvalidArgument for a token that AWS would not take. */
function tokenOf(input: Input): RenameToken | undefined {
  const { ClientToken: token } = input
  if (token === undefined) return undefined
  if (!/^[\x21-\x7e]{1,64}$/.test(token)) {
    throw new ApiError('InvalidArgument', 'A client token has 1 to 64 ASCII characters that can be seen.', {
      details: { ArgumentName: 'x-amz-client-token', ArgumentValue: token },
    })
  }
  return { token, request: JSON.stringify(input) }
}
