/**
 * Operations of S3 without S3's wire: for management, which sets on buckets what S3 clients do. Everything else is the same: nothing is
 * handled that has not been authorised, what is checked there is checked here. What a profile switches off is switched off on the wire only,
 * so that a console can do what a vendor's console does.
 */
import { ApiError } from '../base/errors.ts'
import type { Identity } from '../access/authorize.ts'
import { emptyBody } from '../http/request-body.ts'
import type { HttpRequest, HttpResponse } from '../http/message.ts'
import { Query } from '../http/query.ts'
import type { Bucket } from '../objects/bucket.ts'
import { Authorization } from './authorization.ts'
import { decode, encode } from './codec.ts'
import type { Context, Services } from './context.ts'
import { inputFromJson } from './from-json.ts'
import { Prepared, refuseUnhonoured, type Action, type Operation } from './operation.ts'
import { operations } from './operations.generated.ts'
import getObject from './operations/GetObject.ts'
import headObject from './operations/HeadObject.ts'
import { refuseKeyName } from './profile-operations.ts'
import { requireKey } from './rename-names.ts'
import { RequestContext } from './request-context.ts'
import type { Infer, Members, Shape } from './shape.ts'
import { outputToJson } from './to-json.ts'

/** Who calls, and over what: of a request in another language. */
export interface Caller extends Pick<HttpRequest, 'id' | 'secure' | 'remoteAddress' | 'signal'> {
  readonly identity: Identity
  /** Of a bucket that is made: how it is read through delivery, as far as that is not to be as the toggles say. */
  readonly delivery?: Context['delivery']
}

/** The bytes of a body, for an operation that keeps them. */
export interface CallBody {
  readonly body: AsyncIterable<Uint8Array>
  /** As declared; a body of another size is refused. */
  readonly size: number
}

/** `input` is as AWS's command line writes it, in JSON, and the output as it prints it. Throws ApiError. */
export type CallS3 = (
  name: string,
  input: Readonly<Record<string, unknown>>,
  caller: Caller,
  body?: CallBody,
) => Promise<Readonly<Record<string, unknown>>>

const byName: ReadonlyMap<string, Operation> = new Map(
  operations.map((operation) => [operation.shape.name, operation] as const),
)

export const createCallS3 =
  (services: Services): CallS3 =>
  async (name, json, caller, body) => {
    const operation = byName.get(name)
    if (operation === undefined) throw new ApiError('NotImplemented', `${name} is not implemented.`)
    const input = inputFromJson(operation.shape, json, body?.body)
    const output = await perform(services, operation, input, caller, requestOf(caller, operation.shape, body))
    if (!(output instanceof Prepared)) return outputToJson(operation.shape, output)
    if (output.told !== undefined) return output.told()
    if (output.response.status === 202) return {}
    throw new Error(`${name} answers bytes, which cannot be called for`)
  }

/** Which version of which object is to be read. */
export interface ReadOrder {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string | undefined
  readonly method: 'GET' | 'HEAD'
  /** Of the request for it: the range and the conditions among them are honoured, and nothing else. */
  readonly headers: HttpRequest['headers']
}

/** GetObject's own answer, its bytes as a stream, or HeadObject's. Throws ApiError; NotModified too. */
export type ReadS3 = (order: ReadOrder, caller: Caller) => Promise<HttpResponse>

const readHeaders = ['range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since']

export const createReadS3 =
  (services: Services): ReadS3 =>
  async ({ bucket, key, versionId, method, headers: sent }, caller) => {
    const { shape } = (method === 'HEAD' ? headObject : getObject) as Pick<Operation, 'shape'>
    const operation = byName.get(shape.name)!
    const headers = Object.fromEntries(readHeaders.map((name) => [name, sent[name]] as const))
    const query = versionId === undefined ? Query.empty : new Query([['versionId', versionId]])
    const input = await decode(shape, { method, bucket, key, query, headers, body: emptyBody })
    const output = await perform(services, operation, input, caller, { ...requestOf(caller, shape), headers })
    return output instanceof Prepared ? output.response : encode(shape, output)
  }

async function perform(
  services: Services,
  operation: Operation,
  input: Infer<Members>,
  caller: Caller,
  request: HttpRequest,
): Promise<Infer<Members> | Prepared> {
  const { name } = operation.shape
  const key = input['Key'] as string | undefined
  if (key !== undefined) requireKey(key, 'key')
  const named = input['Bucket'] as string | undefined
  const isNew = name === 'CreateBucket'
  const bucket = named === undefined || isNew ? undefined : await services.buckets.get(named)
  const toggles = services.toggles(bucket, caller.identity.accountId)
  refuseUnhonoured(operation, input)
  const expected = input['ExpectedBucketOwner']
  if (expected !== undefined && bucket !== undefined && expected !== bucket.accountId)
    throw new ApiError('AccessDenied')
  const order = { toggles, bucket }
  const authorization = new Authorization(caller.identity, { request, method: 'v4-header', input }, services, order)
  if (name !== 'DeleteObjects') {
    await authorization.require({
      action: operation.action(input),
      bucket,
      key,
      versionId: input['VersionId'] as string | undefined,
      resource: bucket === undefined ? named : undefined,
    })
  }
  refuseKeyName(toggles, name, input)
  const payload = { body: request.body, size: request.contentLength, trailers: () => ({}) }
  const context = new RequestContext(request, authorization, bucket as Bucket, services, payload)
  context.delivery = caller.delivery
  context.copySizeMax = Infinity
  return withoutXml(async () => operation.handle(input, context))
}

/** Handlers that look into documents speak of XML, which this is not. */
async function withoutXml<T>(handle: () => Promise<T>): Promise<T> {
  try {
    return await handle()
  } catch (cause) {
    if (!(cause instanceof ApiError) || cause.code !== 'MalformedXML') throw cause
    throw new ApiError('InvalidArgument', 'What is given does not make a valid document.', {
      cause,
      details: cause.details,
    })
  }
}

/** Whether the caller may do something, without doing it: each throws AccessDenied. */
export interface S3Rights {
  onBucket(action: Action, bucket: Bucket, caller: Caller): Promise<void>
  onObject(action: Action, bucket: Bucket, key: string, caller: Caller): Promise<void>
  /** On all objects in the bucket, whichever they are. */
  onObjects(action: Action, bucket: Bucket, caller: Caller): Promise<void>
}

export function createS3Rights(services: Services): S3Rights {
  const authorizationOf = (bucket: Bucket, caller: Caller): Authorization => {
    const facts = { request: requestOf(caller, { method: 'GET', query: '' }), method: 'v4-header', input: {} } as const
    const toggles = services.toggles(bucket, caller.identity.accountId)
    return new Authorization(caller.identity, facts, services, { toggles, bucket })
  }
  return {
    async onBucket(action, bucket, caller) {
      await authorizationOf(bucket, caller).require({ action, bucket })
    },
    async onObject(action, bucket, key, caller) {
      await authorizationOf(bucket, caller).require({ action, bucket, key })
    },
    async onObjects(action, bucket, caller) {
      authorizationOf(bucket, caller).requireOnAll(action, bucket)
    },
  }
}

/** Of no bytes: what came another way has nothing that could be damaged on this one. */
const emptyMd5 = '1B2M2Y8AsgTpgAmY7PhCfg=='

/** What an operation may read of its request beside its input. */
export const requestOf = (
  { identity: _, ...caller }: Omit<Caller, 'identity'> & { readonly identity?: Identity },
  { method, query }: Pick<Shape, 'method' | 'query'>,
  sent?: CallBody,
): HttpRequest => ({
  ...caller,
  method,
  path: '/',
  query,
  headers: sent === undefined ? { 'content-md5': emptyMd5 } : {},
  rawHeaders: [],
  host: '',
  forwarded: { host: undefined, prefix: undefined },
  contentLength: sent?.size ?? 0,
  body: sent?.body ?? emptyBody,
})
