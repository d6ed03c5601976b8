/** What every store of records has to keep: run by the tests of each implementation. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ApiError } from '../base/errors.ts'
import { decodeCounter } from './counter.ts'
import type { Entry, Guards, MetadataStore, Value } from './metadata-store.ts'
import { testGuards } from './guards-suite.ts'
import { testAgainstModel } from './model-suite.ts'
import { openIn, type Place } from './place-suite.ts'

const bytes = (text: string) => Buffer.from(text)
const text = (value: Value | undefined) => (value === undefined ? undefined : Buffer.from(value).toString())
const keysOf = (entries: readonly Entry[]) => entries.map(([key]) => text(key))
const first = bytes('')
const last = Buffer.alloc(4, 0xff)
const unguarded: Guards = { exclusive: [] }

export function testMetadataStore(name: string, createPlace: () => Promise<Place>): void {
  const opened = (t: TestContext) => openIn(createPlace, t)

  const setAll = (store: MetadataStore, ...keys: string[]) =>
    store.transact(unguarded, (transaction) => {
      for (const key of keys) transaction.set(bytes(key), bytes(`value of ${key}`))
    })

  describe(`${name}: reads`, () => {
    it('gives what was set and undefined for what was not', async (t) => {
      const { store } = await opened(t)
      await setAll(store, 'a', '')
      assert.equal(text(await store.get(bytes('a'))), 'value of a')
      assert.equal(text(await store.get(first)), 'value of ')
      assert.equal(await store.get(bytes('b')), undefined)
    })

    it('keeps empty values apart from absent ones', async (t) => {
      const { store } = await opened(t)
      await store.transact(unguarded, (transaction) => transaction.set(bytes('a'), new Uint8Array()))
      assert.equal((await store.get(bytes('a')))?.length, 0)
    })

    it('orders keys by their bytes, above U+FFFF too', async (t) => {
      const { store } = await opened(t)
      const ascending = ['', '\0', 'A', 'a', 'a\0', 'aa', 'é', '\uE000', '\uFFFD', '\u{10000}', '\u{1F600}']
      await setAll(store, ...ascending.toReversed())
      const scan = (reverse: boolean) => store.read((snapshot) => snapshot.scan(first, last, { limit: 100, reverse }))
      assert.deepEqual(keysOf(await scan(false)), ascending)
      assert.deepEqual(keysOf(await scan(true)), ascending.toReversed())
    })

    const bounds: readonly (readonly [start: string, end: string, limit: number, reverse: boolean, keys: string])[] = [
      ['b', 'd', 9, false, 'b c'],
      ['b', 'd', 9, true, 'c b'],
      ['b', 'd', 1, false, 'b'],
      ['b', 'd', 1, true, 'c'],
      ['bb', 'd\0', 9, false, 'c d'],
      ['', 'zz', 2, true, 'e d'],
      ['c', 'c', 9, false, ''],
      ['d', 'b', 9, false, ''],
      ['f', 'g', 9, true, ''],
    ]
    it('scans from start up to but not including end, at most limit, in either direction', async (t) => {
      const { store } = await opened(t)
      await setAll(store, 'a', 'b', 'c', 'd', 'e')
      for (const [start, end, limit, reverse, keys] of bounds) {
        const found = await store.read((snapshot) => snapshot.scan(bytes(start), bytes(end), { limit, reverse }))
        assert.equal(keysOf(found).join(' '), keys, `${start} to ${end}, ${limit}, ${reverse}`)
      }
    })

    it('reads from one view however long it takes', async (t) => {
      const { store } = await opened(t)
      await setAll(store, 'a')
      const seen = await store.read(async (snapshot) => {
        const before = keysOf(await snapshot.scan(first, last, { limit: 9 }))
        await setAll(store, 'b')
        return [before, keysOf(await snapshot.scan(first, last, { limit: 9 })), await snapshot.get(bytes('b'))]
      })
      assert.deepEqual(seen, [['a'], ['a'], undefined])
      assert.notEqual(await store.get(bytes('b')), undefined)
    })

    it('serves many long reads at once', async (t) => {
      const { store } = await opened(t)
      await setAll(store, 'a')
      const read = () => store.read(async (snapshot) => (await nextTurn(), text(await snapshot.get(bytes('a')))))
      const values = await Promise.all(Array.from({ length: 50 }, read))
      assert.deepEqual(new Set(values), new Set(['value of a']))
    })

    it('passes on what a read throws, and reads on', async (t) => {
      const { store } = await opened(t)
      const fault = new Error('on purpose')
      await assert.rejects(
        store.read(() => Promise.reject(fault)),
        fault,
      )
      await assert.rejects(
        store.read(() => {
          throw fault
        }),
        fault,
      )
      assert.deepEqual(await store.read((snapshot) => snapshot.scan(first, last, { limit: 9 })), [])
    })
  })

  describe(`${name}: transactions`, () => {
    it('answers what the body does', async (t) => {
      const { store } = await opened(t)
      assert.equal(await store.transact(unguarded, () => 42), 42)
      assert.equal(await store.transact({ exclusive: [bytes('a')] }, async () => 43), 43)
    })

    it('sees its own writes, which nobody else does until it commits', async (t) => {
      const { store } = await opened(t)
      await setAll(store, 'a', 'b', 'c', 'd')
      await store.transact({ exclusive: [bytes('x')] }, async (transaction) => {
        transaction.delete(bytes('b'))
        transaction.set(bytes('bb'), bytes('new'))
        transaction.deleteRange(bytes('c'), bytes('d'))
        transaction.set(bytes('a'), bytes('changed'))
        assert.equal(text(await transaction.get(bytes('a'))), 'changed')
        assert.equal(await transaction.get(bytes('b')), undefined)
        assert.equal(await transaction.get(bytes('c')), undefined)
        assert.deepEqual(keysOf(await transaction.scan(first, last, { limit: 9 })), ['a', 'bb', 'd'])
        assert.deepEqual(keysOf(await transaction.scan(first, last, { limit: 2, reverse: true })), ['d', 'bb'])
        assert.deepEqual(keysOf(await transaction.scan(first, last, { limit: 1 })), ['a'])
        assert.equal(text(await store.get(bytes('a'))), 'value of a')
      })
      const after = await store.read((snapshot) => snapshot.scan(first, last, { limit: 9 }))
      assert.deepEqual(
        after.map(([key, value]) => `${text(key)}: ${text(value)}`),
        ['a: changed', 'bb: new', 'd: value of d'],
      )
    })

    it('changes nothing if the body throws, and passes the error on', async (t) => {
      const { store } = await opened(t)
      const fault = new ApiError('PreconditionFailed')
      for (const thrown of [
        () => {
          throw fault
        },
        () => Promise.reject(fault),
      ]) {
        await assert.rejects(
          store.transact({ exclusive: [bytes('a')] }, (transaction) => {
            transaction.set(bytes('a'), bytes('1'))
            transaction.add(bytes('n'), 1)
            return thrown()
          }),
          fault,
        )
      }
      assert.deepEqual(await store.read((snapshot) => snapshot.scan(first, last, { limit: 9 })), [])
    })

    it('deletes ranges over bodies and their neighbours', async (t) => {
      const { store } = await opened(t)
      const bodies = [0, 1, 2 ** 20].map((number) => Buffer.from(`60${number.toString(16).padStart(16, '0')}`, 'hex'))
      const keys = [Buffer.of(0x5f, 0xff), ...bodies, Buffer.of(0x61)]
      const left = async () => (await store.read((s) => s.scan(first, last, { limit: 9 }))).map(([key]) => key)
      await store.transact(unguarded, (transaction) => keys.forEach((key) => transaction.set(key, key)))
      assert.deepEqual(
        (await left()).map((key) => Buffer.from(key)),
        keys,
      )
      await store.transact(unguarded, (transaction) => transaction.deleteRange(bodies[0]!, bodies[2]!))
      assert.equal((await left()).length, 3)
      await store.transact(unguarded, (transaction) => transaction.deleteRange(keys[0]!, Buffer.of(0x61)))
      assert.deepEqual(
        (await left()).map((key) => Buffer.from(key)),
        [Buffer.of(0x61)],
      )
    })

    it('does not depend on what becomes of the keys and values it was given', async (t) => {
      const { store } = await opened(t)
      const key = bytes('a')
      const value = bytes('1')
      await store.transact(unguarded, (transaction) => transaction.set(key, value))
      key.fill(0)
      value.fill(0)
      assert.equal(text(await store.get(bytes('a'))), '1')
    })
  })

  describe(`${name}: counters`, () => {
    const count = async (store: MetadataStore, key: string) => decodeCounter(await store.get(bytes(key)))

    it('adds up what everybody adds at the same time', async (t) => {
      const { store } = await opened(t)
      const add = (delta: number) => store.transact(unguarded, (transaction) => transaction.add(bytes('n'), delta))
      await Promise.all(Array.from({ length: 200 }, (_, index) => add(index % 2 === 0 ? 5 : -3)))
      assert.equal(await count(store, 'n'), 200)
    })

    it('holds ±(2^53 - 1) and refuses more', async (t) => {
      const { store } = await opened(t)
      const add = (key: string, delta: number) =>
        store.transact(unguarded, (transaction) => transaction.add(bytes(key), delta))
      await add('most', Number.MAX_SAFE_INTEGER)
      await add('least', -Number.MAX_SAFE_INTEGER)
      await assert.rejects(add('most', 1))
      await assert.rejects(add('least', -1))
      await assert.rejects(add('half', 0.5))
      assert.equal(await count(store, 'most'), Number.MAX_SAFE_INTEGER)
      assert.equal(await count(store, 'least'), -Number.MAX_SAFE_INTEGER)
    })

    it('follows the order of set, add and delete in one transaction', async (t) => {
      const { store } = await opened(t)
      const eight = Buffer.from('0000000000000008', 'hex')
      await store.transact(unguarded, (transaction) => {
        for (const key of ['set add', 'add set', 'add delete', 'delete add', 'range add', 'add range']) {
          transaction.set(bytes(key), Buffer.from('0000000000000064', 'hex'))
        }
      })
      await store.transact(unguarded, (transaction) => {
        transaction.set(bytes('set add'), eight)
        transaction.add(bytes('set add'), 1)
        transaction.add(bytes('add set'), 1)
        transaction.set(bytes('add set'), eight)
        transaction.add(bytes('add delete'), 1)
        transaction.delete(bytes('add delete'))
        transaction.delete(bytes('delete add'))
        transaction.add(bytes('delete add'), 1)
        transaction.add(bytes('add range'), 1)
        transaction.deleteRange(bytes('add range'), bytes('add range\0'))
        transaction.deleteRange(bytes('range add'), bytes('range add\0'))
        transaction.add(bytes('range add'), 2)
      })
      assert.equal(await count(store, 'set add'), 9)
      assert.equal(await count(store, 'add set'), 8)
      assert.equal(await store.get(bytes('add delete')), undefined)
      assert.equal(await count(store, 'delete add'), 1)
      assert.equal(await store.get(bytes('add range')), undefined)
      assert.equal(await count(store, 'range add'), 2)
    })
  })

  describe(`${name}: life`, () => {
    it('has everything when it is opened again', async (t) => {
      const place = await createPlace()
      t.after(() => place.remove())
      const before = await place.open()
      await Promise.all(
        Array.from({ length: 300 }, (_, index) =>
          before.transact({ exclusive: [bytes(`key ${index}`)] }, (transaction) => {
            transaction.set(bytes(`key ${index}`), Buffer.alloc(index * 10, index))
            transaction.add(bytes('count'), 1)
          }),
        ),
      )
      await before.close()
      const store = await place.open()
      try {
        for (let index = 0; index < 300; index++) {
          assert.deepEqual(Buffer.from((await store.get(bytes(`key ${index}`)))!), Buffer.alloc(index * 10, index))
        }
        assert.equal(decodeCounter(await store.get(bytes('count'))), 300)
      } finally {
        await store.close()
      }
    })

    it('finishes on close what was begun, and refuses what comes after', async (t) => {
      const place = await createPlace()
      t.after(() => place.remove())
      const store = await place.open()
      const begun = Promise.all(['a', 'b', 'c'].map((key) => setAll(store, key)))
      await store.close()
      await begun
      await assert.rejects(setAll(store, 'd'))
      await assert.rejects(store.read(() => 1))
    })
  })

  testGuards(name, createPlace)
  testAgainstModel(name, createPlace)
}
