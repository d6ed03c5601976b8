/** Attacks on what is locked, by requests of all kinds and by those who may do everything but pass over locks: it stays, byte by byte, and so does its lock. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { element, elements, send, type RawRequest } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { refuses, skip, succeeds } from './two-accounts.ts'
import { allOf, makeUser, putPolicy, type Statement, type TestUser } from './users.ts'

const bucket = 'locked'
const path = `/${bucket}`
const bypass = { 'x-amz-bypass-governance-retention': 'true' }
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString()
const until = inDays(2)
const bodyOf = (key: string): string => `what ${key} has to keep`

/** Keys under a lock, each with headers that put it there. */
const locks: Readonly<Record<string, Record<string, string>>> = {
  governed: { 'x-amz-object-lock-mode': 'GOVERNANCE', 'x-amz-object-lock-retain-until-date': until },
  complying: { 'x-amz-object-lock-mode': 'COMPLIANCE', 'x-amz-object-lock-retain-until-date': until },
  held: { 'x-amz-object-lock-legal-hold': 'ON' },
}
const keys = Object.keys(locks)

type As = (request: RawRequest) => RawRequest

let server: TestServer
let user: TestUser
const versions = new Map<string, string>()
/** May do everything, but not pass over locks. */
const asUser: As = (request) => ({ ...request, credentials: user.credentials })
/** The account itself, which may pass over GOVERNANCE. */
const asRoot: As = (request) => request

const everything: Statement = { Effect: 'Allow', Action: 's3:*', Resource: '*' }
const noBypass: Statement = { Effect: 'Deny', Action: 's3:BypassGovernanceRetention', Resource: '*' }
const md5 = (body: string): string => createHash('md5').update(body).digest('base64')
const retention = (mode: string, date: string): string =>
  `<Retention><Mode>${mode}</Mode><RetainUntilDate>${date}</RetainUntilDate></Retention>`

describe('what is locked', { skip }, () => {
  before(async () => {
    if (skip !== false) return
    server = await startServer({ env: { ENTREPOT_LIFECYCLE_DAY_SECONDS: '1' } })
    user = await makeUser(server, 'first', 'keeper', everything, noBypass)
    await succeeds(server, { method: 'PUT', path, headers: { 'x-amz-bucket-object-lock-enabled': 'true' } })
    for (const key of keys) {
      const headers = { ...locks[key], 'content-md5': md5(bodyOf(key)) }
      const put = await succeeds(server, { method: 'PUT', path: `${path}/${key}`, headers, body: bodyOf(key) })
      versions.set(key, String(put.headers['x-amz-version-id']))
    }
  })
  after(() => server?.stop())

  /** Every locked version is there, with its bytes and its lock. */
  async function assertKept(): Promise<void> {
    for (const key of keys) {
      const query = `versionId=${versions.get(key)}`
      const { text, headers } = await succeeds(server, { path: `${path}/${key}`, query })
      assert.equal(text, bodyOf(key))
      for (const [name, value] of Object.entries(locks[key]!)) {
        const shown = String(headers[name])
        const same = name.endsWith('date') ? Date.parse(shown) >= Date.parse(value) - 1000 : shown === value
        assert.ok(same, `${key}: ${name}: ${shown}`)
      }
    }
  }

  /** What would take a locked version away, or its lock; `key` is locked. */
  const attempts = (key: string): RawRequest[] => {
    const query = `versionId=${versions.get(key)}`
    const target = `${path}/${key}`
    const named = `<Delete><Object><Key>${key}</Key><VersionId>${versions.get(key)}</VersionId></Object></Delete>`
    const listed = { method: 'POST', path, query: 'delete', body: named }
    const shorter = { method: 'PUT', path: target, query: `retention&${query}` }
    const shortened = [
      retention('GOVERNANCE', inDays(1)),
      retention('COMPLIANCE', inDays(1)),
      '<Retention/>',
      ...(key === 'complying' ? [retention('GOVERNANCE', inDays(3))] : []),
    ]
    return [
      ...[{}, bypass].flatMap((headers) => [
        { method: 'DELETE', path: target, query, headers },
        { ...listed, headers: { ...headers, 'content-md5': md5(named) } },
        { method: 'DELETE', path, query: 'force_delete=true', headers },
        { method: 'DELETE', path, headers },
        { method: 'MOVE', path: target, headers: { ...headers, destination: 'moved' } },
        {
          method: 'MOVE',
          path: target,
          headers: { ...headers, destination: `moved-${key}`, overwrite: 'true', 'x-wasabi-prefix': 'true' },
        },
        {
          method: 'PUT',
          path: `${path}/moved`,
          query: 'renameObject',
          headers: { ...headers, 'x-amz-rename-source': key },
        },
        {
          method: 'PUT',
          path,
          query: 'versioning',
          headers,
          body: '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>',
        },
        { method: 'PUT', path: target, query: 'append', headers, body: 'x' },
        ...(key === 'held'
          ? []
          : shortened.map((body) => ({ ...shorter, headers: { ...headers, 'content-md5': md5(body) }, body }))),
      ]),
      {
        method: 'PUT',
        path: target,
        headers: { ...bypass, 'x-amz-write-offset-bytes': String(bodyOf(key).length) },
        body: 'x',
      },
    ]
  }

  const isRefusal = (status: number, text: string): boolean =>
    [400, 403, 409].includes(status) ||
    (status === 200 && /<Code>AccessDenied</.test(text) && !/<(?:Moved|Deleted)>/.test(text))

  test('security 28: no request takes it away, or shortens its lock, without the right to pass over it', async () => {
    for (const key of keys) {
      for (const as of [asUser, ...(key === 'governed' ? [] : [asRoot])]) {
        for (const request of attempts(key)) {
          const { status, text } = await send(server, as(request))
          const what = `${request.method} ${request.path}?${request.query} ${JSON.stringify(request.headers)}`
          assert.ok(isRefusal(status, text), `${what}: ${status} ${text}`)
        }
      }
      await assertKept()
    }
    // The account itself says so, where it is asked to.
    const [plain] = attempts('governed')
    await refuses(server, plain!, 403, 'AccessDenied')
  })

  test('security 28: the right to pass over it is asked of the version that is locked, and of nobody but who has it', async () => {
    const target = `${path}/governed`
    const query = `versionId=${versions.get('governed')}`
    const request = { method: 'DELETE', path: target, query, headers: bypass }
    const right = (more: Partial<Statement>): Statement => ({
      Effect: 'Allow',
      Action: 's3:BypassGovernanceRetention',
      Resource: '*',
      ...more,
    })
    const remove: Statement = { Effect: 'Allow', Action: 's3:DeleteObject*', Resource: '*' }
    for (const policy of [
      [remove],
      [remove, right({ Resource: `arn:aws:s3:::${bucket}/other` })],
      [remove, right({ Condition: { StringEquals: { 's3:VersionId': 'other' } } })],
      [remove, right({ Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } })],
      [remove, right({}), { ...noBypass, Condition: { StringEquals: { 's3:VersionId': versions.get('governed')! } } }],
      [right({})],
    ]) {
      await user.may(...policy)
      await refuses(server, asUser(request), 403, 'AccessDenied')
      const body = `<Delete><Object><Key>governed</Key><VersionId>${versions.get('governed')}</VersionId></Object></Delete>`
      const headers = { ...bypass, 'content-md5': md5(body) }
      const { text } = await succeeds(server, asUser({ method: 'POST', path, query: 'delete', body, headers }))
      assert.deepEqual(elements(text, 'Code'), ['AccessDenied'])
    }
    // By the bucket's policy the account itself.
    await putPolicy(server, bucket, { ...noBypass, Principal: '*', Resource: allOf(bucket) })
    await refuses(server, request, 403, 'AccessDenied')
    await putPolicy(server, bucket)
    await user.may(everything, noBypass)
    await assertKept()
  })

  test('security 28: no new version, marker or configuration of the bucket puts an end to it, nor do the days of its lifecycle', async () => {
    const control = { method: 'PUT', path: `${path}/governed-not`, body: 'x' }
    await succeeds(server, control)
    await succeeds(server, control)
    for (const key of keys) {
      const target = `${path}/${key}`
      await succeeds(server, asUser({ method: 'PUT', path: target, body: 'another' }))
      await succeeds(
        server,
        asUser({ method: 'PUT', path: target, query: 'compose', body: `{"sources":[{"key":"${key}"}]}` }),
      )
      await succeeds(server, asUser({ method: 'DELETE', path: target }))
      await send(server, asUser({ method: 'POST', path: target, query: 'undelete' }))
    }
    const body = '<SoftDeleteConfiguration><Days>1</Days></SoftDeleteConfiguration>'
    await succeeds(server, asUser({ method: 'PUT', path, query: 'softDelete', body }))
    const { text } = await succeeds(server, asUser({ path, query: 'deleted' }))
    for (const deletedId of elements(text, 'DeletedId'))
      await send(
        server,
        asUser({ method: 'DELETE', path: `${path}/governed`, query: `deleted&deletedId=${deletedId}` }),
      )
    await assertKept()
    const rule =
      '<Rule><ID>all</ID><Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>' +
      '<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration></Rule>'
    const lifecycle = `<LifecycleConfiguration>${rule}</LifecycleConfiguration>`
    const headers = { 'content-md5': md5(lifecycle) }
    await succeeds(server, asUser({ method: 'PUT', path, query: 'lifecycle', body: lifecycle, headers }))
    // Delete markers have no size.
    const left = async () =>
      elements((await succeeds(server, { path, query: 'versions&prefix=governed-not' })).text, 'Size').length
    assert.equal(await left(), 2)
    for (let waited = 0; (await left()) > 0; waited++) {
      assert.ok(waited < 240, 'what is not locked has not expired')
      await sleep(250)
    }
    await assertKept()
  })

  test('security 28: what is written under the bucket’s default cannot say that it is not, nor be put where it would not be', async () => {
    const other = '/locked-by-default'
    await succeeds(server, { method: 'PUT', path: other, headers: { 'x-amz-bucket-object-lock-enabled': 'true' } })
    const rule = '<Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule>'
    const body = `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>${rule}</ObjectLockConfiguration>`
    await succeeds(server, { method: 'PUT', path: other, query: 'object-lock', body })
    const source = { 'x-amz-copy-source': `${bucket}/source` }
    await succeeds(server, { method: 'PUT', path: `${path}/source`, body: 'x' })
    const writes: RawRequest[] = [
      { method: 'PUT', path: `${other}/put`, body: 'x' },
      {
        method: 'PUT',
        path: `${other}/held-off`,
        body: 'x',
        headers: { 'x-amz-object-lock-legal-hold': 'OFF', 'content-md5': md5('x') },
      },
      { method: 'PUT', path: `${other}/copied`, headers: source },
      { method: 'PUT', path: `${other}/appended`, query: 'append&position=0', body: 'x' },
      { method: 'PUT', path: `${other}/composed`, query: 'compose', body: '{"sources":[{"key":"put"}]}' },
      { method: 'PUT', path: `${other}/offset`, body: 'x', headers: { 'x-amz-write-offset-bytes': '0' } },
    ]
    for (const request of writes) {
      const written = await succeeds(server, request)
      const query = `versionId=${String(written.headers['x-amz-version-id'])}`
      await refuses(server, { method: 'DELETE', path: request.path, query, headers: bypass }, 403, 'AccessDenied')
      const mode = element((await succeeds(server, { path: request.path, query: `retention&${query}` })).text, 'Mode')
      assert.equal(mode, 'COMPLIANCE', request.path)
      await refuses(server, { method: 'MOVE', path: request.path, headers: { destination: 'x' } }, 403, 'AccessDenied')
    }
    await refuses(server, { method: 'DELETE', path: other, query: 'force_delete=true' }, 403, 'AccessDenied')
  })

  test('security 28: a bucket is not emptied by who may not delete all that is in it', async () => {
    const other = 'not-to-be-emptied'
    await succeeds(server, { method: 'PUT', path: `/${other}` })
    await succeeds(server, { method: 'PUT', path: `/${other}/keep/k`, body: 'x' })
    const emptying = { method: 'DELETE', path: `/${other}`, query: 'force_delete=true' }
    const arn = (key: string) => `arn:aws:s3:::${other}/${key}`
    const bucketItself: Statement = { Effect: 'Allow', Action: 's3:DeleteBucket', Resource: '*' }
    const deletion = (more: Partial<Statement>): Statement => ({
      Effect: 'Allow',
      Action: 's3:DeleteObject*',
      Resource: '*',
      ...more,
    })
    const tagged = { StringEquals: { 's3:ExistingObjectTag/keep': 'yes' } }
    for (const policy of [
      [everything, deletion({ Effect: 'Deny', Resource: arn('keep/*') })],
      [everything, deletion({ Effect: 'Deny', Resource: arn('*k') })],
      [everything, deletion({ Effect: 'Deny', Resource: arn('${aws:username}/*') })],
      [everything, deletion({ Effect: 'Deny', Condition: tagged })],
      [everything, { Effect: 'Deny', Action: 's3:*', NotResource: [arn('mine/*'), arn('').slice(0, -1)] }],
      [bucketItself, deletion({ Resource: arn('?') })],
      [bucketItself, deletion({ Resource: arn('mine/*') })],
      [bucketItself, { Effect: 'Allow', Action: 's3:DeleteObject*', NotResource: arn('keep/*') }],
      [bucketItself, deletion({ Condition: { StringNotEquals: { 's3:ExistingObjectTag/keep': 'yes' } } })],
      [bucketItself, deletion({ Action: 's3:DeleteObject' })],
    ] as Statement[][]) {
      await user.may(...policy)
      await refuses(server, asUser(emptying), 403, 'AccessDenied')
    }
    await user.may(everything)
    await putPolicy(server, other, { ...deletion({ Effect: 'Deny', Resource: arn('keep/*') }), Principal: '*' })
    for (const as of [asUser, asRoot]) await refuses(server, as(emptying), 403, 'AccessDenied')
    assert.equal((await succeeds(server, { path: `/${other}/keep/k` })).text, 'x')
    await putPolicy(server, other)
    const insecurely = { Bool: { 'aws:SecureTransport': 'true' } }
    await user.may(
      bucketItself,
      deletion({ Resource: [arn('*')] }),
      deletion({ Effect: 'Deny', Condition: insecurely }),
    )
    await succeeds(server, asUser(emptying))
    await user.may(everything, noBypass)
  })
})
