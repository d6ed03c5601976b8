/**
 * The content front: what the console shows of users' objects, on an origin of its own, so that nothing in them ever stands where the console does. A
 * ticket in the path says which session asks for what; the session, its user and what they may are found anew at each request. No cookie is read or set.
 *
 * The steps, in order: method, ticket, session, right, bucket, key, bytes.
 */
import type { ContentTicket } from '../../access/content-tickets.ts'
import { ApiError } from '../../base/errors.ts'
import type { HttpRequest, HttpResponse, Served } from '../../http/message.ts'
import type { Bucket } from '../../objects/bucket.ts'
import { principalOfSession } from '../authenticate.ts'
import { objectsOf } from '../objects-of.ts'
import type { Principal } from '../principal.ts'
import type { ManagementRequest, ManagementServices } from '../services.ts'
import { appearanceOf, claimsPdf, sandboxPolicy } from './appearance.ts'
import { archiveEntries } from './archive.ts'
import { disposition } from './file-name.ts'
import { headerOf } from './headers.ts'
import { archiveName, keyUnder, parseContentPath } from './link.ts'
import { zipOf } from './zip.ts'

interface ContentParts {
  readonly services: ManagementServices
  /** Told of what is no client's fault. */
  onFault(error: unknown, request: HttpRequest): void
}

/** What is asked for, and by whom. */
interface Asked {
  readonly request: HttpRequest
  readonly about: ManagementRequest
  readonly ticket: ContentTicket
  readonly principal: Principal
  readonly bucket: Bucket
  readonly key: string
}

const methods = 'GET, HEAD, OPTIONS'

export function createContentFront({
  services,
  onFault,
}: ContentParts): (request: HttpRequest) => Promise<HttpResponse> {
  async function answer(request: HttpRequest, tell: Tell): Promise<HttpResponse> {
    if (request.method === 'OPTIONS') return preflight()
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new ApiError('MethodNotAllowed', undefined, { headers: { allow: methods } })
    const asked = await askedBy(request, tell)
    return asked.ticket.kind === 'archive' ? archive(asked) : object(asked)
  }

  async function askedBy(request: HttpRequest, tell: Tell): Promise<Asked> {
    const { ticket, rest } = await ticketOf(request)
    const session = await services.sessions.findById(ticket.sessionId)
    if (session === undefined) throw refused('The session that this link belongs to has ended.')
    const principal = await principalOfSession(session, services).catch(asRefusal)
    tell({ accountId: principal.account.id, userId: principal.user?.id })
    if (!principal.rights.has('storage.read')) throw refused('Your role does not let you see this.')
    const bucket = await bucketNow(ticket, principal)
    const key = keyUnder(ticket, rest)
    tell({ bucket, key, countedAs: 's3' })
    if (key === undefined) throw refused('This link is for something else.')
    const { id, remoteAddress, secure, signal, headers } = request
    const userAgent = headers['user-agent'] ?? ''
    const about = { id, remoteAddress, secure, signal, userAgent, host: '', origin: undefined, found: tell }
    return { request, about, ticket, principal, bucket, key }
  }

  async function ticketOf({ path }: HttpRequest): Promise<{ readonly ticket: ContentTicket; readonly rest: string }> {
    const parsed = parseContentPath(path)
    const ticket = parsed && (await services.contentTickets.open(parsed.ticket))
    if (ticket === undefined) throw refused('This link does not hold, or it has expired.')
    return { ticket, rest: parsed!.rest }
  }

  /** Another bucket of the same name is not the one that the link was made for. */
  async function bucketNow(ticket: ContentTicket, principal: Principal): Promise<Bucket> {
    const bucket = await services.buckets.get(ticket.bucketName)
    if (bucket.id === ticket.bucketId && bucket.accountId === principal.account.id) return bucket
    throw new ApiError('NoSuchBucket')
  }

  async function object({ request, about, ticket, principal, bucket, key }: Asked): Promise<HttpResponse> {
    const { kind, consoleOrigin } = ticket
    // Of what stands beside it, the version that is current.
    const versionId = key === ticket.key ? ticket.versionId : undefined
    const order = { bucket: bucket.name, key, versionId }
    const method = request.method === 'HEAD' ? 'HEAD' : 'GET'
    const found = await services.readS3({ ...order, method, headers: request.headers }, principal, about)
    const type = headerOf(found, 'content-type')
    const isPdf = kind === 'preview' && claimsPdf(type, key) && (await beginsAsPdf(found, order, principal, about))
    const appearance = appearanceOf(kind === 'archive' ? 'download' : kind, { key, type, consoleOrigin, isPdf })
    const { contentType, contentSecurityPolicy } = appearance
    return {
      status: found.status,
      headers: [
        ...kept.flatMap((name) => headerPair(found, name)),
        ...['content-type', contentType, 'content-disposition', appearance.disposition],
        ...['content-security-policy', contentSecurityPolicy],
      ],
      body: found.body,
    }
  }

  /** Whether it is the version found that begins so: another may have come meanwhile. */
  async function beginsAsPdf(
    found: HttpResponse,
    order: Pick<Parameters<ManagementServices['readS3']>[0], 'bucket' | 'key' | 'versionId'>,
    principal: Principal,
    about: ManagementRequest,
  ): Promise<boolean> {
    try {
      const start = await services.readS3(
        { ...order, method: 'GET', headers: { range: 'bytes=0-4' } },
        principal,
        about,
      )
      const text = await textOf(start.body)
      return text === '%PDF-' && headerOf(start, 'etag') === headerOf(found, 'etag')
    } catch (error) {
      if (error instanceof ApiError) return false
      throw error
    }
  }

  async function archive({ request, about, ticket, principal, bucket, key }: Asked): Promise<HttpResponse> {
    const objects = await objectsOf(bucket.name, { principal, services, request: about, headers: [] })
    const read = (name: string): Promise<HttpResponse> =>
      services.readS3({ bucket: bucket.name, key: name, method: 'GET', headers: {} }, principal, about)
    // Refused while it can still be said.
    await objects.s3('ListObjectsV2', { Prefix: key, MaxKeys: 1 })
    // What is counted is all of it.
    about.found({ bucket, key, countedAs: 's3' })
    return {
      status: 200,
      headers: [
        ...['content-type', 'application/zip', 'content-disposition', disposition('attachment', archiveName(ticket))],
        ...['content-security-policy', sandboxPolicy(ticket.consoleOrigin)],
      ],
      body: request.method === 'HEAD' ? undefined : zipOf(archiveEntries(key, { objects, read })),
    }
  }

  return async (request) => {
    let served: Served = { front: 'management', operation: 'GetContent' }
    let response: HttpResponse
    try {
      response = await answer(request, (more) => (served = { ...served, ...more }))
    } catch (error) {
      if (!(error instanceof ApiError)) onFault(error, request)
      const { code } = error instanceof ApiError ? error : new ApiError('InternalError')
      if (code !== 'NotModified') served = { ...served, errorCode: code }
      response = refusal(error)
    }
    request.served = served
    response.headers.push(...always, 'x-request-id', request.id)
    return response
  }
}

/** Tells what the request turns out to be. */
type Tell = (more: Partial<Served>) => void

/** Of GetObject's headers; the rest is nobody's business, or is said otherwise. */
const kept = ['content-length', 'content-range', 'content-encoding', 'accept-ranges', 'etag', 'last-modified'] as const

/** The ticket is what lets in, so that pages of any origin may read what they hold one for; they send no cookie with it. */
const always: readonly string[] = [
  ...['access-control-allow-origin', '*', 'access-control-expose-headers'],
  'accept-ranges, content-disposition, content-length, content-range, content-type, etag, last-modified',
  ...['cache-control', 'private, no-store', 'x-content-type-options', 'nosniff', 'referrer-policy', 'no-referrer'],
  ...['cross-origin-resource-policy', 'cross-origin'],
]

const preflight = (): HttpResponse => ({
  status: 204,
  headers: [
    ...['access-control-allow-methods', methods, 'access-control-max-age', '86400', 'access-control-allow-headers'],
    'range, if-range, if-match, if-none-match, if-modified-since, if-unmodified-since',
    ...['content-security-policy', sandboxPolicy(undefined)],
  ],
  body: undefined,
})

const refused = (message: string): ApiError => new ApiError('AccessDenied', message)

/** Nobody can sign in here. */
function asRefusal(error: unknown): never {
  if (error instanceof ApiError && error.status === 401) throw refused(error.message)
  throw error
}

/** As plain text, in a sandbox as well. */
function refusal(thrown: unknown): HttpResponse {
  const { status, message, headers: given } = thrown instanceof ApiError ? thrown : new ApiError('InternalError')
  const headers = ['content-security-policy', sandboxPolicy(undefined)]
  for (const [name, value] of Object.entries(given ?? {}))
    if (name !== 'cache-control' && name !== 'expires') headers.push(name, value)
  if (status === 304) return { status, headers, body: undefined }
  return { status, headers: ['content-type', 'text/plain; charset=utf-8', ...headers], body: `${message}\n` }
}

function headerPair(response: HttpResponse, name: string): readonly string[] {
  const value = headerOf(response, name)
  return value === undefined ? [] : [name, value]
}

async function textOf(body: HttpResponse['body']): Promise<string> {
  if (body === undefined || typeof body === 'string') return body ?? ''
  if (body instanceof Uint8Array) return Buffer.from(body).toString('latin1')
  let text = ''
  for await (const chunk of body) text += Buffer.from(chunk).toString('latin1')
  return text
}
