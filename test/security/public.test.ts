/** Attacks on buckets that everybody may read: they may read what is there, and nothing else. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { element, elements, send, type RawRequest } from '../harness/request.ts'
import { refuses, skip, startTwoAccounts, succeeds, type TwoAccounts } from './two-accounts.ts'
import { accountIdOf, allOf, policyOf, putPolicy } from './users.ts'

let there: TwoAccounts
let ownerId: string

const asNobody = (request: RawRequest): RawRequest => ({ ...request, sign: 'none' })
const asStranger = (request: RawRequest): RawRequest => ({ ...request, credentials: there.attacker })

interface Public {
  readonly bucket: string
  readonly uploadId: string
  readonly versionId: string
  readonly earlierId: string
}

const versioning = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'

/** With two versions of `k`, a private object in it, and an unfinished upload. */
async function furnish(bucket: string, headers: Record<string, string>): Promise<Public> {
  const { server } = there
  const path = `/${bucket}/k`
  await succeeds(server, { method: 'PUT', path: `/${bucket}`, headers })
  await succeeds(server, { method: 'PUT', path: `/${bucket}`, query: 'versioning', body: versioning })
  const put = async (body: string) =>
    String((await succeeds(server, { method: 'PUT', path, body, headers })).headers['x-amz-version-id'])
  const [earlierId, versionId] = [await put('earlier'), await put('current')]
  await succeeds(server, { method: 'PUT', path: `/${bucket}/private`, body: 'private' })
  const created = await succeeds(server, { method: 'POST', path, query: 'uploads' })
  const uploadId = element(created.text, 'UploadId')
  await succeeds(server, { method: 'PUT', path, query: `partNumber=1&uploadId=${uploadId}`, body: 'part' })
  return { bucket, uploadId, versionId, earlierId }
}

const documents =
  'acl policy cors lifecycle encryption tagging object-lock versioning ownershipControls publicAccessBlock'
/** Not served, so that there is nothing to be had; what is refused first does not matter. */
const unserved = 'logging notification website replication accelerate inventory analytics metrics'

/** All that is not reading: by its right name, and by names that might be taken for it. */
function attempts({ bucket, uploadId, versionId, earlierId }: Public): RawRequest[] {
  const path = `/${bucket}`
  const key = `${path}/k`
  const reads = 'versions uploads policyStatus location requestPayment deleted softDelete'
  const queries = [
    ...`${reads} ${documents} ${unserved}`.split(' '),
    ...['acl&prefix=k', 'prefix=k&acl', 'ACL&acl=', 'acl=&list-type=2', 'versions&list-type=2', 'acl&versionId=null'],
    ...[
      'policy&x-id=GetObject',
      'versions&prefix=k&max-keys=1',
      'uploads&x-id=ListObjectsV2',
      '%61cl',
      '&acl',
      'acl&acl',
    ],
  ]
  const ofObject = [
    ...['acl', 'acl&versionId=', `acl&versionId=${versionId}`, `versionId=${earlierId}&acl`, 'tagging', 'retention'],
    ...['legal-hold', 'attributes', 'torrent', `uploadId=${uploadId}`, `tagging&versionId=${versionId}`],
    ...[`versionId=${earlierId}`, `versionId=${versionId}`, `versionId=${earlierId}&partNumber=1`],
    ...[`response-content-type=text%2Fhtml&acl`, `x-id=GetObject&acl`, `uploadId=${uploadId}&partNumber=1`],
  ]
  const body = '<Delete><Object><Key>k</Key></Object></Delete>'
  return [
    ...queries.map((query) => ({ path, query })),
    ...ofObject.flatMap((query) => [
      { path: key, query, headers: { 'x-amz-object-attributes': 'ETag' } },
      { method: 'HEAD', path: key, query },
    ]),
    ...[...documents.split(' '), 'softDelete'].flatMap((query) => [
      { method: 'PUT', path, query, body: '<x/>' },
      { method: 'DELETE', path, query },
    ]),
    { method: 'PUT', path, query: 'acl', headers: { 'x-amz-acl': 'public-read-write' } },
    { method: 'PUT', path: key, query: 'acl', headers: { 'x-amz-acl': 'public-read-write' } },
    { method: 'PUT', path: key, body: 'overwritten' },
    { method: 'PUT', path: key, query: 'append', body: 'x' },
    { method: 'PUT', path: key, query: 'compose', body: '{"sources":[{"key":"k"}]}' },
    { method: 'PUT', path: key, query: 'renameObject', headers: { 'x-amz-rename-source': 'k' } },
    { method: 'PUT', path: `${path}/new`, headers: { 'x-amz-copy-source': `${bucket}/k` } },
    { method: 'MOVE', path: key, headers: { destination: 'new' } },
    { method: 'POST', path: key, query: 'uploads' },
    { method: 'POST', path: key, query: 'undelete' },
    { method: 'DELETE', path: key },
    {
      method: 'DELETE',
      path: key,
      query: `versionId=${earlierId}`,
      headers: { 'x-amz-bypass-governance-retention': 'true' },
    },
    { method: 'DELETE', path: key, query: `uploadId=${uploadId}` },
    { method: 'DELETE', path },
    { method: 'DELETE', path, query: 'force_delete=true' },
    { method: 'POST', path, query: 'delete', body },
  ]
}

describe('a bucket that everybody may read', { skip }, () => {
  let byAcl: Public
  let byPolicy: Public
  before(async () => {
    if (skip !== false) return
    there = await startTwoAccounts('public', { env: { ENTREPOT_ACL: 'full' } })
    ownerId = await accountIdOf(there.server)
    byAcl = await furnish('public-by-acl', { 'x-amz-acl': 'public-read' })
    byPolicy = await furnish('public-by-policy', {})
    await putPolicy(
      there.server,
      byPolicy.bucket,
      { Effect: 'Allow', Principal: '*', Action: ['s3:GetObject', 's3:ListBucket'], Resource: allOf(byPolicy.bucket) },
      {
        Effect: 'Deny',
        Principal: { AWS: await accountIdOf(there.server, there.attacker) },
        Action: 's3:GetObject',
        Resource: allOf(byPolicy.bucket),
      },
    )
  })
  after(() => there?.server.stop())

  /** Refused, and not for a reason that would go away; in no case with what is asked for. */
  async function refusesAll(place: Public, as: (request: RawRequest) => RawRequest, except: RegExp): Promise<void> {
    for (const request of attempts(place)) {
      const what = `${request.method ?? 'GET'} ${request.path}?${request.query ?? ''}`
      if (except.test(what)) continue
      const { status, code, text } = await send(there.server, as(request))
      assert.ok([400, 403, 405, 501].includes(status), `${what}: ${status} ${text}`)
      // What is no document at all is told so before anything is looked up.
      assert.match(
        code,
        /^(?:AccessDenied|NotImplemented|MethodNotAllowed|Invalid(?:Argument|Request)|Malformed\w+|)$/,
        what,
      )
      for (const word of [place.uploadId, place.earlierId, ownerId, 'earlier', 'private<'])
        assert.ok(!text.includes(word) || request.query?.includes(word), `${what}: ${text}`)
    }
    const { text } = await succeeds(there.server, { path: `/${place.bucket}`, query: 'versions' })
    assert.deepEqual(elements(text, 'VersionId').slice(0, 2), [place.versionId, place.earlierId])
    assert.equal(elements(text, 'VersionId').length, 3)
  }

  for (const [name, placeOf] of [
    ['its ACL', () => byAcl],
    ['its policy', () => byPolicy],
  ] as const) {
    test(`security 24: by ${name} it is listed and read by nobody in particular; and no version, upload, ACL, policy or configuration of it, nor is it written to`, async () => {
      const { server } = there
      const place = placeOf()
      const path = `/${place.bucket}`
      assert.deepEqual(elements((await succeeds(server, asNobody({ path }))).text, 'Key'), ['k', 'private'])
      assert.equal((await succeeds(server, asNobody({ path: `${path}/k` }))).text, 'current')
      const isPrivate = name === 'its ACL' ? 403 : 200
      assert.equal((await send(server, asNobody({ path: `${path}/private` }))).status, isPrivate)
      // An object's READ is of all its versions, as AWS has it; a policy's s3:GetObject of the current one.
      await refusesAll(
        place,
        asNobody,
        name === 'its ACL' ? /(?:GET|HEAD) \S+\/k\?versionId=[^&]*(?:&partNumber=1)?$/ : /^$/,
      )
    })
  }

  test('security 24: what everybody may, another account may too, and a policy denies it to that one alone', async () => {
    const { server } = there
    const path = `/${byPolicy.bucket}/k`
    await refuses(server, asStranger({ path }), 403, 'AccessDenied')
    await succeeds(server, asNobody({ path }))
    // Among those who have an account the bucket's READ is of its versions and uploads.
    await refusesAll(
      byAcl,
      asStranger,
      /\?(?:versions|uploads)|(?:GET|HEAD) \S+\/k\?versionId=[^&]*(?:&partNumber=1)?$|delete$/,
    )
  })

  const blocks = (...names: string[]): string =>
    `<PublicAccessBlockConfiguration>${names.map((name) => `<${name}>true</${name}>`).join('')}</PublicAccessBlockConfiguration>`
  const block = async (bucket: string, ...names: string[]) =>
    succeeds(there.server, { method: 'PUT', path: `/${bucket}`, query: 'publicAccessBlock', body: blocks(...names) })

  test('security 24: IgnorePublicAcls and RestrictPublicBuckets shut what is open already, for all who are not the owner’s', async () => {
    const { server } = there
    for (const [{ bucket }, name] of [
      [byAcl, 'IgnorePublicAcls'],
      [byPolicy, 'RestrictPublicBuckets'],
    ] as const) {
      await block(bucket, name)
      for (const request of [
        { path: `/${bucket}` },
        { path: `/${bucket}/k` },
        { method: 'HEAD', path: `/${bucket}/k` },
      ]) {
        assert.equal((await send(server, asNobody(request))).status, 403)
        assert.equal((await send(server, asStranger(request))).status, 403)
        await succeeds(server, request)
      }
      await succeeds(server, { method: 'DELETE', path: `/${bucket}`, query: 'publicAccessBlock' })
      await succeeds(server, asNobody({ path: `/${bucket}/k` }))
    }
  })

  test('security 24: BlockPublicAcls and BlockPublicPolicy let nothing be opened, by whatever request and in whatever words', async () => {
    const { server } = there
    const bucket = 'public-never'
    const path = `/${bucket}`
    await succeeds(server, { method: 'PUT', path })
    await succeeds(server, { method: 'PUT', path: `${path}/k`, body: 'x' })
    await block(bucket, 'BlockPublicAcls', 'BlockPublicPolicy')
    const group = (name: string) => `uri="http://acs.amazonaws.com/groups/global/${name}"`
    const acls: Record<string, string>[] = [
      ...['public-read', 'public-read-write', 'authenticated-read'].map((name) => ({ 'x-amz-acl': name })),
      ...['read', 'write', 'read-acp', 'write-acp', 'full-control'].flatMap((permission) =>
        ['AllUsers', 'AuthenticatedUsers'].map((name) => ({
          [`x-amz-grant-${permission}`]: `id="${ownerId}", ${group(name)}`,
        })),
      ),
    ]
    for (const headers of acls) {
      for (const request of [
        { method: 'PUT', path, query: 'acl' },
        { method: 'PUT', path: `${path}/k`, query: 'acl' },
        { method: 'PUT', path: `${path}/new`, body: 'x' },
        { method: 'PUT', path: `${path}/k`, query: 'append', body: 'x' },
        { method: 'PUT', path: `${path}/new`, query: 'compose', body: '{"sources":[{"key":"k"}]}' },
        { method: 'POST', path: `${path}/new`, query: 'uploads' },
      ])
        await refuses(server, { ...request, headers }, 403, 'AccessDenied')
      const copied = { ...headers, 'x-amz-copy-source': `${bucket}/k` }
      await refuses(server, { method: 'PUT', path: `${path}/new`, headers: copied }, 403, 'AccessDenied')
    }
    const policies = [
      { Principal: '*' },
      { Principal: { AWS: '*' } },
      { Principal: { AWS: [ownerId, '*'] } },
      { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } } },
      { Principal: '*', Condition: { StringLike: { 'aws:Referer': 'https://example.com/*' } } },
      { Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ] as const
    for (const policy of policies) {
      const body = policyOf({
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: `arn:aws:s3:::${bucket}/*`,
        ...policy,
      })
      await refuses(server, { method: 'PUT', path, query: 'policy', body }, 403, 'AccessDenied')
    }
    await refuses(server, asNobody({ path: `${path}/k` }), 403, 'AccessDenied')
  })

  test('security 24: who may do everything by a public policy may not have another policy, nor read it', async () => {
    const { server } = there
    const bucket = 'public-to-the-full'
    const path = `/${bucket}`
    await succeeds(server, { method: 'PUT', path })
    await putPolicy(server, bucket, { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: allOf(bucket) })
    await succeeds(server, asNobody({ method: 'PUT', path: `${path}/k`, body: 'x' }))
    const body = policyOf({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: allOf(bucket) })
    for (const as of [asNobody, asStranger]) {
      await refuses(server, as({ method: 'PUT', path, query: 'policy', body }), 405, 'MethodNotAllowed')
      await refuses(server, as({ path, query: 'policy' }), 405, 'MethodNotAllowed')
      await refuses(server, as({ method: 'DELETE', path, query: 'policy' }), 405, 'MethodNotAllowed')
    }
    await succeeds(server, { path, query: 'policy' })
  })

  test('security 24: the bucket’s owner, as the client expects it, is checked on every request; that it is another tells nobody more', async () => {
    const { server, mine } = there
    const expecting = (id: string) => ({ 'x-amz-expected-bucket-owner': id })
    const strangerId = await accountIdOf(server, there.attacker)
    for (const request of [...attempts(byAcl), { path: `/${byAcl.bucket}/k` }, { path: `/${byAcl.bucket}` }]) {
      const headers = { ...request.headers, ...expecting(strangerId) }
      const { status, code } = await send(server, { ...request, headers })
      const what = `${request.method ?? 'GET'} ${request.path}?${request.query ?? ''}`
      assert.ok([400, 403, 501].includes(status), `${what}: ${status} ${code}`)
    }
    const source = { 'x-amz-copy-source': `${byAcl.bucket}/k`, 'x-amz-source-expected-bucket-owner': strangerId }
    await refuses(server, asStranger({ method: 'PUT', path: `/${mine}/k`, headers: source }), 403, 'AccessDenied')
    for (const id of [ownerId, strangerId, 'x', '']) {
      const answer = await send(server, asStranger({ path: `/${there.theirs}/k`, headers: expecting(id) }))
      assert.deepEqual([answer.status, answer.code], [403, 'AccessDenied'])
    }
    assert.equal((await succeeds(server, { path: `/${byAcl.bucket}/k`, headers: expecting(ownerId) })).text, 'current')
  })
})
