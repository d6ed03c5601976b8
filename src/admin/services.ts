/** The parts of the domain that management acts on. */
import type { AccessKeys } from '../access/access-keys.ts'
import type { AccessTokens } from '../access/access-tokens.ts'
import type { Accounts } from '../access/accounts.ts'
import type { Identity } from '../access/authorize.ts'
import type { Decision } from '../access/decision.ts'
import type { ApiKeys } from '../access/api-keys.ts'
import type { AuditLog } from '../access/audit-log.ts'
import type { Passwords } from '../access/passwords.ts'
import type { Sessions } from '../access/sessions.ts'
import type { SetupLinks } from '../access/setup-link.ts'
import type { SignIn } from '../access/sign-in.ts'
import type { SigningKeys } from '../access/signing-keys.ts'
import type { ContentTickets } from '../access/content-tickets.ts'
import type { Clock } from '../base/clock.ts'
import type { HttpRequest, HttpResponse, Served } from '../http/message.ts'
import type { UsageReports } from '../metering/usage-reports.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Buckets } from '../objects/buckets.ts'
import type { DeliverySettings } from '../objects/delivery-settings.ts'
import type { BucketEmptier } from '../objects/empty-bucket.ts'
import type { Regions } from '../objects/regions.ts'
import type { RefusalLog } from '../refusals/refusal-log.ts'
import type { FindToggles, ToggleLayer } from '../objects/toggles.ts'
import type { Certificates } from '../sites/certificates.ts'
import type { Domains } from '../sites/domains.ts'
import type { Principal } from './principal.ts'
import type { ServerHealth } from './server-health.ts'

export interface ManagementServices {
  readonly metadata: MetadataStore
  readonly accounts: Accounts
  readonly accessKeys: AccessKeys
  readonly apiKeys: ApiKeys
  readonly accessTokens: AccessTokens
  readonly passwords: Passwords
  readonly sessions: Sessions
  readonly contentTickets: ContentTickets
  readonly signIn: SignIn
  readonly setupLinks: SetupLinks
  readonly signingKeys: SigningKeys
  readonly auditLog: AuditLog
  readonly buckets: Buckets
  readonly emptier: BucketEmptier
  readonly domains: Domains
  readonly certificates: Certificates
  readonly usageReports: UsageReports
  readonly refusals: RefusalLog
  readonly regions: Regions
  readonly toggles: FindToggles
  /** The toggles that hold where no account or bucket says otherwise. */
  readonly toggleLayers: readonly ToggleLayer[]
  readonly clock: Clock
  readonly origins: Origins
  readonly facts: ServerFacts
  /** Throws ServiceUnavailable where no server runs. */
  health(): Promise<ServerHealth>
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
    more?: S3More,
  ): Promise<Readonly<Record<string, unknown>>>
  /** GetObject as the principal: its answer, with the bytes as a stream. */
  readS3(order: ReadOrder, as: Principal, request: ManagementRequest): Promise<HttpResponse>
  readonly s3Rights: S3Rights
  /** Whether each may read an object, or all of a bucket, by S3, and why. */
  readers(order: ReadersOrder, request: ManagementRequest): Promise<Readers>
  /** What of S3's own, a bucket's policy or its ACL, lets anybody do something in it; null where nothing does. */
  publicInS3(bucket: Bucket): 'policy' | 'acl' | null
  /** A presigned URL (Signature Version 4, query) for the public origin of S3. */
  presign(order: PresignOrder): Promise<string>
}

/** What some operations of S3 take beside their input. */
export interface S3More {
  /** Of a bucket that is made, as far as it is not to be as the toggles say. */
  readonly delivery?: Partial<DeliverySettings>
  /** The bytes that are to be kept; they are read as they are written. */
  readonly body?: { readonly body: AsyncIterable<Uint8Array>; readonly size: number }
}

export interface ReadOrder {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string | undefined
  /** HEAD: no bytes, all else the same. */
  readonly method: 'GET' | 'HEAD'
  /** The range and the conditions among them are honoured, and nothing else. */
  readonly headers: HttpRequest['headers']
}

/** Whether the principal may do something in S3: each throws AccessDenied where its policies, or the bucket's, do not let it. */
export interface S3Rights {
  onBucket(action: `s3:${string}`, bucket: Bucket, as: Principal, request: ManagementRequest): Promise<void>
  onObject(
    action: `s3:${string}`,
    bucket: Bucket,
    key: string,
    as: Principal,
    request: ManagementRequest,
  ): Promise<void>
  /** On all objects in it, whichever they are. */
  onObjects(action: `s3:${string}`, bucket: Bucket, as: Principal, request: ManagementRequest): Promise<void>
}

/** What there is to know of the server that no part of the domain knows. */
export interface ServerFacts {
  readonly version: string
  /** Whether it serves TLS itself. */
  readonly tls: boolean
}

export interface ReadersOrder {
  /** As it is, or as it would be. */
  readonly bucket: Bucket
  /** Undefined for whatever is in the bucket. */
  readonly key: string | undefined
  /** Undefined: whoever has not signed. */
  readonly identities: readonly (Identity | undefined)[]
}

export interface Readers {
  /** In the order of the identities. */
  readonly decisions: readonly Decision[]
  /** The object is encrypted with a key of its owner's (SSE-C). */
  readonly needsCustomerKey: boolean
}

/** Where clients reach the server, as URLs without a final slash. */
export interface Origins {
  /** Of S3, in a region. */
  s3(region: string): string
  /** Of a bucket's delivery host. */
  delivery(bucket: { readonly name: string; readonly region: string }): string
  /** What custom domains point to by CNAME: a host name. */
  readonly domainTarget: string
  /** Of the console and the management API. */
  management(): string
  /** Of users' content, as the console shows it: an origin other than the console's own, by what that was asked for. */
  content(request: { readonly host: string; readonly secure: boolean }): string
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
  /** As the client asked for it, with its port. */
  readonly host: string
  /** Of the page that sent it, as the browser says. */
  readonly origin: string | undefined
  readonly signal: AbortSignal
  /** What the request turns out to be about, for those who count and log. */
  found(about: Pick<Served, 'bucket' | 'key' | 'countedAs'>): void
}
