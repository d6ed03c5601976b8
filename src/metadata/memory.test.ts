import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type CommitFault, createMemoryStore } from './memory.ts'
import { emptyOrderedMap } from './ordered-map.ts'
import { testMetadataStore } from './suite.ts'

const key = Buffer.from('key')

testMetadataStore('in memory', async () => {
  let records = emptyOrderedMap
  return {
    async open() {
      const store = createMemoryStore({ records })
      return {
        ...store,
        async close() {
          records = store.records
          await store.close()
        },
      }
    },
    async remove() {},
  }
})

const faults: readonly (readonly [fault: CommitFault, applied: boolean, runs: number, code: string | undefined])[] = [
  ['before', false, 1, 'ServiceUnavailable'],
  ['after', true, 1, 'ServiceUnavailable'],
  ['conflict', true, 2, undefined],
]
for (const [fault, applied, runsExpected, code] of faults) {
  it(`in memory: the fault '${fault}' hits the commit that it is meant for`, async () => {
    const store = createMemoryStore({ fault: (commit) => (commit === 2 ? fault : undefined) })
    let runs = 0
    const set = (value: string) =>
      store.transact({ exclusive: [key] }, (transaction) => {
        runs++
        transaction.set(key, Buffer.from(value))
      })
    await set('1')
    runs = 0
    const stamp = store.stamp(key)
    const outcome = await set('2').then(
      () => undefined,
      (error: unknown) => (error as { code: string }).code,
    )
    assert.equal(outcome, code)
    assert.equal(runs, runsExpected)
    assert.equal(Buffer.from((await store.get(key))!).toString(), applied ? '2' : '1')
    assert.equal(store.stamp(key) !== stamp, applied)
    await set('3')
  })
}

it('in memory: a commit waits for the pause, and sees who committed meanwhile', async () => {
  const pauses: (() => void)[] = []
  const store = createMemoryStore({ pause: () => new Promise((resolve) => void pauses.push(resolve)) })
  const runs: string[] = []
  const commit = (name: string, guards: { exclusive: Uint8Array[]; shared?: Uint8Array[] }) =>
    store.transact(guards, (transaction) => {
      runs.push(name)
      transaction.set(Buffer.from(name), key)
    })
  const slow = commit('slow', { exclusive: [key] })
  const quick = commit('quick', { exclusive: [], shared: [key] })
  pauses[1]!()
  await quick
  pauses[0]!()
  while (pauses.length < 3) await new Promise((resolve) => setImmediate(resolve))
  pauses[2]!()
  await slow
  assert.deepEqual(runs, ['slow', 'quick', 'slow'])
})
