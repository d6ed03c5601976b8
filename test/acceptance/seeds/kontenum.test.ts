/** Kontenum's "Storage API", requirement by requirement, on a server with that profile. */
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clientFor, virtualHostClientFor } from '../../harness/client.ts'
import { postForm, signForm } from '../../harness/form.ts'
import { patterned } from '../../harness/names.ts'
import { element, elements, send, type RawRequest } from '../../harness/request.ts'
import type { Credentials } from '../../harness/sign.ts'
import { noVendor as skip, noVendorTls, outcomeOf, vendor } from '../../harness/vendor.ts'

const domain = 's3.kontenum.test'
const kontenum = vendor('kontenum', { env: { ENTREPOT_DOMAIN: domain }, tlsNames: [domain, `*.${domain}`] })
const { order } = kontenum
/** Plain HTTP, as the profile allows. */
const ask = (request: RawRequest) => send(kontenum.server, request)
const outcome = async (request: RawRequest): Promise<string> => outcomeOf(await ask(request))
const create = (name: string): Promise<string> => outcome({ method: 'PUT', path: `/${name}` })
const put = (path: string, body = 'x'): Promise<string> => outcome({ method: 'PUT', path, body })
const sizeOf = async (path: string): Promise<string | undefined> =>
  (await ask({ method: 'HEAD', path })).headers['content-length']
const etagOf = async (path: string): Promise<string | undefined> => (await ask({ method: 'HEAD', path })).headers.etag

test('K-1: a client for AWS works as it is', { skip }, async () => {
  const s3 = clientFor(kontenum.server)
  const Bucket = 'compatible'
  await s3.send(new CreateBucketCommand({ Bucket }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello', Metadata: { m: 'n' } }))
  await new Upload({ client: s3, params: { Bucket, Key: 'big', Body: patterned(6 * 1024 * 1024) } }).done()
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/a` }))
  const { Metadata, ContentLength } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'copy' }))
  assert.deepEqual([Metadata, ContentLength], [{ m: 'n' }, 5])
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }))
  assert.deepEqual(
    Contents.map(({ Key }) => Key),
    ['a', 'big', 'copy'],
  )
  const Objects = Contents.map(({ Key }) => ({ Key: Key! }))
  const { Deleted = [] } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
  assert.equal(Deleted.length, 3)
  await s3.send(new CreateBucketCommand({ Bucket: 'compatible-too' }))
  await s3.send(new DeleteBucketCommand({ Bucket: 'compatible-too' }))
})

describe('access keys', { skip }, () => {
  const lists = (credentials: Credentials): Promise<string> => outcome({ path: '/', credentials })

  interface Listed {
    readonly keys: readonly { readonly accessKeyId: string; readonly active: boolean }[]
  }

  test('K-AK-1: two keys of an account may be active, and no third', async () => {
    const first = await kontenum.otherAccount('limited')
    const create = ['keys', 'create', '--account', 'limited']
    const second = await order<Credentials>(...create)
    assert.deepEqual([await lists(first), await lists(second)], ['200', '200'])
    assert.match(await kontenum.refusal(...create), /2 active access keys/)
    await order('keys', 'deactivate', second.accessKeyId)
    await order(...create)
    assert.match(await kontenum.refusal('keys', 'activate', second.accessKeyId), /2 active access keys/)
  })

  test('K-AK-3: a secret is shown when its key is made, and never again', async () => {
    const { secretAccessKey } = await kontenum.otherAccount('secretive')
    const listed = await order<Listed>('keys', 'list', '--account', 'secretive')
    assert.equal(listed.keys.length, 1)
    assert.ok(!JSON.stringify(listed).includes(secretAccessKey))
  })

  test('K-AK-4: a key is rotated: a new one, the old one inactive, then deleted', async () => {
    const old = await kontenum.otherAccount('rotation')
    const fresh = await order<Credentials>('keys', 'create', '--account', 'rotation')
    assert.deepEqual([await lists(old), await lists(fresh)], ['200', '200'])
    await order('keys', 'deactivate', old.accessKeyId)
    assert.deepEqual([await lists(old), await lists(fresh)], ['403 InvalidAccessKeyId', '200'])
    const { keys } = await order<Listed>('keys', 'list', '--account', 'rotation')
    const states = Object.fromEntries(keys.map(({ accessKeyId, active }) => [accessKeyId, active]))
    assert.deepEqual(states, { [old.accessKeyId]: false, [fresh.accessKeyId]: true })
    await order('keys', 'delete', old.accessKeyId)
    assert.deepEqual([await lists(old), await lists(fresh)], ['403 InvalidAccessKeyId', '200'])
  })

  test(
    'K-AU-1: ACCESS_KEY:SECRET_KEY is taken where it is switched on, over TLS, and nowhere else',
    { skip: noVendorTls },
    async () => {
      const { server, curl } = kontenum
      assert.equal(await create('plain-key'), '200')
      const pair = (secret = server.secretAccessKey): string[] => [
        '-H',
        `Authorization: ${server.accessKeyId}:${secret}`,
      ]
      const upload = ['-X', 'PUT', '--data-binary', 'x']
      const target = `${domain}/plain-key/key`
      assert.match(
        await curl(...pair(), ...upload, `https://${target}`),
        /<Code>(InvalidArgument|AccessDenied)<\/Code>/,
      )
      assert.equal(await outcome({ method: 'HEAD', path: '/plain-key/key' }), '404')
      await order('buckets', 'settings', 'plain-key', '--toggle', 'auth.plainKey=on')
      assert.equal(await curl(...pair(), ...upload, `https://${target}`), '')
      assert.equal(await sizeOf('/plain-key/key'), '1')
      assert.match(await curl(...pair(), ...upload, `http://${target}`), /<Code>InsecureTransport<\/Code>/)
      assert.match(await curl(...pair('wrong'), ...upload, `https://${target}`), /<Code>SignatureDoesNotMatch<\/Code>/)
      assert.match(server.log(), /"audit":"auth\.plainKey"/)
      assert.ok(!server.log().includes(server.secretAccessKey))
    },
  )
})

test('K-PR-1: HTTP and HTTPS', { skip: noVendorTls }, async () => {
  const { server, curl } = kontenum
  await create('protocols')
  const user = ['--user', `${server.accessKeyId}:${server.secretAccessKey}`]
  const signing = ['--aws-sigv4', 'aws:amz:us-east-1:s3', '-H', 'x-amz-content-sha256: UNSIGNED-PAYLOAD', ...user]
  for (const scheme of ['http', 'https']) {
    await curl(...signing, '-X', 'PUT', '--data-binary', scheme, `${scheme}://${domain}/protocols/${scheme}`)
    assert.equal(await sizeOf(`/protocols/${scheme}`), String(scheme.length))
  }
})

test('K-GO-1: GetObject is disabled, and all else is not', { skip }, async () => {
  assert.equal(await create('origin'), '200')
  assert.equal(await put('/origin/a', 'for the CDN alone'), '200')
  for (const sign of ['header4', 'query4', 'header2', 'query2'] as const) {
    const refused = await ask({ path: '/origin/a', sign })
    assert.equal(outcomeOf(refused), '403 AccessDenied', sign)
    assert.equal(element(refused.text, 'Message'), 'GetObject is disabled on this endpoint; use the delivery URL.')
  }
  const copy = { 'x-amz-copy-source': '/origin/a' }
  const rows: [what: string, request: RawRequest, expected: string][] = [
    ['HEAD', { method: 'HEAD', path: '/origin/a' }, '200'],
    ['list', { path: '/origin' }, '200'],
    ['list, version 2', { path: '/origin', query: 'list-type=2' }, '200'],
    ['list versions', { path: '/origin', query: 'versions' }, '200'],
    ['copy', { method: 'PUT', path: '/origin/b', headers: copy }, '200'],
    ['start an upload in parts', { method: 'POST', path: '/origin/c', query: 'uploads' }, '200'],
    ['a version', { path: '/origin/a', query: 'versionId=null' }, '403 AccessDenied'],
    ['a range', { path: '/origin/a', headers: { range: 'bytes=0-1' } }, '403 AccessDenied'],
    ['a part', { path: '/origin/a', query: 'partNumber=1' }, '403 AccessDenied'],
    ['delete', { method: 'DELETE', path: '/origin/b' }, '204'],
  ]
  for (const [what, request, expected] of rows) assert.equal(await outcome(request), expected, what)
})

test('K-AD-1: by path and by virtual host', { skip }, async () => {
  const s3 = virtualHostClientFor(kontenum.server)
  await s3.send(new CreateBucketCommand({ Bucket: 'addressed' }))
  await s3.send(new PutObjectCommand({ Bucket: 'addressed', Key: 'a', Body: 'by host' }))
  assert.equal(await sizeOf('/addressed/a'), '7')
  // A bucket with a full stop is reached by path under any certificate.
  assert.equal(await create('with.full.stops'), '200')
  assert.equal(await put('/with.full.stops/a'), '200')
})

test('K-ER-1: errors are AWS’s', { skip }, async () => {
  await create('errors')
  const rows: [RawRequest, string][] = [
    [{ method: 'HEAD', path: '/errors/none' }, '404'],
    [{ path: '/no-such-bucket-here' }, '404 NoSuchBucket'],
    [{ path: '/errors/none', query: 'uploadId=none' }, '404 NoSuchUpload'],
    [{ method: 'PUT', path: '/errors' }, '200'],
    [{ method: 'PUT', path: '/Errors' }, '400 InvalidBucketName'],
    [
      { method: 'PUT', path: '/errors/a', body: 'x', headers: { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' } },
      '400 BadDigest',
    ],
    [{ method: 'DELETE', path: '/errors', query: 'policy' }, '204'],
    [{ path: '/errors', query: 'policy' }, '404 NoSuchBucketPolicy'],
    [{ path: '/errors', query: 'website' }, '501 NotImplemented'],
    [{ path: '/', credentials: { ...kontenum.server, accessKeyId: 'AKIANOBODYNOBODY0001' } }, '403 InvalidAccessKeyId'],
  ]
  for (const [request, expected] of rows) assert.equal(await outcome(request), expected, JSON.stringify(request))
})

test('K-SG-1: Version 4, for us-east-1, and Version 2, in the header and in the query', { skip }, async () => {
  await create('signatures')
  for (const sign of ['header4', 'query4', 'header2', 'query2'] as const) {
    assert.equal(await outcome({ method: 'PUT', path: `/signatures/${sign}`, body: 'x', sign }), '200', sign)
    assert.equal(await outcome({ path: '/signatures', query: 'prefix=q&uploads', sign }), '200', sign)
  }
  assert.equal(await outcome({ path: '/signatures', region: 'eu-west-1' }), '400 AuthorizationHeaderMalformed')
})

describe('extensions, signed by Version 2', { skip }, () => {
  /** Takes the signature of another request: that of this one without its query. */
  const unsignedQuery = (request: RawRequest): RawRequest => ({
    ...request,
    query: '',
    tamper: (wire) => (wire.query = [request.query, wire.query].filter((part) => part !== '').join('&')),
  })
  const compose =
    '<ComposeRequest><Component><Name>one</Name></Component><Component><Name>two</Name></Component></ComposeRequest>'

  for (const sign of ['header2', 'query2', 'header4', 'query4'] as const) {
    test(`K-SG-2: append, compose and force_delete=true are part of what ${sign} signs`, async () => {
      const bucket = `/extended-${sign}`
      assert.equal(await create(bucket.slice(1)), '200')
      await put(`${bucket}/one`, '1')
      await put(`${bucket}/two`, '22')
      const append = { method: 'PUT', path: `${bucket}/one`, query: 'append', body: '11', sign }
      assert.equal(await outcome(unsignedQuery(append)), '403 SignatureDoesNotMatch')
      assert.equal(await outcome(append), '200')
      assert.equal(await sizeOf(`${bucket}/one`), '3')
      const composed = { method: 'PUT', path: `${bucket}/both`, query: 'compose', body: compose, sign }
      assert.equal(await outcome(unsignedQuery(composed)), '403 SignatureDoesNotMatch')
      assert.equal(await outcome(composed), '200')
      assert.equal(await sizeOf(`${bucket}/both`), '5')
      const force = { method: 'DELETE', path: bucket, query: 'force_delete=true', sign }
      assert.equal(await outcome({ ...force, query: '' }), '409 BucketNotEmpty')
      assert.equal(await outcome(unsignedQuery(force)), '403 SignatureDoesNotMatch')
      assert.equal(await outcome(force), '204')
      assert.equal(await outcome({ method: 'HEAD', path: bucket }), '404')
    })
  }

  test('K-SG-2: only what is there can be appended to', async () => {
    await create('append-to')
    const append = { method: 'PUT', path: '/append-to/none', query: 'append', body: 'x', sign: 'header2' } as const
    assert.equal(await outcome(append), '404 NoSuchKey')
    assert.equal(await outcome({ ...append, headers: { 'x-amz-write-offset-bytes': '0' } }), '200')
    assert.equal(await outcome(append), '200')
    assert.equal(await sizeOf('/append-to/none'), '2')
  })
})

test('K-NO-1: what is for web pages is answered 501', { skip }, async () => {
  await create('web-pages')
  const fields = signForm(
    kontenum.server,
    { key: 'posted' },
    { conditions: [{ bucket: 'web-pages' }, { key: 'posted' }] },
  )
  const website =
    '<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>'
  const rows: RawRequest[] = [
    postForm('web-pages', fields, 'x'),
    { path: '/web-pages', query: 'website' },
    { method: 'PUT', path: '/web-pages', query: 'website', body: website },
    { method: 'DELETE', path: '/web-pages', query: 'website' },
  ]
  for (const request of rows) assert.equal(await outcome(request), '501 NotImplemented', JSON.stringify(request))
  assert.equal(await outcome({ method: 'HEAD', path: '/web-pages/posted' }), '404')
})

describe('storage explorer', { skip }, () => {
  test('K-EX-1: a folder is an object x/ without bytes', async () => {
    await create('folders')
    for (const key of ['a/', 'a/b/', 'a/b/file'])
      assert.equal(await put(`/folders/${key}`, key.endsWith('/') ? '' : 'x'), '200')
    const top = (await ask({ path: '/folders', query: 'list-type=2&delimiter=%2F' })).text
    assert.deepEqual(elements(top, 'Prefix').slice(1), ['a/'])
    const inside = (await ask({ path: '/folders', query: 'list-type=2&delimiter=%2F&prefix=a%2F' })).text
    assert.deepEqual(elements(inside, 'Key'), ['a/'])
    assert.deepEqual([await sizeOf('/folders/a/'), await sizeOf('/folders/a/b/')], ['0', '0'])
    assert.equal(await outcome({ method: 'DELETE', path: '/folders/a/b/' }), '204')
    assert.equal(await sizeOf('/folders/a/b/file'), '1')
  })

  test('K-EX-2: what is deleted or replaced can be had back for 90 days', async () => {
    await create('soft')
    const softDelete = (await ask({ path: '/soft', query: 'softDelete' })).text
    assert.equal(element(softDelete, 'Days'), '90')
    await put('/soft/a', 'first')
    const first = await etagOf('/soft/a')
    await put('/soft/a', 'second')
    await ask({ method: 'DELETE', path: '/soft/a' })
    assert.equal(await outcome({ method: 'HEAD', path: '/soft/a' }), '404')
    const deleted = (await ask({ path: '/soft', query: 'deleted' })).text
    assert.deepEqual(elements(deleted, 'Size').sort(), ['5', '6'])
    const [from, to] = [elements(deleted, 'Deleted')[0], elements(deleted, 'PurgeAfter')[0]]
    assert.equal(Date.parse(to ?? '') - Date.parse(from ?? ''), 90 * 86_400_000)
    const ids = elements(deleted, 'DeletedId')
    const oldest = ids[elements(deleted, 'ETag').indexOf(first ?? '')] ?? ''
    assert.equal(await outcome({ method: 'POST', path: '/soft/a', query: 'undelete' }), '200')
    assert.equal(await sizeOf('/soft/a'), '6')
    assert.equal(await outcome({ method: 'POST', path: '/soft/a', query: `undelete&deletedId=${oldest}` }), '200')
    assert.equal(await etagOf('/soft/a'), first)
  })

  test('K-EX-2: the days are a bucket’s own, and none where it says 0', async () => {
    await create('soft-own')
    const days = (count: number): string => `<SoftDeleteConfiguration><Days>${count}</Days></SoftDeleteConfiguration>`
    for (const count of [7, 0]) {
      const set = { method: 'PUT', path: '/soft-own', query: 'softDelete', body: days(count) }
      assert.equal(await outcome(set), '200')
      assert.equal(element((await ask({ path: '/soft-own', query: 'softDelete' })).text, 'Days'), String(count))
    }
    await put('/soft-own/a')
    await ask({ method: 'DELETE', path: '/soft-own/a' })
    assert.deepEqual(elements((await ask({ path: '/soft-own', query: 'deleted' })).text, 'Key'), [])
  })

  test('K-EX-3: there are no versions until they are asked for', async () => {
    await create('unversioned')
    assert.equal(element((await ask({ path: '/unversioned', query: 'versioning' })).text, 'Status'), '')
    const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
    assert.equal(await outcome({ method: 'PUT', path: '/unversioned', query: 'versioning', body }), '200')
    for (const text of ['1', '2']) await put('/unversioned/a', text)
    assert.equal(elements((await ask({ path: '/unversioned', query: 'versions' })).text, 'VersionId').length, 2)
  })
})
