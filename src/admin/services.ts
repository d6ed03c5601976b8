/** The parts of the domain that management acts on. */
import type { AccessKeys } from '../access/access-keys.ts'
import type { AccessTokens } from '../access/access-tokens.ts'
import type { Accounts } from '../access/accounts.ts'
import type { ApiKeys } from '../access/api-keys.ts'
import type { AuditLog } from '../access/audit-log.ts'
import type { Passwords } from '../access/passwords.ts'
import type { Sessions } from '../access/sessions.ts'
import type { SignIn } from '../access/sign-in.ts'
import type { SigningKeys } from '../access/signing-keys.ts'
import type { Clock } from '../base/clock.ts'
import type { UsageReports } from '../metering/usage-reports.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Buckets } from '../objects/buckets.ts'
import type { DeliverySettings } from '../objects/delivery-settings.ts'
import type { BucketEmptier } from '../objects/empty-bucket.ts'
import type { Regions } from '../objects/regions.ts'
import type { FindToggles, ToggleLayer } from '../objects/toggles.ts'
import type { Certificates } from '../sites/certificates.ts'
import type { Domains } from '../sites/domains.ts'
import type { Principal } from './principal.ts'

export interface ManagementServices {
  readonly metadata: MetadataStore
  readonly accounts: Accounts
  readonly accessKeys: AccessKeys
  readonly apiKeys: ApiKeys
  readonly accessTokens: AccessTokens
  readonly passwords: Passwords
  readonly sessions: Sessions
  readonly signIn: SignIn
  readonly signingKeys: SigningKeys
  readonly auditLog: AuditLog
  readonly buckets: Buckets
  readonly emptier: BucketEmptier
  readonly domains: Domains
  readonly certificates: Certificates
  readonly usageReports: UsageReports
  readonly regions: Regions
  readonly toggles: FindToggles
  /** The toggles that hold where no account or bucket says otherwise. */
  readonly toggleLayers: readonly ToggleLayer[]
  readonly clock: Clock
  readonly origins: Origins
  /** The description of the API. */
  openapi(): Promise<Readonly<Record<string, unknown>>>
  /**
   * Performs an operation of S3 by its AWS name with its input in JSON, as the principal: what its policies deny is denied here too.
   * The output is as AWS's SDKs have it.
   */
  s3(
    name: string,
    input: Readonly<Record<string, unknown>>,
    as: Principal,
    request: ManagementRequest,
    /** Of a bucket that is made, as far as it is not to be as the toggles say. */
    delivery?: Partial<DeliverySettings>,
  ): Promise<Readonly<Record<string, unknown>>>
  readonly s3Rights: S3Rights
  /** A presigned URL (Signature Version 4, query) for the public origin of S3. */
  presign(order: PresignOrder): Promise<string>
}

/** Whether the principal may do something in S3: each throws AccessDenied where its policies, or the bucket's, do not let it. */
export interface S3Rights {
  onBucket(action: `s3:${string}`, bucket: Bucket, as: Principal, request: ManagementRequest): Promise<void>
  /** On all objects in it, whichever they are. */
  onObjects(action: `s3:${string}`, bucket: Bucket, as: Principal, request: ManagementRequest): Promise<void>
}

/** Where clients reach the server, as URLs without a final slash. */
export interface Origins {
  /** Of S3, in a region. */
  s3(region: string): string
  /** Of a bucket's delivery host. */
  delivery(bucket: { readonly name: string; readonly region: string }): string
  /** What custom domains point to by CNAME: a host name. */
  readonly domainTarget: string
}

export interface PresignOrder {
  readonly accessKeyId: string
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE'
  readonly bucket: string
  readonly region: string
  readonly key: string
  readonly expiresSeconds: number
  /** Further query parameters: `versionId`, `response-content-disposition`. */
  readonly query: Readonly<Record<string, string>>
}

/** What operations may know of the request itself. */
export interface ManagementRequest {
  readonly id: string
  readonly remoteAddress: string
  readonly secure: boolean
  readonly userAgent: string
  readonly signal: AbortSignal
}
