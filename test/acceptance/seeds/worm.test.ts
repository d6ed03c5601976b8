/** Object lock through every way that the product has of deleting and replacing: what is locked is there, as it was, after each of them. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { element, elements, type RawRequest } from '../../harness/request.ts'
import { noVendor as skip, vendor } from '../../harness/vendor.ts'

const later = '2099-01-01T00:00:00Z'
/** Locks, as an upload asks for them. */
const locks = {
  compliance: { 'x-amz-object-lock-mode': 'COMPLIANCE', 'x-amz-object-lock-retain-until-date': later },
  governance: { 'x-amz-object-lock-mode': 'GOVERNANCE', 'x-amz-object-lock-retain-until-date': later },
  hold: { 'x-amz-object-lock-legal-hold': 'ON' },
} as const satisfies Record<string, Record<string, string>>
type Lock = keyof typeof locks
const all = Object.keys(locks) as Lock[]

const bucketOf = (lock: Lock): string => `/worm-${lock}`
const { ask, outcome } = vendor('aws', {
  env: { ENTREPOT_LIFECYCLE_DAY_SECONDS: '1' },
  async prepare() {
    for (const lock of all) assert.equal(await lockedBucket(bucketOf(lock)), '200')
  },
})
const lifecycleWaitSeconds = 60

const md5 = (text: string): string => createHash('md5').update(text).digest('base64')
/** A document, with its hash: nothing is to be refused for want of it. */
const document = (body: string) => ({ body, headers: { 'content-md5': md5(body) } })
const versions = async (path: string, prefix = ''): Promise<string[]> =>
  elements((await ask({ path, query: `versions&prefix=${prefix}` })).text, 'VersionId')
const lockedBucket = (path: string): Promise<string> =>
  outcome({ method: 'PUT', path, headers: { 'x-amz-bucket-object-lock-enabled': 'true' } })

/** A version that is locked, and the current one when it is made. */
interface Locked {
  readonly bucket: string
  readonly key: string
  readonly path: string
  /** As a query. */
  readonly version: string
}

async function putLocked(bucket: string, key: string, lock: Readonly<Record<string, string>>): Promise<Locked> {
  const path = `${bucket}/${key}`
  const put = { method: 'PUT', path, headers: { 'content-md5': md5('locked'), ...lock }, body: 'locked' }
  const { headers, text, status } = await ask(put)
  assert.equal(status, 200, text)
  return { bucket, key, path, version: `versionId=${String(headers['x-amz-version-id'])}` }
}

/** That the version is as it was. */
async function intact({ path, version }: Locked, after: string): Promise<void> {
  const got = await ask({ path, query: version })
  assert.deepEqual([got.status, got.text], [200, 'locked'], after)
}

type Way = readonly [what: string, request: (locked: Locked) => RawRequest, expected: string]

/** A version of its own for each way and lock. */
async function check(ways: readonly Way[], among: readonly Lock[] = all): Promise<void> {
  for (const lock of among) {
    for (const [index, [what, request, expected]] of ways.entries()) {
      const locked = await putLocked(bucketOf(lock), `${what.replaceAll(/\W/g, '-')}/${index}`, locks[lock])
      assert.equal(await outcome(request(locked)), expected, `${lock}: ${what}`)
      await intact(locked, `${lock}: ${what}`)
    }
  }
}

const bypass = { 'x-amz-bypass-governance-retention': 'true' }
const denied = '403 AccessDenied'
const deleteMany = ({ bucket, key, version }: Locked): RawRequest => {
  const object = `<Object><Key>${key}</Key><VersionId>${version.slice('versionId='.length)}</VersionId></Object>`
  return { method: 'POST', path: bucket, query: 'delete', ...document(`<Delete>${object}</Delete>`) }
}

test('X-7: a locked version is not deleted, alone or among others', { skip }, async () => {
  const remove = ({ path, version }: Locked): RawRequest => ({ method: 'DELETE', path, query: version })
  const many = '200 AccessDenied'
  await check([
    ['delete the version', remove, denied],
    ['delete it with DeleteObjects', deleteMany, many],
    ['delete the object', ({ path }) => ({ method: 'DELETE', path }), '204'],
  ])
  const bypassed = (locked: Locked): RawRequest => ({ ...remove(locked), headers: bypass })
  const bypassedMany = (locked: Locked): RawRequest => {
    const request = deleteMany(locked)
    return { ...request, headers: { ...request.headers, ...bypass } }
  }
  await check(
    [
      ['bypass governance', bypassed, denied],
      ['bypass governance with DeleteObjects', bypassedMany, many],
    ],
    ['compliance', 'hold'],
  )
})

test(
  'X-7: writing over it, copying and composing make versions beside it; it is not appended to',
  { skip },
  async () => {
    const put = ({ path }: Locked): { method: string; path: string } => ({ method: 'PUT', path })
    const onto = ({ path }: Locked) => ({ 'x-amz-copy-source': path, 'x-amz-metadata-directive': 'REPLACE' })
    const twice = (key: string): string => JSON.stringify({ sources: [{ key }, { key }] })
    await check([
      ['write over it', (locked) => ({ ...put(locked), body: 'another' }), '200'],
      ['copy it onto itself', (locked) => ({ ...put(locked), headers: onto(locked) }), '200'],
      ['append', (locked) => ({ ...put(locked), query: 'append', body: 'more' }), denied],
      [
        'append at an offset',
        (locked) => ({ ...put(locked), headers: { 'x-amz-write-offset-bytes': '6' }, body: 'x' }),
        denied,
      ],
      ['append at a position', (locked) => ({ ...put(locked), query: 'append&position=6', body: 'more' }), denied],
      ['compose it onto itself', (locked) => ({ ...put(locked), query: 'compose', body: twice(locked.key) }), '200'],
    ])
  },
)

test('X-7: it is not moved or renamed, by itself or with its folder', { skip }, async () => {
  const move = ({ path }: Locked, headers: Record<string, string>): RawRequest => ({ method: 'MOVE', path, headers })
  const folder = ({ bucket, key }: Locked): string => `${bucket}/${key.slice(0, key.indexOf('/') + 1)}`
  await check([
    ['move it', (locked) => move(locked, { destination: 'moved' }), denied],
    [
      'move its folder',
      (locked) => move({ ...locked, path: folder(locked) }, { destination: 'moved/', 'x-wasabi-prefix': 'true' }),
      '200 AccessDenied',
    ],
    [
      'rename it',
      ({ bucket, path }) => {
        return {
          method: 'PUT',
          path: `${bucket}/renamed`,
          query: 'renameObject',
          headers: { 'x-amz-rename-source': path },
        }
      },
      denied,
    ],
  ])
})

test(
  'X-7: the retention is not taken off or made shorter, and a hold stays for all but its own operation',
  { skip },
  async () => {
    const soon = new Date(Date.now() + 60_000).toISOString()
    const retain = (mode: string, until: string): string =>
      `<Retention><Mode>${mode}</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`
    const put = (body: string, headers = {}) => {
      const sent = document(body)
      return ({ path, version }: Locked): RawRequest => {
        return { method: 'PUT', path, query: `retention&${version}`, body, headers: { ...sent.headers, ...headers } }
      }
    }
    const shorter: Way[] = [
      ['shorten it', put(retain('COMPLIANCE', soon)), denied],
      ['shorten it, as governance', put(retain('GOVERNANCE', soon)), denied],
      ['take it off', put('<Retention/>'), denied],
    ]
    await check(shorter, ['compliance', 'governance'])
    await check(
      [
        ['weaken it', put(retain('GOVERNANCE', later)), denied],
        ['weaken it by a bypass', put(retain('GOVERNANCE', later), bypass), denied],
        ['shorten it by a bypass', put(retain('COMPLIANCE', soon), bypass), denied],
        ['take it off by a bypass', put('<Retention/>', bypass), denied],
      ],
      ['compliance'],
    )
  },
)

test('X-7: its bucket stays, and keeps its versions', { skip }, async () => {
  const suspend = '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>'
  for (const lock of all) {
    const [bucket, before] = [bucketOf(lock), await versions(bucketOf(lock))]
    const locked = await putLocked(bucket, 'in-its-bucket', locks[lock])
    const rows: [request: RawRequest, expected: string][] = [
      [{ method: 'DELETE', path: bucket }, '409 BucketNotEmpty'],
      [{ method: 'DELETE', path: bucket, query: 'force_delete=true' }, denied],
      [{ method: 'PUT', path: bucket, query: 'versioning', ...document(suspend) }, '409 InvalidBucketState'],
    ]
    for (const [request, expected] of rows) assert.equal(await outcome(request), expected, JSON.stringify(request))
    await intact(locked, lock)
    assert.equal((await versions(bucket)).length, before.length + 1, 'a refused force_delete deletes nothing')
  }
})

test('X-7: lifecycle rules leave it, and take what is not locked', { skip }, async () => {
  const rule = [
    '<ID>all</ID><Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>',
    '<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>',
  ]
  const body = `<LifecycleConfiguration><Rule>${rule.join('')}</Rule></LifecycleConfiguration>`
  const locked: Locked[] = []
  for (const lock of all) {
    const path = bucketOf(lock)
    locked.push(await putLocked(path, 'expiring/current', locks[lock]))
    locked.push(await putLocked(path, 'expiring/noncurrent', locks[lock]))
    for (const key of ['expiring/noncurrent', 'unlocked'])
      assert.equal(await outcome({ method: 'PUT', path: `${path}/${key}`, body: 'x' }), '200')
    assert.equal(await outcome({ method: 'PUT', path, query: 'lifecycle', ...document(body) }), '200')
  }
  const deadline = Date.now() + lifecycleWaitSeconds * 1000
  // Its expiration makes the version of the unlocked object noncurrent, and a rule takes that later.
  const left = async (): Promise<number> =>
    (await Promise.all(all.map((lock) => versionsOfObjects(bucketOf(lock))))).flat().length
  while ((await left()) > 0) {
    assert.ok(Date.now() < deadline, 'the rules did nothing')
    await sleep(200)
  }
  for (const one of locked) await intact(one, 'lifecycle')
})

/** Those of the unlocked object that are no delete markers. */
const versionsOfObjects = async (path: string): Promise<string[]> =>
  elements((await ask({ path, query: 'versions&prefix=unlocked' })).text, 'ETag')

test('X-7: governance is bypassed by the header, a legal hold ends, and then the version goes', { skip }, async () => {
  const governed = await putLocked('/worm-governance', 'ends', locks.governance)
  const { path, version } = governed
  assert.equal(await outcome({ method: 'DELETE', path, query: version, headers: bypass }), '204')
  const held = await putLocked('/worm-hold', 'ends', locks.hold)
  const off = document('<LegalHold><Status>OFF</Status></LegalHold>')
  assert.equal(await outcome({ method: 'PUT', path: held.path, query: 'legal-hold', ...off }), '200')
  assert.equal(await outcome({ method: 'DELETE', path: held.path, query: held.version }), '204')
  assert.deepEqual([await versions('/worm-governance', 'ends'), await versions('/worm-hold', 'ends')], [[], []])
})

test('X-7: a bucket’s default retention is that of what is put into it', { skip }, async () => {
  assert.equal(await lockedBucket('/worm-default'), '200')
  const rule = '<DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention>'
  const configuration = `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>${rule}</Rule></ObjectLockConfiguration>`
  const set = { method: 'PUT', path: '/worm-default', query: 'object-lock', ...document(configuration) }
  assert.equal(await outcome(set), '200')
  const locked = await putLocked('/worm-default', 'by-default', {})
  const retention = (await ask({ path: locked.path, query: 'retention' })).text
  assert.equal(element(retention, 'Mode'), 'COMPLIANCE')
  const hours = (Date.parse(element(retention, 'RetainUntilDate')) - Date.now()) / 3_600_000
  assert.ok(hours > 23 && hours <= 24, retention)
  assert.equal(await outcome({ method: 'DELETE', path: locked.path, query: locked.version }), denied)
  await intact(locked, 'DELETE')
})
