/** "Using the Qencode S3 API", requirement by requirement, on a server with that profile and two regions, as Qencode has them. */
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { join } from 'node:path'
import { clientFor } from '../../harness/client.ts'
import { element, elements, send, type RawRequest } from '../../harness/request.ts'
import { escapeKey, type Credentials } from '../../harness/sign.ts'
import { missing, tryRun } from '../../harness/tools.ts'
import { noVendor as skip, noVendorTls, outcomeOf, vendor } from '../../harness/vendor.ts'

const domain = 'qencode.test'
const west = { host: `us-west.s3.${domain}` }
const central = { host: `eu-central.s3.${domain}` }
const qencode = vendor('qencode', {
  env: {
    ENTREPOT_DOMAIN: domain,
    ENTREPOT_REGION: 'us-west',
    ENTREPOT_REGIONS: JSON.stringify([{ name: 'eu-central', displayName: 'Netherlands: Amsterdam' }]),
  },
  tlsNames: [west, central].flatMap(({ host }) => [host, `*.${host}`]),
})
const { ask, outcome } = qencode

const create = (name: string): Promise<string> => outcome({ method: 'PUT', path: `/${name}` })
const put = (path: string, body = 'x'): Promise<string> => outcome({ method: 'PUT', path, body })

describe('access keys', { skip }, () => {
  interface Key extends Credentials {
    readonly name: string
  }
  const lists = (credentials: Credentials): Promise<string> => outcome({ path: '/', credentials })

  test('Q-AK-1: an account has several access keys, all valid at once', async () => {
    const keys = [await qencode.order<Key>('keys', 'create'), await qencode.order<Key>('keys', 'create')]
    for (const key of [qencode.server, ...keys]) assert.equal(await lists(key), '200')
  })

  test('Q-AK-2: each key may do everything in its account, and nothing in another', async () => {
    const [key, stranger] = await Promise.all([qencode.order<Key>('keys', 'create'), qencode.otherAccount('stranger')])
    assert.equal(await create('shared-by-keys'), '200')
    const one = { path: '/shared-by-keys/one' }
    assert.equal(await outcome({ method: 'PUT', ...one, body: '1', credentials: key }), '200')
    assert.equal((await ask(one)).text, '1')
    for (const method of ['GET', 'PUT', 'DELETE'])
      assert.equal(await outcome({ method, ...one, credentials: stranger }), '403 AccessDenied', method)
    assert.equal(await outcome({ method: 'DELETE', ...one, credentials: key }), '204')
    assert.equal(await outcome({ method: 'DELETE', path: '/shared-by-keys', credentials: key }), '204')
  })

  const shownKeys = async (): Promise<Key[]> => (await qencode.order<{ keys: Key[] }>('keys', 'list')).keys

  test('Q-AK-4: a secret is shown when it is made, and never again', async () => {
    const key = await qencode.order<Key>('keys', 'create')
    assert.match(key.secretAccessKey, /^[A-Za-z0-9/+]{40}$/)
    const listed = await shownKeys()
    assert.ok(listed.some(({ accessKeyId }) => accessKeyId === key.accessKeyId))
    assert.ok(!JSON.stringify(listed).includes(key.secretAccessKey))
  })

  test('Q-AK-5: a key’s name is a label, and renaming it changes nothing else', async () => {
    const key = await qencode.order<Key>('keys', 'create', '--name', 'first')
    const renamed = await qencode.order<Key>('keys', 'rename', key.accessKeyId, 'second')
    assert.deepEqual([renamed.name, renamed.accessKeyId], ['second', key.accessKeyId])
    assert.equal(await lists(key), '200')
    const named = (await shownKeys()).filter(({ name }) => name === 'second')
    assert.deepEqual(
      named.map(({ accessKeyId }) => accessKeyId),
      [key.accessKeyId],
    )
  })

  test('Q-AK-6: regenerating replaces the secret at once, and keeps the id', async () => {
    const key = await qencode.order<Key>('keys', 'create')
    const fresh = await qencode.order<Key>('keys', 'regenerate', key.accessKeyId)
    assert.equal(fresh.accessKeyId, key.accessKeyId)
    assert.notEqual(fresh.secretAccessKey, key.secretAccessKey)
    assert.deepEqual([await lists(fresh), await lists(key)], ['200', '403 SignatureDoesNotMatch'])
  })

  test('Q-AK-7: requests with a deleted key fail', async () => {
    const key = await qencode.order<Key>('keys', 'create')
    assert.equal(await lists(key), '200')
    await qencode.order('keys', 'delete', key.accessKeyId)
    assert.equal(await lists(key), '403 InvalidAccessKeyId')
  })
})

describe('regions and endpoints', { skip }, () => {
  const inCentral = (request: RawRequest): RawRequest => ({
    ...request,
    region: 'eu-central',
    headers: { ...central, ...request.headers },
  })

  test('Q-RG-1: a bucket is in us-west or in eu-central', async () => {
    const constraint = (region: string): string =>
      `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`
    for (const region of ['us-west', 'eu-central']) {
      const path = `/bucket-in-${region}`
      assert.equal(await outcome({ method: 'PUT', path, body: constraint(region), region }), '200')
      assert.equal(element((await ask({ path, query: 'location', region })).text, 'LocationConstraint'), region)
    }
    const mars = { method: 'PUT', path: '/bucket-in-mars', body: constraint('mars') }
    assert.equal(await outcome(mars), '400 InvalidLocationConstraint')
  })

  test('Q-EP-1: [region].s3.[domain]/[bucket]/[path], and 301 at another region’s endpoint', async () => {
    assert.equal(await outcome(inCentral({ method: 'PUT', path: '/endpoint-bucket' })), '200')
    assert.equal(await outcome(inCentral({ method: 'PUT', path: '/endpoint-bucket/a/b', body: 'there' })), '200')
    assert.equal((await ask(inCentral({ path: '/endpoint-bucket/a/b' }))).text, 'there')
    const wrong = await ask({ path: '/endpoint-bucket/a/b', headers: west })
    assert.equal(outcomeOf(wrong), '301 PermanentRedirect')
    assert.equal(element(wrong.text, 'Endpoint'), central.host)
    assert.equal(wrong.headers['x-amz-bucket-region'], 'eu-central')
  })

  test('Q-EP-2: plain HTTP is denied, HTTPS served', { skip: noVendorTls }, async () => {
    const { server } = qencode
    assert.equal(await create('https-only'), '200')
    assert.equal(await put('/https-only/key', 'by TLS'), '200')
    const key = { path: '/https-only/key', headers: west }
    for (const method of ['GET', 'PUT', 'DELETE'])
      assert.equal(outcomeOf(await send(server, { ...key, method })), '403 InsecureTransport', method)
    assert.equal(outcomeOf(await send(server, { path: '/' })), '403 InsecureTransport')
    const signing = ['--aws-sigv4', 'aws:amz:us-west:s3', '-H', 'x-amz-content-sha256: UNSIGNED-PAYLOAD']
    const user = ['--user', `${server.accessKeyId}:${server.secretAccessKey}`]
    const get = (scheme: string): Promise<string> =>
      qencode.curl(...signing, ...user, `${scheme}://${west.host}/https-only/key`)
    assert.equal(await get('https'), 'by TLS')
    assert.match(await get('http'), /<Code>InsecureTransport<\/Code>/)
  })

  test('Q-EP-3: an SDK needs the endpoint without a bucket and no more', { skip: noVendorTls }, async () => {
    const { server, proxy } = qencode
    const s3 = clientFor(server, {
      endpoint: `https://${west.host}:${proxy.port}`,
      requestHandler: { httpsAgent: proxy.agent },
      // The API rejects checksums, as its documentation says.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    })
    for (const Bucket of ['by-virtual-host', 'byPath-for-capitals']) {
      await s3.send(new CreateBucketCommand({ Bucket }))
      await s3.send(new PutObjectCommand({ Bucket, Key: 'a b', Body: Bucket }))
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'a b' }))
      assert.equal(await Body?.transformToString(), Bucket)
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a b' }))
    }
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}))
    for (const name of ['by-virtual-host', 'byPath-for-capitals'])
      assert.ok(
        Buckets.some(({ Name }) => Name === name),
        name,
      )
  })
})

describe('buckets', { skip }, () => {
  const noS3cmd = noVendorTls === false ? missing('s3cmd') : noVendorTls
  test('Q-BK-1: a client for S3 creates a bucket and deletes it', { skip: noS3cmd }, async () => {
    const { server, proxy } = qencode
    const s3cmd = (...args: string[]) =>
      tryRun(
        's3cmd',
        [
          '--config=/dev/null',
          `--ca-certs=${proxy.certificateFile}`,
          `--access_key=${server.accessKeyId}`,
          `--secret_key=${server.secretAccessKey}`,
          '--region=us-west',
          `--host=${west.host}:${proxy.port}`,
          `--host-bucket=%(bucket)s.${west.host}:${proxy.port}`,
          ...args,
        ],
        { env: { PYTHONPATH: join(import.meta.dirname, '../../harness/resolver'), ENTREPOT_TEST_DOMAIN: domain } },
      )
    const made = await s3cmd('mb', 's3://made-by-s3cmd')
    assert.equal(made.code, 0, made.stderr)
    assert.match((await s3cmd('ls')).stdout, /s3:\/\/made-by-s3cmd/)
    assert.equal((await s3cmd('rb', 's3://made-by-s3cmd')).code, 0)
    assert.equal(await outcome({ path: '/made-by-s3cmd' }), '404 NoSuchBucket')
  })

  const publicRead = { 'x-amz-acl': 'public-read' }

  test('Q-BK-2: public rights cannot be set for a bucket, whichever way', async () => {
    assert.equal(await create('private-bucket'), '200')
    const grant = { 'x-amz-grant-read': 'uri="http://acs.amazonaws.com/groups/global/AllUsers"' }
    const set = { method: 'PUT', path: '/private-bucket', query: 'acl' }
    for (const headers of [publicRead, { 'x-amz-acl': 'public-read-write' }, grant])
      assert.equal(await outcome({ ...set, headers }), '400 InvalidArgument', JSON.stringify(headers))
    const atOnce = { method: 'PUT', path: '/public-bucket', headers: publicRead }
    assert.equal(await outcome(atOnce), '400 InvalidArgument')
    assert.equal(await outcome({ path: '/private-bucket', sign: 'none' }), '403 AccessDenied')
  })

  test('Q-AC-2: public-read is not supported for objects either, and private is taken', async () => {
    assert.equal(await create('acl-bucket'), '200')
    assert.equal(await put('/acl-bucket/key'), '200')
    const set = { method: 'PUT', path: '/acl-bucket/key', query: 'acl' }
    const write = { method: 'PUT', path: '/acl-bucket/key', body: 'x' }
    for (const request of [set, write, { ...set, path: '/acl-bucket' }]) {
      assert.equal(await outcome({ ...request, headers: publicRead }), '400 InvalidArgument', request.path)
      assert.equal(await outcome({ ...request, headers: { 'x-amz-acl': 'private' } }), '200', request.path)
    }
  })

  test('Q-AC-3: a bucket and what is in it are private by default', async () => {
    assert.equal(await create('private-by-default'), '200')
    assert.equal(await put('/private-by-default/key'), '200')
    const stranger = await qencode.otherAccount('curious')
    for (const path of ['/private-by-default', '/private-by-default/key']) {
      assert.equal(await outcome({ path, sign: 'none' }), '403 AccessDenied', path)
      assert.equal(await outcome({ path, credentials: stranger }), '403 AccessDenied', path)
    }
  })

  test('Q-AC-1: the ACL of an object is that of its bucket', async () => {
    assert.equal(await create('acl-shown'), '200')
    assert.equal(await put('/acl-shown/key'), '200')
    const [ofBucket, ofObject] = [
      await ask({ path: '/acl-shown', query: 'acl' }),
      await ask({ path: '/acl-shown/key', query: 'acl' }),
    ]
    assert.equal(ofObject.text, ofBucket.text)
    assert.deepEqual(elements(ofBucket.text, 'Permission'), ['FULL_CONTROL'])
  })
})

describe('names of buckets', { skip }, () => {
  test('Q-BN-1: a name is taken for all accounts and regions', async () => {
    assert.equal(await create('taken-name'), '200')
    const stranger = await qencode.otherAccount('name-taker')
    const again = { method: 'PUT', path: '/taken-name', credentials: stranger }
    assert.equal(await outcome(again), '409 BucketAlreadyExists')
    assert.equal(await outcome({ ...again, region: 'eu-central', headers: central }), '409 BucketAlreadyExists')
  })

  const checkNames = async (names: readonly string[], expected: string): Promise<void> => {
    for (const name of names) assert.equal(await create(escapeKey(name)), expected, name)
  }
  const bad = '400 InvalidBucketName'

  test('Q-BN-2: letters, large and small, digits and hyphens', async () => {
    await checkNames(['ABCDEF', 'abcdefg', '123456', '-hyphens-', 'a1-B2-c3'], '200')
  })

  test('Q-BN-3: no other character, underscores least of all', async () => {
    const names = [
      'media_bucket',
      'media.bucket',
      'media bucket',
      'média-bucket',
      '自由自由自由',
      'media+bucket',
      'media~bucket',
    ]
    await checkNames(names, bad)
  })

  test('Q-BN-5: 6 to 63 characters', async () => {
    await checkNames(['sixsix', `A${'b'.repeat(62)}`], '200')
    await checkNames(['fivef', `A${'b'.repeat(63)}`], bad)
  })

  test('Q-BN-7: the documented examples', async () => {
    await checkNames(['mediaBucket', 'bucket-29172h42'], '200')
  })

  test('Q-BN-4: MyBucket and mybucket are the same', async () => {
    assert.equal(await create('MyBucket'), '200')
    assert.equal(await create('mybucket'), '409 BucketAlreadyOwnedByYou')
    assert.equal(await put('/mybucket/key', 'the same'), '200')
    for (const path of ['/MyBucket/key', '/MYBUCKET/key', '/mybucket/key'])
      assert.equal((await ask({ path })).text, 'the same', path)
    const byHost = await ask({ path: '/key', headers: { host: `mybucket.${west.host}` } })
    assert.equal(byHost.text, 'the same')
    assert.ok(elements((await ask({ path: '/' })).text, 'Name').includes('MyBucket'))
  })

  test('Q-BN-6: a bucket is not renamed', async () => {
    assert.equal(await create('keeps-its-name'), '200')
    const moved = await ask({ method: 'MOVE', path: '/keeps-its-name', headers: { destination: 'another-name' } })
    assert.ok([405, 501].includes(moved.status), moved.text)
    assert.equal(await outcome({ method: 'HEAD', path: '/keeps-its-name' }), '200')
    assert.equal(await outcome({ path: '/another-name' }), '404 NoSuchBucket')
  })
})

describe('names of objects', { skip }, () => {
  const rows: [id: string, what: string, key: string, expected: string][] = [
    ['Q-ON-1', 'a name of 1,024 bytes', '字'.repeat(341) + 'x', '200'],
    ['Q-ON-1', 'a name of 1,025 bytes', '字'.repeat(341) + 'xy', '400 KeyTooLongError'],
    ['Q-ON-2', 'a tab', 'a\tb', '400 InvalidArgument'],
    ['Q-ON-2', 'character 31', 'a\u001fb', '400 InvalidArgument'],
    ['Q-ON-2', 'character 32', 'a b', '200'],
    ['Q-ON-3', 'DEL', 'a\u007f', '400 InvalidArgument'],
    ['Q-ON-4', 'a backslash', 'a\\b', '400 InvalidArgument'],
    ['Q-ON-5', 'a slash at the beginning', '/a', '400 InvalidArgument'],
    ['Q-ON-5', 'a slash at the end', 'a/', '400 InvalidArgument'],
    ['Q-ON-5', 'two slashes', 'a//b', '400 InvalidArgument'],
    ['Q-ON-6', 'a documented example', 'Kitten Videos', '200'],
    ['Q-ON-6', 'a documented example', 'users/beatrice/kitten.jpg', '200'],
    ['Q-ON-6', 'a documented example', '自由.txt', '200'],
  ]
  const check = async (id: string): Promise<void> => {
    await create('object-names')
    for (const [, what, key, expected] of rows.filter((row) => row[0] === id)) {
      const path = `/object-names/${escapeKey(key)}`
      assert.equal(await put(path, what), expected, what)
      const copy = { method: 'PUT', path, headers: { 'x-amz-copy-source': '/object-names/source' } }
      const upload = { method: 'POST', path, query: 'uploads' }
      await put('/object-names/source')
      for (const request of [copy, upload]) assert.equal(await outcome(request), expected, `${what}, ${request.method}`)
    }
  }
  test('Q-ON-1: up to 1,024 bytes of UTF-8', () => check('Q-ON-1'))
  test('Q-ON-2: no character below 32', () => check('Q-ON-2'))
  test('Q-ON-3: no DEL', () => check('Q-ON-3'))
  test('Q-ON-4: no backslash', () => check('Q-ON-4'))
  test('Q-ON-5: no slash at either end, nor two in a row', () => check('Q-ON-5'))
  test('Q-ON-6: the documented examples', () => check('Q-ON-6'))

  test('Q-ON-7: an object is not renamed', async () => {
    assert.equal(await create('keeps-its-keys'), '200')
    assert.equal(await put('/keeps-its-keys/old', 'kept'), '200')
    const move = { method: 'MOVE', path: '/keeps-its-keys/old', headers: { destination: 'new' } }
    const headers = { 'x-amz-rename-source': '/keeps-its-keys/old' }
    const rename = { method: 'PUT', path: '/keeps-its-keys/new', query: 'renameObject', headers }
    for (const request of [move, rename]) {
      const { status, text } = await ask(request)
      assert.ok([405, 501].includes(status), text)
    }
    assert.equal((await ask({ path: '/keeps-its-keys/old' })).text, 'kept')
    assert.equal(await outcome({ path: '/keeps-its-keys/new' }), '404 NoSuchKey')
  })
})
