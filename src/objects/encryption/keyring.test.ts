import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { MasterKey } from '../../access/sealing.ts'
import { systemRandom } from '../../base/random.ts'
import { Secret } from '../../base/secret.ts'
import { keyspace } from '../../metadata/keyspace.ts'
import { createMemoryStore, type MemoryStore } from '../../metadata/memory.ts'
import { DataKeys, type ServerKey } from './data-keys.ts'
import { Keyring, keyringGuards, resealKeyring, type Sealer } from './keyring.ts'

const newMasterKey = () => new MasterKey(new Secret(systemRandom.bytes(32).toString('hex')), systemRandom)

let metadata: MemoryStore
let masterKey: MasterKey
let now: number
beforeEach(() => {
  metadata = createMemoryStore()
  masterKey = newMasterKey()
  now = 1000
})

/** As each thread has one of its own. */
const makeRing = (sealer: Sealer = masterKey, random = systemRandom) =>
  new Keyring({ metadata, masterKey: sealer, clock: { now: () => now++, monotonic: () => now }, random })

const records = () =>
  metadata.records.scan(Buffer.of(keyspace.encryptionKey), Buffer.of(keyspace.encryptionKey + 1), { limit: 100 })

test('the first key is made once, however many make sure of it', async () => {
  const rings = [makeRing(), makeRing(), makeRing()]
  await Promise.all(rings.map((ring) => ring.ensure()))
  const [key, ...others] = await rings[0]!.list()
  assert.equal(others.length, 0)
  for (const ring of rings) assert.equal((await ring.current()).id, key!.id)
  await rings[0]!.ensure()
  assert.deepEqual(await rings[1]!.list(), [key])
})

test('a ring without a key wraps nothing', async () => {
  await assert.rejects(async () => makeRing().current(), { message: 'There is no current encryption key' })
  assert.deepEqual(await makeRing().list(), [])
})

test('keys are of 32 bytes, differ, and stand in the records sealed', async () => {
  const ring = makeRing()
  await ring.ensure()
  const before = await ring.current()
  await ring.rotate()
  const after = await ring.current()
  assert.deepEqual([before.bytes.length, after.bytes.length], [32, 32])
  assert.notDeepEqual(before.bytes, after.bytes)
  for (const [, value] of records()) {
    for (const { bytes } of [before, after]) {
      for (const form of [bytes, bytes.toString('hex'), bytes.toString('base64')]) {
        assert.equal(Buffer.from(value).indexOf(form), -1)
      }
    }
  }
})

test('after a rotation every thread wraps with the new key at once, and finds the old one', async () => {
  const [here, there] = [makeRing(), makeRing()]
  await here.ensure()
  const old = await here.current()
  await there.current()
  const { id } = await here.rotate()
  assert.equal((await there.current()).id, id)
  assert.deepEqual(await makeRing().find(old.id), old)
  assert.deepEqual(
    (await there.list()).map((key) => [key.id, key.current]),
    [
      [old.id, false],
      [id, true],
    ],
  )
})

test('the current key costs no read until a rotation', async () => {
  let reads = 0
  const counted = { ...metadata, get: (key: Uint8Array) => (reads++, metadata.get(key)) }
  const ring = new Keyring({
    metadata: counted,
    masterKey,
    clock: { now: () => 0, monotonic: () => 0 },
    random: systemRandom,
  })
  await ring.ensure()
  const key = await ring.current()
  reads = 0
  assert.equal(ring.current(), key)
  assert.equal(ring.find(key.id), key)
  assert.equal(reads, 0)
})

test('an unknown key is not there', async () => {
  assert.equal(await makeRing().find('0123456789abcdef'), undefined)
})

test('keys do not open under another master key', async () => {
  await makeRing().ensure()
  await assert.rejects(async () => makeRing(newMasterKey()).current(), { name: 'SealBroken' })
})

test('a key does not open in the place of another', async () => {
  const ring = makeRing()
  await ring.ensure()
  await ring.rotate()
  const [one, other] = records().slice(1)
  const read = (value: Uint8Array) => JSON.parse(Buffer.from(value).toString()) as { id: string; sealed: object }
  const moved = { ...read(one![1]), sealed: read(other![1]).sealed }
  await metadata.transact({ exclusive: [one![0]] }, (transaction) =>
    transaction.set(one![0], Buffer.from(JSON.stringify(moved))),
  )
  await assert.rejects(async () => makeRing().find(moved.id), { name: 'SealBroken' })
})

test('rotations under load make nothing fail, and all that was sealed before, between and after opens', async () => {
  let turn = 0
  metadata = createMemoryStore({
    pause: () => new Promise((resolve) => (turn++ % 3 === 0 ? setImmediate(resolve) : resolve())),
  })
  await makeRing().ensure()
  const sealed: { seal: Awaited<ReturnType<DataKeys['seal']>>; dataKey: Buffer }[] = []
  const rotation = { ended: false }
  const load = async () => {
    const dataKeys = new DataKeys(makeRing(), systemRandom)
    for (let count = 0; count < 20 || !rotation.ended; count++) {
      const dataKey = dataKeys.make()
      const seal = await dataKeys.seal({ dataKey, size: count, md5: Buffer.alloc(16) }, { kind: 'AES256' })
      sealed.push({ seal, dataKey })
      assert.deepEqual((await dataKeys.open(seal, count, undefined)).dataKey, dataKey)
      await new Promise(setImmediate)
    }
  }
  const rotate = async () => {
    for (let count = 0; count < 10; count++) await Promise.all([makeRing().rotate(), makeRing().rotate()])
    rotation.ended = true
  }
  await Promise.all([load(), load(), load(), rotate()])
  const used = new Set(sealed.map(({ seal }) => seal.kind === 'AES256' && seal.keyId))
  assert.ok(used.size > 3, `${used.size} keys were used`)
  assert.equal((await makeRing().list()).length, 21)
  const late = makeRing()
  for (const id of used) assert.ok(((await late.find(id as string)) as ServerKey).bytes.length === 32)
})

test('a ring sealed under another master key opens under that one only, and its keys are the same', async () => {
  const ring = makeRing()
  await ring.ensure()
  await ring.rotate()
  const key = await ring.current()
  const next = newMasterKey()
  await metadata.transact({ exclusive: keyringGuards }, (transaction) => resealKeyring(transaction, masterKey, next))
  assert.deepEqual(await makeRing(next).current(), key)
  assert.deepEqual(await makeRing(next).list(), await ring.list())
  await assert.rejects(async () => makeRing(masterKey).current(), { name: 'SealBroken' })
})
