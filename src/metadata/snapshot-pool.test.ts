import assert from 'node:assert/strict'
import { it } from 'node:test'
import { SnapshotPool } from './snapshot-pool.ts'
import type { SqliteReader } from './sqlite-reader.ts'

const key = new Uint8Array()

/** A pool of two connections, which only note what is done to them, and one place to wait. */
function createPool(failing: { begin?: boolean; end?: boolean } = {}) {
  const log: string[] = []
  let opened = 0
  const open = () => {
    const name = ++opened
    const fake: Pick<SqliteReader, 'get' | 'scan' | 'begin' | 'end' | 'close'> = {
      get: () => undefined,
      scan: () => [],
      begin() {
        log.push(`begin ${name}`)
        if (failing.begin) throw new Error('cannot begin')
      },
      end() {
        log.push(`end ${name}`)
        if (failing.end) throw new Error('cannot end')
      },
      close: () => void log.push(`close ${name}`),
    }
    return fake as SqliteReader
  }
  return { log, pool: new SnapshotPool({ open, sizeMax: 2, waitingMax: 1 }) }
}

it('reads that do not wait share one connection', async () => {
  const { log, pool } = createPool()
  await Promise.all([1, 2, 3].map(() => pool.read((snapshot) => snapshot.get(key))))
  assert.deepEqual(new Set(log), new Set(['begin 1', 'end 1']))
})

it('reads that wait have a connection each, then queue, then are refused', async () => {
  const { log, pool } = createPool()
  const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>())
  const running = gates.map(({ promise }) => pool.read(() => promise))
  await assert.rejects(
    pool.read(() => 1),
    { code: 'SlowDown' },
  )
  assert.deepEqual(log, ['begin 1', 'begin 2'])
  for (const { resolve } of gates) resolve()
  await Promise.all(running)
  assert.equal(log.filter((line) => line.startsWith('begin')).length, 3)
})

for (const fault of ['begin', 'end'] as const) {
  it(`a connection that cannot ${fault} a read is closed and replaced`, async () => {
    const failing = { [fault]: true }
    const { log, pool } = createPool(failing)
    await assert.rejects(
      pool.read(() => 1),
      new Error(`cannot ${fault}`),
    )
    assert.equal(log.at(-1), 'close 1')
    failing[fault] = false
    assert.equal(await pool.read(() => 42), 42)
    assert.equal(log.at(-1), 'end 2')
  })
}

it('who waits for a connection that fails gets another', async () => {
  const failing = { end: true }
  const { log, pool } = createPool(failing)
  const gates = [1, 2].map(() => Promise.withResolvers<void>())
  const running = gates.map(({ promise }) => pool.read(() => promise))
  const waiting = pool.read(() => {
    failing.end = false
    return 42
  })
  gates[0]!.resolve()
  await assert.rejects(running[0]!, new Error('cannot end'))
  assert.equal(await waiting, 42)
  assert.deepEqual(log, ['begin 1', 'begin 2', 'end 1', 'close 1', 'begin 3', 'end 3'])
  gates[1]!.resolve()
  await running[1]
})

it('closing waits for no read; its connection is closed when it ends', async () => {
  const { log, pool } = createPool()
  const gate = Promise.withResolvers<void>()
  const running = pool.read(() => gate.promise)
  pool.close()
  gate.resolve()
  await running
  assert.equal(log.at(-1), 'close 1')
})
