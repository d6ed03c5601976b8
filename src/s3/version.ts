/** The ids of versions, as answers tell them. */
import type { Bucket } from '../objects/bucket.ts'
import { shownVersionId, type Version } from '../objects/head.ts'

/** Of a version that was found: told where the bucket has ever had versions. */
export const foundVersionId = ({ versioning }: Bucket, version: Version): string | undefined =>
  versioning === undefined ? undefined : shownVersionId(version)

/** Of a version that was written: not told where versioning is not enabled, though it then is `null`. */
export const writtenVersionId = ({ versionId, isNull }: Version): string | undefined =>
  isNull === true ? undefined : versionId
