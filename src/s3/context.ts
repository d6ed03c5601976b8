/** What a handler is given beside its input. */
import type { HttpRequest } from '../http/message.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Buckets } from '../objects/buckets.ts'
import type { UploadCompleter } from '../objects/complete-upload.ts'
import type { Objects } from '../objects/objects.ts'
import type { Uploads } from '../objects/uploads.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import type { Action } from './operation.ts'

/** The parts of the domain that operations act on. */
export interface Services {
  readonly metadata: MetadataStore
  readonly buckets: Buckets
  readonly objects: Objects
  readonly uploads: Uploads
  readonly completer: UploadCompleter
  /** The name of this server's region. */
  readonly region: string
  /** Other names by which clients may call it, in a LocationConstraint or a credential scope. */
  readonly regionAliases: readonly string[]
  /** An account as listings show it. */
  owner(accountId: string): Promise<Owner>
}

export interface Owner {
  readonly ID: string
  readonly DisplayName: string
}

export interface Context {
  readonly request: HttpRequest
  /** The account that signed the request. */
  readonly accountId: string
  /** The bucket addressed; it exists, and the request is authorised. */
  readonly bucket: Bucket
  readonly services: Services
  /** Bytes of the body after decoding; undefined where the client does not say. */
  readonly contentLength: number | undefined
  /** The headers that came after the body, when it has ended. */
  readonly trailers: () => Readonly<Record<string, string>>
  /** Another bucket that the request reads from. Throws NoSuchBucket or AccessDenied. */
  authorizeSource(bucket: string, key: string, action: Action): Promise<Bucket>
}
