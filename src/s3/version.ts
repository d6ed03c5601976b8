/** Which version a request means, where buckets keep only the current one: its id is `null`. */
import { ApiError } from '../base/errors.ts'

/** Throws NoSuchVersion unless the id is that of the current version, or absent. */
export function requireCurrentVersion(versionId: string | undefined, key?: string): void {
  if (versionId === undefined || versionId === 'null') return
  if (versionId === '') throw new ApiError('InvalidArgument', 'Version id cannot be the empty string')
  throw new ApiError('NoSuchVersion', undefined, {
    details: { ...(key === undefined ? {} : { Key: key }), VersionId: versionId },
  })
}
