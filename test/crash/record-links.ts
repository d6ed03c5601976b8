// Records that speak of one another, as they stand in the store while no server runs: of each pair both are there, or neither is.

import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { keyspace } from '../../src/metadata/keyspace.ts'

/** A record's key without its first byte, and its value. */
interface Entry {
  key: Buffer
  value: Buffer
}

/** All records of kinds that management writes, by their first byte. */
export type Records = ReadonlyMap<number, readonly Entry[]>

const KINDS = [
  ...[keyspace.account, keyspace.accessKey, keyspace.accessKeyOfAccount, keyspace.user, keyspace.userOfAccount],
  ...[keyspace.apiKey, keyspace.apiKeyOfAccount, keyspace.session, keyspace.password],
  ...[
    keyspace.signingKey,
    keyspace.signingKeyOfBucket,
    keyspace.revokedToken,
    keyspace.domain,
    keyspace.domainOfAccount,
  ],
  ...[keyspace.bucket, keyspace.bucketOfAccount, keyspace.emptying],
]

/** Of a data folder that nobody has open. */
export function readRecords(data: string): Records {
  const database = new DatabaseSync(join(data, 'records', 'records.sqlite'), { readOnly: true })
  try {
    const statement = database.prepare('SELECT key, value FROM records WHERE key >= ? AND key < ?')
    return new Map(
      KINDS.map((kind) => {
        const rows = statement.all(Buffer.of(kind), Buffer.of(kind + 1)) as { key: Uint8Array; value: Uint8Array }[]
        return [kind, rows.map(({ key, value }) => ({ key: Buffer.from(key.subarray(1)), value: Buffer.from(value) }))]
      }),
    )
  } finally {
    database.close()
  }
}

/** What is missing, or speaks of what is not there, in words. */
export function linkFaults(records: Records): string[] {
  return [
    ...faultsOfKeys('access key', [keyspace.accessKey, keyspace.accessKeyOfAccount], records),
    ...faultsOfKeys('API key', [keyspace.apiKey, keyspace.apiKeyOfAccount], records),
    ...faultsOfUsers(records),
    ...faultsOfSigningKeys(records),
    ...faultsOfDomains(records),
    ...faultsOfBuckets(records),
  ]
}

const ACCOUNT_SIZE = 32
const BUCKET_SIZE = 8

type Json = Readonly<Record<string, unknown>>
const of = (records: Records, kind: number): readonly Entry[] => records.get(kind) ?? []
const json = ({ value }: Entry): Json => JSON.parse(value.toString('utf8')) as Json
const text = ({ key }: Entry, from = 0): string => key.toString('utf8', from)
const idOf = (key: Buffer, size: number): string => key.toString('hex', 0, size)

/** Both have what the other has. */
function differences(what: string, one: readonly string[], other: readonly string[]): string[] {
  const [ones, others] = [new Set(one), new Set(other)]
  return [
    ...one.filter((name) => !others.has(name)).map((name) => `${what} ${name} is in no list`),
    ...other.filter((name) => !ones.has(name)).map((name) => `${what} ${name} is in a list, and is not there`),
  ]
}

/** Each of some is among the others. */
const strays = (what: string, some: readonly string[], all: readonly string[]): string[] =>
  some.filter((name) => !all.includes(name)).map((name) => `${what} ${name}, who is not there`)

/** Of an account, and perhaps of a user. */
function faultsOfKeys(what: string, [kind, list]: readonly [number, number], records: Records): string[] {
  const keys = of(records, kind)
  const named = keys.map((entry) => `${String(json(entry)['accountId'])}/${text(entry)}`)
  const listed = of(records, list).map((entry) => `${idOf(entry.key, ACCOUNT_SIZE)}/${text(entry, ACCOUNT_SIZE)}`)
  const users = of(records, keyspace.user).map((entry) => text(entry))
  const holders = keys.flatMap((entry) => (json(entry)['userId'] === undefined ? [] : [String(json(entry)['userId'])]))
  return [...differences(what, named, listed), ...strays(`an ${what} is of the user`, holders, users)]
}

function faultsOfUsers(records: Records): string[] {
  const users = of(records, keyspace.user)
  const named = users.map(
    (entry) => `${String(json(entry)['accountId'])}/${String(json(entry)['name'])}/${text(entry)}`,
  )
  const listed = of(records, keyspace.userOfAccount).map(
    (entry) => `${idOf(entry.key, ACCOUNT_SIZE)}/${text(entry, ACCOUNT_SIZE)}/${entry.value.toString('utf8')}`,
  )
  const ids = users.map((entry) => text(entry))
  const all = of(records, keyspace.session)
  const sessions = all.filter(({ key }) => key[0] === 0)
  const held = sessions.map((entry) => `${String(json(entry)['userId'])} ${entry.key.toString('hex', 1)}`)
  const lists = all.filter(({ key }) => key[0] === 1)
  const ofUsers = lists.map(({ key }) => {
    const end = key.indexOf(0, 1)
    return `${key.toString('utf8', 1, end)} ${key.toString('hex', end + 1)}`
  })
  return [
    ...differences('the user', named, listed),
    ...differences('the session of', held, ofUsers),
    ...strays(
      'a password is of',
      of(records, keyspace.password).map((entry) => text(entry)),
      ids,
    ),
    ...strays(
      'a session is of',
      sessions.map((entry) => String(json(entry)['userId'])),
      ids,
    ),
  ]
}

function faultsOfSigningKeys(records: Records): string[] {
  const keys = of(records, keyspace.signingKey)
  const named = keys.map((entry) => {
    const { bucketId, privateKey } = json(entry)
    return `${String(bucketId)}/${text(entry)}${privateKey === undefined ? '' : ' (own)'}`
  })
  const listed = of(records, keyspace.signingKeyOfBucket).map(
    (entry) => `${idOf(entry.key, BUCKET_SIZE)}/${text(entry, BUCKET_SIZE)}${entry.value.length === 0 ? '' : ' (own)'}`,
  )
  const buckets = of(records, keyspace.bucket).map((entry) => String(json(entry)['id']))
  const revoked = Map.groupBy(of(records, keyspace.revokedToken), ({ key }) => idOf(key, BUCKET_SIZE))
  const miscounted = [...revoked].flatMap(([bucket, entries]) => {
    const counter = entries.find(({ key }) => key.length === BUCKET_SIZE)
    const count = counter === undefined ? 0 : json(counter)['count']
    const tokens = entries.length - (counter === undefined ? 0 : 1)
    return count === tokens ? [] : [`${bucket} has ${tokens} revoked tokens, but counts ${String(count)}`]
  })
  return [
    ...differences('the signing key', named, listed),
    ...strays(
      'a signing key is of the bucket',
      keys.map((entry) => String(json(entry)['bucketId'])),
      buckets,
    ),
    ...strays('a token was revoked of the bucket', [...revoked.keys()], buckets),
    ...miscounted,
  ]
}

function faultsOfDomains(records: Records): string[] {
  const all = of(records, keyspace.domain)
  const claims = all.filter(({ key }) => key[0] === 0)
  const named = claims.map((entry) => {
    const { accountId, name } = json(entry)
    return `${String(accountId)}/${String(name)}/${text(entry, 1)}`
  })
  const listed = of(records, keyspace.domainOfAccount).map(
    (entry) => `${idOf(entry.key, ACCOUNT_SIZE)}/${text(entry, ACCOUNT_SIZE)}/${entry.value.toString('utf8')}`,
  )
  const proven = claims
    .filter((entry) => json(entry)['verifiedAt'] !== undefined)
    .map((entry) => `${String(json(entry)['name'])}/${text(entry, 1)}`)
  const shown = all
    .filter(({ key }) => key[0] === 1)
    .map((entry) => `${text(entry, 1)}/${String(json(entry)['domainId'])}`)
  return [...differences('the domain', named, listed), ...differences('the proven domain', proven, shown)]
}

/** One that is being emptied is in no list, but among those that are emptied. */
function faultsOfBuckets(records: Records): string[] {
  const buckets = of(records, keyspace.bucket).map(json)
  const nameOf = ({ accountId, name }: Json): string => `${String(accountId)}/${String(name)}`
  const going = buckets.filter(({ deleting }) => deleting === true)
  const staying = buckets.filter(({ deleting }) => deleting !== true)
  const listed = of(records, keyspace.bucketOfAccount).map((entry) => text(entry))
  const emptied = of(records, keyspace.emptying).map(({ key }) => key.toString('hex'))
  return [
    ...differences('the bucket', staying.map(nameOf), listed),
    ...differences(
      'the bucket that is emptied,',
      going.map(({ id }) => String(id)),
      emptied,
    ),
  ]
}
