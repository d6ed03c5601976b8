/**
 * Attacks by every operation that is served: each is refused to who lacks one of the rights that it needs, or is denied one, and nothing has then
 * changed; and it is done for who has them all, so that the refusals are for want of the right.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
// Which operations there are; and that a request here is the operation that it claims to be.
import { Query } from '../../src/http/query.ts'
import { operations } from '../../src/s3/operations.generated.ts'
import { createRouter } from '../../src/s3/router.ts'
import { element, send, type RawAnswer, type RawRequest } from '../harness/request.ts'
import type { TestServer } from '../harness/server.ts'
import type { Place, Row } from './operation-row.ts'
import { onBuckets, reading } from './operations-on-buckets.ts'
import { onObjects } from './operations-on-objects.ts'
import { skip, startTwoAccounts, succeeds, type TwoAccounts } from './two-accounts.ts'
import { accountIdOf, allOf, makeUser, putPolicy, type Statement, type TestUser } from './users.ts'

const rows = [...reading, ...onObjects, ...onBuckets]
let there: TwoAccounts
let user: TestUser
let stranger: { readonly AWS: string }

describe('every operation', { skip }, () => {
  before(async () => {
    if (skip !== false) return
    there = await startTwoAccounts('operations')
    user = await makeUser(there.server, 'first', 'user', { Effect: 'Deny', Action: 's3:*', Resource: '*' })
    stranger = { AWS: await accountIdOf(there.server, there.attacker) }
  })
  after(() => there?.server.stop())

  test('security 24: the table has all operations that are served, and each request is the operation whose name it bears', () => {
    const route = createRouter(operations)
    const place = { versionId: '1', earlierId: '0', uploadId: 'u', deletedId: 'd', partETag: '"0"', bucket: 'b' }
    const routed = rows.map(({ name, request }) => {
      const { method = 'GET', path, query = '', headers = {} } = request(place)
      const [, bucket = '', key = ''] = path.split('/')
      const at = { bucket: bucket || undefined, key: key || undefined }
      const { shape } = route({ method, ...at, query: Query.parse(query), headers })
      const called = method === 'POST' && shape.name === 'AppendObject' ? 'PostAppendObject' : shape.name
      assert.equal(name.split(/[ ,]/)[0], called)
      return called
    })
    const served = operations.map(({ shape }) =>
      shape.method === 'POST' ? shape.name.replace(/^(?=Append)/, 'Post') : shape.name,
    )
    assert.deepEqual(new Set(routed), new Set(served))
  })

  for (const [index, row] of rows.entries()) {
    test(`security 24: ${row.name} is for those who may ${row.needs.join(' and ')}`, async () => {
      const place = await furnish(there.server, `operation-${index}`, row)
      const before = await stateOf(place)
      await refusedToWhoLacks(row, place)
      if (row.ofAccount === undefined) await refusedByPolicyOfBucket(row, place)
      assert.deepEqual(await stateOf(place), before)
      await user.may(allow(row.needs, place.bucket))
      await done(row, place, asUser)
      if (row.ofAccount !== undefined) return
      const other = await furnish(there.server, `operation-${index}-given`, row)
      await putPolicy(there.server, other.bucket, {
        ...allow(row.needs, other.bucket),
        Principal: stranger,
        Resource: allOf(other.bucket),
      })
      if (row.ownersAccount === undefined) return done(row, other, asStranger)
      assert.equal((await send(there.server, asStranger(row.request(other)))).status, 405)
    })
  }
})

const asUser = (request: RawRequest): RawRequest => ({ ...request, credentials: user.credentials })
const asStranger = (request: RawRequest): RawRequest => ({ ...request, credentials: there.attacker })
const asNobody = (request: RawRequest): RawRequest => ({ ...request, sign: 'none' })
const asOwner = (request: RawRequest): RawRequest => request

type As = (request: RawRequest) => RawRequest

const actions = (names: readonly string[]): string[] => names.map((name) => `s3:${name}`)

const somethingElse = 's3:GetObjectVersionTorrent'
/** An identity policy's statement; buckets that are to be made are named as the row names them. */
const allow = (needs: readonly string[], bucket: string): Statement => ({
  Effect: 'Allow',
  Action: needs.length === 0 ? somethingElse : actions(needs),
  Resource: needs.includes('ListAllMyBuckets') ? '*' : [...allOf(bucket), ...allOf(`${bucket}-new`)],
})
const deny = (need: string, bucket: string): Statement => ({ ...allow([need], bucket), Effect: 'Deny' })
const everything: Statement = { Effect: 'Allow', Action: 's3:*', Resource: '*' }

/** To nobody in particular, to a stranger, and to a user who may do all but one of what is needed. */
async function refusedToWhoLacks(row: Row, place: Place): Promise<void> {
  const { needs } = row
  const { bucket } = place
  await refused(row, place, asNobody, 'nobody')
  if (row.ofAccount === undefined) await refused(row, place, asStranger, 'another account')
  for (const need of needs) {
    await user.may(everything, deny(need, bucket))
    await refused(row, place, asUser, `a user who is denied ${need}`)
    // That is what every user's role allows.
    if (need === 'ListAllMyBuckets') continue
    await user.may(
      allow(
        needs.filter((other) => other !== need),
        bucket,
      ),
    )
    await refused(row, place, asUser, `a user who may not ${need}`)
    await user.may(allow(needs, 'another'))
    await refused(row, place, asUser, 'a user who may do so in another bucket')
  }
}

/** To a stranger, and to the owner itself, whom the bucket's policy denies one thing of what is needed. */
async function refusedByPolicyOfBucket(row: Row, place: Place): Promise<void> {
  const { server } = there
  const { bucket } = place
  const { needs, ofWriter = [] } = row
  for (const need of needs) {
    const denied = { ...deny(need, bucket), Principal: '*', Resource: allOf(bucket) } as const
    await putPolicy(server, bucket, { ...everything, Principal: stranger, Resource: allOf(bucket) }, denied)
    await refused(row, place, asStranger, `a stranger who is denied ${need}`)
    if (row.ownersAccount === undefined) await refused(row, place, asOwner, `the owner, who is denied ${need}`)
    if (ofWriter.includes(need)) continue
    await putPolicy(server, bucket, {
      ...allow(
        needs.filter((other) => other !== need),
        bucket,
      ),
      Principal: stranger,
      Resource: allOf(bucket),
    })
    await refused(row, place, asStranger, `a stranger who may not ${need}`)
  }
  await succeeds(server, { method: 'DELETE', path: `/${bucket}`, query: 'policy' })
}

async function refused({ request }: Row, place: Place, as: As, whom: string): Promise<void> {
  const { status, text } = await send(there.server, as(request(place)))
  assert.ok(isRefusal(status, text), `${whom}: ${status} ${text}`)
}

/** Lists of keys are answered key by key. */
const isRefusal = (status: number, text: string): boolean =>
  status === 403 || (status === 200 && text.includes('<Code>AccessDenied<') && !/<(?:Moved|Deleted)>/.test(text))

async function done({ request }: Row, place: Place, as: As): Promise<void> {
  const { status, text, code } = await send(there.server, as(request(place)))
  const succeeded = Math.floor(status / 100) === 2 && !text.includes('<Error>')
  assert.ok(succeeded || nothingThere.test(code) || text.includes('no torrent'), `${status} ${text}`)
}

/** What those are told who may ask for what a bucket has not been given; and of a bucket that has something, who would delete it. */
const nothingThere =
  /^(?:NoSuch(?:CORSConfiguration|LifecycleConfiguration|BucketPolicy|TagSet|ObjectLockConfiguration|PublicAccessBlockConfiguration)|ServerSideEncryptionConfigurationNotFoundError|ObjectLockConfigurationNotFoundError|BucketNotEmpty)$/

const configurations =
  'acl cors encryption lifecycle object-lock ownershipControls policy publicAccessBlock softDelete tagging versioning'

/** All that the bucket has and is, as its owner sees it. */
async function stateOf({ bucket }: Place): Promise<readonly string[]> {
  const queries = ['versions', 'uploads', 'deleted', ...configurations.split(' ')]
  const requests: RawRequest[] = [
    ...queries.map((query) => ({ path: `/${bucket}`, query })),
    ...['acl', 'tagging', 'retention', 'legal-hold', 'uploadId=u'].map((query) => ({ path: `/${bucket}/k`, query })),
    { path: `/${bucket}/k` },
    { path: `/${bucket}-new` },
  ]
  const told = ({ status, code, text }: RawAnswer): string => (status < 300 ? text : `${status} ${code}`)
  return Promise.all(requests.map(async (request) => told(await send(there.server, request))))
}

/** A bucket of the harness's account, with all that the table's requests speak of. */
async function furnish(server: TestServer, bucket: string, { has }: Row): Promise<Place> {
  const path = `/${bucket}/k`
  const put = async (headers: Record<string, string> = {}) => {
    const { headers: answered } = await succeeds(server, { method: 'PUT', path, body: 'treasure', headers })
    return String(answered['x-amz-version-id'] ?? '')
  }
  await succeeds(server, { method: 'PUT', path: `/${bucket}`, headers: bucketHeaders[has ?? 'tags'] ?? {} })
  if (has === 'versions') {
    const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
    await succeeds(server, { method: 'PUT', path: `/${bucket}`, query: 'versioning', body })
  }
  const earlierId = await put()
  const versionId = await put({ ...(has === 'tags' && { 'x-amz-tagging': 'a=b' }) })
  if (has === 'locks') {
    const body = `<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>${inTwoDays}</RetainUntilDate></Retention>`
    await succeeds(server, { method: 'PUT', path, query: 'retention', body })
  }
  const uploadId = element((await succeeds(server, { method: 'POST', path, query: 'uploads' })).text, 'UploadId')
  const part: RawRequest = { method: 'PUT', path, query: `partNumber=1&uploadId=${uploadId}`, body: 'part' }
  const partETag = String((await succeeds(server, part)).headers.etag)
  const deletedId = has === 'softDelete' ? await deleteSoftly(server, bucket) : ''
  return { bucket, versionId, earlierId, uploadId, partETag, deletedId }
}

const inTwoDays = new Date(Date.now() + 2 * 86_400_000).toISOString()
const bucketHeaders: Readonly<Record<string, Record<string, string>>> = {
  locks: { 'x-amz-bucket-object-lock-enabled': 'true' },
  acls: { 'x-amz-object-ownership': 'ObjectWriter' },
}

async function deleteSoftly(server: TestServer, bucket: string): Promise<string> {
  const body = '<SoftDeleteConfiguration><Days>7</Days></SoftDeleteConfiguration>'
  await succeeds(server, { method: 'PUT', path: `/${bucket}`, query: 'softDelete', body })
  await succeeds(server, { method: 'PUT', path: `/${bucket}/deleted`, body: 'x' })
  await succeeds(server, { method: 'DELETE', path: `/${bucket}/deleted` })
  return element((await succeeds(server, { path: `/${bucket}`, query: 'deleted' })).text, 'DeletedId')
}
