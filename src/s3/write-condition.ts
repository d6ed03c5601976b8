/** The conditions of a request that changes an object, as the domain checks them in its transaction. */
import {
  checkDeleteConditions,
  checkWriteConditions,
  requireWritableConditions,
  type Validators,
} from '../http/conditions.ts'
import { etagOf, type Head } from '../objects/head.ts'
import type { Condition } from '../objects/heads.ts'
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

export const validatorsOf = (head: Head): Validators => ({
  etag: etagOf(head),
  modifiedMs: seconds(head.modifiedMs),
  size: head.size,
})

/** Of PutObject, CopyObject and CompleteMultipartUpload. Throws NotImplemented for what S3 does not offer. */
export function writeCondition({ IfMatch: ifMatch, IfNoneMatch: ifNoneMatch }: Input): Condition | undefined {
  if (ifMatch === undefined && ifNoneMatch === undefined) return undefined
  const conditions = { ifMatch, ifNoneMatch }
  requireWritableConditions(conditions)
  return (current) => checkWriteConditions(conditions, current && validatorsOf(current))
}

export function deleteCondition(input: DeleteInput): Condition | undefined {
  const { IfMatch: ifMatch, IfMatchLastModifiedTime: ifMatchLastModifiedMs, IfMatchSize: ifMatchSize } = input
  if (ifMatch === undefined && ifMatchLastModifiedMs === undefined && ifMatchSize === undefined) return undefined
  const conditions = { ifMatch, ifMatchLastModifiedMs, ifMatchSize }
  return (current) => checkDeleteConditions(conditions, current && validatorsOf(current))
}
