/** Bad input of every kind gets AWS's code, or a plain sentence on the command line, and changes nothing. */
import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { bucketName, patterned } from '../harness/names.ts'
import { element, send, sendBytes, sign, type RawRequest } from '../harness/request.ts'
import { command, freePorts, startServer, type TestServer } from '../harness/server.ts'
import { tryRun } from '../harness/tools.ts'
import { temporaryFolder } from '../harness/tree.ts'

const bucket = bucketName('bad')
const minute = 60_000
let server: TestServer

before(async () => {
  server = await startServer()
  await send(server, { method: 'PUT', path: `/${bucket}` })
  await send(server, { method: 'PUT', path: `/${bucket}/kept`, body: 'as it was' })
})
after(() => server?.stop())

/** Asserts the answer, and that the bucket holds afterwards what it held before. */
async function refuses(request: RawRequest, status: number, code: string): Promise<string> {
  const list = async () => (await send(server, { path: `/${bucket}` })).text.replace(/<RequestId>.*/, '')
  const before = await list()
  const answer = await send(server, request)
  assert.deepEqual([answer.status, answer.code], [status, code], answer.text)
  assert.equal(await list(), before)
  assert.equal((await send(server, { path: `/${bucket}/kept` })).text, 'as it was')
  return answer.text
}
const put = (request: Partial<RawRequest>): RawRequest => ({
  method: 'PUT',
  path: `/${bucket}/kept`,
  body: 'another body',
  ...request,
})

test('a wrong signature: SignatureDoesNotMatch, with what the server computed', async () => {
  const stranger = { accessKeyId: server.accessKeyId, secretAccessKey: 'not the secret, but as long as it' }
  const text = await refuses(put({ credentials: stranger }), 403, 'SignatureDoesNotMatch')
  assert.equal(element(text, 'AWSAccessKeyId'), server.accessKeyId)
  assert.match(element(text, 'StringToSign'), /^AWS4-HMAC-SHA256\n/)
  assert.match(element(text, 'CanonicalRequest'), new RegExp(`^PUT\n/${bucket}/kept\n`))
  assert.ok(!text.includes(server.secretAccessKey))
})

test('a wrong time, on either side: RequestTimeTooSkewed', async () => {
  for (const minutes of [-16, 16])
    await refuses(put({ date: new Date(Date.now() + minutes * minute) }), 403, 'RequestTimeTooSkewed')
})

test('a body that ends too soon leaves nothing behind', async () => {
  const wire = sign(server, put({ path: `/${bucket}/truncated`, payload: 'UNSIGNED-PAYLOAD' }))
  const head = Object.entries({ ...wire.headers, 'content-length': '1000' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  await sendBytes(server, `PUT ${wire.path} HTTP/1.1\r\n${head.join('')}\r\nonly this`, 0.3)
  assert.equal((await send(server, { method: 'HEAD', path: `/${bucket}/truncated` })).status, 404)
})

test('a body that is not the one signed: XAmzContentSHA256Mismatch', async () => {
  const tamper: RawRequest['tamper'] = (wire) => {
    wire.body = Buffer.from('ANOTHER BODY')
  }
  await refuses(put({ tamper }), 400, 'XAmzContentSHA256Mismatch')
})

test('a checksum that differs: BadDigest', async () => {
  await refuses(put({ headers: { 'x-amz-checksum-crc32': 'AAAAAA==' } }), 400, 'BadDigest')
  await refuses(put({ headers: { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' } }), 400, 'BadDigest')
})

const deletion = '<Delete><Object><Key>kept</Key></Object></Delete>'
for (const [what, body] of [
  ['text that is no XML', 'not xml'],
  ['an element that is not closed', '<Delete><Object><Key>kept</Key></Object>'],
  ['another element than expected', '<Other/>'],
  ['a DOCTYPE', `<!DOCTYPE Delete>${deletion}`],
  ['an entity', `<!DOCTYPE Delete [<!ENTITY k "kept">]><Delete><Object><Key>&k;</Key></Object></Delete>`],
  [
    'an external entity',
    `<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Delete><Object><Key>&x;</Key></Object></Delete>`,
  ],
  ['no object', '<Delete></Delete>'],
  ['an object without a key', '<Delete><Object></Object></Delete>'],
  ['two roots', deletion + deletion],
  ['deep nesting', '<a>'.repeat(100_000)],
] as const) {
  test(`XML with ${what}: MalformedXML`, async () => {
    await refuses({ method: 'POST', path: `/${bucket}`, query: 'delete', body }, 400, 'MalformedXML')
  })
}

test('a key of 1,025 bytes: KeyTooLongError', async () => {
  await refuses(put({ path: `/${bucket}/${'k'.repeat(1025)}` }), 400, 'KeyTooLongError')
  await refuses(put({ path: `/${bucket}/${'%C3%BC'.repeat(513)}` }), 400, 'KeyTooLongError')
})

test('invalid UTF-8 and broken escapes in a key: InvalidURI', async () => {
  for (const key of ['%FF', '%C3', '%ED%A0%80', '%C0%AF', '%F8%88%80%80%80', '%zz', '%']) {
    const tamper: RawRequest['tamper'] = (wire) => {
      wire.path = `/${bucket}/${key}`
    }
    await refuses(put({ tamper }), 400, 'InvalidURI')
  }
})

test('two Hosts, or none: 400, and the connection is closed', async () => {
  const get = `GET /${bucket}/kept HTTP/1.1\r\n`
  const host = `Host: ${server.host}:${server.port}\r\n`
  for (const head of [get + host + 'Host: other\r\n', get + host + host, get]) {
    const answer = await sendBytes(server, head + '\r\n')
    assert.match(answer, /^HTTP\/1\.1 400 /)
    assert.equal(answer.match(/HTTP\/1\.1/g)?.length, 1)
  }
})

test('a range that cannot be: InvalidRange; one that is none: the whole body', async () => {
  const ranged = (range: string) => send(server, { path: `/${bucket}/kept`, headers: { range } })
  for (const range of ['bytes=9-', 'bytes=100-200', 'bytes=-0']) {
    const answer = await ranged(range)
    assert.deepEqual([answer.status, answer.code], [416, 'InvalidRange'], range)
    assert.equal(answer.headers['content-range'], 'bytes */9')
  }
  for (const range of ['bytes=5-1', 'bytes=a-b', 'lines=1-2', 'bytes', 'bytes=-', 'bytes=0-0,2-2']) {
    const answer = await ranged(range)
    assert.deepEqual([answer.status, answer.text], [200, 'as it was'], range)
  }
})

test('parts out of order, an unknown part, an unknown upload', async () => {
  const path = `/${bucket}/kept`
  const created = await send(server, { method: 'POST', path, query: 'uploads' })
  const uploadId = element(created.text, 'UploadId')
  const query = `uploadId=${encodeURIComponent(uploadId)}`
  const etags: string[] = []
  for (const n of [1, 2]) {
    const part = await send(server, { method: 'PUT', path, query: `partNumber=${n}&${query}`, body: `part ${n}` })
    etags.push(String(part.headers.etag))
  }
  const complete = (...numbers: number[]): RawRequest => {
    const parts = numbers.map((n) => `<Part><PartNumber>${n}</PartNumber><ETag>${etags[n - 1] ?? '"0"'}</ETag></Part>`)
    const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
    return { method: 'POST', path, query, body }
  }
  await refuses(complete(2, 1), 400, 'InvalidPartOrder')
  await refuses(complete(1, 3), 400, 'InvalidPart')
  const unknown = 'uploadId=' + 'A'.repeat(uploadId.length)
  await refuses({ ...complete(1), query: unknown }, 404, 'NoSuchUpload')
  await refuses({ method: 'PUT', path, query: `partNumber=1&${unknown}`, body: 'x' }, 404, 'NoSuchUpload')
  await refuses({ method: 'DELETE', path, query: unknown }, 404, 'NoSuchUpload')
  await refuses({ method: 'GET', path, query: 'uploadId=' }, 404, 'NoSuchUpload')
  for (const partNumber of ['0', '10001', '-1', 'x', ''])
    await refuses(
      { method: 'PUT', path, query: `partNumber=${partNumber}&${query}`, body: 'x' },
      400,
      'InvalidArgument',
    )
})

for (const [what, query] of [
  ['max-keys', 'max-keys=x'],
  ['a negative max-keys', 'max-keys=-1'],
  ['encoding-type', 'encoding-type=base64'],
  ['continuation-token', 'list-type=2&continuation-token=forged'],
  ['list-type', 'list-type=3'],
] as const) {
  test(`a bad ${what}: InvalidArgument`, async () => {
    await refuses({ path: `/${bucket}`, query }, 400, 'InvalidArgument')
  })
}

for (const name of [
  'ab',
  'Upper',
  'under_score',
  '-dash',
  'dash-',
  'a..b',
  '127.0.0.1',
  'x'.repeat(64),
  'xn--punycode',
]) {
  test(`a bucket cannot be named ${name.slice(0, 20)}: InvalidBucketName`, async () => {
    await refuses({ method: 'PUT', path: `/${name}` }, 400, 'InvalidBucketName')
  })
}

test('a body longer than 5 GiB is refused before it is sent: EntityTooLarge', async () => {
  const headers = { 'content-length': String(5 * 1024 ** 3 + 1), expect: '100-continue' }
  const answer = await send(server, put({ headers, payload: 'UNSIGNED-PAYLOAD' }))
  assert.deepEqual([answer.status, answer.code, answer.continued], [400, 'EntityTooLarge', false])
})

test('a PUT that says nothing of a body: MissingContentLength', async () => {
  const wire = sign(server, put({ payload: 'UNSIGNED-PAYLOAD' }))
  const head = Object.entries(wire.headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const answer = await sendBytes(server, `PUT ${wire.path} HTTP/1.1\r\n${head.join('')}\r\n`)
  assert.match(answer, /^HTTP\/1\.1 411 [\s\S]*<Code>MissingContentLength<\/Code>/)
  assert.equal((await send(server, { path: `/${bucket}/kept` })).text, 'as it was')
})

test('a full disk: InsufficientStorage, what was stored stays, and there is room again after a delete', async (t) => {
  if (server.external) return t.skip('the server is not ours')
  const folder = temporaryFolder('full')
  const mounted = await tryRun('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', folder]).catch(() => ({ code: 1 }))
  if (mounted.code !== 0) return t.skip('only root may mount a small disk for the test of a full one')
  try {
    const full = await startServer({ keepData: folder })
    try {
      await send(full, { method: 'PUT', path: '/full-disk' })
      const body = patterned(4 * 1024 * 1024)
      const stored: string[] = []
      let last = await send(full, { method: 'PUT', path: '/full-disk/0', body })
      while (last.status === 200 && stored.length < 20) {
        stored.push(`/full-disk/${stored.length}`)
        last = await send(full, { method: 'PUT', path: `/full-disk/${stored.length}`, body })
      }
      assert.deepEqual([last.status, last.code], [507, 'InsufficientStorage'], last.text)
      for (const path of stored) assert.equal(Buffer.compare((await send(full, { path })).body, body), 0)
      for (const path of stored) assert.equal((await send(full, { method: 'DELETE', path })).status, 204)
      assert.equal((await send(full, { method: 'PUT', path: '/full-disk/small', body: 'fits' })).status, 200)
    } finally {
      await full.stop()
    }
  } finally {
    await tryRun('umount', [folder])
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a data folder that vanishes: nothing is acknowledged, and it goes on when the folder is back', async (t) => {
  if (server.external) return t.skip('the server is not ours')
  const folder = temporaryFolder('vanished')
  const data = join(folder, 'data')
  mkdirSync(data)
  const vanishing = await startServer({ keepData: data })
  try {
    const body = patterned(2_000_000)
    await send(vanishing, { method: 'PUT', path: '/vanish' })
    await send(vanishing, { method: 'PUT', path: '/vanish/before', body })
    renameSync(data, `${data}-away`)
    const put = await send(vanishing, { method: 'PUT', path: '/vanish/meanwhile', body })
    assert.ok(put.status >= 500, `answered ${put.status}`)
    assert.match(put.code, /^(?:InternalError|ServiceUnavailable|InsufficientStorage)$/)
    renameSync(`${data}-away`, data)
    assert.equal(Buffer.compare((await send(vanishing, { path: '/vanish/before' })).body, body), 0)
    assert.equal((await send(vanishing, { path: '/vanish/meanwhile' })).status, 404)
    assert.equal((await send(vanishing, { method: 'PUT', path: '/vanish/after', body })).status, 200)
  } finally {
    await vanishing.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a data folder that cannot be: one plain sentence, no stack, and no start', async () => {
  const folder = temporaryFolder('no-folder')
  try {
    writeFileSync(join(folder, 'file'), '')
    const [program = '', ...args] = command
    const [s3 = 0, admin = 0] = await freePorts(2)
    const env = {
      ENTREPOT_DATA: join(folder, 'file'),
      ENTREPOT_S3_LISTEN: `127.0.0.1:${s3}`,
      ENTREPOT_ADMIN_LISTEN: `127.0.0.1:${admin}`,
    }
    const { code, stderr } = await tryRun(program, [...args, 'serve'], { env, timeoutSeconds: 20 })
    assert.ok(code > 0)
    assert.match(stderr, /file/)
    assert.doesNotMatch(stderr, /^\s+at /m)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
