/** Access control lists: buckets are owned by their account alone (BucketOwnerEnforced), so that only ACLs which say that are taken. */
import { ApiError } from '../base/errors.ts'
import type { Infer, Members } from './shape.ts'

const taken: ReadonlySet<unknown> = new Set(['private', 'bucket-owner-full-control'])

/** Throws AccessControlListNotSupported, as AWS does for such buckets. */
export function refuseAcl(input: Infer<Members>): void {
  for (const member in input) {
    const refused = member === 'ACL' ? !taken.has(input[member]) : member.startsWith('Grant')
    if (refused) throw new ApiError('AccessControlListNotSupported')
  }
}
