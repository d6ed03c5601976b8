/** What follows from the vendors' documents taken together: names, hosts, errors, encryption, CORS, numbers. What cannot be deleted is in worm.test.ts. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { element, elements, type RawRequest } from '../../harness/request.ts'
import { noVendor as skip, outcomeOf, vendor } from '../../harness/vendor.ts'

const domain = 's3.example.test'
const aws = vendor('aws', {
  env: {
    ENTREPOT_DOMAIN: domain,
    ENTREPOT_REGIONS: JSON.stringify([{ name: 'eu-central' }]),
  },
})
const { ask, outcome } = aws
const create = (name: string): Promise<string> => outcome({ method: 'PUT', path: `/${name}` })
const put = (path: string, body: string, headers: Record<string, string> = {}): Promise<string> =>
  outcome({ method: 'PUT', path, body, headers })

test('X-3: one register of bucket names over accounts and regions', { skip }, async () => {
  const stranger = await aws.otherAccount('register')
  assert.equal(await create('registered'), '200')
  const central = { headers: { host: `eu-central.${domain}` }, region: 'eu-central' }
  const again: RawRequest = { method: 'PUT', path: '/registered', credentials: stranger, ...central }
  assert.equal(await outcome(again), '409 BucketAlreadyExists')
  assert.equal(await outcome({ method: 'DELETE', path: '/registered' }), '204')
  assert.equal(await outcome(again), '200')
  assert.equal(await create('registered'), '409 BucketAlreadyExists')
})

test('X-5: hosts in any case; what was sent is what was signed', { skip }, async () => {
  assert.equal(await create('any-case'), '200')
  assert.equal(await put('/any-case/Key', 'found'), '200')
  for (const host of [`Any-Case.S3.Example.TEST`, `ANY-CASE.${domain}:80`, `any-case.${domain}.`]) {
    for (const sign of ['header4', 'query4'] as const) {
      const got = await ask({ path: '/Key', headers: { host }, sign })
      assert.deepEqual([got.status, got.text], [200, 'found'], `${host} ${sign}`)
    }
    // Version 2 signs the bucket as part of the path.
    const tamper = (wire: { path: string }): void => void (wire.path = '/Key')
    const signed: RawRequest = { path: '/any-case/Key', headers: { host }, sign: 'query2', tamper }
    assert.equal((await ask(signed)).text, 'found', host)
  }
  assert.equal(await outcome({ path: '/key', headers: { host: `any-case.${domain}` } }), '404 NoSuchKey')
  assert.equal((await ask({ path: '/any%2Dcase/%4Bey' })).text, 'found')
})

test('X-6: an error has its envelope and its request id, and a success its id too', { skip }, async () => {
  assert.equal(await create('envelope'), '200')
  const rows: [request: RawRequest, expected: string][] = [
    [{ path: '/envelope/none' }, '404 NoSuchKey'],
    [{ path: '/none-such-bucket' }, '404 NoSuchBucket'],
    [{ path: '/envelope', sign: 'none' }, '403 AccessDenied'],
    [{ path: '/envelope', query: 'website' }, '501 NotImplemented'],
    [{ method: 'PUT', path: '/envelope', query: 'tagging', body: '<' }, '400 MalformedXML'],
  ]
  const ids = new Set<string>()
  for (const [request, expected] of rows) {
    const answer = await ask(request)
    assert.equal(outcomeOf(answer), expected)
    assert.equal(answer.headers['content-type'], 'application/xml')
    assert.match(answer.text, /^<\?xml version="1\.0" encoding="UTF-8"\?>\s*<Error><Code>\w+<\/Code><Message>[^<]+</)
    assert.equal(element(answer.text, 'RequestId'), answer.headers['x-amz-request-id'])
    assert.equal(element(answer.text, 'HostId'), answer.headers['x-amz-id-2'])
    ids.add(element(answer.text, 'RequestId'))
  }
  assert.equal(ids.size, rows.length)
  const head = await ask({ method: 'HEAD', path: '/envelope/none' })
  assert.deepEqual([head.status, head.text], [404, ''])
  for (const answer of [head, await ask({ path: '/' })]) {
    assert.match(String(answer.headers['x-amz-request-id']), /^[0-9A-F]{16}$/)
    assert.ok(answer.headers['x-amz-id-2'])
  }
})

/** Whether any file of the server holds the text. */
const isOnDisk = (text: string): boolean =>
  readdirSync(aws.server.dataFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .some((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(text))

test('X-8: what is encrypted by default is nowhere on disk as it is, and outlives a new key', { skip }, async () => {
  assert.equal(await create('encrypted'), '200')
  const algorithm = '<SSEAlgorithm>AES256</SSEAlgorithm>'
  const byDefault = `<ApplyServerSideEncryptionByDefault>${algorithm}</ApplyServerSideEncryptionByDefault>`
  const body = `<ServerSideEncryptionConfiguration><Rule>${byDefault}</Rule></ServerSideEncryptionConfiguration>`
  // As large as is kept among the records, and as is kept in a file.
  const texts = [100, 100_000].map((size) =>
    randomBytes(8)
      .toString('hex')
      .repeat(size / 10),
  )
  for (const [index, text] of texts.entries()) {
    assert.equal(await put(`/encrypted/plain-${index}`, `plain ${text}`), '200')
    assert.ok(isOnDisk(`plain ${text}`), 'what is not encrypted is found')
  }
  assert.equal(await outcome({ method: 'PUT', path: '/encrypted', query: 'encryption', body }), '200')
  for (const [index, text] of texts.entries()) {
    assert.equal(await put(`/encrypted/sealed-${index}`, `sealed ${text}`), '200')
    assert.ok(!isOnDisk(`sealed ${text}`))
  }
  await aws.order('encryption', 'rotate')
  for (const [index, text] of texts.entries()) {
    const got = await ask({ path: `/encrypted/sealed-${index}` })
    assert.deepEqual([got.text, got.headers['x-amz-server-side-encryption']], [`sealed ${text}`, 'AES256'])
    const range = await ask({ path: `/encrypted/sealed-${index}`, headers: { range: 'bytes=7-22' } })
    assert.equal(range.text, text.slice(0, 16))
  }
  assert.equal(await outcome({ method: 'DELETE', path: '/encrypted', query: 'encryption' }), '204')
})

test('X-8: what a client’s own key encrypts is read with that key alone', { skip }, async () => {
  assert.equal(await create('customer-key'), '200')
  const headersOf = (key: Buffer): Record<string, string> => ({
    'x-amz-server-side-encryption-customer-algorithm': 'AES256',
    'x-amz-server-side-encryption-customer-key': key.toString('base64'),
    'x-amz-server-side-encryption-customer-key-md5': createHash('md5').update(key).digest('base64'),
  })
  const [right, wrong] = [randomBytes(32), randomBytes(32)]
  const path = '/customer-key/a'
  assert.equal(await put(path, 'a secret that is nowhere else', headersOf(right)), '200')
  assert.ok(!isOnDisk('a secret that is nowhere else'))
  assert.equal((await ask({ path, headers: headersOf(right) })).text, 'a secret that is nowhere else')
  assert.equal(await outcome({ path, headers: headersOf(wrong) }), '403 AccessDenied')
  assert.equal(await outcome({ path }), '400 InvalidRequest')
})

test('X-9: a page of an allowed origin may read, one of another may not', { skip }, async () => {
  assert.equal(await create('cors-bucket'), '200')
  assert.equal(await put('/cors-bucket/playlist.m3u8', '#EXTM3U'), '200')
  const origin = 'https://player.example'
  const rule = [
    `<AllowedOrigin>${origin}</AllowedOrigin><AllowedMethod>GET</AllowedMethod>`,
    '<AllowedHeader>range</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>600</MaxAgeSeconds>',
  ]
  const body = `<CORSConfiguration><CORSRule>${rule.join('')}</CORSRule></CORSConfiguration>`
  const path = '/cors-bucket/playlist.m3u8'
  const preflight = (from: string, method = 'GET'): RawRequest => ({
    method: 'OPTIONS',
    path,
    sign: 'none',
    headers: { origin: from, 'access-control-request-method': method, 'access-control-request-headers': 'range' },
  })
  assert.equal(await outcome(preflight(origin)), '403 AccessForbidden')
  assert.equal(await outcome({ method: 'PUT', path: '/cors-bucket', query: 'cors', body }), '200')
  const allowed = await ask(preflight(origin))
  assert.equal(allowed.status, 200)
  assert.equal(allowed.headers['access-control-allow-origin'], origin)
  assert.equal(allowed.headers['access-control-max-age'], '600')
  for (const refused of [preflight('https://else.example'), preflight(origin, 'PUT')])
    assert.equal(await outcome(refused), '403 AccessForbidden')
  const read = (from: string) => ask({ path, headers: { origin: from } })
  const { headers } = await read(origin)
  assert.equal(headers['access-control-allow-origin'], origin)
  assert.match(headers['access-control-expose-headers'] ?? '', /etag/i)
  assert.equal((await read('https://else.example')).headers['access-control-allow-origin'], undefined)
})

test('X-10: how many buckets, objects and bytes an account has', { skip }, async () => {
  const account = await aws.otherAccount('numbers')
  const as = (request: RawRequest) => outcome({ ...request, credentials: account })
  const usage = async (): Promise<string[]> => {
    const { text } = await ask({ path: '/', query: 'usage', credentials: account })
    const named = ['TotalBytes', 'TotalEntries'].map((name) => element(text, name))
    return [...named, elements(text, 'Bucket').join(' ')]
  }
  assert.deepEqual(await usage(), ['0', '0', ''])
  for (const path of ['/numbers-one', '/numbers-two']) assert.equal(await as({ method: 'PUT', path }), '200')
  const write = (path: string, body: string): Promise<string> => as({ method: 'PUT', path, body })
  await write('/numbers-one/a', 'x'.repeat(1000))
  await write('/numbers-one/b', 'x'.repeat(50_000))
  await write('/numbers-two/c', 'x')
  assert.deepEqual(await usage(), ['51001', '3', 'numbers-one numbers-two'])
  await write('/numbers-one/a', 'shorter')
  await as({ method: 'DELETE', path: '/numbers-one/b' })
  assert.deepEqual(await usage(), ['8', '2', 'numbers-one numbers-two'])
  await as({ method: 'DELETE', path: '/numbers-two/c' })
  await as({ method: 'DELETE', path: '/numbers-two' })
  assert.deepEqual(await usage(), ['7', '1', 'numbers-one'])
})
