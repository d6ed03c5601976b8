/** Random transactions, their reads and their results, against a plain list of entries. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { compareBytes } from '../base/bytes.ts'
import { decodeCounter, encodeCounter } from './counter.ts'
import type { Entry, Key, Transaction, Value } from './metadata-store.ts'
import type { Place } from './place-suite.ts'

type Step =
  | { readonly do: 'set'; readonly key: Key; readonly value: Value }
  | { readonly do: 'delete' | 'get'; readonly key: Key }
  | { readonly do: 'deleteRange'; readonly start: Key; readonly end: Key }
  | { readonly do: 'add'; readonly key: Key; readonly delta: number }
  | { readonly do: 'scan'; readonly start: Key; readonly end: Key; readonly limit: number; readonly reverse: boolean }

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))
const plainKeys = [
  '',
  '00',
  '0000',
  '30',
  '3000',
  '30ff',
  '5fff',
  '61',
  '6100',
  'ef bf bd',
  'f0 9f 98 80',
  'ff',
  'ffff',
]
const bodyKeys = ['0000000000000000', '0000000000000001', '0000000100000000', '001fffffffffffff'].map((at) => `60${at}`)
const counterKeys = ['70', '7000', '71']
const boundsOnly = [
  '60',
  '6000',
  '60000000000000000000',
  '600000000000000001ff',
  '6020',
  '60ffffffffffffffff',
  '60ffffffffffffffffff',
  'ffffffff',
]
const keysOf = (...texts: readonly string[][]) =>
  fc.constantFrom(...texts.flat().map((text) => hex(text.replaceAll(' ', ''))))

const anyKey = keysOf(plainKeys, bodyKeys, counterKeys)
const bound = keysOf(plainKeys, bodyKeys, counterKeys, boundsOnly)
const limit = fc.integer({ min: 1, max: 8 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('set'),
      key: keysOf(plainKeys, bodyKeys),
      value: fc.uint8Array({ maxLength: 20 }),
    }),
  },
  fc.record({ do: fc.constant('set'), key: keysOf(counterKeys), value: fc.integer().map(encodeCounter) }),
  fc.record({ do: fc.constantFrom('delete', 'get'), key: anyKey }),
  fc.record({ do: fc.constant('deleteRange'), start: bound, end: bound }),
  fc.record({ do: fc.constant('add'), key: keysOf(counterKeys), delta: fc.integer() }),
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('scan'), start: bound, end: bound, limit, reverse: fc.boolean() }),
  },
)
const transactions = fc.array(
  fc.record({ steps: fc.array(step, { maxLength: 15 }), fails: fc.nat(5).map((n) => n === 0) }),
  {
    minLength: 1,
    maxLength: 6,
  },
)

export function testAgainstModel(name: string, createPlace: () => Promise<Place>): void {
  it(`${name}: does what a plain list of entries does, whatever the transactions`, async (t) => {
    const place = await createPlace()
    const store = await place.open()
    t.after(async () => {
      await store.close()
      await place.remove()
    })
    const all = [new Uint8Array(), hex('ffffffff')] as const
    await fc.assert(
      fc.asyncProperty(transactions, async (many) => {
        await store.transact({ exclusive: [] }, (transaction) => transaction.deleteRange(...all))
        let model: readonly Entry[] = []
        for (const { steps, fails } of many) {
          const after = await store
            .transact({ exclusive: [hex('01')] }, async (transaction) => {
              const changed = await run(steps, transaction, model)
              if (fails) throw new Failing()
              return changed
            })
            .catch((error: unknown) => {
              if (error instanceof Failing) return model
              throw error
            })
          model = after
          const found = await store.read((snapshot) => snapshot.scan(...all, { limit: 1000 }))
          assert.deepEqual(plain(found), plain(model))
          for (const [key, value] of model) assert.deepEqual(Buffer.from((await store.get(key))!), Buffer.from(value))
        }
      }),
      { numRuns: 150 },
    )
  })
}

class Failing extends Error {}

/** Runs the steps in the transaction, comparing what it reads, and answers the model after them. */
async function run(
  steps: readonly Step[],
  transaction: Transaction,
  before: readonly Entry[],
): Promise<readonly Entry[]> {
  let model = before
  /** What was added to is not read. */
  const added = new Map<string, Key>()
  for (const step of steps) {
    switch (step.do) {
      case 'set':
        transaction.set(step.key, step.value)
        model = withEntry(model, step.key, step.value)
        added.delete(String(step.key))
        break
      case 'delete':
        transaction.delete(step.key)
        model = withEntry(model, step.key, undefined)
        added.delete(String(step.key))
        break
      case 'deleteRange':
        transaction.deleteRange(step.start, step.end)
        model = model.filter(([key]) => !isWithin(key, step.start, step.end))
        for (const [text, key] of added) if (isWithin(key, step.start, step.end)) added.delete(text)
        break
      case 'add':
        transaction.add(step.key, step.delta)
        model = withEntry(model, step.key, encodeCounter(decodeCounter(valueOf(model, step.key)) + step.delta))
        added.set(String(step.key), step.key)
        break
      case 'get':
        if (!added.has(String(step.key))) {
          assert.deepEqual(asBuffer(await transaction.get(step.key)), asBuffer(valueOf(model, step.key)))
        }
        break
      case 'scan':
        if (added.size === 0) {
          const within = model.filter(([key]) => isWithin(key, step.start, step.end))
          const expected = (step.reverse ? within.toReversed() : within).slice(0, step.limit)
          assert.deepEqual(plain(await transaction.scan(step.start, step.end, step)), plain(expected))
        }
    }
  }
  return model
}

const isWithin = (key: Key, start: Key, end: Key) => compareBytes(key, start) >= 0 && compareBytes(key, end) < 0
const asBuffer = (value: Value | undefined) => (value === undefined ? undefined : Buffer.from(value))
const plain = (entries: readonly Entry[]) => entries.map(([key, value]) => [Buffer.from(key), Buffer.from(value)])
const valueOf = (model: readonly Entry[], key: Key) => model.find(([other]) => compareBytes(other, key) === 0)?.[1]

function withEntry(model: readonly Entry[], key: Key, value: Value | undefined): readonly Entry[] {
  const others = model.filter(([other]) => compareBytes(other, key) !== 0)
  if (value === undefined) return others
  return [...others, [key, value] as const].sort(([a], [b]) => compareBytes(a, b))
}
