import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { RequestEnd } from '../http/listener.ts'
import { operations } from '../s3/operations.generated.ts'
import { createAccessLog } from './access-log.ts'
import { isNamed } from './access-log-operations.ts'
import { accountId, requestEnd, secretive, secrets, type Ended } from './request-end.fixture.ts'

const clock = { now: () => Date.UTC(2019, 1, 6, 0, 0, 38, 12), monotonic: () => 0 }
const fieldNames = [
  ...[
    'owner',
    'bucket',
    'time',
    'remoteIp',
    'requester',
    'requestId',
    'operation',
    'key',
    'uri',
    'status',
    'errorCode',
  ],
  ...['bytesSent', 'objectSize', 'totalTime', 'turnAround', 'referer', 'userAgent', 'versionId', 'hostId', 'signature'],
  ...['cipher', 'authentication', 'host', 'tls', 'accessPoint', 'aclRequired'],
]
/** A field: a time in brackets, a text in quotes, or a word. */
const fields = /\[[^\]]*\]|"[^"]*"|[^ ]+/g

function parse(line: string): Record<string, string> {
  const found = line.match(fields) ?? []
  assert.equal(found.join(' '), line)
  assert.equal(found.length, fieldNames.length, line)
  return Object.fromEntries(fieldNames.map((name, at) => [name, found[at]!]))
}

async function logged(context: TestContext, ends: readonly RequestEnd[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'entrepot-access-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  const destination = join(folder, 'access.log')
  const onFault = (error: unknown): never => {
    throw error
  }
  const log = createAccessLog({ destination, hostId: 'aG9zdA==', clock, onFault })
  for (const end of ends) log.onRequestEnd(end)
  await log.close()
  return readFileSync(destination, 'utf8')
}

const of = async (context: TestContext, ended: Ended): Promise<Record<string, string>> =>
  parse((await logged(context, [requestEnd(ended)])).trimEnd())

/** As the guide prints them. */
const examples = [
  '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be amzn-s3-demo-bucket1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be 3E57427F3EXAMPLE REST.GET.VERSIONING - "GET /amzn-s3-demo-bucket1?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" - s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com TLSV1.2 arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP Yes',
  '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be amzn-s3-demo-bucket1 [06/Feb/2019:00:01:00 +0000] 192.0.2.3 79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be 7B4A0FABBEXAMPLE REST.GET.VERSIONING - "GET /amzn-s3-demo-bucket1?versioning HTTP/1.1" 200 - 113 - 33 - "-" "S3Console/0.4" - Ke1bUcazaN1jWuUlPJaxF64cQVpUEhoZKEG/hmy/gijN/I1DeWqDfFvnpybfEseEME/u7ME1234= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com TLSV1.2 - -',
]

test('the parser of this test reads the lines of the guide', () => {
  const [first, second] = examples.map(parse)
  assert.deepEqual(
    [first?.['operation'], first?.['uri']],
    ['REST.GET.VERSIONING', '"GET /amzn-s3-demo-bucket1?versioning HTTP/1.1"'],
  )
  assert.deepEqual([first?.['aclRequired'], second?.['aclRequired'], second?.['tls']], ['Yes', '-', 'TLSV1.2'])
})

test('a request is one line of 26 fields', async (context) => {
  const line = await of(context, {
    target: '/photos/a%20b?versionId=v1',
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=…',
      'user-agent': 'aws-cli/2 "x"',
      referer: 'https://e.test/',
    },
    served: { key: 'a b', accountId, accessKeyId: 'AKIA' },
  })
  assert.deepEqual(line, {
    owner: accountId,
    bucket: 'photos',
    time: '[06/Feb/2019:00:00:37 +0000]',
    remoteIp: '192.0.2.3',
    requester: accountId,
    requestId: '0123456789ABCDEF',
    operation: 'REST.GET.OBJECT',
    key: 'a%2520b',
    uri: '"GET /photos/a%20b?versionId=v1 HTTP/1.1"',
    status: '200',
    errorCode: '-',
    bytesSent: '7',
    objectSize: '7',
    totalTime: '12',
    turnAround: '-',
    referer: '"https://e.test/"',
    userAgent: '"aws-cli/2 %22x%22"',
    versionId: 'v1',
    hostId: 'aG9zdA==',
    signature: 'SigV4',
    cipher: '-',
    authentication: 'AuthHeader',
    host: 's3.test',
    tls: '-',
    accessPoint: '-',
    aclRequired: '-',
  })
})

const table: readonly (readonly [what: string, ended: Ended, expected: Readonly<Record<string, string>>])[] = [
  ['anonymous', { headers: {} }, { requester: '-', signature: '-', authentication: '-' }],
  [
    'a user',
    { served: { accountId, userId: 'u1', accessKeyId: 'A' } },
    { requester: `arn:aws:iam::${accountId}:user/u1` },
  ],
  [
    'presigned',
    { target: '/photos/k?X-Amz-Signature=0', served: { accessKeyId: 'A' } },
    { signature: 'SigV4', authentication: 'QueryString', uri: '"GET /photos/k?X-Amz-Signature=[redacted] HTTP/1.1"' },
  ],
  [
    'presigned by Version 2',
    { target: '/photos/k?Signature=0', served: { accessKeyId: 'A' } },
    { signature: 'SigV2', authentication: 'QueryString' },
  ],
  [
    'Version 2',
    { headers: { authorization: 'AWS A:0' }, served: { accessKeyId: 'A' } },
    { signature: 'SigV2', authentication: 'AuthHeader' },
  ],
  [
    'an error',
    { status: 404, served: { errorCode: 'NoSuchKey' } },
    { status: '404', errorCode: 'NoSuchKey', objectSize: '-' },
  ],
  ['a range', { status: 206 }, { bytesSent: '7', objectSize: '-' }],
  [
    'nothing sent',
    { method: 'HEAD', bytesOut: 0, served: { operation: 'HeadObject' } },
    { bytesSent: '-', operation: 'REST.HEAD.OBJECT' },
  ],
  [
    'an upload in chunks',
    {
      ...{ method: 'PUT', bytesOut: 0, bytesIn: 200, served: { operation: 'PutObject' } },
      headers: { 'content-length': '200', 'x-amz-decoded-content-length': '66' },
    },
    { objectSize: '66', operation: 'REST.PUT.OBJECT' },
  ],
  [
    'no bucket',
    { target: '/', served: { operation: 'ListBuckets', bucket: undefined, key: undefined } },
    { owner: '-', bucket: '-', key: '-', operation: 'REST.GET.SERVICE' },
  ],
  [
    'delivery',
    { served: { front: 'delivery', operation: 'Deliver' } },
    { operation: 'REST.GET.OBJECT', objectSize: '-' },
  ],
  [
    'what is not served',
    { method: 'PUT', served: { operation: 'Unserved', key: undefined } },
    { operation: 'REST.PUT.BUCKET' },
  ],
  ['a key of another script', { served: { key: 'ö/ \n' } }, { key: '%25C3%25B6/%2520%250A' }],
  ['a version further on', { target: '/photos/k?x=1&versionId=a%20b&y' }, { versionId: 'a%20b' }],
  ['no version', { target: '/photos/k?noversionId=1' }, { versionId: '-' }],
  ['a host with a space', { host: 'a b"' }, { host: 'a%20b%22' }],
  ['a user agent that breaks lines', { headers: { 'user-agent': 'a\n"b\\\xe9' } }, { userAgent: '"a%0A%22b\\%C3%A9"' }],
]
for (const [what, ended, expected] of table) {
  test(`${what}: ${JSON.stringify(expected)}`, async (context) => {
    const line = await of(context, ended)
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, line[name]])), expected)
  })
}

test('every operation that is served has its name in the log', () => {
  const unnamed = operations.map(({ shape }) => shape.name).filter((name) => !isNamed(name))
  assert.deepEqual(unnamed, [])
})

test('no secret is in the log, each line is whole, and the management API is not in it', async (context) => {
  const text = await logged(context, secretive)
  for (const secret of secrets) assert.ok(!text.includes(secret), secret)
  const lines = text.trimEnd().split('\n').map(parse)
  assert.equal(
    lines.length,
    secretive.filter(({ request }) => request.served !== undefined && request.served.front !== 'management').length,
  )
})
