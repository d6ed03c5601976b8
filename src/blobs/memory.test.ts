import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import { systemRandom } from '../base/random.ts'
import { openMemoryStore, type MemoryStore } from './memory.ts'
import { bytesOf, chunks, read } from './suite-bodies.ts'
import { type BlobPlace, blobStoreSuite } from './suite.ts'

const makePlace = (sizeMax?: number) => async (): Promise<BlobPlace> => {
  let latest: MemoryStore = openMemoryStore({ epoch: 0, random: systemRandom, ...(sizeMax && { sizeMax }) })
  return {
    open: async (epoch) => (latest = latest.reopen(epoch)),
    truncate: async (id, size) => latest.damage(id, (bytes) => bytes.subarray(0, size)),
    count: async () => latest.count,
    remove: async () => {},
  }
}

blobStoreSuite('in memory', { makePlace: makePlace(), makeSmallPlace: (size) => makePlace(size)() })

const openStore = (): MemoryStore => openMemoryStore({ epoch: 1, random: systemRandom })
const bytes = bytesOf(1000)
const body = () => chunks(bytes, 100)

describe('faults on demand', () => {
  test('strike the Nth call of their kind, once', async () => {
    const store = openStore()
    store.inject({ operation: 'put', nth: 2, kind: 'fail', error: new Error('EIO') })
    const { id } = await store.put(body())
    await read(store, id)
    await assert.rejects(store.put(body()), /EIO/)
    await store.put(body())
    assert.equal(store.count, 2)
    assert.equal(store.faultsArmed, 0)
  })

  test('tear: a put keeps its blob and throws', async () => {
    const store = openStore()
    store.inject({ operation: 'put', nth: 1, kind: 'tear' })
    await assert.rejects(store.put(body()))
    assert.equal(store.count, 1)
  })

  test('tear: a get gives half and throws', async () => {
    const store = openStore()
    const { id } = await store.put(body())
    store.inject({ operation: 'get', nth: 1, kind: 'tear' })
    let size = 0
    await assert.rejects(async () => {
      for await (const chunk of store.get(id)) size += chunk.length
    })
    assert.equal(size, 500)
  })

  test('tear: a delete deletes and throws', async () => {
    const store = openStore()
    const { id } = await store.put(body())
    store.inject({ operation: 'delete', nth: 1, kind: 'tear' })
    await assert.rejects(store.delete(id))
    assert.equal(store.count, 0)
  })

  test('slow: the call goes on when it may', async () => {
    const store = openStore()
    const { promise, resolve } = Promise.withResolvers<void>()
    store.inject({ operation: 'put', nth: 1, kind: 'slow', until: promise })
    const put = store.put(body())
    await store.put(body())
    assert.equal(store.count, 1)
    resolve()
    await put
    assert.equal(store.count, 2)
  })

  test('a restart loses the puts under way and nothing else', async () => {
    const store = openStore()
    const { id } = await store.put(body())
    const { promise, resolve } = Promise.withResolvers<void>()
    store.inject({ operation: 'put', nth: 1, kind: 'slow', until: promise })
    const put = store.put(body())
    const next = store.restart(2)
    resolve()
    await assert.rejects(put)
    assert.equal(next.count, 1)
    assert.ok((await read(next, id)).equals(bytes))
  })

  test('a chunk is worthless once the next has been asked for', async () => {
    const store = openMemoryStore({ epoch: 1, random: systemRandom, chunkSize: 100 })
    const { id } = await store.put(body())
    const kept: Uint8Array[] = []
    for await (const chunk of store.get(id)) kept.push(chunk)
    assert.ok(!Buffer.concat(kept).equals(bytes))
  })
})
