/** The conditions of a request that changes an object, as the domain checks them in its transaction. */
import {
  checkDeleteConditions,
  checkWriteConditions,
  requireWritableConditions,
  type Validators,
} from '../http/conditions.ts'
import { etagOf, type Version } from '../objects/head.ts'
import type { Condition, DeleteCondition } from '../objects/versions.ts'
import { seconds } from './output.ts'

interface Input {
  readonly IfMatch?: string | undefined
  readonly IfNoneMatch?: string | undefined
}

interface DeleteInput {
  readonly IfMatch?: string | undefined
  readonly IfMatchLastModifiedTime?: number | undefined
  readonly IfMatchSize?: number | undefined
}

/** A delete marker has no bytes, and so no ETag but what `*` stands for. */
export const validatorsOf = (version: Version): Validators => ({
  etag: version.deleteMarker === true ? '' : etagOf(version),
  modifiedMs: seconds(version.modifiedMs),
  size: version.deleteMarker === true ? 0 : version.size,
})

/** Of PutObject, CopyObject and CompleteMultipartUpload. Throws NotImplemented for what S3 does not offer. */
export function writeCondition({ IfMatch: ifMatch, IfNoneMatch: ifNoneMatch }: Input): Condition | undefined {
  if (ifMatch === undefined && ifNoneMatch === undefined) return undefined
  const conditions = { ifMatch, ifNoneMatch }
  requireWritableConditions(conditions)
  return (current) => checkWriteConditions(conditions, current && validatorsOf(current))
}

export function deleteCondition(input: DeleteInput): DeleteCondition | undefined {
  const { IfMatch: ifMatch, IfMatchLastModifiedTime: ifMatchLastModifiedMs, IfMatchSize: ifMatchSize } = input
  if (ifMatch === undefined && ifMatchLastModifiedMs === undefined && ifMatchSize === undefined) return undefined
  const conditions = { ifMatch, ifMatchLastModifiedMs, ifMatchSize }
  return (current) => checkDeleteConditions(conditions, current && validatorsOf(current))
}
