// What the features' writers do is as the ledger says on a real server; and what is done behind the ledger's back is found.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { ServerProcess } from '../../bench/load/server-process.ts'
import { keyspace } from '../../src/metadata/keyspace.ts'
import { startDns } from '../harness/dns.ts'
import { Actor } from './actor.ts'
import { Client } from './client.ts'
import { Dice } from './dice.ts'
import { bucketOf, documentOf, must, prepareFeature, sceneOf, writerName, type Feature } from './feature.ts'
import { environmentFor, featuresOf } from './features/all.ts'
import { SECRET } from './features/encryption.ts'
import { contentOf } from './features/objects.ts'
import { History } from './history.ts'
import { Desk } from './management/desk.ts'
import { Managers } from './management/managers.ts'
import { GONE } from './management/records.ts'
import { plaintextFaults } from './plaintext.ts'
import { verifyFeature } from './verify-scenes.ts'
import type { Item, World } from './world.ts'

const STEPS = 40
const region = 'us-east-1'

const folder = mkdtempSync(join(tmpdir(), 'crash-scenes-'))
const data = join(folder, 'data')
const dns = await startDns()
const environment = environmentFor(dns.address)
const server = new ServerProcess({ command: 'node src/main.ts serve', data, region, environment })
const managers = new Managers(server, dns)
before(() => server.start())
after(async () => {
  await server.stop()
  await dns.stop()
  rmSync(folder, { recursive: true })
})

/** Writes as the feature does, then compares with the ledger; returns what is wrong after `meddle`, and before. */
async function play(feature: Feature, { meddle, ready = () => true }: Meddling): Promise<string[]> {
  const signer = { accessKey: server.accessKey, secretKey: server.secretKey, region }
  const client = new Client(server.endpoint, signer, bucketOf(feature))
  const history = await History.open(join(folder, `${feature.name}.jsonl`))
  try {
    await prepareFeature(feature, client, history)
    for (let index = 0; index < feature.writers; index++) {
      const [scene, name] = [sceneOf(feature, index), writerName(index)]
      const options = { scene, name, client, history, dice: new Dice(9 + index), stopped: () => false, cycle: 0 }
      const actor = new Actor(options)
      const isReady = (): boolean => ready(history.model.scenes.world(sceneOf(feature, 0)))
      while (actor.operations < STEPS || !isReady()) await feature.step(actor)
    }
    await verifyFeature(history, feature, [client])
    assert.deepEqual(history.violations, [])
    await meddle(client, history.model.scenes.world(sceneOf(feature, 0)))
    await verifyFeature(history, feature, [client])
    return history.violations
  } finally {
    client.close()
    await history.close()
  }
}

/** The first item of its kind, with its key. */
function find(world: World, is: Item['is'], suits: (item: Item, key: string) => boolean = () => true): [string, Item] {
  for (const [key, items] of Object.entries(world)) {
    for (const item of items) if (item.is === is && suits(item, key)) return [key, item]
  }
  throw new Error(`there is no ${is} to meddle with`)
}

const idOf = (name: string, { id = '' }: Item): [string, string] => [name, id]

interface Meddling {
  what: string
  /** Whether there is anything to meddle with; until then more is written. */
  ready?(world: World): boolean
  meddle(client: Client, world: World): Promise<void>
  found: RegExp
}

const MEDDLING: Readonly<Record<string, Meddling>> = {
  versions: {
    what: 'a version is lost',
    async meddle(client, world) {
      const [key, item] = find(world, 'object')
      await must(client, { method: 'DELETE', key, query: [idOf('versionId', item)] })
    },
    found: /has lost object/,
  },
  suspension: {
    what: 'there is an object of nobody',
    meddle: (client) => must(client, { method: 'PUT', key: 'somebody/0', body: Buffer.from('x') }),
    found: /somebody\/0 is there, but nobody ever wrote it/,
  },
  locks: {
    what: 'a legal hold has vanished',
    async meddle(client, world) {
      const [key, item] = find(world, 'object', ({ hold }) => hold === true)
      const query: [string, string][] = [['legal-hold', ''], idOf('versionId', item)]
      await must(client, { method: 'PUT', key, query, ...documentOf('<LegalHold><Status>OFF</Status></LegalHold>') })
    },
    found: /hold is undefined, not true/,
  },
  append: {
    what: 'an append is there in part',
    async meddle(client, world) {
      const [key] = find(world, 'object', (_, name) => name.includes('plain'))
      await must(client, { method: 'PUT', key, query: [['append', '']], body: Buffer.from('half of wh') })
    },
    found: /otherwise: sha256 is/,
  },
  'append-versions': {
    what: 'an object is back as it was before an append',
    async meddle(client, world) {
      const [key, item] = find(world, 'object', ({ pieces = [] }) => pieces.length > 1)
      await must(client, { method: 'DELETE', key, query: [idOf('versionId', item)] })
    },
    found: /has lost object/,
  },
  rename: {
    what: 'an object is under both names',
    async meddle(client, world) {
      const [key] = find(world, 'object')
      const headers = { 'x-amz-copy-source': `/${client.bucket}/${key}` }
      await must(client, { method: 'PUT', key: 'w0/a/9', headers })
    },
    found: /w0\/a\/9 has object .* should not be there \(it is at w0/,
  },
  'rename-versions': {
    what: 'an object is under neither name',
    async meddle(client, world) {
      const [key, item] = find(world, 'object')
      await must(client, { method: 'DELETE', key, query: [idOf('versionId', item)] })
    },
    found: /has lost object/,
  },
  encryption: {
    what: 'an object is there in the clear',
    async meddle(client, world) {
      assert.deepEqual(plaintextFaults(data, SECRET), [])
      const [key, { op = '', pieces = [] }] = find(world, 'object', (_, name) => name.includes('s3'))
      await must(client, { method: 'PUT', key, body: contentOf(pieces), headers: { 'x-amz-meta-op': op } })
      assert.notDeepEqual(plaintextFaults(data, SECRET), [])
    },
    found: /encryption is undefined, not AES256/,
  },
  'soft-delete': {
    what: 'what was deleted cannot be had back',
    async meddle(client, world) {
      const [name, item] = find(world, 'deleted')
      const query: [string, string][] = [['deleted', ''], idOf('deletedId', item)]
      await must(client, { method: 'DELETE', key: name.slice(0, -'?deleted'.length), query })
    },
    found: /has lost deleted/,
  },
  'force-delete': {
    what: 'a bucket is gone that nobody deleted',
    ready: (world) =>
      Object.values(world).some((items) => items.some(({ is, id }) => is === 'setting' && id === 'there')),
    meddle: (client) => must(client, { method: 'DELETE', query: [['force_delete', 'true']] }),
    found: /has lost setting there/,
  },
  lifecycle: {
    what: 'an object has gone that no rule is about',
    async meddle(client, world) {
      const [key] = find(world, 'object', ({ goneFrom }) => goneFrom === undefined)
      await must(client, { method: 'DELETE', key })
    },
    found: /has lost object/,
  },
  'lifecycle-locks': {
    what: 'a current version has gone',
    async meddle(client, world) {
      const [key] = find(world, 'object')
      await must(client, { method: 'DELETE', key })
    },
    found: /has marker .* which should not be there/,
  },
}

/** What somebody else does through management: the deployment's operator. */
async function asOperator(client: Client, line: string, body?: object): Promise<void> {
  await new Desk(client, managers, { name: 'operator', holder: await managers.operator() }).ask(line, body)
}

const isLive = ({ value }: Item): boolean => value !== GONE
const hasLive = (world: World, suits: (item: Item, key: string) => boolean = () => true): boolean =>
  Object.entries(world).some(([key, items]) =>
    items.some((item) => item.is === 'record' && isLive(item) && suits(item, key)),
  )
const liveOne = (world: World): Item => find(world, 'record', isLive)[1]

const MANAGED: Readonly<Record<string, Meddling>> = {
  'signing-keys': {
    what: 'a signing key is gone that nobody deleted',
    ready: hasLive,
    meddle: (client, world) => asOperator(client, `DELETE /v1/signing-keys/${liveOne(world).id}`),
    found: /w0\/key\/. has lost record/,
  },
  'access-keys': {
    what: 'a secret does not work though its key is there',
    ready: (world) => hasLive(world, ({ works }) => works !== ''),
    async meddle(client, world) {
      const [, { id }] = find(world, 'record', ({ works }) => works !== '')
      await asOperator(client, `POST /v1/access-keys/${id}/regenerate`, {})
    },
    found: /otherwise: (value is .*; )?works is /,
  },
  'api-keys': {
    what: 'an API key is gone that nobody deleted',
    ready: hasLive,
    meddle: (client, world) => asOperator(client, `DELETE /v1/api-keys/${liveOne(world).id}`),
    found: /w0\/key\/. has lost record/,
  },
  people: {
    what: "a user's role is another in one place",
    ready: (world) => hasLive(world, (_, key) => key === 'w0/user/0'),
    async meddle(client, world) {
      const [, user] = find(world, 'record', (item, key) => key === 'w0/user/0' && isLive(item))
      const { role } = JSON.parse(user.value ?? '') as { role: string }
      await asOperator(client, `PUT /v1/users/${user.id}`, { role: role === 'member' ? 's3.user' : 'member' })
    },
    found: /w0\/user\/0 has record .* otherwise: value is/,
  },
  settings: {
    what: 'a bucket is read by who may not',
    async meddle(client) {
      const change = { delivery_enabled: true, policy: 'public', quota: { objects_max: 1, bytes_max: 1e9 } }
      await asOperator(client, `PATCH /v1/buckets/${client.bucket}`, change)
    },
    found: /w0\/delivery has record .* otherwise: value is/,
  },
  domains: {
    what: 'the audit log has what the ledger has not',
    async meddle(client) {
      const desk = new Desk(client, managers, { name: 'domains', holder: managers.holder('domains') })
      await desk.ask(`PUT /v1/buckets/${client.bucket}/policy/public`)
    },
    found: /the audit log has PutBucketPolicy begun as number \d+, which nobody asked for/,
  },
  emptying: {
    what: 'a bucket is gone that nobody emptied',
    ready: (world) => hasLive(world, (_, key) => key === 'w0/bucket'),
    meddle: (client) =>
      asOperator(client, `POST /v1/buckets/${client.bucket}/empty-and-delete`, { confirm: client.bucket }),
    found: /w0\/bucket has record .* otherwise: value is gone/,
  },
  quotas: {
    what: 'there is more than the quota lets in',
    async meddle(client) {
      const of = `/v1/buckets/${client.bucket}`
      await asOperator(client, `PATCH ${of}`, { quota: { objects_max: null, bytes_max: null } })
      for (let index = 0; index < 20; index++)
        await must(client, { method: 'PUT', key: `w0/more/${index}`, body: Buffer.from('x') })
    },
    found: /objects are there, where 8 may be/,
  },
  'audit-log': {
    what: 'an entry was changed',
    async meddle() {
      const database = new DatabaseSync(join(data, 'records', 'records.sqlite'), { timeout: 5000 })
      const third = Buffer.from([keyspace.audit, 0, 0, 0, 0, 0, 0, 0, 3])
      const text = `replace(CAST(value AS TEXT), 'begun', 'ended')`
      database.prepare(`UPDATE records SET value = CAST(${text} AS BLOB) WHERE key = ?`).run(third)
      database.close()
      await Promise.resolve()
    },
    found: /the audit log is not whole: entry 3 is changed/,
  },
}

for (const feature of featuresOf(managers)) {
  const meddling = { ...MEDDLING, ...MANAGED }[feature.name] as Meddling
  const { what, found } = meddling
  test(`of ${feature.name}, it is found when ${what}`, async () => {
    assert.match((await play(feature, meddling)).join('\n'), found)
  })
}
