// What the features' writers do is as the ledger says on a real server; and what is done behind the ledger's back is found.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ServerProcess } from '../../bench/load/server-process.ts'
import { Actor } from './actor.ts'
import { Client } from './client.ts'
import { Dice } from './dice.ts'
import { bucketOf, documentOf, must, sceneOf, writerName, type Feature } from './feature.ts'
import { environment, features } from './features/all.ts'
import { SECRET } from './features/encryption.ts'
import { contentOf } from './features/objects.ts'
import { History } from './history.ts'
import { plaintextFaults } from './plaintext.ts'
import { verifyFeature } from './verify-scenes.ts'
import type { Item, World } from './world.ts'

const STEPS = 40
const region = 'us-east-1'

const folder = mkdtempSync(join(tmpdir(), 'crash-scenes-'))
const data = join(folder, 'data')
const server = new ServerProcess({ command: 'node src/main.ts serve', data, region, environment })
before(() => server.start())
after(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

/** Writes as the feature does, then compares with the ledger; returns what is wrong after `meddle`, and before. */
async function play(feature: Feature, { meddle, ready = () => true }: Meddling): Promise<string[]> {
  const signer = { accessKey: server.accessKey, secretKey: server.secretKey, region }
  const client = new Client(server.endpoint, signer, bucketOf(feature))
  const history = await History.open(join(folder, `${feature.name}.jsonl`))
  try {
    await feature.prepare(client)
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

for (const feature of features) {
  const meddling = MEDDLING[feature.name] as Meddling
  const { what, found } = meddling
  test(`of ${feature.name}, it is found when ${what}`, async () => {
    assert.match((await play(feature, meddling)).join('\n'), found)
  })
}
