import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { createHttpListener } from '../http/listener.ts'
import { createObserver, type Observer, type ObserverSettings } from './observer.ts'
import { photos, requestEnd } from './request-end.fixture.ts'

const faults: [error: unknown, what: string][] = []

async function observe(context: TestContext, settings: Partial<ObserverSettings> = {}): Promise<Observer> {
  const observer = await createObserver({
    settings: { requestLog: { destination: 'stderr', which: 'none' }, ...settings },
    ...{ thread: 'main', version: '1.2.3', hostId: 'host', clock: systemClock },
    onFault: (error, what) => faults.push([error, what]),
  })
  context.after(() => observer.close())
  return observer
}

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'entrepot-observer-'))
  context.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('requests to a listener are counted and logged, those that no front has seen as well', async (context) => {
  const path = folder(context)
  const [requests, access] = [join(path, 'requests.log'), join(path, 'access.log')]
  const observer = await observe(context, {
    requestLog: { destination: requests, which: 'all' },
    accessLog: access,
  })
  const listener = createHttpListener({
    ...{ host: '127.0.0.1', port: 0, trustedProxies: [], clock: systemClock, random: systemRandom },
    handle(request) {
      request.served = { front: 's3', operation: 'GetObject', bucket: photos, key: 'k' }
      return { status: 200, headers: ['content-length', '7'], body: 'content' }
    },
    onRequestEnd: observer.onRequestEnd,
  })
  await listener.listen()
  observer.watch('s3', listener)
  assert.equal(await (await fetch(`${listener.url}/photos/k`)).text(), 'content')
  assert.equal((await fetch(`${listener.url}/${'x'.repeat(9000)}`)).status, 414)
  await listener.stop(0)
  while (listener.connections > 0) await new Promise((resolve) => setTimeout(resolve, 5))

  const { operations, listeners, buckets, thread } = observer.snapshot()
  assert.deepEqual(
    operations.map(({ front, operation, statuses, bytesOut }) => [front, operation, statuses, bytesOut]),
    [
      ['none', 'none', [[414, 1]], 'URI Too Long\n'.length],
      ['s3', 'GetObject', [[200, 1]], 7],
    ],
  )
  assert.deepEqual(listeners, [{ listener: 's3', connections: 0, inFlight: 0, handshakesFailed: 0 }])
  assert.deepEqual([buckets[0]?.bucket, buckets[0]?.requests, thread], ['photos', [0, 1, 0, 0, 0], 'main'])
  await observer.close()
  const lines = readFileSync(requests, 'utf8').trim().split('\n')
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { status: number }).status),
    [200, 414],
  )
  assert.match(readFileSync(access, 'utf8'), / REST\.GET\.OBJECT k "GET \/photos\/k HTTP\/1\.1" 200 - 7 7 \d+ - /)
})

test('nothing is opened that is not asked for', async (context) => {
  const observer = await observe(context, { requestLog: { destination: '/nowhere/a.log', which: 'none' } })
  observer.onRequestEnd(requestEnd())
  assert.equal(observer.snapshot().operations.length, 1)
  await observer.reopen()
})

test('a log that cannot be opened is refused at the start', async (context) => {
  await assert.rejects(observe(context, { accessLog: '/nowhere/a.log' }), { code: 'ENOENT' })
})

test('a log that cannot be written is told once, fails no request, and its lines are counted as lost', async (context) => {
  faults.length = 0
  const observer = await observe(context, {
    requestLog: { destination: '/dev/full', which: 'all' },
    accessLog: '/dev/full',
  })
  for (let round = 0; round < 3; round++) {
    observer.onRequestEnd(requestEnd())
    await observer.reopen()
  }
  await observer.close()
  assert.deepEqual(faults.map(([, what]) => what).toSorted(), ['access log', 'request log'])
  assert.deepEqual(observer.snapshot().linesDropped, { request: 3, access: 3 })
})

test('a request that a log cannot make a line of fails no request, and is counted', async (context) => {
  faults.length = 0
  const path = folder(context)
  const observer = await observe(context, { accessLog: join(path, 'access.log') })
  const end = requestEnd()
  Object.defineProperty(end.request, 'remoteAddress', { get: () => assert.fail('a bug') })
  observer.onRequestEnd(end)
  assert.match(String(faults[0]), /a bug.*access log/)
  assert.equal(observer.snapshot().operations.length, 1)
})

test('both logs go on in new files after theirs were renamed', async (context) => {
  const path = folder(context)
  const names = ['requests.log', 'access.log'].map((name) => join(path, name))
  const [requests = '', access = ''] = names
  const observer = await observe(context, { requestLog: { destination: requests, which: 'all' }, accessLog: access })
  observer.onRequestEnd(requestEnd())
  for (const name of names) renameSync(name, `${name}.1`)
  await observer.reopen()
  for (const name of names) assert.ok(existsSync(name))
  observer.onRequestEnd(requestEnd())
  await observer.close()
  for (const name of names) {
    const both = readFileSync(`${name}.1`, 'utf8') + readFileSync(name, 'utf8')
    assert.equal(both.trim().split('\n').length, 2)
  }
})
