/** The S3 front over stores in memory, for tests of operations: every request is taken to be signed by the account it names. */
import assert from 'node:assert/strict'
import type { FindCredential } from '../access/credential.ts'
import type { HttpRequest, HttpResponse, Served } from '../http/message.ts'
import { collect, makeBed, makeBucket, type Bed, type BedOptions } from '../objects/test-bed.ts'
import { checkLedger } from '../objects/ledger.ts'
import { createFindToggles, type ToggleLayer } from '../objects/toggles.ts'
import { Buckets } from '../objects/buckets.ts'
import { createS3Front } from './listener.ts'
import { createAuthenticator, type Authentication, type Authenticator } from './signature/authenticate.ts'
import { Regions, type Region } from '../objects/regions.ts'
import { Endpoints } from './endpoints.ts'
import { unsignedPayload } from './signature/payload-mode.ts'
import { createFormAuthenticator } from './signature/post.ts'

export const accountId = 'a'.repeat(64)
export const otherAccountId = 'b'.repeat(64)
/** What forms are signed with. */
export const formKey = { accessKeyId: 'AKIAFORM', secret: 'secret of forms', accountId }
export const otherAccountEmail = 'other@example.com'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** `404 NoSuchKey`; the status alone where no code is told. */
  readonly outcome: string
  /** The text of the first element with the tag. */
  element(tag: string): string | undefined
  /** The texts of all elements with the tag. */
  elements(tag: string): readonly string[]
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly account?: string
  /** As declared, where it is not the body's own. */
  readonly contentLength?: number
  /** Another than `localhost`, which is no endpoint's: there the style is path style. */
  readonly host?: string
  /** By TLS; no, unless given. */
  readonly secure?: boolean
  /** This machine's, unless given. */
  readonly remoteAddress?: string
  /** How it is signed; `v4-header`, unless given. */
  readonly method?: Authentication['method']
}

export interface FrontOptions extends BedOptions, ToggleLayer {
  readonly region?: string
  readonly otherRegions?: readonly Region[]
  readonly lifecycleDaySeconds?: number
  /** With it, requests and forms are signed by its keys, whatever account `send` is told. */
  readonly findCredential?: (bed: Bed) => FindCredential
}

/** Takes every request to be signed by the account it names. */
const trusting: Authenticator = {
  authenticate: ({ headers }) => ({
    credential: { accessKeyId: 'AKIA', secret: '', accountId: headers['x-test-account']! },
    method: (headers['x-test-method'] ?? 'v4-header') as Authentication['method'],
    payload: unsignedPayload,
    signedHeaders: [],
  }),
}

export async function makeFront({
  region = 'us-east-1',
  otherRegions = [],
  profile,
  toggles,
  lifecycleDaySeconds = 86_400,
  findCredential,
  ...options
}: FrontOptions = {}) {
  const bed = makeBed(options)
  const faults: unknown[] = []
  /** What each request turned out to be, in the order of their answers. */
  const served: (Served | undefined)[] = []
  const { metadata, objects, uploads, completer } = bed
  const findToggles = createFindToggles(metadata, [{ profile, toggles }])
  const regions = new Regions([{ name: region, aliases: ['home'] }, ...otherRegions])
  const found = findCredential?.(bed)
  const signing = {
    ...{ clock: bed.clock, random: bed.random, regions: regions.namesFrom(regions.first) },
    ...{ publicHosts: [], publicPrefixes: [], v2: { header: true, query: true }, bucketOfHost: () => undefined },
  }
  const front = createS3Front({
    explain: { findKey: async () => undefined, publicOrigins: [] },
    services: {
      ...{ metadata, objects, uploads, completer, regions, ...bed.extensions },
      buckets: new Buckets(metadata, bed.clock, bed.random, findToggles),
      endpoints: new Endpoints(['s3.test'], regions),
      clock: bed.clock,
      toggles: findToggles,
      lifecycleDaySeconds,
      owner: (id) => Promise.resolve({ ID: id, DisplayName: `account ${id[0]}` }),
      accountExists: (id) => Promise.resolve([accountId, otherAccountId].includes(id)),
      accountOfEmail: (email) => Promise.resolve(email === otherAccountEmail ? otherAccountId : undefined),
    },
    authenticator: found === undefined ? trusting : createAuthenticator({ findCredential: found, ...signing }),
    forms: {
      authenticate: createFormAuthenticator({
        findCredential: found ?? ((id) => (id === formKey.accessKeyId ? formKey : undefined)),
        ...{ clock: bed.clock, random: bed.random },
      }),
      clock: bed.clock,
    },
    hostId: 'host',
    onFault: (error) => faults.push(error),
  })

  /** Sends `GET /bucket/key?query`, and gives what is answered. */
  async function send(line: string, sent: Sent = {}): Promise<Answer> {
    const { headers = {}, body = '', account = accountId, host = 'localhost', secure = false } = sent
    const { remoteAddress = '127.0.0.1' } = sent
    const signing = sent.method === undefined ? {} : { 'x-test-method': sent.method }
    const [method = '', target = ''] = line.split(/ (.*)/s)
    const [path = '', query = ''] = target.split(/\?(.*)/s)
    const bytes = Buffer.from(body)
    const request: HttpRequest = {
      ...{
        id: '0123456789ABCDEF',
        method,
        path,
        query,
        host,
        rawHeaders: [],
        secure,
        remoteAddress,
      },
      headers: { 'content-length': String(bytes.length), ...headers, ...signing, 'x-test-account': account },
      forwarded: { host: undefined, prefix: undefined },
      contentLength: sent.contentLength ?? bytes.length,
      body: (async function* () {
        if (bytes.length > 0) yield bytes
      })(),
      signal: new AbortController().signal,
    }
    const response = await front(request)
    served.push(request.served)
    return answerOf(response)
  }

  await bed.keyring.ensure()
  await makeBucket(bed, 'photos')
  /** Every extent is there that is mentioned, and no other but what waits to be deleted; counters are true. */
  const assertLedger = async (): Promise<void> =>
    assert.deepEqual((await checkLedger(bed.metadata, bed.blobs, [])).faults, [])
  return { ...bed, send, faults, served, assertLedger }
}

export type Send = Awaited<ReturnType<typeof makeFront>>['send']

/** Begins a multipart upload and gives its id. */
export async function begin(send: Send, key: string, headers: Sent['headers'] = {}): Promise<string> {
  const { status, text, element } = await send(`POST /photos/${key}?uploads`, { headers })
  assert.equal(status, 200, text)
  return element('UploadId')!
}

/** Uploads the bodies as parts 1, 2, …; gives each with its number and ETag, as CompleteMultipartUpload wants them. */
export async function sendParts(
  send: Send,
  key: string,
  uploadId: string,
  bodies: readonly (string | Uint8Array)[],
): Promise<string[]> {
  const parts: string[] = []
  for (const body of bodies) {
    const partNumber = parts.length + 1
    const { status, text, headers } = await send(`PUT /photos/${key}?partNumber=${partNumber}&uploadId=${uploadId}`, {
      body,
    })
    assert.equal(status, 200, text)
    parts.push(partOf(partNumber, headers['etag']!))
  }
  return parts
}

/** `more` are further elements. */
export const partOf = (partNumber: number, etag: string, more = ''): string =>
  `<Part><PartNumber>${partNumber}</PartNumber><ETag>${etag}</ETag>${more}</Part>`

export const completeDocument = (parts: readonly string[]): string =>
  `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`

/** A whole multipart object, answered as CompleteMultipartUpload does. */
export async function putInParts(
  send: Send,
  key: string,
  bodies: readonly (string | Uint8Array)[],
  headers: Sent['headers'] = {},
): Promise<Answer> {
  const uploadId = await begin(send, key, headers)
  const body = completeDocument(await sendParts(send, key, uploadId, bodies))
  const answer = await send(`POST /photos/${key}?uploadId=${uploadId}`, { body })
  assert.equal(answer.status, 200, answer.text)
  return answer
}

/** Bytes of the least part that is not the last: 5 MiB. */
export const partSizeMin = 5 * 1024 * 1024

async function answerOf({ status, headers, body = '' }: HttpResponse): Promise<Answer> {
  assert.equal(headers.length % 2, 0)
  const named: Record<string, string> = {}
  for (let at = 0; at < headers.length; at += 2) named[headers[at]!.toLowerCase()] = headers[at + 1]!
  const text = typeof body === 'string' ? body : await collect(body)
  const elements = (tag: string): string[] =>
    [...text.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))].map(([, content]) => content!)
  const element = (tag: string): string | undefined => elements(tag)[0]
  const code = element('Code')
  return {
    status,
    headers: named,
    text,
    outcome: code === undefined ? `${status}` : `${status} ${code}`,
    elements,
    element,
  }
}
