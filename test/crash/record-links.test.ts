// Each record of those that belong together is missed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyspace } from '../../src/metadata/keyspace.ts'
import { linkFaults } from './record-links.ts'

const ACCOUNT = 'a'.repeat(64)
const BUCKET = '0123456789abcdef'
const GOING = '0123456789abcde0'

type Part = string | Buffer
const join = (...parts: readonly Part[]): Buffer => Buffer.concat(parts.map((part) => Buffer.from(part as string)))
const account = Buffer.from(ACCOUNT, 'hex')
const bucket = Buffer.from(BUCKET, 'hex')

/** First byte, the rest of the key, and the value: of one of everything. */
const whole: readonly (readonly [kind: number, key: Buffer, value: object | string])[] = [
  [keyspace.accessKey, join('AKIA1'), { accountId: ACCOUNT, userId: 'AIDA1' }],
  [keyspace.accessKeyOfAccount, join(account, 'AKIA1'), ''],
  [keyspace.user, join('AIDA1'), { accountId: ACCOUNT, name: 'ada' }],
  [keyspace.userOfAccount, join(account, 'ada'), 'AIDA1'],
  [keyspace.password, join('AIDA1'), {}],
  [keyspace.session, join(Buffer.of(0), 'digest'), { userId: 'AIDA1' }],
  [keyspace.session, join(Buffer.of(1), 'AIDA1', Buffer.of(0), 'digest'), ''],
  [keyspace.apiKey, join('key1'), { accountId: ACCOUNT }],
  [keyspace.apiKeyOfAccount, join(account, 'key1'), ''],
  [keyspace.bucket, join('photos'), { id: BUCKET, accountId: ACCOUNT, name: 'photos' }],
  [keyspace.bucketOfAccount, join(`${ACCOUNT}/photos`), {}],
  [keyspace.bucket, join('going'), { id: GOING, accountId: ACCOUNT, name: 'going', deleting: true }],
  [keyspace.emptying, Buffer.from(GOING, 'hex'), {}],
  [keyspace.signingKey, join('k1'), { bucketId: BUCKET }],
  [keyspace.signingKeyOfBucket, join(bucket, 'k1'), ''],
  [keyspace.signingKey, join('k2'), { bucketId: BUCKET, privateKey: {} }],
  [keyspace.signingKeyOfBucket, join(bucket, 'k2'), '\x01'],
  [keyspace.revokedToken, bucket, { count: 1 }],
  [keyspace.revokedToken, join(bucket, 'one'), {}],
  [keyspace.domain, join(Buffer.of(0), 'd1'), { accountId: ACCOUNT, name: 'a.example', verifiedAt: 1 }],
  [keyspace.domain, join(Buffer.of(1), 'a.example'), { domainId: 'd1' }],
  [keyspace.domainOfAccount, join(account, 'a.example'), 'd1'],
]

function faultsOf(rows: typeof whole): string[] {
  const entries = rows.map(([kind, key, value]) => ({
    kind,
    entry: { key, value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)) },
  }))
  const byKind = Map.groupBy(entries, ({ kind }) => kind)
  return linkFaults(new Map([...byKind].map(([kind, some]) => [kind, some.map(({ entry }) => entry)])))
}

test('records that belong together have no faults', () => assert.deepEqual(faultsOf(whole), []))

/** Nobody speaks of it: without one, a user just cannot sign in. */
const PASSWORD = whole.findIndex(([kind]) => kind === keyspace.password)

for (const [index, [kind, key]] of whole.entries()) {
  if (index === PASSWORD) continue
  test(`a record of the kind 0x${kind.toString(16)} is missed: ${key.toString('latin1').replaceAll(/[^ -~]/g, '.')}`, () => {
    assert.notDeepEqual(faultsOf(whole.toSpliced(index, 1)), [])
  })
}

test('what is left of a user who was deleted is found', () => {
  const faults = faultsOf(whole.filter(([kind]) => kind !== keyspace.user && kind !== keyspace.userOfAccount))
  assert.match(faults.join('\n'), /an access key is of the user AIDA1/)
  assert.match(faults.join('\n'), /a password is of AIDA1/)
  assert.match(faults.join('\n'), /a session is of AIDA1/)
})
