import assert from 'node:assert/strict'
import { it } from 'node:test'
import { systemRandom } from '../base/random.ts'
import { createSharedGuards, GuardTable, guardsMax, SlotQueue } from './guard-table.ts'

const keyOf = (number: number) => Buffer.from(`key ${number}`)
const [a, b] = [keyOf(1), keyOf(2)]
const createTable = () => new GuardTable(createSharedGuards(systemRandom, 20))

type Keys = readonly Uint8Array[]
type Case = readonly [
  name: string,
  seen: readonly [exclusive: Keys, shared: Keys],
  committed: readonly [exclusive: Keys, shared: Keys],
  holds: boolean,
]
const cases: readonly Case[] = [
  ['exclusive against exclusive', [[a], []], [[a], []], false],
  ['exclusive against shared', [[a], []], [[], [a]], false],
  ['shared against exclusive', [[], [a]], [[a], []], false],
  ['shared against shared', [[], [a]], [[], [a]], true],
  ['different keys', [[a], [a]], [[b], [b]], true],
  ['one of two exclusive', [[b, a], []], [[a], []], false],
  ['nothing', [[], []], [[a], [b]], true],
]
for (const [name, [exclusive, shared], [exclusiveCommitted, sharedCommitted], holds] of cases) {
  it(`a claim ${holds ? 'holds' : 'does not hold'} after the commit of another: ${name}`, () => {
    const memory = createSharedGuards(systemRandom, 20)
    const [table, elsewhere] = [new GuardTable(memory), new GuardTable(memory)]
    const claim = table.claim({ exclusive, shared })
    table.see(claim)
    assert.ok(table.holds(claim))
    elsewhere.bump(elsewhere.claim({ exclusive: exclusiveCommitted, shared: sharedCommitted }))
    assert.equal(table.holds(claim), holds)
    table.see(claim)
    assert.ok(table.holds(claim), 'seen again, it holds')
  })
}

it('slots are ascending, each once, and spread over the table', () => {
  const keys = Array.from({ length: 1000 }, (_, index) => keyOf(index))
  const { exclusive } = createTable().claim({ exclusive: [...keys, ...keys] })
  assert.deepEqual(
    exclusive,
    [...new Set(exclusive)].sort((x, y) => x - y),
  )
  assert.ok(exclusive.length > 980, `${exclusive.length} slots for 1000 keys`)
  assert.ok(exclusive.every((slot) => slot >= 0 && slot < 2 ** 20))
})

it('another seed gives other slots, so nobody can choose keys that collide', () => {
  const keys = Array.from({ length: 20 }, (_, index) => keyOf(index))
  const slots = () => createTable().claim({ exclusive: keys }).exclusive
  assert.notDeepEqual(slots(), slots())
})

it('refuses more guards than it can check in bounded time', () => {
  const table = createTable()
  const guards = Array.from({ length: guardsMax }, (_, index) => keyOf(index))
  table.claim({ exclusive: guards })
  assert.throws(() => table.claim({ exclusive: [...guards, a] }), RangeError)
})

it('who asks for precedence is noticed by those who share a slot, until it is given back', () => {
  const table = createTable()
  const one = table.claim({ exclusive: [a] })
  const other = table.claim({ exclusive: [], shared: [a] })
  const stranger = table.claim({ exclusive: [b] })
  table.precede(one, 1)
  assert.deepEqual([table.contended(other), table.contended(stranger)], [true, false])
  table.precede(one, -1)
  assert.equal(table.contended(other), false)
})

it('those who share a slot go in the order in which they came', async () => {
  const queue = new SlotQueue()
  const order: number[] = []
  const visit = async (slots: number[], visitor: number) => {
    const waiting = queue.enter(slots)
    if (waiting !== undefined) await waiting
    order.push(visitor)
    await new Promise((resolve) => setImmediate(resolve))
    queue.leave(slots)
  }
  await Promise.all([visit([1, 2], 0), visit([2, 3], 1), visit([2], 2), visit([1], 3), visit([1, 2, 3], 4)])
  assert.deepEqual(
    order.toSorted((a, b) => a - b),
    [0, 1, 2, 3, 4],
  )
  assert.ok(order.indexOf(0) < order.indexOf(1) && order.indexOf(1) < order.indexOf(2))
  assert.equal(queue.enter([1, 2, 3]), undefined, 'all are free again')
})

it('a queue refuses one more than may wait, and frees what that one had taken', async () => {
  const queue = new SlotQueue(2)
  assert.equal(queue.enter([2]), undefined)
  const waiting = [queue.enter([2]), queue.enter([2])]
  await assert.rejects(queue.enter([1, 2])!, { code: 'SlowDown' })
  assert.equal(queue.enter([1]), undefined)
  queue.leave([2])
  await waiting[0]
})
