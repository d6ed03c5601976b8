/** What a handler is given beside its input. */
import type { Identity } from '../access/authorize.ts'
import type { Clock } from '../base/clock.ts'
import type { HttpRequest } from '../http/message.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Buckets } from '../objects/buckets.ts'
import type { UploadCompleter } from '../objects/complete-upload.ts'
import type { DeliverySettings } from '../objects/delivery-settings.ts'
import type { Extensions } from '../objects/extensions.ts'
import type { Located, Objects } from '../objects/objects.ts'
import type { FindToggles } from '../objects/toggles.ts'
import type { Uploads } from '../objects/uploads.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import type { Action } from './operation.ts'
import type { Regions } from '../objects/regions.ts'
import type { Endpoints } from './endpoints.ts'

/** The parts of the domain that operations act on. */
export interface Services extends Extensions {
  readonly clock: Clock
  readonly metadata: MetadataStore
  readonly buckets: Buckets
  readonly objects: Objects
  readonly uploads: Uploads
  readonly completer: UploadCompleter
  readonly regions: Regions
  /** The hosts under which this listener is reached. */
  readonly endpoints: Endpoints
  /** The toggles in force: for a bucket, or for what an account does without one. */
  readonly toggles: FindToggles
  /** How long a day of the lifecycle rules is that are put from now on. */
  readonly lifecycleDaySeconds: number
  /** An account as listings show it. */
  owner(accountId: string): Promise<Owner>
  accountExists(accountId: string): Promise<boolean>
  /** The id of the account with the email address; undefined where none has it. */
  accountOfEmail(email: string): Promise<string | undefined>
}

export interface Owner {
  readonly ID: string
  readonly DisplayName: string
}

export interface Context {
  readonly request: HttpRequest
  /** The account that signed the request; AWS's id for nobody, where nobody did. */
  readonly accountId: string
  /** Who signed the request; undefined where nobody did. */
  readonly identity: Identity | undefined
  /** The bucket addressed; it exists, and the request is authorised. */
  readonly bucket: Bucket
  readonly services: Services
  /** Bytes of the body after decoding; undefined where the client does not say. */
  readonly contentLength: number | undefined
  /** How a bucket that is made is read through delivery, as far as that is not to be as the toggles say: management makes some so. */
  readonly delivery?: Partial<DeliverySettings> | undefined
  /** The largest source that is copied in one go, where it is not S3's: management copies whatever there is. */
  readonly copySizeMax?: number | undefined
  /** The headers that came after the body, when it has ended. */
  readonly trailers: () => Readonly<Record<string, string>>
  /** Throws AccessDenied where the request may not do this too, on the key of the bucket addressed. */
  authorize(action: Action, key?: string, versionId?: string): Promise<void>
  /** Throws AccessDenied where the request may not do this too to what it makes: the object with the key, or the bucket with the name. */
  authorizeNew(action: Action, name: string): void
  /** Throws AccessDenied where the request may not do this to every object that the bucket addressed may have. */
  authorizeOnAll(action: Action): void
  /** Throws AccessDenied where the request may not list the keys of the bucket addressed that begin with the prefix. */
  authorizeListing(prefix: string): Promise<void>
  may(action: Action, key?: string, versionId?: string): Promise<boolean>
  /** Whether the request asks to pass over locks in GOVERNANCE mode, and may. */
  bypassesGovernance(
    input: { readonly BypassGovernanceRetention?: boolean | undefined },
    key: string,
    versionId?: string,
  ): Promise<boolean>
  /**
   * To be called of each version that is given out or copied. Throws AccessDenied where the request's rights were decided by what stood there
   * before, and this one's ACL or tags do not give them.
   */
  confirm(located: Located): void
  /** Another bucket that the request reads from. Throws NoSuchBucket or AccessDenied. */
  authorizeSource(bucket: string, key: string, action: Action, versionId?: string): Promise<Bucket>
}
