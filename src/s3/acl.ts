/** Access control lists: buckets are owned by their account alone (BucketOwnerEnforced), so that only ACLs which say that are taken. */
import { ApiError } from '../base/errors.ts'
import type { Infer, Members } from './shape.ts'

const taken: ReadonlySet<unknown> = new Set([undefined, 'private', 'bucket-owner-full-control'])
const grants = ['GrantFullControl', 'GrantRead', 'GrantReadACP', 'GrantWrite', 'GrantWriteACP'] as const

/** Throws AccessControlListNotSupported, as AWS does for such buckets. */
export function refuseAcl(input: Infer<Members>): void {
  if (!taken.has(input['ACL'])) throw new ApiError('AccessControlListNotSupported')
  for (const grant of grants) if (input[grant] !== undefined) throw new ApiError('AccessControlListNotSupported')
}
