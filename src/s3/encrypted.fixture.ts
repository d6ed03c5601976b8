/** For tests of encrypted objects: the ways of encrypting, and what is asserted of each. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { completeDocument, makeFront, partOf, type Answer, type Send } from './test-bed.ts'

export type Headers = Readonly<Record<string, string>>

export const md5 = (text: string | Uint8Array): Buffer => createHash('md5').update(text).digest()
export const etagOf = (content: string): string => `"${md5(content).toString('hex')}"`
export const etagOfParts = (parts: readonly string[]): string =>
  `"${md5(Buffer.concat(parts.map(md5))).toString('hex')}-${parts.length}"`
/** So many characters that are nowhere else. */
export const textOf = (size: number): string =>
  randomBytes(Math.ceil(size / 2))
    .toString('hex')
    .slice(0, size)

export const prefix = 'x-amz-server-side-encryption'
export const keyHeader = `${prefix}-customer-key`
export const md5Header = `${prefix}-customer-key-md5`
export const algorithmHeader = `${prefix}-customer-algorithm`
export const keyHeaders = (key: Uint8Array): Headers => ({
  [algorithmHeader]: 'AES256',
  [keyHeader]: Buffer.from(key).toString('base64'),
  [md5Header]: md5(key).toString('base64'),
})
export const keyA = keyHeaders(randomBytes(32))
export const keyB = keyHeaders(randomBytes(32))
/** The same key, as that of a copy's source. */
export const ofSource = (key: Headers): Headers =>
  Object.fromEntries(
    Object.entries(key).map(([name, value]) => [name.replace('x-amz-', 'x-amz-copy-source-'), value] as const),
  )

export interface Way {
  /** What a write says. */
  readonly asks: Headers
  /** What a part, and a read, must say. */
  readonly key: Headers
  /** What answers tell. */
  readonly told: Headers
  /** Those that are share bytes with one another, and so do those that are not. */
  readonly sealed: boolean
  readonly kind: 'none' | 'SSE-S3' | 'SSE-C'
}

const underKey = (key: Headers): Way => {
  const { [keyHeader]: _secret, ...told } = key
  return { asks: key, key, told, sealed: true, kind: 'SSE-C' }
}
export const ways = {
  'no encryption': { asks: {}, key: {}, told: {}, sealed: false, kind: 'none' },
  'SSE-S3': { asks: { [prefix]: 'AES256' }, key: {}, told: { [prefix]: 'AES256' }, sealed: true, kind: 'SSE-S3' },
  'SSE-C': underKey(keyA),
  'SSE-C with another key': underKey(keyB),
} as const satisfies Record<string, Way>
export const { 'SSE-S3': serverSide, 'SSE-C': clientSide } = ways

export const defaultEncryption = `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`

/** The ways of a new object: of SSE-S3 also by the bucket's default. */
export const written: readonly (readonly [name: string, way: Way, bucketDefault: boolean])[] = [
  ['no encryption', ways['no encryption'], false],
  ['SSE-S3', serverSide, false],
  ["SSE-S3 by the bucket's default", { ...serverSide, asks: {} }, true],
  ['SSE-C', clientSide, false],
  ["SSE-C where the bucket's default is SSE-S3", clientSide, true],
]

export async function makeEncrypting(bucketDefault = false) {
  const front = await makeFront()
  if (bucketDefault) {
    assert.equal((await front.send('PUT /photos?encryption', { body: defaultEncryption })).status, 200)
  }
  const blobCount = async (): Promise<number> => (await Array.fromAsync(front.blobs.list())).length
  return { ...front, blobCount }
}

/** Asserts that an answer tells of this encryption, and of no other. */
export function assertTold({ headers }: Answer, { told }: Way): void {
  const ours = Object.entries(headers).filter(([name]) => name.startsWith(prefix))
  assert.deepEqual(Object.fromEntries(ours), told)
}

export async function assertReads(send: Send, key: string, content: string, way: Way): Promise<void> {
  const read = await send(`GET /photos/${key}`, { headers: way.key })
  assert.equal(read.status, 200, read.status === 200 ? '' : read.text)
  assert.ok(read.text === content, `${key}: other content`)
  assertTold(read, way)
  const head = await send(`HEAD /photos/${key}`, { headers: way.key })
  assert.deepEqual([head.status, head.headers['content-length']], [200, String(content.length)])
  assertTold(head, way)
}

/** A multipart object; gives what CompleteMultipartUpload answers. */
export async function putParts(send: Send, key: string, bodies: readonly string[], way: Way, more: Headers = {}) {
  const begun = await send(`POST /photos/${key}?uploads`, { headers: { ...way.asks, ...more } })
  assert.equal(begun.status, 200, begun.text)
  assertTold(begun, way)
  const uploadId = begun.element('UploadId')!
  const parts: string[] = []
  for (const body of bodies) {
    const partNumber = parts.length + 1
    const line = `PUT /photos/${key}?partNumber=${partNumber}&uploadId=${uploadId}`
    const part = await send(line, { body, headers: way.key })
    assert.equal(part.status, 200, part.text)
    assertTold(part, way)
    assert.equal(part.headers['etag'] === etagOf(body), way.kind !== 'SSE-C')
    parts.push(partOf(partNumber, part.headers['etag']!))
  }
  const document = { body: completeDocument(parts), headers: way.key }
  const answer = await send(`POST /photos/${key}?uploadId=${uploadId}`, document)
  assert.equal(answer.status, 200, answer.text)
  assertTold(answer, way)
  return answer
}

/** An object in parts that may be small: all but the first are appended. */
export async function putAppended(send: Send, key: string, bodies: readonly string[], way: Way): Promise<void> {
  const [first = '', ...more] = bodies
  assert.equal((await send(`PUT /photos/${key}`, { body: first, headers: way.asks })).status, 200)
  for (const body of more) {
    const appended = await send(`PUT /photos/${key}?append`, { body, headers: way.key })
    assert.equal(appended.status, 200, appended.text)
    assertTold(appended, way)
  }
}
