import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lockClockJob } from './lock-clock.ts'

test('the time is kept at once, and then every ten seconds', async () => {
  let [monotonicMs, kept] = [1000, 0]
  const job = lockClockJob({ keep: () => Promise.resolve(void kept++) }, { monotonic: () => monotonicMs })
  const workAfter = async (ms: number): Promise<number> => {
    monotonicMs += ms
    assert.equal(await job.work(new AbortController().signal), 'idle')
    return kept
  }
  assert.equal(await workAfter(0), 1)
  assert.equal(await workAfter(9999), 1)
  assert.equal(await workAfter(1), 2)
})
