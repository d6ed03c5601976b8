import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { cleanUp } from '../clean-up.ts'
import { Connection } from '../load/connection.ts'
import { mustCall, parseEndpoint } from '../load/endpoint.ts'
import { runLoad } from '../load/run-load.ts'
import { ToyS3 } from '../load/toy-s3.ts'
import { measure } from '../measure.ts'
import { SCENARIOS, scenariosNamed } from './all.ts'
import { multipartOf } from './multipart.ts'
import { Pattern } from './pattern.ts'
import type { Bench } from './scenario.ts'

const toy = new ToyS3()
let bench: Bench

before(async () => {
  await toy.start()
  const endpoint = parseEndpoint(toy.endpoint, { accessKey: 'a', secretKey: 's', region: 'us-east-1' })
  bench = {
    endpoint,
    control: new Connection(endpoint, 65536),
    bucket: 'bench',
    seconds: 0.05,
    objects: 2000,
    bigSize: 3 * 2 ** 20 + 5,
    payload: undefined,
    pid: undefined,
    server: undefined,
    say: () => {},
  }
  await mustCall(endpoint, bench.control, { method: 'PUT', bucket: bench.bucket })
})

after(async () => {
  bench.control.close()
  await toy.stop()
})

/** What takes long, and, last, what the toy has not. */
const left = ['start', 'get-64m', 'put-64m', 'multipart', 'list-versions']
const runnable = [...SCENARIOS.filter((scenario) => !left.includes(scenario.name)), multipartOf(3, 1000)]

for (const scenario of runnable) {
  test(`${scenario.name} runs without an error and counts what it moved`, async () => {
    await scenario.prepare?.(bench)
    const measured = await measure(bench, scenario, { subject: 'toy', connections: [2], repeat: 1 })
    for (const { median } of measured) {
      assert.deepEqual(median.errors, {})
      assert.ok(median.requests > 0 && median.megabytesPerSecond > 0)
    }
  })
}

test('a finished fill is not repeated', async () => {
  const [list] = scenariosNamed(['list-1000'])
  await list?.prepare?.(bench)
  const before = toy.writes
  await list?.prepare?.(bench)
  assert.equal(toy.writes, before)
})

test('a status outside 2xx and a body of the wrong length are errors', async () => {
  const run = (path: string, bodyLength: number) =>
    runLoad(
      {
        start: (connection, _index, answered) =>
          connection.send({ bytes: Buffer.from(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`) }, answered),
        remaining: () => 0,
        bodyLength,
      },
      { target: bench.endpoint, connections: 1, seconds: 1 },
    )
  await mustCall(bench.endpoint, bench.control, { method: 'PUT', bucket: 'bench', key: 'ten', body: Buffer.alloc(10) })
  assert.deepEqual((await run('/bench/ten', 10)).errors, {})
  assert.deepEqual((await run('/bench/ten', 11)).errors, { short: 1 })
  assert.deepEqual((await run('/bench/none', 10)).errors, { '404': 1 })
})

test('cleaning up leaves no bucket', async () => {
  await cleanUp(bench)
  assert.equal(toy.buckets.has('bench'), false)
})

test('an unknown scenario is refused by name', () => {
  assert.throws(() => scenariosNamed(['get-2k']), /no scenario get-2k/)
  assert.deepEqual(
    scenariosNamed(['big*']).map((one) => one.name),
    ['big-put', 'big-get', 'big-multipart', 'big-multipart-get'],
  )
})

test('a pattern finds a wrong byte wherever pieces are cut', () => {
  const pattern = new Pattern()
  const size = 2 * 2 ** 20 + 77
  const whole = Buffer.concat(Array.from(pattern.pieces(0, size), (piece) => Buffer.from(piece)))
  assert.equal(whole.length, size)
  assert.deepEqual(
    Buffer.concat(Array.from(pattern.pieces(500, size), (piece) => Buffer.from(piece))),
    whole.subarray(500),
  )
  for (const wrong of [-1, 0, 2 ** 20 - 1, 2 ** 20, size - 1]) {
    const bytes = Buffer.from(whole)
    if (wrong >= 0) bytes[wrong] = (bytes[wrong] as number) ^ 1
    const check = pattern.checker()
    const feed = () => {
      for (let at = 0; at < size; at += 100_003) check(bytes.subarray(at, Math.min(size, at + 100_003)))
    }
    if (wrong < 0) feed()
    else assert.throws(feed, /wrong bytes/)
  }
})
