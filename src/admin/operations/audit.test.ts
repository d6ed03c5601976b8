import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AuditEntry } from '../../access/audit-entry.ts'
import { auditKey } from '../../access/management-records.ts'
import { createMemoryStore } from '../../metadata/memory.ts'
import { AuditLog } from '../../access/audit-log.ts'
import { examples, rightful } from '../examples.fixture.ts'
import { operations } from '../operations.generated.ts'
import { makeManagement, password } from '../test-bed.ts'

/** What is told of an entry in these tests. */
const told = ({ action, outcome, target, actor }: Pick<AuditEntry, 'action' | 'outcome' | 'target' | 'actor'>) => [
  ...[action, outcome, target],
  `${actor.kind} ${actor.name}`,
]

test('every change is in the log before it is made and after, and nothing else is', async () => {
  for (const [name, { target, right }] of operations) {
    const bed = await makeManagement()
    const { line, body } = await examples[name]!(bed)
    const as = rightful[name] ?? 'owner'
    await bed.headersOf(as)
    const before = (await bed.audited()).length
    await bed.done(line, { as, body })
    const outcomes = (await bed.audited()).slice(before).map((entry) => `${entry.action} ${entry.outcome}`)
    const expected =
      target === undefined ? [] : right === 'anyone' ? [`${name} done`] : [`${name} begun`, `${name} done`]
    assert.deepEqual(outcomes, expected)
    assert.deepEqual((await bed.services.auditLog.verify()) && outcomes, expected)
  }
})

test('what failed is said to have', async () => {
  const { send, audited } = await makeManagement()
  await send('DELETE /v1/buckets/none-such')
  await send('POST /v1/users', { body: { name: 'olga' } })
  assert.deepEqual((await audited()).map(told), [
    ['DeleteBucket', 'begun', 'bucket none-such', 'api key alpha'],
    ['DeleteBucket', 'NoSuchBucket', 'bucket none-such', 'api key alpha'],
    ['CreateUser', 'begun', 'user olga', 'api key alpha'],
    ['CreateUser', 'EntityAlreadyExists', 'user olga', 'api key alpha'],
  ])
})

test('what was refused before it began is not in it: no right, no sense', async () => {
  const { send, audited } = await makeManagement()
  await send('POST /v1/users', { as: 'member', body: { name: 'eva' } })
  await send('POST /v1/users', { as: 'nobody', body: { name: 'eva' } })
  await send('POST /v1/users', { body: { colour: 'red' } })
  await send('DELETE /v1/users/mia', { as: 'forged' })
  await send('GET /v1/users')
  assert.deepEqual(await audited(), [])
})

test('a change that cannot be written down is not made', async () => {
  let failing = false
  const { send, services } = await makeManagement({ fault: () => (failing ? 'before' : undefined) })
  await send('GET /v1/me')
  failing = true
  assert.equal((await send('DELETE /v1/users/mia')).outcome, '503 ServiceUnavailable')
  failing = false
  const [, mia] = [await services.auditLog.list({ limit: 10 }), await send('GET /v1/users/mia')]
  assert.equal(mia.status, 200)
})

test('it says who, what, where from, and in which request', async () => {
  const { send, done, accountIds, users } = await makeManagement()
  await send('PUT /v1/users/mia', { as: 'session', body: { role: 's3.user' }, address: '192.0.2.77' })
  await send('POST /v1/access-keys', { as: 'user', body: { name: 'laptop' } })
  const { pick } = await done('GET /v1/audit')
  const [keyDone, keyBegun, roleDone, roleBegun] = pick<readonly (AuditEntry & Record<string, unknown>)[]>('entries')
  const { hash, ...begun } = roleBegun!
  assert.match(hash, /^[0-9a-f]{64}$/)
  assert.deepEqual(begun, {
    ...{ seq: 1, time: '2026-11-20T12:00:00.000Z', account_id: accountIds.alpha },
    actor: { kind: 'user', id: users.olga.id, name: 'olga' },
    ...{ action: 'UpdateUser', target: 'user mia', outcome: 'begun' },
    ...{ request_id: '0123456789ABCDEF', address: '192.0.2.77', details: { role: 's3.user' } },
  })
  assert.deepEqual([roleDone!.outcome, roleDone!.details], ['done', {}])
  assert.deepEqual(keyBegun!.actor, { kind: 'api key', id: keyBegun!.actor.id, name: 'mia' })
  assert.deepEqual([keyBegun!.details, keyDone!.target], [{ name: 'laptop' }, 'an access key'])
})

test('no secret is in any record after every operation has been called', async () => {
  const bed = await makeManagement()
  const secrets = [password, `${password}!`]
  // The description of the API has words for them alone.
  for (const name of [...operations.keys()].filter((operation) => operation !== 'GetOpenapi')) {
    const { line, body } = await examples[name]!(bed)
    const { json } = await bed.done(line, { as: rightful[name] ?? 'owner', body })
    for (const text of [JSON.stringify(body ?? {}), JSON.stringify(json)]) {
      const found = /"(?:secret_access_key|private_key|api_key|access_token|token|csrf_token|url)":"((?:\\"|[^"])+)"/g
      for (const [, secret = ''] of text.matchAll(found)) secrets.push(JSON.parse(`"${secret}"`) as string)
    }
    if (name === 'SetOwnPassword') await bed.services.passwords.set(bed.users.olga.id, password)
  }
  assert(secrets.length >= 8)
  const records = bed.recorded()
  for (const secret of secrets) {
    // Of PEM, its second line, however the lines end.
    const text = secret.includes('PRIVATE KEY') ? secret.split('\n')[1]! : secret
    assert(!records.includes(text) && !records.includes(JSON.stringify(text).slice(1, -1)), text.slice(0, 12))
  }
  assert.doesNotMatch(records, /PRIVATE KEY/)
})

describe('reading it', () => {
  test('is of one account, for its owners and administrators; of all, for operators', async () => {
    const { send, done } = await makeManagement()
    await send('POST /v1/users', { body: { name: 'eva' } })
    await send('POST /v1/users', { as: 'stranger', body: { name: 'ben' } })
    const targets = async (as: 'owner' | 'iam.admin' | 'stranger' | 'operator', query = '') =>
      (await done(`GET /v1/audit${query}`, { as }))
        .pick<readonly AuditEntry[]>('entries')
        .map(({ target, outcome }) => `${target} ${outcome}`)
    assert.deepEqual(await targets('owner'), ['user eva done', 'user eva begun'])
    assert.deepEqual(await targets('iam.admin'), ['user eva done', 'user eva begun'])
    assert.deepEqual(await targets('stranger'), ['user ben done', 'user ben begun'])
    assert.deepEqual(await targets('operator'), [])
    const all = ['user ben done', 'user ben begun', 'user eva done', 'user eva begun']
    for (const query of ['?all', '?all=true']) assert.deepEqual(await targets('operator', query), all)
    assert.deepEqual(await targets('operator', '?all=false'), [])
    for (const as of ['owner', 'stranger', 'iam.admin'] as const)
      assert.equal((await send('GET /v1/audit?all', { as })).outcome, '403 AccessDenied')
  })

  test('goes by days of UTC, both within', async () => {
    const { send, done, time } = await makeManagement()
    const start = time.now
    for (const name of ['a', 'b', 'c', 'd']) {
      await send('POST /v1/users', { body: { name } })
      time.now += 86_400_000
    }
    const day = (after: number): string => new Date(start + after * 86_400_000).toISOString().slice(0, 10)
    const targets = async (query: string) =>
      (await done(`GET /v1/audit?${query}`, { as: 'owner' }))
        .pick<readonly AuditEntry[]>('entries')
        .filter(({ outcome }) => outcome === 'done')
        .map(({ target }) => target)
    assert.deepEqual(await targets(`from=${day(2)}`), ['user d', 'user c'])
    assert.deepEqual(await targets(`to=${day(1)}`), ['user b', 'user a'])
    assert.deepEqual(await targets(`from=${day(1)}&to=${day(2)}`), ['user c', 'user b'])
    assert.deepEqual(await targets(`from=${day(4)}`), [])
    assert.equal((await send('GET /v1/audit?from=yesterday')).outcome, '400 InvalidArgument')
  })

  test('goes page by page, and can be narrowed', async () => {
    const { send, done } = await makeManagement()
    for (const name of ['a', 'b', 'c']) await send('POST /v1/users', { body: { name } })
    await send('DELETE /v1/users/a', { as: 'session' })
    const seen: number[] = []
    let before: number | null = null
    do {
      const { pick } = await done(`GET /v1/audit?limit=3${before === null ? '' : `&before=${before}`}`)
      seen.push(...pick<readonly AuditEntry[]>('entries').map(({ seq }) => seq))
      before = pick<number | null>('next')
    } while (before !== null)
    assert.deepEqual(seen, [8, 7, 6, 5, 4, 3, 2, 1])
    const count = async (query: string) =>
      (await done(`GET /v1/audit?${query}`)).pick<readonly AuditEntry[]>('entries').length
    assert.deepEqual(
      [await count('action=DeleteUser'), await count('actor=olga'), await count('action=DeleteUser&actor=alpha')],
      [2, 2, 0],
    )
  })
})

describe('verifying it', () => {
  test('tells its head, by which an end that is cut off later shows', async () => {
    const { send, done } = await makeManagement()
    await send('POST /v1/users', { body: { name: 'eva' } })
    const { json, pick } = await done('GET /v1/audit/verify', { as: 'operator' })
    const head = pick('head')
    assert.deepEqual(json, { whole: true, entries: 2, head, broken: null })
    assert.match(head, /^2:[0-9a-f]{64}$/)
    await send('DELETE /v1/users/eva')
    const later = await done(`GET /v1/audit/verify?head=${head}`, { as: 'operator' })
    assert.deepEqual([later.pick<boolean>('whole'), later.pick<number>('entries')], [true, 4])
    const beyond = await done(`GET /v1/audit/verify?head=9:${'0'.repeat(64)}`, { as: 'operator' })
    assert.deepEqual(beyond.json, { whole: false, entries: null, head: null, broken: { seq: 5, why: 'cut off' } })
    assert.equal((await send('GET /v1/audit/verify?head=rubbish', { as: 'operator' })).outcome, '400 InvalidArgument')
  })

  test('names the first link that is broken', async () => {
    const bed = await makeManagement()
    await bed.send('POST /v1/users', { body: { name: 'eva' } })
    await bed.send('DELETE /v1/users/eva')
    const value = bed.store.records.get(auditKey(2))!
    const tampered = createMemoryStore({ records: bed.store.records })
    await tampered.transact({ exclusive: [auditKey(2)] }, (transaction) => {
      transaction.set(auditKey(2), Buffer.from(Buffer.from(value).toString().replace('user eva', 'user ben')))
    })
    const log = new AuditLog({ store: tampered, clock: bed.services.clock, masterKey: bed.masterKey })
    assert.deepEqual(await log.verify(), { broken: { seq: 2, why: 'changed' } })
  })
})
