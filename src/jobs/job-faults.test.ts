import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JobFaults } from './job-faults.ts'

test('a job fails from its first fault to its next success, and is told of as before', async () => {
  const time = { now: 1000 }
  const faults = new JobFaults({ now: () => time.now, monotonic: () => time.now })
  let fails = true
  const job = faults.watch({
    name: 'sweep',
    work: () => (fails ? Promise.reject(new Error('no room')) : Promise.resolve('busy')),
  })
  const { signal } = new AbortController()
  assert.deepEqual(faults.current, [])
  await assert.rejects(job.work(signal), /no room/)
  time.now = 2000
  await assert.rejects(job.work(signal), /no room/)
  assert.deepEqual(faults.current, [{ job: 'sweep', message: 'no room', sinceMs: 1000 }])
  fails = false
  assert.equal(await job.work(signal), 'busy')
  assert.deepEqual(faults.current, [])
})

test('a job that is cut off has not failed', async () => {
  const faults = new JobFaults({ now: () => 0, monotonic: () => 0 })
  const stopping = new AbortController()
  stopping.abort()
  const job = faults.watch({ name: 'sweep', work: () => Promise.reject(new Error('cut')) })
  await assert.rejects(job.work(stopping.signal), /cut/)
  assert.deepEqual(faults.current, [])
})
