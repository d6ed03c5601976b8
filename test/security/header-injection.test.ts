/** Attacks on the heads of answers: line ends in what a client stores or asks to be answered, in every writing, must begin no header of an answer. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bucketName } from '../harness/names.ts'
import { element, send, sendBytes, sign, type RawRequest } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { escapeKey, escapeUri } from '../harness/sign.ts'
import { exchange, keysIn, refuses, succeeds } from './two-accounts.ts'

const bucket = bucketName('heads')
let server: TestServer

before(async () => {
  server = await startServer({ env: { ENTREPOT_SIG_V2_HEADER: 'true' } })
  await succeeds(server, { method: 'PUT', path: `/${bucket}` })
  await succeeds(server, { method: 'PUT', path: `/${bucket}/plain`, body: 'the body' })
})
after(() => server?.stop())

/** What would be a header of its own, and then a body of its own. */
const injected = 'X-Injected: 1\r\n\r\n<script>alert(1)</script>'

/** Characters that end a line, or that somebody takes for such. */
const breaks: Readonly<Record<string, string>> = {
  'CR LF': '\r\n',
  LF: '\n',
  CR: '\r',
  NUL: '\0',
  'vertical tab': '\v',
  'form feed': '\f',
  DEL: '\x7f',
  ESC: '\x1b',
}
/** Whose lower bytes are CR and LF: written as Latin-1 by cutting, they would end a line (as in CVE-2016-2216). */
const wide: Readonly<Record<string, string>> = {
  'U+010D U+010A': '\u010d\u010a',
  'U+560D U+560A': '\u560d\u560a',
  'NEL U+0085': '\u0085',
  'U+2028 U+2029': '\u2028\u2029',
  'U+1F60D U+1F60A': '\u{1f60d}\u{1f60a}',
}

/** Asserts that the answer, as it came over the wire, has one head, in which no line begins as the injected one does. */
function assertWhole(text: string, what: string): void {
  const head = text.slice(0, text.indexOf('\r\n\r\n'))
  assert.match(head, /^HTTP\/1\.1 \d{3} /, what)
  assert.equal(text.match(/HTTP\/1\.1 \d{3}/g)?.length, 1, what)
  for (const line of head.split(/\r\n|\r|\n|[\0\v\f\x85]/).slice(1))
    assert.match(line, /^[!#$%&'*+.^_`|~0-9A-Za-z-]+: ?/, what)
  assert.doesNotMatch(head, /[^\r]\n|\r[^\n]|[\0\v\f\x7f\x1b]/, what)
  assert.doesNotMatch(head, /^\s*x-injected/im, what)
  // In a body it is text, its markup escaped.
  assert.ok(!text.includes('<script>'), what)
}

const reads: readonly RawRequest[] = [
  {},
  { method: 'HEAD' },
  { headers: { range: 'bytes=0-1' } },
  { headers: { range: 'bytes=99-' } },
  { headers: { 'if-none-match': '*' } },
  { headers: { 'if-match': '"0"' } },
  { query: 'partNumber=1' },
  { headers: { 'x-amz-object-attributes': 'ETag' }, query: 'attributes' },
].map((read) => ({ path: '', ...read }))

/** Reads the object in every way, and gives all heads of the answers. */
async function readEveryWay(path: string, what: string): Promise<string> {
  let heads = ''
  for (const read of reads) {
    const text = await exchange(server, { ...read, path })
    assertWhole(text, `${what}, read with ${JSON.stringify(read)}`)
    heads += text.slice(0, text.indexOf('\r\n\r\n') + 2)
  }
  return heads
}

const stored = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  'x-amz-meta-a',
]
const overrides = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
]

for (const [name, characters] of Object.entries(breaks)) {
  test(`security 39: ${name} in a header of an upload is 400, or ends the header there, and is in no answer (CVE-2021-3524)`, async () => {
    for (const header of stored) {
      for (const request of [
        { method: 'PUT', path: `/${bucket}/broken`, body: 'x' },
        { method: 'POST', path: `/${bucket}/broken`, query: 'uploads' },
        {
          method: 'PUT',
          path: `/${bucket}/broken`,
          headers: { 'x-amz-copy-source': `${bucket}/plain`, 'x-amz-metadata-directive': 'REPLACE' },
        },
      ]) {
        // Signed with the value, and with the header that it would begin not signed.
        const headers = { ...request.headers, [header]: `a${characters}X-Injected: 1` }
        const text = await exchange(server, { ...request, headers })
        assertWhole(text, header)
        assert.match(text, /^HTTP\/1\.1 (?:400|403) /, header)
      }
    }
    assert.deepEqual(await keysIn(server, bucket), ['plain'])
  })

  test(`security 39: ${name} in a response-* parameter is 400`, async () => {
    for (const header of overrides) {
      const query = `response-${header}=${escapeUri(`a${characters}${injected}`)}`
      for (const way of ['header4', 'query4', 'header2', 'query2'] as const) {
        const request: RawRequest = { path: `/${bucket}/plain`, query, sign: way }
        assertWhole(await exchange(server, request), `${header} by ${way}`)
        await refuses(server, request, 400, 'InvalidArgument')
        await refuses(server, { ...request, method: 'HEAD' }, 400, 'InvalidArgument')
      }
    }
  })

  test(`security 39: ${name} in metadata that a presigned URL carries is 400, in its name or in its value`, async () => {
    for (const query of [
      `x-amz-meta-a=${escapeUri(`a${characters}${injected}`)}`,
      `X-Amz-Meta-A=${escapeUri(`${characters}${injected}`)}`,
      `x-amz-storage-class=${escapeUri(`STANDARD${characters}${injected}`)}`,
      `x-amz-website-redirect-location=${escapeUri(`/${characters}${injected}`)}`,
    ]) {
      for (const method of ['PUT', 'POST']) {
        const uploads = method === 'POST' ? '&uploads=' : ''
        const request: RawRequest = {
          method,
          path: `/${bucket}/broken`,
          query: query + uploads,
          sign: 'query4',
          body: '',
        }
        const text = await exchange(server, request)
        assertWhole(text, query)
        assert.match(text, /^HTTP\/1\.1 (?:400|501) /, query)
      }
    }
    assert.deepEqual(await keysIn(server, bucket), ['plain'])
    // A name that no header has is told by its number, as AWS does, or refused.
    const query = `x-amz-meta-${escapeUri(`a${characters}${injected}`)}=1`
    const path = `/${bucket}/named`
    assertWhole(await exchange(server, { method: 'PUT', path, query, sign: 'query4', body: 'x' }), query)
    await readEveryWay(path, query)
    await succeeds(server, { method: 'DELETE', path })
  })

  test(`security 39: ${name} in a key, or in any other text that an error repeats, breaks no head and no body`, async () => {
    const text = `a${characters}${injected}`
    const path = `/${bucket}/${escapeKey(text)}`
    const key = characters === '\0' ? undefined : text
    const requests: readonly RawRequest[] = [
      { path },
      { method: 'PUT', path, body: 'x' },
      { method: 'PUT', path: `/${bucket}/copy`, headers: { 'x-amz-copy-source': `${bucket}/${escapeKey(text)}` } },
      ...reads.map((read) => ({ ...read, path })),
      { method: 'POST', path, query: 'uploads' },
      { path: `/${bucket}`, query: `prefix=${escapeUri(text)}` },
      { path: `/${bucket}`, query: `list-type=2&start-after=${escapeUri(text)}&encoding-type=${escapeUri(text)}` },
      { path: `/${bucket}`, query: `max-keys=${escapeUri(text)}` },
      { path: `/${bucket}`, query: escapeUri(text) },
      { path, query: `versionId=${escapeUri(text)}` },
      { path, query: `uploadId=${escapeUri(text)}` },
      { path: `/${escapeUri(text)}` },
      { method: 'PUT', path: `/${escapeUri(text)}` },
      { method: 'DELETE', path },
      { method: 'DELETE', path: `/${bucket}/copy` },
    ]
    for (const request of requests) {
      const answer = await exchange(server, request)
      assertWhole(answer, `${request.method ?? 'GET'} ${request.path}?${request.query ?? ''}`)
      if (key === undefined && request.path === path) assert.match(answer, /^HTTP\/1\.1 400 /)
    }
    const { text: uploads } = await succeeds(server, { path: `/${bucket}`, query: 'uploads' })
    const uploadId = element(uploads, 'UploadId')
    if (uploadId !== '') await succeeds(server, { method: 'DELETE', path, query: `uploadId=${uploadId}` })
  })
}

for (const [name, characters] of Object.entries(wide)) {
  test(`security 39: ${name}, whose bytes may look like line ends, begin no header, stored or asked for`, async () => {
    const value = `a${characters}${injected.replaceAll('\r\n', characters)}`
    for (const header of overrides) {
      const query = `response-${header}=${escapeUri(value)}`
      for (const read of reads.slice(0, 3)) {
        const text = await exchange(server, { ...read, path: `/${bucket}/plain`, query, sign: 'query4' })
        assertHead(text, header)
      }
    }
    for (const header of stored) {
      const path = `/${bucket}/wide`
      const put: RawRequest = { method: 'PUT', path, body: 'x' }
      // Sent as bytes of UTF-8: an HTTP library may do to them what this is about.
      const sent = header.startsWith('x-amz-')
        ? { ...put, query: `${header}=${escapeUri(value)}`, sign: 'query4' as const }
        : { ...put, headers: { [header]: Buffer.from(value).toString('latin1') } }
      assert.match(await exchange(server, sent), /^HTTP\/1\.1 200 /, header)
      for (const read of reads) assertHead(await exchange(server, { ...read, path }), header)
      await succeeds(server, { method: 'DELETE', path })
    }
  })
}

/** As assertWhole; bytes from 0x80 on are part of a value (RFC 9110 5.5, obs-text), and that of U+0085 among them. */
function assertHead(text: string, what: string): void {
  const head = text.slice(0, text.indexOf('\r\n\r\n'))
  assert.match(head, /^HTTP\/1\.1 [234]\d\d /, what)
  assert.doesNotMatch(head, /[^\r]\n|\r[^\n]|[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/, what)
  assert.doesNotMatch(head, /\n\s*x-injected/i, what)
  for (const line of head.split('\r\n').slice(1)) assert.match(line, /^[!#$%&'*+.^_`|~0-9A-Za-z-]+: ?/, what)
}

test('security 39: what decodes to line ends in mail, in HTML or in a URL is stored and answered as the text it is', async () => {
  const path = `/${bucket}/encoded`
  const encoded = [
    '=?UTF-8?B?DQpYLUluamVjdGVkOiAx?=',
    '=?UTF-8?Q?=0D=0AX-Injected:_1?=',
    '%0d%0aX-Injected: 1',
    '\\r\\nX-Injected: 1',
    '&#13;&#10;X-Injected: 1',
    "UTF-8''%0D%0AX-Injected",
  ]
  for (const value of encoded) {
    const headers = Object.fromEntries(stored.map((header) => [header, value]))
    await succeeds(server, { method: 'PUT', path, body: 'x', headers })
    assert.ok((await readEveryWay(path, value)).includes(`x-amz-meta-a: ${value}\r\n`), value)
    const answer = await send(server, { path })
    for (const header of stored) assert.equal(answer.headers[header], value)
  }
  await succeeds(server, { method: 'DELETE', path })
})

test('security 39: a header folded over lines, or a space before its colon, is 400, so that no two parsers differ on it', async () => {
  const wire = sign(server, { method: 'PUT', path: `/${bucket}/folded`, body: 'x' })
  const lines = Object.entries(wire.headers).map(([name, value]) => `${name}: ${value}\r\n`)
  for (const extra of [
    'x-amz-meta-a: 1\r\n X-Injected: 1\r\n',
    'x-amz-meta-a: 1\r\n\tX-Injected: 1\r\n',
    'x-amz-meta-a : 1\r\n',
    'x-amz-meta-a\r\n: 1\r\n',
    ': 1\r\n',
    'x-amz-meta-\x00: 1\r\n',
    'x-amz-meta-ä: 1\r\n',
  ]) {
    const text = await sendBytes(
      server,
      `PUT ${wire.path} HTTP/1.1\r\n${extra}${lines.join('')}content-length: 1\r\n\r\nx`,
    )
    assert.match(text, /^HTTP\/1\.1 (?:400|403) /, JSON.stringify(extra))
    assert.equal(text.match(/HTTP\/1\.1 \d{3}/g)?.length, 1)
  }
  assert.deepEqual(await keysIn(server, bucket), ['plain'])
})
