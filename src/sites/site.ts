/** What a custom domain shows: one bucket at `/path`, or all buckets of an account at `/bucket/path`. */
import type { Awaitable } from '../metadata/metadata-store.ts'

export type Site =
  /** A bucket of the same name with another id is another bucket: it must not be shown. */
  | { readonly kind: 'bucket'; readonly bucketName: string; readonly bucketId: string; readonly accountId: string }
  | { readonly kind: 'account'; readonly accountId: string }

/**
 * The site at a host name, which is in small letters and without a final dot or a port, as parseHost gives it; undefined where no verified
 * domain has that name. Answers at once where it is remembered or the store answers at once.
 */
export type FindSite = (hostName: string) => Awaitable<Site | undefined>
