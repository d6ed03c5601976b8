import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../base/random.ts'
import { bareId, regionOfBlob } from './blob-id.ts'
import type { Blob, BlobId, BlobStore } from './blob-store.ts'
import { openMemoryStore, type MemoryStore } from './memory.ts'
import { openRegionalStore } from './regional.ts'
import { bytesOf, chunks, idsOf, listed, read } from './suite-bodies.ts'
import { type BlobPlace, blobStoreSuite } from './suite.ts'

const names = ['home', 'us-west', '1eu'] as const

/** Stores of three regions; whatever is put without a region goes to those named, in turn. */
const makePlace = (turns: readonly string[], sizeMax?: number) => async (): Promise<BlobPlace> => {
  const make = (): MemoryStore => openMemoryStore({ epoch: 0, random: systemRandom, ...(sizeMax && { sizeMax }) })
  const stores = new Map(names.map((name) => [name as string, make()]))
  const storeOf = (id: BlobId): MemoryStore => stores.get(regionOfBlob(id) ?? 'home')!
  let turn = 0
  return {
    async open(epoch) {
      for (const [name, store] of stores) stores.set(name, store.reopen(epoch))
      const others = new Map([...stores].filter(([name]) => name !== 'home'))
      const store = openRegionalStore(stores.get('home')!, others)
      const inTurn: BlobStore = {
        put: (body, options) => store.put(body, { region: turns[turn++ % turns.length], ...options }),
        get: (id, range) => store.get(id, range),
        delete: (id) => store.delete(id),
        list: (after) => store.list(after),
        close: () => store.close(),
      }
      return inTurn
    },
    truncate: async (id, size) => storeOf(id).damage(bareId(id), (bytes) => bytes.subarray(0, size)),
    count: async () => [...stores.values()].reduce((sum, { count }) => sum + count, 0),
    remove: async () => {},
  }
}

for (const [title, turns] of [
  ['of several regions, in the first', ['home']],
  ['of several regions, in another', ['us-west']],
  ['of several regions, in each in turn', names],
] as const) {
  blobStoreSuite(title, { makePlace: makePlace(turns), makeSmallPlace: (size) => makePlace(turns.slice(0, 1), size)() })
}

const openThree = () => {
  const [first, west, east] = [1, 1, 1].map((epoch) => openMemoryStore({ epoch, random: systemRandom }))
  const store = openRegionalStore(
    first!,
    new Map([
      ['us-west', west!],
      ['eu', east!],
    ]),
  )
  return { first: first!, west: west!, east: east!, store }
}

test('a blob is in the store of its region, and nowhere else', async () => {
  const { first, west, east, store } = openThree()
  const bytes = bytesOf(1000)
  const home = await store.put(chunks(bytes, 100))
  const away = await store.put(chunks(bytes, 100), { region: 'us-west' })
  assert.deepEqual([first.count, west.count, east.count], [1, 1, 0])
  assert.equal(regionOfBlob(home.id), undefined)
  assert.equal(regionOfBlob(away.id), 'us-west')
  assert.ok((await read(store, away.id)).equals(bytes))
  await store.delete(away.id)
  assert.deepEqual([first.count, west.count, east.count], [1, 0, 0])
})

test('what a region is called that has no store of its own is the first', async () => {
  const { first, store } = openThree()
  const { id } = await store.put(chunks(bytesOf(10), 10), { region: 'us-east-1' })
  assert.equal(regionOfBlob(id), undefined)
  assert.equal(first.count, 1)
})

test('the list has all regions in one order, from after any of them', async () => {
  const { store } = openThree()
  const blobs: Blob[] = []
  for (let count = 0; count < 30; count++) {
    blobs.push(await store.put(chunks(bytesOf(count), 10), { region: ['us-west', 'eu', undefined][count % 3] }))
  }
  blobs.sort((a, b) => (a.id < b.id ? -1 : 1))
  assert.deepEqual(await listed(store), blobs)
  for (const [index, { id }] of blobs.entries()) assert.deepEqual(await listed(store, id), blobs.slice(index + 1))
})

test('a blob of a region that is no longer configured is an error, and not said to be missing', async () => {
  const { first, west, store } = openThree()
  const { id } = await store.put(chunks(bytesOf(10), 10), { region: 'us-west' })
  const later = openRegionalStore(first, new Map([['eu', west]]))
  await assert.rejects(read(later, id), /not configured/)
  await assert.rejects(later.delete(id), /not configured/)
  assert.deepEqual(await idsOf(store), [id])
})
