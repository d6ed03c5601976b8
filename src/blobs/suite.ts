/** What every BlobStore must do; each implementation's test runs it. */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'

import fc from 'fast-check'

import { ApiError } from '../base/errors.ts'
import { bareId, epochOf, isBlobId, makeBlobId } from './blob-id.ts'
import { type Blob, type BlobId, BlobMissing, type BlobStore } from './blob-store.ts'
import { assertHolds, bytesOf, chunks, idsOf, listed, read, reusingChunks } from './suite-bodies.ts'

/** A place for blobs, and what a test may do to it behind the stores' backs. */
export interface BlobPlace {
  /** A store in that place; a later one finds what an earlier one kept. */
  open(epoch: number): Promise<BlobStore>
  /** Cuts the blob's bytes off at the size. */
  truncate(id: BlobId, size: number): Promise<void>
  /** How many blobs there are, and remains of any. */
  count(): Promise<number>
  remove(): Promise<void>
}

export interface SuiteOptions {
  readonly makePlace: () => Promise<BlobPlace>
  /** A place for so many bytes, more or less; a sentence where there can be none here. */
  readonly makeSmallPlace: (size: number) => Promise<BlobPlace | string>
}

const sizes = [0, 1, 255 * 1024, 256 * 1024, 256 * 1024 + 1, 3 * 1024 * 1024 + 7]

export function blobStoreSuite(name: string, { makePlace, makeSmallPlace }: SuiteOptions): void {
  /** A test with a place and a store in it. */
  const storeTest = (
    title: string,
    run: (store: BlobStore, place: BlobPlace, context: TestContext) => Promise<void>,
  ): void => {
    test(title, async (context) => {
      const place = await makePlace()
      const store = await place.open(7)
      try {
        await run(store, place, context)
      } finally {
        await store.close()
        await place.remove()
      }
    })
  }

  describe(`${name}: put and get`, () => {
    for (const size of sizes) {
      storeTest(`gives back ${size} bytes, however the body was cut`, async (store) => {
        const bytes = bytesOf(size)
        for (const chunkSize of [size, 64 * 1024, 100_003]) {
          const blob = await store.put(chunks(bytes, chunkSize), { sizeExpected: size })
          assert.equal(blob.size, size)
          assert.ok(isBlobId(bareId(blob.id)))
          assert.equal(epochOf(blob.id), 7)
          await assertHolds(store, blob.id, bytes)
        }
      })
    }

    storeTest('gives any range', async (store) => {
      const size = 600_000
      const bytes = bytesOf(size)
      const { id } = await store.put(chunks(bytes, 64 * 1024))
      const edges = [0, 1, 255, 262_143, 262_144, 262_145, 524_288, size - 1, size]
      for (const start of edges) {
        for (const end of edges) if (start <= end) await assertHolds(store, id, bytes, { start, end })
      }
    })

    storeTest('refuses a range beyond the end before it gives anything', async (store) => {
      const { id } = await store.put(chunks(bytesOf(10), 10))
      for (const range of [
        { start: 0, end: 11 },
        { start: 11, end: 12 },
      ]) {
        await assert.rejects(read(store, id, range), (error) => !(error instanceof BlobMissing))
      }
    })

    storeTest('takes chunks whose buffer is used again', async (store) => {
      const bytes = bytesOf(2_000_003)
      const blob = await store.put(reusingChunks(bytes, 65_536))
      await assertHolds(store, blob.id, bytes)
    })

    storeTest('takes empty chunks', async (store) => {
      async function* body(): AsyncGenerator<Uint8Array> {
        yield Buffer.alloc(0)
        yield Buffer.from('ab')
        yield Buffer.alloc(0)
        yield Buffer.from('c')
        yield Buffer.alloc(0)
      }
      await assertHolds(store, (await store.put(body())).id, Buffer.from('abc'))
    })

    storeTest('keeps apart what many put and get at once', async (store) => {
      const puts = Array.from({ length: 24 }, async (_, index) => {
        const bytes = bytesOf(index * 40_001, index)
        const blob = await store.put(chunks(bytes, 30_000))
        await Promise.all([assertHolds(store, blob.id, bytes), assertHolds(store, blob.id, bytes)])
        return blob.id
      })
      const ids = await Promise.all(puts)
      assert.equal(new Set(ids).size, ids.length)
      assert.deepEqual(await idsOf(store), [...ids].sort())
    })

    storeTest('lets a reader stop early, and go on with another', async (store) => {
      const bytes = bytesOf(1_500_000)
      const { id } = await store.put(chunks(bytes, 64 * 1024))
      for (let time = 0; time < 5; time++) {
        for await (const chunk of store.get(id)) {
          assert.deepEqual(Buffer.from(chunk), bytes.subarray(0, chunk.length))
          break
        }
      }
      await assertHolds(store, id, bytes)
    })

    storeTest('says that a blob is missing', async (store) => {
      const never = makeBlobId('0000000007', { bytes: (size) => Buffer.alloc(size, 1) })
      await assert.rejects(read(store, never), BlobMissing)
      const { id } = await store.put(chunks(bytesOf(1), 1))
      await store.delete(id)
      await assert.rejects(read(store, id), BlobMissing)
      await assert.rejects(read(store, id, { start: 0, end: 1 }), BlobMissing)
    })

    for (const [size, left] of [
      [1000, 999],
      [1000, 0],
      [600_000, 262_144],
      [600_000, 599_999],
    ] as const) {
      storeTest(
        `a blob of ${size} bytes of which ${left} are left is an error, never a short body`,
        async (store, place) => {
          const { id } = await store.put(chunks(bytesOf(size), 64 * 1024))
          await place.truncate(id, left)
          await assert.rejects(read(store, id, { start: 0, end: size }), (error) => !(error instanceof BlobMissing))
        },
      )
    }
  })

  describe(`${name}: a put that fails`, () => {
    for (const size of [0, 1, 300_000, 3_000_000]) {
      storeTest(
        `because the body throws after ${size} bytes leaves nothing, and throws the same`,
        async (store, place) => {
          const fault = new Error('the client went away')
          async function* body(): AsyncGenerator<Uint8Array> {
            yield* chunks(bytesOf(size), 64 * 1024)
            throw fault
          }
          await assert.rejects(store.put(body()), (error) => error === fault)
          assert.deepEqual(await idsOf(store), [])
          assert.equal(await place.count(), 0)
        },
      )
    }

    storeTest('because the signal had aborted does not touch the body', async (store, place) => {
      const reason = new Error('deadline')
      let asked = false
      async function* body(): AsyncGenerator<Uint8Array> {
        asked = true
        yield Buffer.alloc(1)
      }
      await assert.rejects(store.put(body(), { signal: AbortSignal.abort(reason) }), (error) => error === reason)
      assert.equal(asked, false)
      assert.equal(await place.count(), 0)
    })

    storeTest('because the signal aborts while the body yields leaves nothing', async (store, place) => {
      const controller = new AbortController()
      const reason = new Error('deadline')
      let returned = false
      async function* body(): AsyncGenerator<Uint8Array> {
        try {
          for (let count = 0; ; count++) {
            if (count === 20) controller.abort(reason)
            yield Buffer.alloc(64 * 1024, count)
          }
        } finally {
          returned = true
        }
      }
      await assert.rejects(store.put(body(), { signal: controller.signal }), (error) => error === reason)
      assert.equal(returned, true)
      assert.equal(await place.count(), 0)
    })

    storeTest('because the signal aborts while the body stalls ends at once', async (store, place) => {
      const controller = new AbortController()
      const reason = new Error('deadline')
      async function* body(): AsyncGenerator<Uint8Array> {
        yield Buffer.alloc(300_000)
        setImmediate(() => controller.abort(reason))
        await new Promise(() => {})
      }
      await assert.rejects(store.put(body(), { signal: controller.signal }), (error) => error === reason)
      assert.equal(await place.count(), 0)
    })

    storeTest('does not harm its neighbours', async (store) => {
      const bytes = bytesOf(1_000_000)
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield* chunks(bytes, 64 * 1024)
        throw new Error('the client went away')
      }
      const puts = [store.put(chunks(bytes, 64 * 1024)), store.put(failing()), store.put(chunks(bytes, 64 * 1024))]
      const results = await Promise.allSettled(puts)
      assert.deepEqual(
        results.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      )
      for (const result of results) if (result.status === 'fulfilled') await assertHolds(store, result.value.id, bytes)
    })
  })

  describe(`${name}: delete and list`, () => {
    storeTest('deletes, and does not mind doing it again', async (store, place) => {
      const kept = await store.put(chunks(bytesOf(5), 5))
      const { id } = await store.put(chunks(bytesOf(10), 10))
      await store.delete(id)
      await store.delete(id)
      assert.deepEqual(await idsOf(store), [kept.id])
      assert.equal(await place.count(), 1)
    })

    storeTest('lists in order of id, with sizes, from after any id', async (store) => {
      const blobs: Blob[] = []
      for (let size = 0; size < 30; size++) blobs.push(await store.put(chunks(bytesOf(size), 10)))
      blobs.sort((a, b) => (a.id < b.id ? -1 : 1))
      assert.deepEqual(await listed(store), blobs)
      for (const [index, { id }] of blobs.entries()) assert.deepEqual(await listed(store, id), blobs.slice(index + 1))
      const between = `${blobs[9]!.id.slice(0, -1)}~` as BlobId
      assert.deepEqual(await listed(store, between), blobs.slice(10))
    })

    storeTest('lists the blobs of all epochs, the earlier first', async (store, place) => {
      const seventh = await store.put(chunks(bytesOf(1), 1))
      const later = await place.open(10)
      const tenth = await later.put(chunks(bytesOf(2), 2))
      const latest = await place.open(1234)
      const twelveHundredth = await latest.put(chunks(bytesOf(3), 3))
      assert.deepEqual(await listed(latest), [seventh, tenth, twelveHundredth])
      assert.deepEqual(await listed(latest, seventh.id), [tenth, twelveHundredth])
      assert.deepEqual(await listed(latest, tenth.id), [twelveHundredth])
      await latest.delete(seventh.id)
      assert.deepEqual(await listed(latest), [tenth, twelveHundredth])
      await later.close()
      await latest.close()
    })

    storeTest('does not list a blob whose body has not ended', async (store) => {
      const bytes = bytesOf(700_000)
      async function* body(): AsyncGenerator<Uint8Array> {
        yield* chunks(bytes, 64 * 1024)
        assert.deepEqual(await idsOf(store), [])
      }
      const { id } = await store.put(body())
      assert.deepEqual(await idsOf(store), [id])
    })

    storeTest('lists on while blobs are deleted', async (store) => {
      for (let count = 0; count < 20; count++) await store.put(chunks(bytesOf(1), 1))
      let count = 0
      for await (const { id } of store.list()) {
        await store.delete(id)
        count++
      }
      assert.equal(count, 20)
      assert.deepEqual(await idsOf(store), [])
    })

    storeTest('has after a new start what it had before', async (store, place) => {
      const bytes = bytesOf(300_000)
      const { id } = await store.put(chunks(bytes, 64 * 1024))
      await store.close()
      const reopened = await place.open(8)
      await assertHolds(reopened, id, bytes)
      assert.deepEqual(await idsOf(reopened), [id])
      await reopened.close()
    })

    storeTest('does nothing once closed', async (store) => {
      const { id } = await store.put(chunks(bytesOf(1), 1))
      await store.close()
      await assert.rejects(store.put(chunks(bytesOf(1), 1)))
      await assert.rejects(read(store, id))
      await assert.rejects(store.delete(id))
      await assert.rejects(idsOf(store))
    })

    test('does whatever it is told as a map would', async () => {
      const step = fc.oneof(
        fc.record({ kind: fc.constant('put' as const), size: fc.oneof(fc.nat(100), fc.nat(600_000)) }),
        fc.record({ kind: fc.constant('delete' as const), which: fc.nat() }),
        fc.record({ kind: fc.constant('list' as const), which: fc.nat() }),
        fc.record({ kind: fc.constant('reopen' as const) }),
      )
      const property = fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const place = await makePlace()
        let epoch = 0
        let store = await place.open(epoch)
        const model = new Map<BlobId, Buffer>()
        for (const [index, action] of steps.entries()) {
          const ids = [...model.keys()].sort()
          const chosen = 'which' in action ? ids[action.which % (ids.length + 1)] : undefined
          if (action.kind === 'put') {
            const bytes = bytesOf(action.size, index)
            model.set((await store.put(chunks(bytes, 50_000))).id, bytes)
          } else if (action.kind === 'reopen') {
            await store.close()
            store = await place.open(++epoch)
          } else if (action.kind === 'list') {
            const after = ids.filter((id) => chosen === undefined || id > chosen)
            assert.deepEqual(await idsOf(store, chosen), after)
          } else if (chosen !== undefined) {
            await store.delete(chosen)
            model.delete(chosen)
          }
        }
        for (const [id, bytes] of model) await assertHolds(store, id, bytes)
        assert.equal(await place.count(), model.size)
        await store.close()
        await place.remove()
      })
      await fc.assert(property, { numRuns: 15 })
    })
  })

  test(`${name}: a full disk is InsufficientStorage, leaves nothing, and can be used again`, async (context) => {
    const place = await makeSmallPlace(2 * 1024 * 1024)
    if (typeof place === 'string') return context.skip(place)
    const store = await place.open(1)
    try {
      const bytes = bytesOf(1024 * 1024)
      const kept = await store.put(chunks(bytes, 64 * 1024))
      for (let time = 0; time < 3; time++) {
        await assert.rejects(
          store.put(chunks(bytesOf(8 * 1024 * 1024), 64 * 1024)),
          (error) => error instanceof ApiError && error.code === 'InsufficientStorage',
        )
        assert.equal(await place.count(), 1)
      }
      await assertHolds(store, kept.id, bytes)
      const second = await store.put(chunks(bytes.subarray(0, 1000), 1000))
      await store.delete(second.id)
      await store.delete(kept.id)
      const again = await store.put(chunks(bytes, 64 * 1024))
      await assertHolds(store, again.id, bytes)
    } finally {
      await store.close()
      await place.remove()
    }
  })
}
