/**
 * Operations of S3 without S3's wire: for management, which sets on buckets what S3 clients do. Everything else is the same: nothing is
 * handled that has not been authorised, what is checked there is checked here. What a profile switches off is switched off on the wire only,
 * so that a console can do what a vendor's console does.
 */
import { ApiError } from '../base/errors.ts'
import type { Identity } from '../access/authorize.ts'
import { emptyBody } from '../http/request-body.ts'
import type { HttpRequest } from '../http/message.ts'
import type { Bucket } from '../objects/bucket.ts'
import { Authorization } from './authorization.ts'
import type { Context, Services } from './context.ts'
import { inputFromJson } from './from-json.ts'
import { Prepared, refuseUnhonoured, type Action, type Operation } from './operation.ts'
import { operations } from './operations.generated.ts'
import { refuseKeyName } from './profile-operations.ts'
import { RequestContext } from './request-context.ts'
import type { Shape } from './shape.ts'
import { outputToJson } from './to-json.ts'

/** Who calls, and over what: of a request in another language. */
export interface Caller extends Pick<HttpRequest, 'id' | 'secure' | 'remoteAddress' | 'signal'> {
  readonly identity: Identity
  /** Of a bucket that is made: how it is read through delivery, as far as that is not to be as the toggles say. */
  readonly delivery?: Context['delivery']
}

/** `input` is as AWS's command line writes it, in JSON, and the output as it prints it. Throws ApiError. */
export type CallS3 = (
  name: string,
  input: Readonly<Record<string, unknown>>,
  caller: Caller,
) => Promise<Readonly<Record<string, unknown>>>

const byName: ReadonlyMap<string, Operation> = new Map(
  operations.map((operation) => [operation.shape.name, operation] as const),
)

export const createCallS3 =
  (services: Services): CallS3 =>
  async (name, json, caller) => {
    const operation = byName.get(name)
    if (operation === undefined) throw new ApiError('NotImplemented', `${name} is not implemented.`)
    const input = inputFromJson(operation.shape, json)
    const named = input['Bucket'] as string | undefined
    const isNew = name === 'CreateBucket'
    const bucket = named === undefined || isNew ? undefined : await services.buckets.get(named)
    const toggles = services.toggles(bucket, caller.identity.accountId)
    refuseUnhonoured(operation, input)
    const expected = input['ExpectedBucketOwner']
    if (expected !== undefined && bucket !== undefined && expected !== bucket.accountId)
      throw new ApiError('AccessDenied')
    const request = requestOf(caller, operation.shape)
    const order = { toggles, bucket }
    const authorization = new Authorization(caller.identity, { request, method: 'v4-header', input }, services, order)
    if (name !== 'DeleteObjects') {
      await authorization.require({
        action: operation.action(input),
        bucket,
        key: input['Key'] as string | undefined,
        versionId: input['VersionId'] as string | undefined,
        resource: bucket === undefined ? named : undefined,
      })
    }
    refuseKeyName(toggles, name, input)
    const payload = { body: emptyBody, size: 0, trailers: () => ({}) }
    const context = new RequestContext(request, authorization, bucket as Bucket, services, payload)
    context.delivery = caller.delivery
    const output = await withoutXml(async () => operation.handle(input, context))
    if (!(output instanceof Prepared)) return outputToJson(operation.shape, output)
    if (output.response.status === 202) return {}
    throw new Error(`${name} answers bytes, which cannot be called for`)
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
    async onObjects(action, bucket, caller) {
      authorizationOf(bucket, caller).requireOnAll(action, bucket)
    },
  }
}

/** Of no bytes: what came another way has nothing that could be damaged on this one. */
const emptyMd5 = '1B2M2Y8AsgTpgAmY7PhCfg=='

/** What an operation may read of its request beside its input. */
const requestOf = (
  { identity: _, ...caller }: Caller,
  { method, query }: Pick<Shape, 'method' | 'query'>,
): HttpRequest => ({
  ...caller,
  method,
  path: '/',
  query,
  headers: { 'content-md5': emptyMd5 },
  rawHeaders: [],
  host: '',
  forwarded: { host: undefined, prefix: undefined },
  contentLength: 0,
  body: emptyBody,
})
