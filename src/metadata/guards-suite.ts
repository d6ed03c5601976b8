/** What guards have to keep apart, in every store of records. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import type { Value } from './metadata-store.ts'
import { openIn, type Place } from './place-suite.ts'

const bytes = (text: string) => Buffer.from(text)
const text = (value: Value | undefined) => (value === undefined ? undefined : Buffer.from(value).toString())

export function testGuards(name: string, createPlace: () => Promise<Place>): void {
  const opened = (t: TestContext) => openIn(createPlace, t)

  describe(`${name}: guards`, () => {
    it('loses no update under an exclusive guard', async (t) => {
      const { store } = await opened(t)
      const increment = (key: string) =>
        store.transact({ exclusive: [bytes(key)] }, async (transaction) => {
          const value = Number(text(await transaction.get(bytes(key))) ?? 0)
          if (value % 3 === 0) await nextTurn()
          transaction.set(bytes(key), bytes(String(value + 1)))
        })
      await Promise.all(Array.from({ length: 150 }, (_, index) => increment('abc'[index % 3]!)))
      for (const key of 'abc') assert.equal(text(await store.get(bytes(key))), '50')
    })

    it('takes several exclusive guards in any order, and one twice', async (t) => {
      const { store } = await opened(t)
      const move = (from: string, to: string) =>
        store.transact({ exclusive: [bytes(from), bytes(to), bytes(from)] }, async (transaction) => {
          const [a, b] = [
            Number(text(await transaction.get(bytes(from))) ?? 0),
            Number(text(await transaction.get(bytes(to))) ?? 0),
          ]
          await nextTurn()
          transaction.set(bytes(from), bytes(String(a - 1)))
          transaction.set(bytes(to), bytes(String(b + 1)))
        })
      await Promise.all(
        Array.from({ length: 60 }, (_, n) =>
          n % 3 === 0 ? move('a', 'b') : n % 3 === 1 ? move('b', 'a') : move('c', 'a'),
        ),
      )
      assert.deepEqual(await Promise.all(['a', 'b', 'c'].map(async (key) => text(await store.get(bytes(key))))), [
        '20',
        '0',
        '-20',
      ])
    })

    it('lets no writer under a shared guard slip past a scan under the exclusive one', async (t) => {
      const { store } = await opened(t)
      const put = (bucket: string, key: string) =>
        store.transact({ exclusive: [bytes(`${bucket}/${key}`)], shared: [bytes(bucket)] }, async (transaction) => {
          const deleted = (await transaction.get(bytes(bucket))) !== undefined
          if (key.endsWith('1')) await nextTurn()
          if (!deleted) transaction.set(bytes(`${bucket}/${key}`), bytes('1'))
        })
      const remove = (bucket: string) =>
        store.transact({ exclusive: [bytes(bucket)] }, async (transaction) => {
          const found = await transaction.scan(bytes(`${bucket}/`), bytes(`${bucket}0`), { limit: 1 })
          await nextTurn()
          if (found.length === 0) transaction.set(bytes(bucket), bytes('deleted'))
        })
      const buckets = Array.from({ length: 60 }, (_, index) => `bucket-${index}`)
      await Promise.all(
        buckets.flatMap((bucket) => [put(bucket, '0'), remove(bucket), put(bucket, '1'), remove(bucket)]),
      )
      for (const bucket of buckets) {
        const found = await store.read((snapshot) =>
          snapshot.scan(bytes(`${bucket}/`), bytes(`${bucket}0`), { limit: 9 }),
        )
        const deleted = (await store.get(bytes(bucket))) !== undefined
        assert.ok(!deleted || found.length === 0, `${bucket} was deleted with ${found.length} objects in it`)
      }
    })

    it('lets a slow exclusive transaction through a stream of shared ones', async (t) => {
      const { store } = await opened(t)
      const guard = bytes('bucket')
      const done = new AbortController()
      const stream = async (name: string) => {
        while (!done.signal.aborted) {
          await store.transact({ exclusive: [], shared: [guard] }, (transaction) =>
            transaction.set(bytes(name), bytes('1')),
          )
          await nextTurn()
        }
      }
      const streams = Promise.all(['a', 'b', 'c', 'd'].map(stream))
      try {
        await store.transact({ exclusive: [guard] }, async (transaction) => {
          await transaction.get(guard)
          await delay(5)
          transaction.set(guard, bytes('done'))
        })
      } finally {
        done.abort()
        await streams
      }
      assert.equal(text(await store.get(guard)), 'done')
    })

    const endings: readonly (readonly [name: string, first: () => string])[] = [
      ['changed nothing', () => 'first'],
      [
        'threw',
        () => {
          throw new Error('on purpose')
        },
      ],
    ]
    for (const [ending, first] of endings) {
      it(`runs a body again that may have read a mixture of records, though it ${ending}`, async (t) => {
        const { store } = await opened(t)
        let runs = 0
        const result = await store.transact({ exclusive: [bytes('a')] }, async (transaction) => {
          await transaction.get(bytes('a'))
          if (++runs > 1) return 'second'
          await store.transact({ exclusive: [], shared: [bytes('a')] }, (other) => other.set(bytes('b'), bytes('1')))
          return first()
        })
        assert.deepEqual([result, runs], ['second', 2])
      })
    }

    it('gives up with OperationAborted after too many conflicts', async (t) => {
      const { store } = await opened(t)
      const guard = bytes('a')
      let runs = 0
      const hopeless = store.transact({ exclusive: [guard] }, async (transaction) => {
        runs++
        await store.transact({ exclusive: [], shared: [guard] }, (other) => other.set(bytes('b'), bytes('1')))
        transaction.set(bytes('c'), bytes('1'))
      })
      await assert.rejects(hopeless, { name: 'ApiError', code: 'OperationAborted' })
      assert.ok(runs > 1)
      assert.equal(await store.get(bytes('c')), undefined)
      await store.transact({ exclusive: [guard] }, (transaction) => transaction.set(bytes('c'), bytes('1')))
    })

    it('has changed the stamp by the time transact resolves, if anything was committed', async (t) => {
      const { store } = await opened(t)
      const stamps = new Set([store.stamp(bytes('a'))])
      for (let n = 1; n <= 20; n++) {
        await store.transact({ exclusive: [bytes('a'), bytes('b')] }, (transaction) =>
          transaction.set(bytes('a'), bytes(`${n}`)),
        )
        stamps.add(store.stamp(bytes('a')))
        assert.equal(stamps.size, n + 1)
      }
    })
  })
}
