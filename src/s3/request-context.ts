/** What a handler is given beside its input, made for each request. */
import type { Identity } from '../access/authorize.ts'
import type { HttpRequest } from '../http/message.ts'
import type { Bucket } from '../objects/bucket.ts'
import type { Located } from '../objects/objects.ts'
import { anonymousId } from './anonymous.ts'
import type { Authorization } from './authorization.ts'
import type { Context, Services } from './context.ts'
import type { Action } from './operation.ts'
import type { Payload } from './signature/payload.ts'

/** `bucket` is missing only where the operation's level has none. */
export class RequestContext implements Context {
  readonly request: HttpRequest
  readonly accountId: string
  readonly bucket: Bucket
  readonly services: Services
  readonly contentLength: number | undefined
  readonly trailers: Payload['trailers']
  /** Set by management, before the handler is called. */
  delivery: Context['delivery']
  copySizeMax: Context['copySizeMax']
  readonly #authorization: Authorization

  constructor(
    request: HttpRequest,
    authorization: Authorization,
    bucket: Bucket,
    services: Services,
    payload: Payload,
  ) {
    this.request = request
    this.accountId = authorization.identity?.accountId ?? anonymousId
    this.bucket = bucket
    this.services = services
    this.contentLength = payload.size
    this.trailers = payload.trailers
    this.#authorization = authorization
  }

  get identity(): Identity | undefined {
    return this.#authorization.identity
  }

  async authorize(action: Action, key?: string, versionId?: string): Promise<void> {
    await this.#authorization.require({ action, bucket: this.bucket, key, versionId })
  }

  authorizeNew(action: Action, name: string): void {
    // The type says otherwise for the sake of all others: a bucket that is being created is none yet.
    const bucket = this.bucket as Bucket | undefined
    this.#authorization.requireOfNew(
      bucket === undefined ? { action, bucket, resource: name } : { action, bucket, key: name },
    )
  }

  authorizeOnAll(action: Action): void {
    this.#authorization.requireOnAll(action, this.bucket)
  }

  async authorizeListing(prefix: string): Promise<void> {
    await this.#authorization.require({ action: 's3:ListBucket', bucket: this.bucket, listsPrefix: prefix })
  }

  may(action: Action, key?: string, versionId?: string): Promise<boolean> {
    return this.#authorization.may({ action, bucket: this.bucket, key, versionId })
  }

  async bypassesGovernance(
    { BypassGovernanceRetention }: Parameters<Context['bypassesGovernance']>[0],
    key: string,
    versionId?: string,
  ): Promise<boolean> {
    return BypassGovernanceRetention === true && (await this.may('s3:BypassGovernanceRetention', key, versionId))
  }

  confirm(located: Located): void {
    this.#authorization.confirm(located)
  }

  async authorizeSource(name: string, key: string, action: Action, versionId?: string): Promise<Bucket> {
    const bucket = await this.services.buckets.get(name)
    await this.#authorization.require({ action, bucket, key, versionId })
    return bucket
  }
}
