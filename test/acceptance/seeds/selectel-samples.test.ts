/** The samples of Selectel's S3 API: boto3 and Node.js run as they stand, PHP and Java by the requests that their SDKs send. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { filePart, part, postOfParts, signForm } from '../../harness/form.ts'
import { elements, type RawRequest } from '../../harness/request.ts'
import { noBoto3, placeAwsFiles, placeSample, runSample, sampleFolder } from '../../harness/samples.ts'
import { signedChunks, signHeader4 } from '../../harness/sign.ts'
import { noVendor as skip, noVendorTls, outcomeOf, vendor } from '../../harness/vendor.ts'

const pool = 'ru-1'
const domain = `s3.${pool}.storage.selcloud.test`
let folder: string
const selectel = vendor('selectel', {
  env: { ENTREPOT_DOMAIN: domain, ENTREPOT_REGION: pool },
  tlsNames: [domain, `*.${domain}`],
  async prepare({ server: { accessKeyId, secretAccessKey } }) {
    folder = sampleFolder('selectel')
    placeAwsFiles(folder, {
      credentials: `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
      config: `[default]\nregion=${pool}\n`,
    })
    writeFileSync(join(folder, 'data.docx'), 'what the file holds')
    await ask({ method: 'PUT', path: '/BucketName' })
  },
})
after(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

const { ask, outcome } = selectel
const noPython = noVendorTls === false ? noBoto3() : noVendorTls
const url = (): string => `https://${domain}:${selectel.proxy.port}`
const keys = (): Record<string, string> => ({
  '<access_key>': selectel.server.accessKeyId,
  '<secret_key>': selectel.server.secretAccessKey,
})

test(
  'L-12, L-13: the sample for boto3, with ~/.aws as described and a bucket with capitals',
  { skip: noPython },
  async () => {
    placeSample(folder, 'selectel_boto3.py', 'sample.py', { '<url>': url() })
    const printed = await runSample(selectel, folder, 'sample.py')
    assert.deepEqual(printed.trimEnd().split('\n'), ['ObjectName1', 'ObjectName2', "b'what the file holds'"])
    assert.deepEqual(elements((await ask({ path: '/BucketName' })).text, 'Key'), [])
  },
)

test('L-12: a signature names the pool, and no other', { skip }, async () => {
  assert.equal(await outcome({ path: '/BucketName', region: pool }), '200')
  for (const region of ['ru-3', 'us-east-1', ''])
    assert.equal(await outcome({ path: '/BucketName', region }), '400 AuthorizationHeaderMalformed', region)
})

test('L-13: a listing of version 1 has Contents only where there is something', { skip }, async () => {
  await ask({ method: 'PUT', path: '/listed' })
  assert.doesNotMatch((await ask({ path: '/listed' })).text, /<Contents>/)
  for (const key of ['b', 'a%20%3C%26%3E', 'c%2Fd']) await ask({ method: 'PUT', path: `/listed/${key}` })
  assert.deepEqual(elements((await ask({ path: '/listed' })).text, 'Key'), ['a <&>', 'b', 'c/d'])
})

/** What the sample for forms tells: the fields, and the status of each post. */
interface Posted {
  readonly fields: readonly string[]
  readonly statuses: Readonly<Record<string, number>>
}
let posted: Promise<Posted> | undefined
const postSample = (): Promise<Posted> => (posted ??= runPostSample())

async function runPostSample(): Promise<Posted> {
  const filling = { '<url>': url(), '<pool>': pool, ...keys() }
  placeSample(folder, 'selectel_presigned_post.py', 'post.py', filling)
  return JSON.parse(await runSample(selectel, folder, 'post.py')) as Posted
}

test('L-14: generate_presigned_post, with ${filename} in the key', { skip: noPython }, async () => {
  const { fields, statuses } = await postSample()
  const signed = ['x-amz-algorithm', 'x-amz-credential', 'x-amz-date', 'x-amz-signature']
  assert.deepEqual(fields, ['key', 'policy', ...signed])
  assert.deepEqual([statuses['plain'], statuses['named']], [204, 204])
  assert.equal((await ask({ path: '/BucketName/plain' })).text, 'body_data')
  assert.equal((await ask({ path: '/BucketName/uploads/a%20cat.webp' })).text, 'cat')
})

test('L-15: Fields need Conditions that describe them, and are held to them', { skip: noPython }, async () => {
  const { statuses } = await postSample()
  const { typed, other, undescribed } = statuses
  assert.deepEqual({ typed, other, undescribed }, { typed: 204, other: 403, undescribed: 403 })
  const stored = await ask({ path: '/BucketName/typed' })
  assert.deepEqual([stored.text, stored.headers['content-type']], ['typed body', 'image/webp'])
  assert.equal(await outcome({ path: '/BucketName/undescribed' }), '404 NoSuchKey')
})

test('L-16: the file is the last field of the form', { skip }, async () => {
  const conditions = [{ bucket: 'BucketName' }, { key: 'ordered' }]
  const fields = signForm(selectel.server, { key: 'ordered' }, { conditions })
  const parts = Object.entries(fields).map(([name, value]) => part(name, value))
  assert.equal(await outcome(postOfParts('BucketName', [...parts, filePart('in order')])), '204')
  assert.equal((await ask({ path: '/BucketName/ordered' })).text, 'in order')
  // What comes after the file does not count: here, all that says who asks, and the key.
  const turned = await ask(postOfParts('BucketName', [filePart('turned'), ...parts]))
  assert.ok(turned.status >= 400, turned.text)
  assert.equal((await ask({ path: '/BucketName/ordered' })).text, 'in order')
})

// No Debian package has either SDK, so what they send is sent: by path, over HTTPS, with the headers that they send and sign.
const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

test(
  'L-17: the sample for PHP, by its requests, with and without the checksums of later versions',
  { skip },
  async () => {
    const common = {
      'aws-sdk-invocation-id': '0f0ba5b3a5b14ab5e5bd3cd9ee3e4f1e',
      'aws-sdk-retry': '0/0',
      'user-agent': 'aws-sdk-php/3.337.3 ua/2.1 OS/Linux#6.1.0-18-amd64 lang/php#8.2.18 GuzzleHttp/7',
    }
    const signed = ['host', 'x-amz-content-sha256', 'x-amz-date', 'aws-sdk-invocation-id', 'aws-sdk-retry']
    const crc32 = { 'x-amz-checksum-crc32': 'eE3RMg==', 'x-amz-sdk-checksum-algorithm': 'CRC32' }
    const versions: [string, Record<string, string>, Record<string, string>][] = [
      ['3.325', {}, {}],
      ['3.337', { 'x-amz-checksum-crc32': 'eE3RMg==' }, { 'x-amz-checksum-mode': 'enabled' }],
      ['3.337 with its algorithm', crc32, { 'x-amz-checksum-mode': 'enabled' }],
    ]
    for (const [version, putting, getting] of versions) {
      const path = '/BucketName/ObjectName'
      const put = { ...common, ...putting, 'content-length': '4' }
      const signedHeaders = [...signed, ...Object.keys(putting)]
      assert.equal(await outcome({ method: 'PUT', path, headers: put, signedHeaders, body: 'Test' }), '200', version)
      const get = { path, headers: { ...common, ...getting }, signedHeaders: [...signed, ...Object.keys(getting)] }
      const got = await ask(get)
      assert.deepEqual([got.status, got.text, got.headers['etag']], [200, 'Test', `"${md5('Test')}"`], version)
      assert.equal((await ask({ method: 'DELETE', path })).status, 204)
    }
  },
)

test('L-18: the sample for Node.js, as it stands, by virtual host', { skip: noVendorTls }, async () => {
  placeSample(folder, 'selectel_node.mjs', 'sample.mjs', {
    '<region>': pool,
    '<endpoint>': url(),
    '<access-key>': selectel.server.accessKeyId,
    '<secret-key>': selectel.server.secretAccessKey,
  })
  const printed = await runSample(selectel, folder, 'sample.mjs', 'y\n')
  assert.match(printed, /^Hello JavaScript SDK!\n/)
  const left = elements((await ask({ path: '/' })).text, 'Name').filter((name) => name.startsWith('test-bucket-'))
  assert.deepEqual(left, [])
})

/** As version 1 of the SDK for Java sends it: everything signed but what the HTTP client adds. */
const fromJava = (request: RawRequest): RawRequest => ({
  payload: 'UNSIGNED-PAYLOAD',
  ...request,
  headers: {
    'amz-sdk-invocation-id': '5c8bd8c1-0c6e-4d8d-9f9a-0c2fd3f7e0ad',
    'amz-sdk-request': 'attempt=1;max=4',
    'amz-sdk-retry': '0/0/500',
    'content-type': 'application/octet-stream',
    'user-agent': 'aws-sdk-java/1.12.780 Linux/6.1.0-18-amd64 OpenJDK_64-Bit_Server_VM/17.0.11+9-Debian-1 java/17.0.11',
    ...request.headers,
  },
})

test('L-19: the sample for Java, by its requests', { skip }, async () => {
  const java = (request: RawRequest) => ask(fromJava(request))
  // doesBucketExistV2 asks for the ACL: 404 is no.
  const bucket = '/s3bucket/'
  assert.equal(outcomeOf(await java({ path: bucket, query: 'acl' })), '404 NoSuchBucket')
  const length = { 'content-length': '0' }
  assert.equal(outcomeOf(await java({ method: 'PUT', path: bucket, headers: length })), '200')
  assert.equal(outcomeOf(await java({ path: bucket, query: 'acl' })), '200')
  const path = '/s3bucket/s3object'
  const headers = { 'content-type': 'text/plain', 'content-length': '11' }
  const put = await java({ method: 'PUT', path, headers, body: 'sample-data' })
  assert.equal(put.headers['etag'], `"${md5('sample-data')}"`, put.text)
  assert.equal((await java({ path })).text, 'sample-data')
  // To an endpoint that is not https:// it signs the chunks of the body.
  const chunked = chunkedByJava(path, 'sample-data, signed')
  assert.equal(outcomeOf(await ask(chunked)), '200')
  assert.equal((await java({ path })).text, 'sample-data, signed')
  assert.equal((await java({ method: 'DELETE', path })).status, 204)
  assert.equal((await java({ method: 'DELETE', path: bucket })).status, 204)
})

test(
  'L-19: doesBucketExistV2 takes AccessDenied for yes, so that another account’s bucket is not created',
  { skip },
  async () => {
    const stranger = await selectel.otherAccount('java')
    const asked = await ask(fromJava({ path: '/BucketName/', query: 'acl', credentials: stranger }))
    assert.equal(outcomeOf(asked), '403 AccessDenied')
  },
)

function chunkedByJava(path: string, text: string): RawRequest {
  const { server } = selectel
  const payload = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'
  const sized = { 'x-amz-decoded-content-length': String(text.length), 'content-length': String(sizeInChunks(text)) }
  const { headers = {} } = fromJava({ path, headers: { host: `${server.host}:${server.port}`, ...sized } })
  const scope = { credentials: server, region: pool, date: new Date(), payload }
  const seed = signHeader4({ method: 'PUT', path, query: '', headers }, scope)
  return {
    method: 'PUT',
    path,
    sign: 'none',
    headers: { ...seed.headers, expect: '100-continue' },
    body: signedChunks(seed, [Buffer.from(text)]),
  }
}

/** Each chunk has its size in hexadecimal digits, and 85 characters of signature. */
const sizeInChunks = (text: string): number =>
  text.length.toString(16).length +
  ';chunk-signature='.length +
  64 +
  text.length +
  4 +
  1 +
  ';chunk-signature='.length +
  64 +
  4
