/** Attacks on other people's buckets: what is nobody's to take is not had by copying, by naming a version, or by asking for a sub-resource. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
// Which action a copy asks for cannot be seen from outside while owners may do everything and others nothing.
import type { Context } from '../../src/s3/context.ts'
import { findCopySource } from '../../src/s3/copy-source.ts'
import { element, elements, send, type RawRequest } from '../harness/request.ts'
import { contentOf, keysIn, refuses, skip, startTwoAccounts, succeeds, type TwoAccounts } from './two-accounts.ts'

/** What no answer to a stranger may hold. */
const treasure = 'a treasure of the victim'
const hiddenName = 'name-that-nobody-else-knows'
let there: TwoAccounts
/** An unfinished upload of the victim's, and where. */
let uploadId: string
let ownerId: string
let held: Record<string, string>

describe('somebody else’s bucket', { skip }, () => {
  before(async () => {
    if (skip !== false) return
    there = await startTwoAccounts('ownership', { env: { ENTREPOT_SIG_V2_HEADER: 'true' } })
    const { server, theirs } = there
    await succeeds(server, { method: 'PUT', path: `/${theirs}/secret`, body: treasure })
    await succeeds(server, { method: 'PUT', path: `/${theirs}/${hiddenName}`, body: treasure })
    const path = `/${theirs}/unfinished`
    const created = await succeeds(server, { method: 'POST', path, query: 'uploads' })
    uploadId = element(created.text, 'UploadId')
    await succeeds(server, { method: 'PUT', path, query: `partNumber=1&uploadId=${uploadId}`, body: treasure })
    ownerId = element((await succeeds(server, { path: '/' })).text, 'ID')
    held = await contentOf(server, theirs)
  })
  after(() => there?.server.stop())

  const asAttacker = (request: RawRequest): RawRequest => ({ ...request, credentials: there.attacker })
  async function unchanged(): Promise<void> {
    assert.deepEqual(await contentOf(there.server, there.theirs), held)
  }

  /** Ways to write the victim's object as a source, and one of what is not there: the answer must not tell which it is. */
  const sources = (): readonly string[] => [
    `${there.theirs}/secret`,
    `/${there.theirs}/secret`,
    `${there.theirs}%2Fsecret`,
    `%2F${there.theirs}%2F%73ecret`,
    `${there.theirs}/missing`,
  ]
  const conditions: readonly Record<string, string>[] = [
    {},
    { 'x-amz-copy-source-if-match': '"0"' },
    { 'x-amz-copy-source-if-none-match': '*' },
    { 'x-amz-copy-source-if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' },
    { 'x-amz-metadata-directive': 'REPLACE' },
    { 'x-amz-checksum-algorithm': 'SHA256' },
  ]

  test('security 21: CopyObject from a bucket that the account may not read is AccessDenied, and stores nothing (GHSA-mx42)', async () => {
    const { server, mine, theirs } = there
    const copy = (source: string, more: Record<string, string> = {}): RawRequest =>
      asAttacker({ method: 'PUT', path: `/${mine}/taken`, headers: { 'x-amz-copy-source': source, ...more } })
    for (const source of sources())
      for (const condition of conditions) await refuses(server, copy(source, condition), 403, 'AccessDenied')
    const expected = { 'x-amz-source-expected-bucket-owner': ownerId }
    await refuses(server, copy(`${theirs}/secret`, expected), 403, 'AccessDenied')
    assert.deepEqual(await keysIn(server, mine, there.attacker), [])
    await unchanged()
  })

  test('security 21: UploadPartCopy from such a bucket is AccessDenied, whole or a range, and stores no part', async () => {
    const { server, mine } = there
    const path = `/${mine}/taken-in-parts`
    const upload = element(
      (await succeeds(server, asAttacker({ method: 'POST', path, query: 'uploads' }))).text,
      'UploadId',
    )
    const query = `partNumber=1&uploadId=${upload}`
    for (const source of sources()) {
      for (const condition of [...conditions.slice(0, 4), { 'x-amz-copy-source-range': 'bytes=0-3' }]) {
        const headers = { 'x-amz-copy-source': source, ...condition }
        await refuses(server, asAttacker({ method: 'PUT', path, query, headers }), 403, 'AccessDenied')
      }
    }
    const { text } = await succeeds(server, asAttacker({ path, query: `uploadId=${upload}` }))
    assert.equal(text.includes('<Part>'), false)
    await succeeds(server, asAttacker({ method: 'DELETE', path, query: `uploadId=${upload}` }))
    await unchanged()
  })

  test('security 21: nor is anything copied into a bucket that the account may not write to, nor into another’s upload', async () => {
    const { server, mine, theirs } = there
    await succeeds(server, asAttacker({ method: 'PUT', path: `/${mine}/own`, body: 'planted' }))
    const headers = { 'x-amz-copy-source': `${mine}/own` }
    for (const key of ['secret', 'new'])
      await refuses(
        server,
        asAttacker({ method: 'PUT', path: `/${theirs}/${key}`, headers, body: '' }),
        403,
        'AccessDenied',
      )
    const query = `partNumber=2&uploadId=${uploadId}`
    await refuses(
      server,
      asAttacker({ method: 'PUT', path: `/${theirs}/unfinished`, query, headers }),
      403,
      'AccessDenied',
    )
    await refuses(
      server,
      asAttacker({ method: 'PUT', path: `/${mine}/unfinished`, query, headers }),
      404,
      'NoSuchUpload',
    )
    // The other way round: what is one's own can be copied, so the refusals above are of the right.
    await succeeds(server, asAttacker({ method: 'PUT', path: `/${mine}/copy`, headers }))
    assert.equal((await succeeds(server, asAttacker({ path: `/${mine}/copy` }))).text, 'planted')
    for (const key of ['own', 'copy']) await succeeds(server, asAttacker({ method: 'DELETE', path: `/${mine}/${key}` }))
    await unchanged()
  })

  const versions = ['null', '', '0', 'x', '3HL4kqtJvjVBH40Nrjfkd', 'null%00', 'null?versionId=x', '../null']

  test('security 22: a source with ?versionId= that the account may not read is AccessDenied, whatever the version (GHSA-3ppv)', async () => {
    const { server, mine, theirs } = there
    for (const version of versions) {
      for (const key of ['secret', 'missing']) {
        const headers = { 'x-amz-copy-source': `${theirs}/${key}?versionId=${version}` }
        await refuses(server, asAttacker({ method: 'PUT', path: `/${mine}/version`, headers }), 403, 'AccessDenied')
        const query = `versionId=${encodeURIComponent(version)}`
        for (const method of ['GET', 'HEAD', 'DELETE'])
          await refuses(server, asAttacker({ method, path: `/${theirs}/${key}`, query }), 403, 'AccessDenied')
      }
    }
    assert.deepEqual(await keysIn(server, mine, there.attacker), [])
    await unchanged()
  })

  test('security 22: of one’s own object, another version than the current is never taken for it', async () => {
    const { server, mine } = there
    await succeeds(server, asAttacker({ method: 'PUT', path: `/${mine}/own`, body: 'current' }))
    for (const version of versions.filter((version) => version !== 'null')) {
      const headers = { 'x-amz-copy-source': `${mine}/own?versionId=${version}` }
      const answers = [
        await send(server, asAttacker({ method: 'PUT', path: `/${mine}/version`, headers })),
        await send(server, asAttacker({ path: `/${mine}/own`, query: `versionId=${encodeURIComponent(version)}` })),
      ]
      for (const { status, text } of answers) {
        assert.ok(status === 404 || status === 400, `${version}: ${status} ${text}`)
        assert.ok(!text.includes('current'))
      }
    }
    assert.deepEqual(await keysIn(server, mine, there.attacker), ['own'])
    await succeeds(server, asAttacker({ method: 'DELETE', path: `/${mine}/own` }))
  })

  test('security 22: a source with ?versionId= asks for s3:GetObjectVersion, one without for s3:GetObject', async () => {
    const asked: string[] = []
    const context = {
      authorizeSource(_bucket: string, _key: string, action: string) {
        asked.push(action)
        throw new Error('asked')
      },
    } as unknown as Context
    for (const CopySource of ['b/k', 'b/k?versionId=null', '/b/k?versionId=', 'b/k%3FversionId=null'])
      await assert.rejects(findCopySource({ CopySource }, context), /asked/)
    assert.deepEqual(asked, ['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectVersion', 's3:GetObject'])
  })

  const bucketSubresources =
    'accelerate acl analytics cors encryption intelligent-tiering inventory lifecycle location logging metrics notification ' +
    'object-lock ownershipControls policy policyStatus publicAccessBlock replication requestPayment tagging uploads versioning ' +
    'versions website'
  const objectSubresources = 'acl legal-hold restore retention select&select-type=2 tagging torrent uploads'

  /** Requests for a bucket that somebody else owns; the key in them is `secret`, or one that is not there. */
  function requests(key: string): RawRequest[] {
    const bucket = `/${there.theirs}`
    const path = `${bucket}/${key}`
    const upload = { path: `${bucket}/unfinished`, query: `uploadId=${uploadId}` }
    const part = { ...upload, query: `partNumber=1&uploadId=${uploadId}`, method: 'PUT', body: 'x' }
    const list: RawRequest[] = [
      { path: bucket },
      { path: bucket, query: 'list-type=2&fetch-owner=true' },
      { path: bucket, query: `list-type=2&prefix=${hiddenName.slice(0, 4)}&start-after=a&max-keys=1` },
      { method: 'HEAD', path: bucket },
      { method: 'DELETE', path: bucket },
      { method: 'POST', path: bucket, query: 'delete', body: deletion(key), headers: integrity(deletion(key)) },
      { path },
      { path, headers: { range: 'bytes=0-3' } },
      { path, query: 'partNumber=1' },
      { path, query: 'response-content-type=text/html' },
      { path, headers: { 'x-amz-object-attributes': 'ETag,ObjectSize' }, query: 'attributes' },
      { method: 'HEAD', path },
      { method: 'PUT', path, body: 'overwritten' },
      { method: 'PUT', path, body: 'overwritten', headers: { 'x-amz-expected-bucket-owner': ownerId } },
      { method: 'DELETE', path },
      upload,
      part,
      { ...upload, method: 'DELETE' },
      { ...upload, method: 'POST', body: completion },
    ]
    for (const query of bucketSubresources.split(' '))
      for (const method of ['GET', 'PUT', 'DELETE']) list.push({ method, path: bucket, query })
    for (const query of objectSubresources.split(' '))
      for (const method of ['GET', 'PUT', 'POST', 'DELETE']) list.push({ method, path, query })
    return list
  }
  const deletion = (key: string): string => `<Delete><Object><Key>${key}</Key></Object></Delete>`
  const integrity = (body: string) => ({ 'content-md5': createHash('md5').update(body).digest('base64') })
  const completion =
    '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"0"</ETag></Part></CompleteMultipartUpload>'

  /** Refused, for want of a right or of the operation; and without a word of what is the victim's. */
  async function deniesAll(as: (request: RawRequest) => RawRequest): Promise<void> {
    const absent = requests('missing')
    for (const [index, request] of requests('secret').entries()) {
      const { status, code, text, rawHeaders } = await send(there.server, as(request))
      const what = `${request.method ?? 'GET'} ${request.path}?${request.query ?? ''}`
      // A list of keys to delete is answered key by key.
      if (request.query === 'delete') assert.deepEqual([status, elements(text, 'Code')], [200, ['AccessDenied']])
      else assert.ok([400, 403, 405, 501].includes(status), `${what}: ${status} ${text}`)
      // That a request is no request at all is told before anything is looked up.
      if (status === 400) assert.ok(['InvalidArgument', 'MissingRequestBodyError'].includes(code), `${what}: ${code}`)
      else if (/[?&](?:acl|policy|uploads|uploadId)/.test(what)) assert.ok(status === 403 || status === 501, what)
      for (const word of [treasure, hiddenName, ownerId, 'unfinished'])
        assert.ok(!(text + rawHeaders.join()).replaceAll('/unfinished', '').includes(word), `${what}: ${text}`)
      const other = await send(there.server, as(absent[index]!))
      assert.deepEqual([other.status, other.code], [status, code], `${what} tells what is there`)
    }
    await unchanged()
  }

  test('security 24: nobody in particular learns nothing of a bucket: no list, no versions, no uploads, no ?acl, no ?policy', async () => {
    await deniesAll((request) => ({ ...request, sign: 'none' }))
    const strange = ['Basic YTpi', 'Bearer x', 'AWS4-HMAC-SHA256', 'AWS', 'AWS :', ' ']
    for (const authorization of strange) {
      const headers = { authorization }
      const answer = await send(there.server, { path: `/${there.theirs}/secret`, sign: 'none', headers })
      assert.ok(answer.status === 400 || answer.status === 403, `${authorization}: ${answer.status}`)
      assert.ok(!answer.text.includes(treasure))
    }
  })

  for (const way of ['header4', 'query4', 'header2'] as const) {
    test(`security 24: nor does another account, signing rightly by ${way}`, async () => {
      const payload = way === 'query4' ? { payload: 'UNSIGNED-PAYLOAD' } : {}
      const signed = (request: RawRequest): RawRequest => ({
        ...asAttacker(request),
        sign: way,
        ...payload,
        // All that is sent is signed, so that the refusal is of the right and not of the signature.
        ...(way === 'query4' && { signedHeaders: ['host', ...Object.keys(request.headers ?? {})] }),
      })
      await deniesAll(signed)
    })
  }

  test('security 24: nobody’s list of buckets names those of others, and their names cannot be had again', async () => {
    const { server, mine, theirs } = there
    const { text } = await succeeds(server, asAttacker({ path: '/' }))
    assert.ok(text.includes(mine) && !text.includes(theirs) && !text.includes(ownerId))
    await refuses(server, { path: '/', sign: 'none' }, 403, 'AccessDenied')
    await refuses(server, asAttacker({ method: 'PUT', path: `/${theirs}` }), 409, 'BucketAlreadyExists')
    await unchanged()
  })

  test('security 24: without ACLs, as buckets are unless their owner chooses otherwise, none is made public by one', async () => {
    const { server, mine, attacker } = there
    const everybody = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'
    const publicly: Record<string, string>[] = [
      { 'x-amz-acl': 'public-read' },
      { 'x-amz-acl': 'public-read-write' },
      { 'x-amz-acl': 'authenticated-read' },
      { 'x-amz-grant-read': everybody },
      { 'x-amz-grant-full-control': everybody },
    ]
    for (const headers of publicly) {
      for (const path of [`/${mine}-public`, `/${mine}/public`])
        await refuses(server, asAttacker({ method: 'PUT', path, headers }), 400, 'AccessControlListNotSupported')
    }
    await succeeds(server, asAttacker({ method: 'PUT', path: `/${mine}/private`, body: 'x' }))
    for (const headers of publicly) {
      for (const path of [`/${mine}`, `/${mine}/private`])
        await refuses(
          server,
          asAttacker({ method: 'PUT', path, query: 'acl', headers }),
          400,
          'AccessControlListNotSupported',
        )
    }
    await refuses(server, { path: `/${mine}/private`, sign: 'none' }, 403, 'AccessDenied')
    await succeeds(server, asAttacker({ method: 'DELETE', path: `/${mine}/private` }))
    assert.deepEqual(await keysIn(server, mine, attacker), [])
    await refuses(server, { path: `/${mine}`, sign: 'none' }, 403, 'AccessDenied')
  })
})
