/** The S3 front over stores in memory, for tests of operations: every request is taken to be signed by the account it names. */
import assert from 'node:assert/strict'
import type { HttpResponse } from '../http/message.ts'
import { collect, makeBed, makeBucket, type BedOptions } from '../objects/test-bed.ts'
import { createS3Front } from './listener.ts'
import { unsignedPayload } from './signature/payload-mode.ts'

export const accountId = 'a'.repeat(64)
export const otherAccountId = 'b'.repeat(64)

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The text of the first element with the tag. */
  element(tag: string): string | undefined
  /** The texts of all elements with the tag. */
  elements(tag: string): readonly string[]
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly account?: string
}

export async function makeFront(options: BedOptions = {}) {
  const bed = makeBed(options)
  const faults: unknown[] = []
  const { metadata, buckets, objects, uploads, completer } = bed
  const front = createS3Front({
    services: {
      ...{ metadata, buckets, objects, uploads, completer, region: 'us-east-1', regionAliases: ['home'] },
      owner: (id) => Promise.resolve({ ID: id, DisplayName: `account ${id[0]}` }),
    },
    authenticator: {
      authenticate: ({ headers }) => ({
        credential: { accessKeyId: 'AKIA', secret: '', accountId: headers['x-test-account']! },
        method: 'v4-header',
        payload: unsignedPayload,
        signedHeaders: [],
      }),
    },
    domains: ['s3.test'],
    hostId: 'host',
    onFault: (error) => faults.push(error),
  })

  /** Sends `GET /bucket/key?query`, and gives what is answered. */
  async function send(line: string, { headers = {}, body = '', account = accountId }: Sent = {}): Promise<Answer> {
    const [method = '', target = ''] = line.split(/ (.*)/s)
    const [path = '', query = ''] = target.split(/\?(.*)/s)
    const bytes = Buffer.from(body)
    const response = await front({
      ...{ id: '0123456789ABCDEF', method, path, query, host: 'localhost', rawHeaders: [], secure: false, remoteAddress: '127.0.0.1' },
      headers: { ...headers, 'x-test-account': account },
      forwarded: { host: undefined, prefix: undefined },
      contentLength: bytes.length,
      body: (async function* () {
        if (bytes.length > 0) yield bytes
      })(),
      signal: new AbortController().signal,
    })
    return answerOf(response)
  }

  await makeBucket(bed, 'photos')
  return { ...bed, send, faults }
}

async function answerOf({ status, headers, body = '' }: HttpResponse): Promise<Answer> {
  assert.equal(headers.length % 2, 0)
  const named: Record<string, string> = {}
  for (let at = 0; at < headers.length; at += 2) named[headers[at]!.toLowerCase()] = headers[at + 1]!
  const text = typeof body === 'string' ? body : await collect(body)
  const elements = (tag: string): string[] => [...text.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))].map(([, content]) => content!)
  return { status, headers: named, text, elements, element: (tag) => elements(tag)[0] }
}
