/**
 * The steps of an S3 request, in order: address, route, authenticate, open the payload, decode, refuse, authorise, handle, encode. Whatever a step
 * throws is answered as S3 tells errors; nothing is handled that has not been authorised.
 */
import { ApiError } from '../base/errors.ts'
import type { Identity } from '../access/authorize.ts'
import type { Credential } from '../access/credential.ts'
import type { HttpRequest, HttpResponse, Served } from '../http/message.ts'
import { Query } from '../http/query.ts'
import type { Bucket } from '../objects/bucket.ts'
import { vary } from '../objects/cors-rule.ts'
import type { Toggles } from '../objects/profile.ts'
import { addressOf, type Address } from './address.ts'
import { Authorization } from './authorization.ts'
import { decode, encode } from './codec.ts'
import { withHoistedHeaders } from './codec-hoisted.ts'
import { encodeSlowly } from './codec-slow.ts'
import type { Context, Services } from './context.ts'
import { answerPreflight } from './cors/preflight.ts'
import { share } from './cors/share.ts'
import type { Explanation } from '../http/refused.ts'
import { errorAnswer, errorDocument } from './error-answer.ts'
import { errorByProfile, isNamedByProfile } from './error-by-profile.ts'
import type { ExplainOptions } from './explain-refusal.ts'
import { createAdmission } from './profile-admission.ts'
import { checksumsByProfile, withHeaders } from './profile-checksums.ts'
import { isSwitchedOn, refuseByProfile, restrict, switchedOff } from './profile-operations.ts'
import { Prepared, refuseUnhonoured, type Operation } from './operation.ts'
import { operations } from './operations.generated.ts'
import putObject from './operations/PutObject.ts'
import { isForm, postObject, type Forms } from './post/post-object.ts'
import { RequestContext } from './request-context.ts'
import { createRouter } from './router.ts'
import type { Infer, Members, Shape } from './shape.ts'
import { declaredChecksum, verified } from './request-checksum.ts'
import type { Authentication, Authenticator } from './signature/authenticate.ts'
import { openPayload, type Payload } from './signature/payload.ts'

export interface S3Options {
  readonly services: Services
  readonly authenticator: Authenticator
  /** Undefined where forms from browsers are not taken. */
  readonly forms?: Forms
  /** The operator's word that plain HTTP is on a network to be trusted. */
  readonly plaintextAllowed?: boolean
  /** x-amz-id-2. */
  readonly hostId: string
  /** For those who ask later why a request was refused. */
  readonly explain: ExplainOptions
  /** Told of what is no client's fault. */
  onFault(error: unknown, request: HttpRequest): void
}

/** What a request turns out to be, as it is found out: those who count and log look at it when the answer has been sent. */
type Findings = { -readonly [Name in keyof Served]: Served[Name] }

/** Who asks, and how that was found out. */
interface Who {
  readonly identity: Identity | undefined
  readonly method: Authentication['method']
}

/** What is to be performed, and under which toggles. */
interface Order {
  readonly findings: Findings
  readonly operation: Operation
  readonly input: Infer<Members>
  readonly payload: Payload
  readonly who: Who
  readonly toggles: Toggles
  /** Whether the toggles switch off anything. */
  readonly restricted: boolean
  readonly address: Address
  /** The bucket addressed, where it is known. */
  readonly bucket: Bucket | undefined
}

/** Operations that may take longer than a client waits in silence. */
const slow: ReadonlySet<string> = new Set(['CompleteMultipartUpload', 'ComposeObject', 'CopyObject', 'UploadPartCopy'])

export function createS3Front(options: S3Options): (request: HttpRequest) => Promise<HttpResponse> {
  const { services, authenticator, hostId, plaintextAllowed = false } = options
  const { domains } = services.endpoints
  const admit = createAdmission(services, plaintextAllowed)
  const route = createRouter(operations)

  async function answer(request: HttpRequest): Promise<HttpResponse> {
    const query = Query.parse(request.query)
    const asked = addressOf(request.forwarded.host ?? request.host, request.path, domains)
    if (request.method === 'OPTIONS') {
      const findings = findingsOf('Preflight', asked.key)
      if (asked.bucket !== undefined) findings.bucket = services.buckets.cached(asked.bucket)
      request.served = findings
      return answerPreflight(request, asked, services.buckets)
    }
    if (request.method === 'POST' && request.query === '' && asked.key === undefined && isForm(request))
      return takeForm(request, asked)
    const routed = { method: request.method, ...asked, query, headers: request.headers }
    const operation = operationOrRefusal(routed)
    const findings = findingsOf(operation instanceof ApiError ? 'Unserved' : operation.shape.name, asked.key)
    request.served = findings
    const admitted = admit(request, query, asked, operation instanceof ApiError ? undefined : operation.shape.name)
    const admission = admitted instanceof Promise ? await admitted : admitted
    findings.bucket = admission.bucket
    const hostBucket = asked.style === 'virtual-hosted' ? asked.bucket : undefined
    const pending = authenticator.authenticate(request, query, hostBucket, admission)
    const authentication = pending instanceof Promise ? await pending : pending
    findAsker(findings, authentication.credential)
    const address = named(asked, admission.bucket)
    const who = { identity: authentication.credential, method: authentication.method }
    if (operation instanceof ApiError) return refuse(operation, address, request, who)
    const toggles = admission.toggles(who.identity?.accountId ?? '')
    const { name } = operation.shape
    // Before its document is read: what is not there has none that could be wrong.
    const restricted = restrict(toggles)
    if (restricted && !isSwitchedOn(toggles, name)) return refuse(switchedOff(name), address, request, who)
    const { headers, read } = headersOf(request, query, authentication, toggles)
    requireLength(operation.shape, request)
    const payload = openPayload(authentication, request)
    const wire = { method: request.method, ...address, query, headers }
    const body = takesDocument(operation.shape) ? documentBody(operation.shape, read, payload) : payload.body
    const input = decode(operation.shape, { ...wire, body })
    // A document takes its time, in which the bucket may have become another.
    const [decoded, bucket] = input instanceof Promise ? [await input, undefined] : [input, admission.bucket]
    return perform(read, { findings, operation, input: decoded, payload, who, toggles, restricted, address, bucket })
  }

  /** A form, which bears its signature itself, is PutObject with the file as its body. */
  async function takeForm(request: HttpRequest, asked: Address): Promise<HttpResponse> {
    const findings = findingsOf('PostObject', undefined)
    request.served = findings
    const { bucket: name } = asked
    const { forms } = options
    if (name === undefined || forms === undefined)
      throw new ApiError('NotImplemented', 'PostObject is not implemented.')
    const admission = await admit(request, Query.empty, asked, 'PostObject')
    const { bucket, regions } = admission
    findings.bucket = bucket
    const address = named(asked, bucket)
    const toggles = admission.toggles('')
    return postObject(request, name, {
      ...forms,
      enabled: toggles['post.object'],
      rules: { regions, v2: toggles['sig.v2.post'] },
      put(form, key, signer) {
        findings.key = key
        findAsker(findings, signer?.credential)
        const put = { ...address, key }
        const wire = { method: 'PUT', ...put, query: Query.empty, headers: form.headers, body: form.body }
        const payload = { body: form.body, size: undefined, trailers: () => ({}) }
        const who: Who = { identity: signer?.credential, method: signer?.method ?? 'anonymous' }
        const input = decode(putObject.shape, wire) as Infer<Members>
        const operation = putObject
        return perform(form, {
          findings,
          operation,
          input,
          payload,
          who,
          toggles,
          restricted: true,
          address: put,
          bucket,
        })
      },
    })
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
  async function refuse(refusal: ApiError, address: Address, request: HttpRequest, who: Who): Promise<never> {
    const authorization = new Authorization(who.identity, { request, method: who.method, input: {} }, services)
    if (address.bucket !== undefined) {
      const bucket = await services.buckets.get(address.bucket)
      await authorization.require({ action: 's3:ListBucket', bucket })
    } else if (who.identity === undefined) throw new ApiError('AccessDenied')
    throw refusal
  }

  async function perform(request: HttpRequest, order: Order): Promise<HttpResponse> {
    const { operation, input, payload, toggles } = order
    const { identity, method } = order.who
    refuseUnhonoured(operation, input)
    const known = order.bucket ?? knownBucket(operation.shape, order.address)
    const bucket = known instanceof Promise ? await known : known
    const expected = input['ExpectedBucketOwner']
    if (expected !== undefined && bucket !== undefined && expected !== bucket.accountId)
      throw new ApiError('AccessDenied')
    const authorization = new Authorization(identity, { request, method, input }, services, order)
    // DeleteObjects names its keys in its body, and is authorised for each of them.
    if (operation.shape.name !== 'DeleteObjects') {
      const key = input['Key'] as string | undefined
      const versionId = input['VersionId'] as string | undefined
      // A bucket that is to be made has a name already.
      const resource = bucket === undefined ? (input['Bucket'] as string | undefined) : undefined
      const authorized = authorization.require({ action: operation.action(input), bucket, key, versionId, resource })
      if (authorized instanceof Promise) await authorized
    }
    if (identity === undefined) refuseOverrides(input)
    if (order.restricted) refuseByProfile(toggles, operation.shape.name, input)
    const context = new RequestContext(request, authorization, bucket as Bucket, services, payload)
    if (slow.has(operation.shape.name)) return performSlowly(request, order, context)
    const output = operation.handle(input, context)
    const settled = output instanceof Promise ? await output : output
    const response = settled instanceof Prepared ? settled.response : encode(operation.shape, settled)
    // What is asked for without an origin is not what a cache may give to a page of another one.
    if (bucket?.cors !== undefined && request.headers['origin'] === undefined) response.headers.push(...vary)
    return response
  }

  function performSlowly(
    request: HttpRequest,
    { findings, operation, input }: Order,
    context: Context,
  ): Promise<HttpResponse> {
    const pending = (async () => (await operation.handle(input, context)) as Infer<Members>)()
    return encodeSlowly(operation.shape, pending, (error) => {
      findings.errorCode = error instanceof ApiError ? error.code : 'InternalError'
      if (error instanceof ApiError) findRefusal(request, findings, error)
      else options.onFault(error, request)
      return errorDocument(error, { requestId: request.id, hostId, resource: request.path })
    })
  }

  /** The bucket addressed; undefined where there is none, or it is about to be created. Throws NoSuchBucket. */
  function knownBucket(shape: Shape, { bucket }: Address): Bucket | undefined | Promise<Bucket> {
    if (bucket === undefined || shape.name === 'CreateBucket') return undefined
    // A client that asks again waits again.
    if (shape.name === 'ForceDeleteBucket') return services.buckets.find(bucket)
    return services.buckets.cached(bucket) ?? services.buckets.get(bucket)
  }

  function asTold(error: unknown, request: HttpRequest): unknown {
    if (!(error instanceof ApiError) || !isNamedByProfile(error)) return error
    const { bucket } = addressOf(request.forwarded.host ?? request.host, request.path, domains)
    const toggles = services.toggles(bucket === undefined ? undefined : services.buckets.cached(bucket))
    return errorByProfile(error, toggles)
  }

  /** Keeps why, to be explained if anybody is to know; `told` is what the client is told, where that is another error. */
  function findRefusal(request: HttpRequest, findings: Findings, error: ApiError, told = error): void {
    const { status, code, message } = told
    const explain = async (): Promise<Explanation> =>
      (await import('./explain-refusal.ts')).explainRefusal(error, request, findings, options.explain)
    findings.refused = { status, code, message, explain }
  }

  return async (request) => {
    let response: HttpResponse
    try {
      response = await answer(request)
    } catch (thrown) {
      const error = asTold(thrown, request)
      if (!(error instanceof ApiError)) options.onFault(error, request)
      const findings = findError(request, error)
      if (findings !== undefined && error instanceof ApiError)
        findRefusal(request, findings, thrown instanceof ApiError ? thrown : error, error)
      response = errorAnswer(error, { method: request.method, requestId: request.id, hostId, resource: request.path })
      return request.headers['origin'] === undefined ? response : share(response, request, domains, services.buckets)
    }
    response.headers.push('x-amz-request-id', request.id, 'x-amz-id-2', hostId)
    return request.headers['origin'] === undefined ? response : share(response, request, domains, services.buckets)
  }
}

const findingsOf = (operation: string, key: string | undefined): Findings => ({
  front: 's3',
  operation,
  bucket: undefined,
  key,
  accountId: undefined,
  accessKeyId: undefined,
  userId: undefined,
  errorCode: undefined,
})

/** Only those are named who have proved to be there. */
function findAsker(findings: Findings, credential: Credential | undefined): void {
  if (credential === undefined) return
  findings.accountId = credential.accountId
  findings.accessKeyId = credential.accessKeyId
  findings.userId = credential.user?.id
}

/** What is not even addressed is no operation; a 304 is no error. */
function findError(request: HttpRequest, error: unknown): Findings | undefined {
  if (error instanceof ApiError && error.status === 304) return undefined
  const findings: Findings = (request.served ??= findingsOf('Unserved', undefined))
  findings.errorCode = error instanceof ApiError ? error.code : 'InternalError'
  return findings
}

/** As asked for, with the bucket's name as it was created. */
const named = (asked: Address, bucket: Bucket | undefined): Address =>
  bucket === undefined || bucket.name === asked.bucket ? asked : { ...asked, bucket: bucket.name }

/** The headers to decode the input from, and the request as its handler is to read it. Throws InvalidArgument for checksums that are rejected. */
function headersOf(
  request: HttpRequest,
  query: Query,
  { method }: Authentication,
  toggles: Toggles,
): { readonly headers: HttpRequest['headers']; readonly read: HttpRequest } {
  const presigned = method.endsWith('query')
  const holdsChecksums = presigned && toggles['presign.emptyBodyChecksum'] === 'reject'
  const carried = presigned ? withHoistedHeaders(query, request.headers, holdsChecksums) : request.headers
  if (toggles.checksums === 'accept' && !holdsChecksums) return { headers: carried, read: request }
  const headers = checksumsByProfile(toggles, carried, presigned ? query : undefined)
  return { headers, read: withHeaders(request, headers) }
}

/** Throws InvalidRequest for headers of the answer that somebody asks for who has not signed the request. */
function refuseOverrides(input: Infer<Members>): void {
  for (const member in input) {
    if (member.startsWith('Response'))
      throw new ApiError(
        'InvalidRequest',
        'Request specific response headers cannot be used for anonymous GET requests.',
      )
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
