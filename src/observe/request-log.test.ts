import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { RequestEnd } from '../http/listener.ts'
import { requestEnd, secretive, secrets, accountId } from './request-end.fixture.ts'
import { createRequestLog, type RequestLogOptions } from './request-log.ts'

const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678), monotonic: () => 0 }

/** What is logged of the requests. */
async function logged(
  context: TestContext,
  ends: readonly RequestEnd[],
  which: RequestLogOptions['which'] = 'all',
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'entrepot-requests-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  const destination = join(folder, 'requests.log')
  const onFault = (error: unknown): never => {
    throw error
  }
  const log = createRequestLog({ destination, which, clock, onFault })!
  for (const end of ends) log.onRequestEnd(end)
  await log.close()
  assert.equal(statSync(destination).mode & 0o777, 0o600)
  return readFileSync(destination, 'utf8')
}

test('a request is one line, with what it was and how it ended', async (context) => {
  const end = requestEnd({
    target: '/photos/a%20b?versionId=1',
    headers: { 'user-agent': 'aws-cli/2', referer: 'https://example.com/a' },
    served: { key: 'a b', accountId, accessKeyId: 'AKIA', userId: 'u1' },
  })
  const text = await logged(context, [end])
  assert.ok(text.endsWith('}\n'))
  assert.deepEqual(JSON.parse(text), {
    level: 30,
    time: '2026-01-02T03:04:05.678Z',
    id: '0123456789ABCDEF',
    front: 's3',
    operation: 'GetObject',
    method: 'GET',
    host: 's3.test',
    path: '/photos/a%20b?versionId=1',
    status: 200,
    bytesIn: 0,
    bytesOut: 7,
    durationMs: 12.3,
    complete: true,
    remoteAddress: '192.0.2.3',
    accountId,
    userId: 'u1',
    accessKeyId: 'AKIA',
    bucket: 'photos',
    key: 'a b',
    referer: 'https://example.com/a',
    userAgent: 'aws-cli/2',
    msg: 'request',
  })
})

test('no secret is in the log, wherever it stood in the request', async (context) => {
  const text = await logged(context, secretive)
  assert.equal(text.split('\n').length, secretive.length + 1)
  for (const secret of secrets) assert.ok(!text.includes(secret), secret)
})

test('a request to the management API is told by its operation, without its path', async (context) => {
  const end = requestEnd({
    target: '/v1/access_token/k',
    served: { front: 'management', operation: 'CreateAccessToken' },
  })
  const line = JSON.parse(await logged(context, [end])) as Record<string, unknown>
  assert.deepEqual([line['operation'], line['path'], line['key']], ['CreateAccessToken', undefined, undefined])
})

test('line breaks and quotes of clients stay within their line', async (context) => {
  const text = await logged(context, [
    requestEnd({ served: { key: 'a\nb"\u2028' }, headers: { 'user-agent': 'x"\\y' } }),
  ])
  assert.equal(text.split('\n').length, 2)
  const line = JSON.parse(text) as Record<string, unknown>
  assert.deepEqual([line['key'], line['userAgent']], ['a\nb"\u2028', 'x"\\y'])
})

test('of failed requests alone, only those are logged', async (context) => {
  const ends = [
    requestEnd({}),
    requestEnd({ status: 304 }),
    requestEnd({ status: 404 }),
    requestEnd({ complete: false }),
    requestEnd({ status: 499, complete: false }),
  ]
  const lines = (await logged(context, ends, 'failed')).trim().split('\n')
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { status: number }).status),
    [404, 200, 499],
  )
})

test('where nothing is to be logged, no file is opened', () => {
  const onFault = (): void => undefined
  assert.equal(createRequestLog({ destination: '/nowhere/a.log', which: 'none', clock, onFault }), undefined)
})
