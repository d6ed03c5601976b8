/** A limited rate: smooth, whole and given up at once. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { throttled } from './throttle.ts'

function makePace() {
  const pace = {
    ms: 0,
    slept: [] as number[],
    clock: { monotonic: () => pace.ms },
    sleep: (ms: number) => {
      pace.slept.push(ms)
      pace.ms += ms
      return Promise.resolve()
    },
  }
  return pace
}

test('whatever the pieces of a body and its rate, the same bytes come, no sooner than they may and in small steps', async () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1, max: 20_000 }), async (chunks, rate) => {
      const bytes = chunks.map((size, index) => Buffer.alloc(size, index))
      const pace = makePace()
      const got: Buffer[] = []
      let total = 0
      for await (const piece of throttled(chunksOf(bytes), rate, pace)) {
        assert(total <= (pace.ms / 1000) * rate + 1e-6, 'what was sent before has had its time')
        assert(piece.length <= Math.max(1, rate / 10))
        total += piece.length
        got.push(Buffer.from(piece))
      }
      assert.deepEqual(Buffer.concat(got), Buffer.concat(bytes))
      assert(pace.slept.every((ms) => ms <= 1000))
    }),
    { numRuns: 60 },
  )
})

describe('a client', () => {
  test('that falls behind catches up on a second at most', async () => {
    const pace = makePace()
    const pieces = throttled(Buffer.alloc(10_000), 1000, pace)
    await pieces.next()
    pace.ms += 60_000
    for (let piece = 0; piece < 11; piece++) await pieces.next()
    const slept = pace.slept.length
    for (let piece = 0; piece < 5; piece++) await pieces.next()
    assert.equal(pace.slept.length, slept + 5)
  })

  test('that goes away ends the body too', async () => {
    let ended = false
    const body = (async function* () {
      try {
        for (;;) yield Buffer.alloc(100)
      } finally {
        ended = true
      }
    })()
    const pieces = throttled(body, 1000, makePace())
    await pieces.next()
    await pieces.return(undefined)
    assert(ended)
  })
})

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
