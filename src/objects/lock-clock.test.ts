import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import { createMemoryStore } from '../metadata/memory.ts'
import { requireUnlocked } from './lock.ts'
import { openLockClock } from './lock-clock.ts'

const startMs = Date.UTC(2026, 10, 20)
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const yearMs = 365 * dayMs

/** A machine's clocks: time passes on both, and one of them can be set. */
function makeClock() {
  let [ms, passed] = [startMs, 0]
  return {
    now: () => ms,
    monotonic: () => passed,
    pass(duration: number): void {
      ms += duration
      passed += duration
    },
    set(to: number): void {
      ms = to
    },
  } satisfies Clock & Record<string, unknown>
}

test('the first time, and as long as nobody sets the clock, it is the machine’s', async () => {
  const clock = makeClock()
  const lockClock = await openLockClock(createMemoryStore(), clock)
  assert.equal(lockClock.now(), startMs)
  clock.pass(yearMs)
  assert.equal(lockClock.now(), startMs + yearMs)
})

test('a clock that is set ahead brings it forward no faster than time can have passed twice over', async () => {
  const clock = makeClock()
  const lockClock = await openLockClock(createMemoryStore(), clock)
  clock.set(startMs + 20 * yearMs)
  assert.equal(lockClock.now(), startMs)
  clock.pass(hourMs)
  assert.equal(lockClock.now(), startMs + 2 * hourMs)
})

test('a clock that is set back sets it back', async () => {
  const clock = makeClock()
  const lockClock = await openLockClock(createMemoryStore(), clock)
  clock.set(startMs - hourMs)
  assert.equal(lockClock.now(), startMs - hourMs)
})

test('a restart does not bring it forward; the time of the stop is caught up with', async () => {
  const clock = makeClock()
  const metadata = createMemoryStore()
  await (await openLockClock(metadata, clock)).keep()
  clock.pass(10 * dayMs)
  const lockClock = await openLockClock(metadata, clock)
  assert.equal(lockClock.now(), startMs)
  clock.pass(8 * dayMs)
  assert.equal(lockClock.now(), startMs + 16 * dayMs)
  clock.pass(2 * dayMs)
  assert.equal(lockClock.now(), startMs + 20 * dayMs)
})

test('what is kept for the next start is never earlier than what was', async () => {
  const clock = makeClock()
  const metadata = createMemoryStore()
  const lockClock = await openLockClock(metadata, clock)
  clock.pass(5 * dayMs)
  await lockClock.keep()
  clock.set(startMs)
  await lockClock.keep()
  clock.set(startMs + 20 * yearMs)
  assert.equal((await openLockClock(metadata, clock)).now(), startMs + 5 * dayMs)
})

test('a COMPLIANCE lock of a year holds when the clock jumps 20 years ahead, and when the server is then started anew', async () => {
  const clock = makeClock()
  const metadata = createMemoryStore()
  const retention = { mode: 'COMPLIANCE', untilMs: startMs + yearMs } as const
  const md5 = Buffer.alloc(16)
  const extent = { kind: 'body', id: 1, size: 0, crc32: 0 } as const
  const version = { modifiedMs: startMs, size: 0, md5, parts: 0, system: {}, metadata: {}, extent, retention }
  const isLocked = (lockNowMs: number): boolean => {
    try {
      requireUnlocked(version, lockNowMs, true)
      return false
    } catch (error) {
      assert.ok(error instanceof ApiError && error.code === 'AccessDenied')
      return true
    }
  }
  const before = await openLockClock(metadata, clock)
  await before.keep()
  clock.set(startMs + 20 * yearMs)
  assert.ok(isLocked(before.now()))
  await before.keep()
  const after = await openLockClock(metadata, clock)
  assert.ok(isLocked(after.now()))
  clock.pass(yearMs)
  assert.ok(!isLocked(after.now()))
})
