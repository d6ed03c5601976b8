import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sha256Hex, signedChunks, signHeader4, unsignedChunks } from '../../../test/harness/sign.ts'
import type { Signature } from '../../../test/harness/sign.ts'
import { ApiError } from '../../base/errors.ts'
import type { PayloadMode } from './payload-mode.ts'
import { openPayload } from './payload.ts'
import { exampleCredential, makeRequest } from './test-bed.ts'

const kinds = ['signed', 'signed with trailer', 'unsigned with trailer'] as const
type Kind = (typeof kinds)[number]

const names: Readonly<Record<Kind, string>> = {
  signed: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'signed with trailer': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
  'unsigned with trailer': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
}

const seed: Signature = signHeader4(
  { method: 'PUT', path: '/photos/a', query: '', headers: { host: 'h' } },
  {
    credentials: { accessKeyId: exampleCredential.accessKeyId, secretAccessKey: exampleCredential.secret },
    region: 'us-east-1',
    date: new Date('2013-05-24T00:00:00Z'),
  },
)
const signing = { key: seed.signingKey, seed: seed.signature, timestamp: seed.amzDate, scope: seed.scope }
const trailers = { 'x-amz-checksum-crc32': 'AAAAAA==' }

function frame(kind: Kind, chunks: readonly Uint8Array[]): Buffer {
  if (kind === 'unsigned with trailer') return unsignedChunks(chunks, trailers)
  return signedChunks(seed, chunks, kind === 'signed' ? {} : { trailers })
}

interface Sent {
  readonly kind: Kind
  readonly body: Uint8Array | Iterable<Uint8Array>
  readonly size: number | string | undefined
  readonly trailer?: string | undefined
  readonly chunkSizeMin?: number
}

/** Opens a body of that kind and reads it; what came before an error stays in `passed`. */
async function read(
  { kind, body, size, chunkSizeMin, ...rest }: Sent,
  passed: Uint8Array[] = [],
): Promise<{ content: Buffer; trailers: object }> {
  const trailer = 'trailer' in rest ? rest.trailer : kind === 'signed' ? undefined : Object.keys(trailers)[0]
  const headers: Record<string, string> = {}
  if (size !== undefined) headers['x-amz-decoded-content-length'] = String(size)
  if (trailer !== undefined) headers['x-amz-trailer'] = trailer
  const payload = { name: names[kind], signing } as PayloadMode
  const opened = openPayload({ payload }, makeRequest({ method: 'PUT', target: '/', headers, body }), chunkSizeMin)
  for await (const piece of opened.body) passed.push(Buffer.from(piece))
  assert.equal(opened.size, Number(size))
  return { content: Buffer.concat(passed), trailers: opened.trailers() }
}

async function refusal(sent: Sent, passed: Uint8Array[] = []): Promise<string> {
  try {
    await read(sent, passed)
  } catch (error) {
    assert(error instanceof ApiError, String(error))
    return error.code
  }
  return assert.fail('it was accepted')
}

const chunk = fc.uint8Array({ minLength: 1, maxLength: 200 })

/** Cuts bytes into pieces, as sockets do. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes.length === 0 ? bytes.length : sizes[turn % sizes.length]!
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return pieces
}

for (const kind of kinds) {
  test(`${kind} chunks give their content, wherever the pieces on the wire begin and end`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(chunk, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 5 }),
        async (chunks, sizes) => {
          const content = Buffer.concat(chunks)
          const received = await read({ kind, body: cut(frame(kind, chunks), sizes), size: content.length })
          assert.deepEqual(received.content, content)
          assert.deepEqual(received.trailers, kind === 'signed' ? {} : trailers)
        },
      ),
      { numRuns: 200 },
    )
  })

  test(`${kind} chunks cut short at any byte are refused, and never give all their content`, async () => {
    const chunks = [Buffer.from('Hello, '), Buffer.from('world'), Buffer.from('!')]
    const body = frame(kind, chunks)
    for (let end = 0; end < body.length; end++) {
      const passed: Uint8Array[] = []
      const code = await refusal({ kind, body: body.subarray(0, end), size: 13 }, passed)
      assert(['IncompleteBody', 'MalformedTrailerError', 'SignatureDoesNotMatch'].includes(code), code)
      assert(Buffer.concat(passed).length < 13)
    }
  })

  test(`${kind} chunks followed by anything are refused`, async () => {
    for (const garbage of ['\r\n', '0', 'x', '\0'.repeat(70_000)]) {
      const body = Buffer.concat([frame(kind, [Buffer.from('a')]), Buffer.from(garbage)])
      assert.equal(await refusal({ kind, body, size: 1 }), 'IncompleteBody')
      assert.equal(await refusal({ kind, body: cut(body, [1]), size: 1 }), 'IncompleteBody')
    }
  })

  test(`${kind} chunks of more or less content than declared are refused`, async () => {
    const body = frame(kind, [Buffer.alloc(100), Buffer.alloc(20)])
    for (const size of [0, 99, 100, 119, 121, 1000]) assert.equal(await refusal({ kind, body, size }), 'IncompleteBody')
  })

  test(`${kind} chunks need a declared size`, async () => {
    const body = frame(kind, [Buffer.alloc(1)])
    assert.equal(await refusal({ kind, body, size: undefined }), 'MissingContentLength')
    for (const size of ['', '-1', '1.5', 'x', '1e3', '9'.repeat(16)]) {
      assert.equal(await refusal({ kind, body, size }), 'InvalidArgument')
    }
  })

  test(`the least size of ${kind} chunks is kept where it is asked for, the last chunk excepted`, async () => {
    const sizes = [8192, 8192, 1]
    const chunks = sizes.map((size) => Buffer.alloc(size))
    await read({ kind, body: frame(kind, chunks), size: 16_385, chunkSizeMin: 8192 })
    const small = frame(kind, chunks.toReversed())
    await read({ kind, body: small, size: 16_385 })
    assert.equal(await refusal({ kind, body: small, size: 16_385, chunkSizeMin: 8192 }), 'InvalidChunkSizeError')
  })
}

for (const kind of ['signed', 'signed with trailer'] as const) {
  test(`any one bit changed in ${kind} chunks is noticed, or changes nothing`, async () => {
    const chunks = [Buffer.from('Hello, '), Buffer.from('world')]
    const content = Buffer.concat(chunks)
    const body = frame(kind, chunks)
    let refused = 0
    for (let bit = 0; bit < body.length * 8; bit++) {
      const changed = Buffer.from(body)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      try {
        const received = await read({ kind, body: changed, size: content.length })
        assert.deepEqual(received, { content, trailers: kind === 'signed' ? {} : trailers }, `bit ${bit}`)
      } catch (error) {
        assert(error instanceof ApiError, String(error))
        refused++
      }
    }
    // What may change: the case of a trailer's name, a blank for another, the case of a size.
    assert(refused > body.length * 8 - 200)
  })

  test(`${kind} chunks exchanged, repeated, left out or of another request are refused`, async () => {
    const chunks = ['one', 'two', 'six'].map((text) => Buffer.from(text))
    const frames = frame(kind, chunks)
      .toString('latin1')
      .split(/(?<=(?:one|two|six)\r\n)/)
    assert.equal(frames.length, 4)
    const orders = [[1, 0, 2, 3], [0, 2, 1, 3], [0, 0, 2, 3], [0, 1, 1, 3], [2, 1, 0, 3], [0, 1, 3], [1, 2, 3], [3]]
    for (const order of orders) {
      const body = Buffer.from(order.map((index) => frames[index]).join(''), 'latin1')
      assert.equal(await refusal({ kind, body, size: 3 * (order.length - 1) }), 'SignatureDoesNotMatch')
    }
    const other = { ...seed, signature: sha256Hex('another request') }
    const body = signedChunks(other, chunks, kind === 'signed' ? {} : { trailers })
    assert.equal(await refusal({ kind, body, size: 9 }), 'SignatureDoesNotMatch')
  })

  test(`a wrong signature of ${kind} chunks is found before the chunk's last byte is passed on`, async () => {
    const chunks = [Buffer.alloc(500, 'a'), Buffer.alloc(500, 'b')]
    for (const at of [0, 1, 2]) {
      const alter = (signature: string, index: number): string => (index === at ? sha256Hex('no') : signature)
      const body = signedChunks(seed, chunks, { alter, ...(kind === 'signed' ? {} : { trailers }) })
      const passed: Uint8Array[] = []
      assert.equal(await refusal({ kind, body: cut(body, [100]), size: 1000 }, passed), 'SignatureDoesNotMatch')
      assert(Buffer.concat(passed).length < Math.min(at + 1, 2) * 500)
    }
  })
}

const brokenFrames: Readonly<Record<string, string>> = {
  'a size that is none': 'x\r\na\r\n0\r\n\r\n',
  'a negative size': '-1\r\na\r\n0\r\n\r\n',
  'no size': '\r\na\r\n0\r\n\r\n',
  'a size with 0x': '0x1\r\na\r\n0\r\n\r\n',
  'a size of 14 digits': '00000000000001\r\na\r\n0\r\n\r\n',
  'a size beyond all bounds': 'ffffffffffffffff\r\na\r\n0\r\n\r\n',
  'a blank before the size': ' 1\r\na\r\n0\r\n\r\n',
  'a line feed alone after the size': '1\na\r\n0\r\n\r\n',
  'no line end after the content': '1\r\na0\r\n\r\n',
  'more content than the chunk has': '1\r\nab\r\n0\r\n\r\n',
  'less content than the chunk has': '2\r\na\r\n0\r\n\r\n',
  'no final chunk': '1\r\na\r\n',
  'a header line without end': `1;${'x'.repeat(5000)}\r\na\r\n0\r\n\r\n`,
  nothing: '',
}
for (const [name, body] of Object.entries(brokenFrames)) {
  test(`a broken frame is refused: ${name}`, async () => {
    for (const pieces of [[Buffer.from(body)], cut(Buffer.from(body), [1]), cut(Buffer.from(body), [700])]) {
      assert.equal(
        await refusal({ kind: 'unsigned with trailer', body: pieces, size: 1, trailer: undefined }),
        'IncompleteBody',
      )
    }
  })
}

test('signed chunks without a signature, or with another attribute, are refused', async () => {
  for (const header of ['1', '1;', '1;chunk-extension=1', '1;chunk-signature', '1;Chunk-Signature=0']) {
    const body = Buffer.from(`${header}\r\na\r\n0\r\n\r\n`)
    assert.equal(await refusal({ kind: 'signed', body, size: 1 }), 'IncompleteBody')
  }
  for (const signature of ['', '0', `${'0'.repeat(64)}`, `${'0'.repeat(64)}0`, 'é'.repeat(64)]) {
    const body = Buffer.from(`1;chunk-signature=${signature}\r\na\r\n0\r\n\r\n`)
    assert.equal(await refusal({ kind: 'signed', body, size: 1 }), 'SignatureDoesNotMatch')
  }
})

const unsigned = (tail: string): Omit<Sent, 'trailer'> => ({
  kind: 'unsigned with trailer',
  body: Buffer.from(`1\r\na\r\n0\r\n${tail}`),
  size: 1,
})
const crc = 'x-amz-checksum-crc32'

test('a trailer is read whatever the case and blanks of its lines', async () => {
  for (const line of [`${crc}:AAAAAA==`, `X-Amz-Checksum-CRC32: AAAAAA== `, `${crc}:\tAAAAAA==`]) {
    for (const end of ['\r\n', '\n']) {
      const { trailers: received } = await read({ ...unsigned(`${line}${end}\r\n`), trailer: 'X-Amz-Checksum-Crc32' })
      assert.deepEqual(received, trailers)
    }
  }
  const both = await read({
    ...unsigned(`x-amz-checksum-sha1:b\r\n${crc}:a\r\n\r\n`),
    trailer: `${crc}, x-amz-checksum-sha1`,
  })
  assert.deepEqual(both.trailers, { [crc]: 'a', 'x-amz-checksum-sha1': 'b' })
})

test('an unsigned body may have no trailer, if it declares none', async () => {
  assert.deepEqual((await read({ ...unsigned('\r\n'), trailer: undefined })).trailers, {})
})

const brokenTrailers: Readonly<Record<string, readonly [tail: string, declared: string | undefined, code: string]>> = {
  'declared and missing': ['\r\n', crc, 'MalformedTrailerError'],
  'one of two missing': [`${crc}:a\r\n\r\n`, `${crc},x-amz-checksum-sha1`, 'MalformedTrailerError'],
  'not declared': [`${crc}:a\r\n\r\n`, undefined, 'MalformedTrailerError'],
  'another than declared': ['x-amz-checksum-sha1:a\r\n\r\n', crc, 'MalformedTrailerError'],
  'one more than declared': [`${crc}:a\r\nx-amz-meta-a:b\r\n\r\n`, crc, 'MalformedTrailerError'],
  twice: [`${crc}:a\r\n${crc}:a\r\n\r\n`, crc, 'MalformedTrailerError'],
  'without a colon': [`${crc}a\r\n\r\n`, crc, 'MalformedTrailerError'],
  'without a name': [':a\r\n\r\n', crc, 'MalformedTrailerError'],
  'a signature that nothing needs': [`${crc}:a\r\nx-amz-trailer-signature:0\r\n\r\n`, crc, 'MalformedTrailerError'],
  'without its last line end': [`${crc}:a\r\n`, crc, 'IncompleteBody'],
  'too long a line': [`${crc}:${'a'.repeat(5000)}\r\n\r\n`, crc, 'MalformedTrailerError'],
  'a name that no checksum has': ['x-amz-meta-a:a\r\n\r\n', 'x-amz-meta-a', 'InvalidRequest'],
  'the same name declared twice': [`${crc}:a\r\n\r\n`, `${crc},${crc}`, 'InvalidRequest'],
}
for (const [name, [tail, trailer, code]] of Object.entries(brokenTrailers)) {
  test(`a broken trailer is refused: ${name}`, async () => {
    assert.equal(await refusal({ ...unsigned(tail), trailer }), code)
  })
}

test('a signed trailer must be there, be signed, and be signed right', async () => {
  const body = frame('signed with trailer', [Buffer.from('a')]).toString()
  const kind = 'signed with trailer'
  const lines: Readonly<Record<string, readonly [RegExp, string, string]>> = {
    'value changed': [/AAAAAA==/, 'AAAAAQ==', 'SignatureDoesNotMatch'],
    'signature changed': [/(?<=trailer-signature:)./, 'x', 'SignatureDoesNotMatch'],
    'signature missing': [/x-amz-trailer-signature:.*\r\n/, '', 'IncompleteBody'],
    'header missing': [/x-amz-checksum-crc32:.*\r\n/, '', 'MalformedTrailerError'],
    'both missing': [/x-amz-checksum-crc32:.*\r\nx-amz-trailer-signature:.*\r\n/, '', 'MalformedTrailerError'],
    'signature first': [/(x-amz-checksum.*\r\n)(x-amz-trailer.*\r\n)/, '$2$1', 'MalformedTrailerError'],
    'signature twice': [/(x-amz-trailer.*\r\n)/, '$1$1', 'MalformedTrailerError'],
  }
  for (const [name, [from, to, code]] of Object.entries(lines)) {
    assert.notEqual(body.replace(from, to), body)
    assert.equal(await refusal({ kind, body: Buffer.from(body.replace(from, to)), size: 1 }), code, name)
  }
  assert.equal(
    await refusal({ kind, body: frame('signed', [Buffer.from('a')]), size: 1, trailer: undefined }),
    'MalformedTrailerError',
  )
})

test('random bytes for a body give an ApiError or its content, never anything else', async () => {
  const text = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .stringMatching(/^([0-9a-f]{1,2}(;chunk-signature=[0-9a-f]{0,4})?\r\n[a-z]{0,9}\r\n){0,4}$/)
      .map((made) => Buffer.from(made)),
  )
  await fc.assert(
    fc.asyncProperty(text, fc.constantFrom(...kinds), fc.nat(30), async (body, kind, size) => {
      await read({ kind, body, size }).then(
        ({ content }) => assert.equal(content.length, size),
        (error: unknown) => assert(error instanceof ApiError, String(error)),
      )
    }),
    { numRuns: 3000 },
  )
})

test('a consumer that leaves early lets the body go', async () => {
  for (const kind of kinds) {
    let left = false
    const bytes = frame(kind, [Buffer.alloc(10), Buffer.alloc(10)])
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (const piece of cut(bytes, [16])) yield piece
      } finally {
        left = true
      }
    }
    const headers = { 'x-amz-decoded-content-length': '20', ...(kind !== 'signed' && { 'x-amz-trailer': crc }) }
    const request = { ...makeRequest({ target: '/', headers }), body: source() }
    for await (const _ of openPayload({ payload: { name: names[kind], signing } as PayloadMode }, request).body) break
    assert(left)
  }
})
