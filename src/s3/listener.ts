/**
 * The steps of an S3 request, in order: address, route, authenticate, open the payload, decode, refuse, authorise, handle, encode. Whatever a step
 * throws is answered as S3 tells errors; nothing is handled that has not been authorised.
 */
import { ApiError } from '../base/errors.ts'
import { authorize, type Identity } from '../access/authorize.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import { Query } from '../http/query.ts'
import type { Bucket } from '../objects/bucket.ts'
import { addressOf, type Address } from './address.ts'
import { refuseAcl } from './acl.ts'
import { decode, encode } from './codec.ts'
import { withHoistedHeaders } from './codec-hoisted.ts'
import { encodeSlowly } from './codec-slow.ts'
import type { Context, Services } from './context.ts'
import { errorAnswer, errorDocument } from './error-answer.ts'
import { Prepared, refuseUnhonoured, type Action, type Operation } from './operation.ts'
import { operations } from './operations.generated.ts'
import { createRouter } from './router.ts'
import type { Infer, Members, Shape } from './shape.ts'
import { declaredChecksum, verified } from './request-checksum.ts'
import type { Authenticator } from './signature/authenticate.ts'
import { openPayload, type Payload } from './signature/payload.ts'

export interface S3Options {
  readonly services: Services
  readonly authenticator: Authenticator
  /** Of the endpoints, for virtual-hosted style; in lower case. */
  readonly domains: readonly string[]
  /** x-amz-id-2. */
  readonly hostId: string
  /** Told of what is no client's fault. */
  onFault(error: unknown, request: HttpRequest): void
  /** Told which operation a request turned out to be. */
  onOperation?(request: HttpRequest, operation: string, accountId: string): void
}

/** Operations that may take longer than a client waits in silence. */
const slow: ReadonlySet<string> = new Set(['CompleteMultipartUpload', 'CopyObject', 'UploadPartCopy'])

export function createS3Front(options: S3Options): (request: HttpRequest) => Promise<HttpResponse> {
  const { services, authenticator, domains, hostId } = options
  const route = createRouter(operations)

  async function answer(request: HttpRequest): Promise<HttpResponse> {
    const query = Query.parse(request.query)
    const address = addressOf(request.forwarded.host ?? request.host, request.path, domains)
    const routed = { method: request.method, ...address, query, headers: request.headers }
    const operation = operationOrRefusal(routed)
    const pending = authenticator.authenticate(
      request,
      query,
      address.style === 'virtual-hosted' ? address.bucket : undefined,
    )
    const authentication = pending instanceof Promise ? await pending : pending
    if (operation instanceof ApiError) return refuse(operation, address, authentication.credential)
    requireLength(operation.shape, request)
    const payload = openPayload(authentication, request)
    const identity = authentication.credential
    options.onOperation?.(request, operation.shape.name, identity.accountId)
    const headers = authentication.method.endsWith('query')
      ? withHoistedHeaders(query, request.headers)
      : request.headers
    const wire = { method: request.method, ...address, query, headers }
    const body = takesDocument(operation.shape) ? documentBody(operation.shape, request, payload) : payload.body
    const input = decode(operation.shape, { ...wire, body })
    return perform(request, address, operation, input instanceof Promise ? await input : input, payload, identity)
  }

  /** The operation; or why there is none, which only those are told who have signed the request. */
  function operationOrRefusal(routed: Parameters<typeof route>[0]): Operation | ApiError {
    try {
      return route(routed)
    } catch (error) {
      if (error instanceof ApiError) return error
      throw error
    }
  }

  /** What is not served is refused as S3 would answer it as far as that is known: a bucket that is not there, or is another's, comes first. */
  async function refuse(refusal: ApiError, { bucket }: Address, identity: Identity): Promise<never> {
    if (bucket !== undefined) {
      const { accountId: ownerId } = await services.buckets.get(bucket)
      authorize({ identity, action: 's3:*', resource: bucket, ownerId })
    }
    throw refusal
  }

  async function perform(
    request: HttpRequest,
    address: Address,
    operation: Operation,
    input: Infer<Members>,
    payload: Payload,
    identity: Identity,
  ): Promise<HttpResponse> {
    refuseUnhonoured(operation, input)
    refuseAcl(input)
    const known = knownBucket(operation.shape, address)
    const bucket = known instanceof Promise ? await known : known
    const expected = input['ExpectedBucketOwner']
    if (expected !== undefined && bucket !== undefined && expected !== bucket.accountId)
      throw new ApiError('AccessDenied')
    const question = {
      identity,
      action: operation.action(input),
      resource: operation.resource(input),
      ownerId: bucket?.accountId,
    }
    const authorized = authorize(question)
    const context = new RequestContext(request, authorized.identity, bucket as Bucket, services, payload)
    if (slow.has(operation.shape.name)) return performSlowly(request, operation, input, context)
    const output = operation.handle(input, context)
    const settled = output instanceof Promise ? await output : output
    return settled instanceof Prepared ? settled.response : encode(operation.shape, settled)
  }

  function performSlowly(
    request: HttpRequest,
    operation: Operation,
    input: Infer<Members>,
    context: Context,
  ): Promise<HttpResponse> {
    const pending = (async () => (await operation.handle(input, context)) as Infer<Members>)()
    return encodeSlowly(operation.shape, pending, (error) => {
      if (!(error instanceof ApiError)) options.onFault(error, request)
      return errorDocument(error, { requestId: request.id, hostId, resource: request.path })
    })
  }

  /** The bucket addressed; undefined where there is none, or it is about to be created. Throws NoSuchBucket. */
  function knownBucket(shape: Shape, { bucket }: Address): Bucket | undefined | Promise<Bucket> {
    if (bucket === undefined || shape.name === 'CreateBucket') return undefined
    return services.buckets.cached(bucket) ?? services.buckets.get(bucket)
  }

  return async (request) => {
    let response: HttpResponse
    try {
      response = await answer(request)
    } catch (error) {
      if (!(error instanceof ApiError)) options.onFault(error, request)
      return errorAnswer(error, { method: request.method, requestId: request.id, hostId, resource: request.path })
    }
    response.headers.push('x-amz-request-id', request.id, 'x-amz-id-2', hostId)
    return response
  }
}

/** What a handler is given; `bucket` is missing only where the operation's level has none. */
class RequestContext implements Context {
  readonly request: HttpRequest
  readonly accountId: string
  readonly bucket: Bucket
  readonly services: Services
  readonly contentLength: number | undefined
  readonly trailers: Payload['trailers']
  readonly #identity: Identity

  constructor(request: HttpRequest, identity: Identity, bucket: Bucket, services: Services, payload: Payload) {
    this.request = request
    this.accountId = identity.accountId
    this.bucket = bucket
    this.services = services
    this.contentLength = payload.size
    this.trailers = payload.trailers
    this.#identity = identity
  }

  async authorizeSource(name: string, key: string, action: Action): Promise<Bucket> {
    const source = await this.services.buckets.get(name)
    authorize({ identity: this.#identity, action, resource: `${name}/${key}`, ownerId: source.accountId })
    return source
  }
}

const documents = new WeakMap<Shape, boolean>()

/** Throws MissingContentLength where a body that is kept is not said to be there: it would be taken for an empty one. */
function requireLength({ input }: Shape, { headers }: HttpRequest): void {
  if (!('Body' in input) || headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined)
    return
  throw new ApiError('MissingContentLength')
}

/** Whether the body is XML: the codec reads it whole, so what it declares of its integrity is checked on the way. */
function takesDocument(shape: Shape): boolean {
  let takes = documents.get(shape)
  if (takes === undefined) {
    takes = Object.values(shape.input).some(
      ({ location, type }) => location === 'payload' && type.kind !== 'requestBody',
    )
    documents.set(shape, takes)
  }
  return takes
}

/** The checksum headers of CompleteMultipartUpload are the object's, not the body's. */
function documentBody({ name }: Shape, { headers }: HttpRequest, payload: Payload): AsyncIterable<Uint8Array> {
  const ofBody = name === 'CompleteMultipartUpload' ? { 'content-md5': headers['content-md5'] } : headers
  return verified(
    payload.body,
    declaredChecksum(ofBody, () => payload.trailers()),
  )
}
