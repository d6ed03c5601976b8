/** Whether a bucket policy is public, as AWS means it. */
import type { Policy } from './policy.ts'

/**
 * Whether the policy lets anybody do anything: a statement that allows it to everybody, or to everybody but some, and is not limited by
 * fixed values of a condition key that says who asks or from where (Amazon S3 User Guide, "Blocking public access", "The meaning of
 * 'public'"). Ranges of aws:SourceIp wider than /8, or /32 in IPv6, are no limit.
 */
export const isPublic = ({ isPublic }: Policy): boolean => isPublic
