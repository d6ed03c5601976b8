/** Selectel's S3 API, requirement by requirement, on a server with that profile; its samples are in selectel-samples.test.ts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { postForm, signForm, signForm2 } from '../../harness/form.ts'
import { element, elements, send } from '../../harness/request.ts'
import type { Credentials } from '../../harness/sign.ts'
import { compatibility } from './selectel-table.ts'
import { noVendor as skip, noVendorTls, outcomeOf, vendor } from '../../harness/vendor.ts'

const domain = 's3.ru-1.storage.selcloud.test'
/** The account whose key the server was started with. */
const account = { id: '', displayName: '' }
const selectel = vendor('selectel', {
  env: { ENTREPOT_DOMAIN: domain, ENTREPOT_REGION: 'ru-1' },
  tlsNames: [domain, `*.${domain}`],
  async prepare() {
    const { accounts } = await order<{ accounts: (typeof account)[] }>('accounts', 'list')
    Object.assign(account, accounts[0])
  },
})
const { ask, outcome, order } = selectel

const create = (name: string): Promise<string> => outcome({ method: 'PUT', path: `/${name}` })
const put = (path: string, body = 'x'): Promise<string> => outcome({ method: 'PUT', path, body })
const copySource = (source: string): Record<string, string> => ({ 'x-amz-copy-source': source })

test(
  'L-2: buckets and objects: numbers and sizes, upload, copy, move, download, parts, removal',
  { skip },
  async () => {
    assert.equal(await create('capabilities'), '200')
    assert.equal(await put('/capabilities/a', 'first'), '200')
    const copy = { method: 'PUT', path: '/capabilities/b', headers: copySource('/capabilities/a') }
    assert.equal(await outcome(copy), '200')
    // To move is to copy and remove.
    assert.equal(await outcome({ method: 'DELETE', path: '/capabilities/a' }), '204')
    assert.equal((await ask({ path: '/capabilities/b' })).text, 'first')
    const parts = '/capabilities/parts'
    const uploadId = element((await ask({ method: 'POST', path: parts, query: 'uploads' })).text, 'UploadId')
    const part = { method: 'PUT', path: parts, query: `partNumber=1&uploadId=${uploadId}`, body: 'in parts' }
    const { etag = '' } = (await ask(part)).headers
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`
    assert.equal(await outcome({ method: 'POST', path: parts, query: `uploadId=${uploadId}`, body }), '200')
    const usage = (await ask({ path: '/', query: 'usage' })).text
    const ofBucket = usage.slice(usage.indexOf('<Bucket>capabilities</Bucket>'))
    assert.deepEqual([element(ofBucket, 'Bytes'), element(ofBucket, 'Entries')], ['13', '2'])
    for (const path of ['/capabilities/b', parts, '/capabilities'])
      assert.equal(await outcome({ method: 'DELETE', path }), '204', path)
  },
)

test('L-3: nobody is let in without a signature', { skip }, async () => {
  await create('authorized-only')
  await put('/authorized-only/key')
  for (const path of ['/', '/authorized-only', '/authorized-only/key'])
    assert.equal(await outcome({ path, sign: 'none' }), '403 AccessDenied', path)
  assert.equal(
    await outcome({ method: 'PUT', path: '/authorized-only/new', body: 'x', sign: 'none' }),
    '403 AccessDenied',
  )
})

test('L-4: a user needs a role that gives access to S3', { skip }, async () => {
  const user = (role: string): Promise<Credentials> =>
    order('users', 'create', account.displayName, `user-${role}`, '--role', role)
  assert.equal(await create('roles-bucket'), '200')
  assert.equal(await put('/roles-bucket/key', 'for members'), '200')
  const rows: [role: string, list: string, get: string, put: string][] = [
    ['s3.user', '200', '200', '200'],
    ['member', '200', '200', '200'],
    ['s3.bucket.user', '200', '403 AccessDenied', '403 AccessDenied'],
    ['iam.admin', '403 AccessDenied', '403 AccessDenied', '403 AccessDenied'],
  ]
  const keys = await Promise.all(rows.map(([role]) => user(role)))
  for (const [index, [role, ...expected]] of rows.entries()) {
    const credentials = keys[index]!
    const path = '/roles-bucket/key'
    const outcomes = [
      await outcome({ path: '/', credentials }),
      await outcome({ path, credentials }),
      await outcome({ method: 'PUT', path, body: 'for members', credentials }),
    ]
    assert.deepEqual(outcomes, expected, role)
  }
  // What the bucket's policy gives is for s3.bucket.user, and not for iam.admin.
  const statement = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::roles-bucket/*' }
  const body = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  assert.equal(await outcome({ method: 'PUT', path: '/roles-bucket', query: 'policy', body }), '204')
  const reads = (index: number): Promise<string> => outcome({ path: '/roles-bucket/key', credentials: keys[index]! })
  assert.deepEqual([await reads(2), await reads(3)], ['200', '403 AccessDenied'])
})

test('L-4: where a bucket has a policy, what it does not allow is denied', { skip }, async () => {
  assert.equal(await create('exclusive'), '200')
  assert.equal(await put('/exclusive/key', 'x'), '200')
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: [`arn:aws:iam::${account.id}:root`] },
    Action: ['s3:GetObject', 's3:ListBucket'],
    Resource: ['arn:aws:s3:::exclusive', 'arn:aws:s3:::exclusive/*'],
  }
  const body = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  assert.equal(await outcome({ method: 'PUT', path: '/exclusive', query: 'policy', body }), '204')
  assert.equal(await outcome({ path: '/exclusive/key' }), '200')
  assert.equal(await outcome({ path: '/exclusive' }), '200')
  assert.equal(await put('/exclusive/key', 'changed'), '403 AccessDenied')
  assert.equal(await outcome({ method: 'DELETE', path: '/exclusive/key' }), '403 AccessDenied')
  // Whose bucket it is can take the policy away again.
  assert.equal(await outcome({ method: 'DELETE', path: '/exclusive', query: 'policy' }), '204')
  assert.equal(await put('/exclusive/key', 'changed'), '200')
})

/** What makes curl sign. */
const signing = (): string[] => {
  const { accessKeyId, secretAccessKey } = selectel.server
  const payload = ['-H', 'x-amz-content-sha256: UNSIGNED-PAYLOAD']
  return ['--aws-sigv4', 'aws:amz:ru-1:s3', '--user', `${accessKeyId}:${secretAccessKey}`, ...payload]
}

test('L-5: by path, over HTTPS alone', { skip: noVendorTls }, async () => {
  const { server, curl } = selectel
  assert.equal(await create('by-path'), '200')
  await curl(...signing(), '-X', 'PUT', '--data-binary', 'by path', `https://${domain}/by-path/key`)
  assert.equal(await curl(...signing(), `https://${domain}/by-path/key`), 'by path')
  assert.match(await curl(...signing(), `http://${domain}/by-path/key`), /<Code>InsecureTransport<\/Code>/)
  assert.equal(outcomeOf(await send(server, { path: '/by-path/key', sign: 'query4' })), '403 InsecureTransport')
})

test('L-6: by <bucket_name>.<s3_domain>', { skip: noVendorTls }, async () => {
  const { curl } = selectel
  assert.equal(await create('by-host'), '200')
  await curl(...signing(), '-X', 'PUT', '--data-binary', 'by host', `https://by-host.${domain}/key`)
  assert.equal(await curl(...signing(), `https://by-host.${domain}/key`), 'by host')
  assert.equal((await ask({ path: '/by-host/key' })).text, 'by host')
})

test('L-7: Version 4 and Version 2', { skip }, async () => {
  const { server } = selectel
  assert.equal(await create('versions'), '200')
  for (const sign of ['header4', 'header2'] as const) {
    const path = `/versions/${sign}`
    assert.equal(await outcome({ method: 'PUT', path, body: sign, sign }), '200', sign)
    const wrong = { ...server, secretAccessKey: 'not the secret of this key' }
    assert.equal(await outcome({ path, sign, credentials: wrong }), '403 SignatureDoesNotMatch', sign)
  }
})

test('L-9: a request is signed in its header, its query or its form', { skip }, async () => {
  const { server } = selectel
  assert.equal(await create('signed'), '200')
  for (const sign of ['header4', 'query4', 'header2', 'query2'] as const) {
    const path = `/signed/${sign}`
    assert.equal(await outcome({ method: 'PUT', path, body: sign, sign }), '200', sign)
    assert.equal((await ask({ path, sign })).text, sign)
  }
  for (const [key, signed] of [
    ['form4', signForm],
    ['form2', signForm2],
  ] as const) {
    const fields = signed(server, { key }, { conditions: [{ bucket: 'signed' }, { key }] })
    assert.equal(await outcome(postForm('signed', fields, key)), '204', key)
    assert.equal((await ask({ path: `/signed/${key}` })).text, key)
  }
})

test('L-8: an S3 key is issued to a user, as an access key and a secret key', { skip }, async () => {
  const first = await order<Credentials>('users', 'create', account.displayName, 'ivan')
  const second = await order<Credentials>('keys', 'create', '--account', account.displayName, '--user', 'ivan')
  for (const credentials of [first, second]) {
    assert.match(credentials.accessKeyId, /^[A-Z0-9]{20}$/)
    assert.match(credentials.secretAccessKey, /^[A-Za-z0-9/+]{40}$/)
    assert.equal(await outcome({ path: '/', credentials }), '200')
  }
})

test('L-10: a signature is good for 15 minutes, before and after', { skip }, async () => {
  await create('timed')
  for (const sign of ['header4', 'header2'] as const) {
    for (const [seconds, expected] of [
      [0, '200'],
      [-890, '200'],
      [890, '200'],
      [-910, '403 RequestTimeTooSkewed'],
      [910, '403 RequestTimeTooSkewed'],
    ] as const) {
      const date = new Date(Date.now() + seconds * 1000)
      assert.equal(await outcome({ path: '/timed', sign, date }), expected, `${sign} ${seconds}`)
    }
  }
})

test('L-11: each row of the table of compatibility works, or is refused by name', { skip }, async () => {
  const headers = { 'x-amz-bucket-object-lock-enabled': 'true' }
  assert.equal(await outcome({ method: 'PUT', path: '/table', headers }), '200')
  assert.equal(await put('/table/key', 'body'), '200')
  for (const [row, requests] of compatibility) {
    for (const [request, expected] of requests)
      assert.equal(await outcome(request), expected, `${row}: ${request.method ?? 'GET'} ?${request.query ?? ''}`)
  }
  const overridden = await ask({ path: '/table/key', query: 'response-content-type=text%2Fx-other' })
  assert.equal(overridden.headers['content-type'], 'text/x-other')
})

test('L-11: Get ACL shows the owner; all requests are private', { skip }, async () => {
  await create('acl-shown')
  await put('/acl-shown/key')
  for (const path of ['/acl-shown', '/acl-shown/key']) {
    const { text } = await ask({ path, query: 'acl' })
    assert.deepEqual(elements(text, 'Permission'), ['FULL_CONTROL'], path)
  }
})

test('L-11: what an SDK encrypted before it sent it comes back with all it needs', { skip }, async () => {
  await create('client-side')
  const headers = {
    'x-amz-meta-x-amz-key-v2': 'AQIDBAUGBwg=',
    'x-amz-meta-x-amz-iv': 'CQoLDA0ODxA=',
    'x-amz-meta-x-amz-matdesc': '{"kms_cmk_id":"1"}',
    'x-amz-meta-x-amz-cek-alg': 'AES/GCM/NoPadding',
  }
  const body = Buffer.from([0, 255, 1, 254])
  assert.equal(await outcome({ method: 'PUT', path: '/client-side/sealed', headers, body }), '200')
  const got = await ask({ path: '/client-side/sealed' })
  for (const [name, value] of Object.entries(headers)) assert.equal(got.headers[name], value)
  assert.ok(got.body.equals(body))
})
