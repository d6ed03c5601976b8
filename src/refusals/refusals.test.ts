import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import type { HttpRequest, Served } from '../http/message.ts'
import type { Explanation } from '../http/refused.ts'
import { refusalRetentionJob } from '../jobs/refusal-retention.ts'
import { keyspace } from '../metadata/keyspace.ts'
import { createMemoryStore, type CommitFault, type MemoryStore } from '../metadata/memory.ts'
import { RefusalLog } from './refusal-log.ts'
import { RefusalRecorder, type RefusedEnd } from './refusal-recorder.ts'
import type { Refusal } from './refusal.ts'

const [alpha, beta] = ['a'.repeat(64), 'b'.repeat(64)]
const bucket = { id: '1', name: 'films', accountId: alpha, region: 'us-east-1' }
const hourMs = 3_600_000

let nowMs: number
const clock = { now: () => nowMs, monotonic: () => nowMs }
let faults: (CommitFault | undefined)[]
let told: unknown[]
let metadata: MemoryStore
let log: RefusalLog
let recorder: RefusalRecorder
let made: number

beforeEach(() => {
  nowMs = Date.UTC(2026, 10, 20, 12)
  faults = []
  told = []
  made = 0
  metadata = createMemoryStore({ fault: () => faults.shift() })
  log = new RefusalLog({ metadata, clock, keptOfClassMax: 40, keptOfAccountMax: 15 })
  recorder = new RefusalRecorder({ log, clock, onFault: (error) => told.push(error) })
})

const explained: Explanation = { checks: [], differences: [], advice: [] }

interface Given extends Partial<Served> {
  readonly status?: number
  readonly path?: string
  readonly query?: string
  readonly explain?: () => Explanation | Promise<Explanation>
}

function end({
  status = 403,
  path = '/films/a',
  query = '',
  explain = () => explained,
  ...served
}: Given = {}): RefusedEnd {
  const request: HttpRequest = {
    ...{
      id: (++made).toString(16).toUpperCase().padStart(16, '0'),
      method: 'GET',
      path,
      query,
      headers: {},
      rawHeaders: [],
    },
    ...{ host: 's3.test', forwarded: { host: undefined, prefix: undefined }, secure: true, remoteAddress: '192.0.2.7' },
    ...{ contentLength: 0, body: (async function* () {})(), signal: new AbortController().signal },
    served: {
      ...{ front: 's3', operation: 'GetObject', bucket, key: 'a', ...served },
      refused: { status, code: served.errorCode ?? 'AccessDenied', message: 'Access Denied', explain },
    },
  }
  return { request, status }
}

const list = async (accountId?: string): Promise<readonly Refusal[]> =>
  (await log.list({ accountId, limit: 1000 })).refusals
const sizeOfRecords = (): number =>
  metadata.records.scan(Buffer.of(keyspace.refusal), Buffer.of(keyspace.refusal + 1), { limit: 100_000 }).length

describe('what is kept', () => {
  for (const [what, given, kept] of [
    ['forbidden', {}, true],
    ['not signed in', { status: 401 }, true],
    ['switched off', { status: 501 }, true],
    ['too many', { status: 503 }, true],
    ['a key that is not there', { status: 404, errorCode: 'NoSuchKey' }, false],
    ['a bucket that is not there', { status: 404, errorCode: 'NoSuchBucket' }, false],
    ['a bucket that delivery does not show', { status: 404, errorCode: 'NoSuchBucket', front: 'delivery' }, true],
    ['an object that delivery has not', { status: 404, errorCode: 'NoSuchKey', front: 'delivery' }, false],
    ["a reader's condition", { status: 412 }, false],
    ["a writer's condition", { status: 412, operation: 'PutObject' }, true],
    ["a reader's condition in delivery", { status: 412, front: 'delivery', operation: 'Deliver' }, false],
    ['a redirection', { status: 301 }, false],
    ['a fault of ours', { status: 500 }, false],
    ['a client that has gone', { status: 499 }, false],
  ] as const) {
    test(`${what}: ${kept ? 'yes' : 'no'}`, async () => {
      recorder.record(end(given))
      await recorder.flush()
      assert.equal((await list()).length, kept ? 1 : 0)
    })
  }

  test('a request that was not refused is passed over', async () => {
    const { request } = end()
    recorder.record({ request: { ...request, served: { ...request.served!, refused: undefined } }, status: 200 })
    recorder.record({ request: { ...request, served: undefined }, status: 403 })
    await recorder.flush()
    assert.equal(sizeOfRecords(), 0)
  })

  test('texts are redacted and of bounded length, and what cannot be explained is kept without', async () => {
    const jwt = `${Buffer.from('{"alg":"RS256","typ":"JWT"}').toString('base64url')}.${Buffer.from('{"a":1}').toString('base64url')}.sig`
    const long = 'x'.repeat(100_000)
    recorder.record(
      end({
        ...{ path: `/~auth=${jwt}/a`, query: `X-Amz-Signature=0123&auth=${jwt}&y=${long}`, key: `${jwt}/${long}` },
        explain: () => ({
          checks: [{ name: 'a', outcome: 'failed', detail: `?auth=${jwt}` }],
          differences: [{ name: 'b', sent: `https://h/?token=${jwt}`, expected: long }],
          advice: [{ text: long }],
          canonicalRequest: `GET\n/a\nX-Amz-Security-Token=abc&b=1\nauthorization:AWS4 zzz\nx-amz-security-token:abc\n\nhost\n${long}`,
          stringToSign: `PUT\n\n\n\nx-amz-copy-source-server-side-encryption-customer-key:k3y\n/b/k?x=${jwt}`,
        }),
      }),
    )
    recorder.record(end({ explain: () => Promise.reject(new Error('cannot')) }))
    await recorder.flush()
    const kept = await list()
    const text = JSON.stringify(kept)
    for (const secret of [jwt, jwt.slice(0, 20), 'abc', 'zzz', 'k3y', '0123&']) assert(!text.includes(secret), secret)
    assert(text.length < 20_000, `${text.length}`)
    assert.equal(kept[0]!.requestId, (2).toString().padStart(16, '0'))
    assert.deepEqual([kept[0]!.checks, (told[0] as Error).message], [[], 'cannot'])
  })
})

describe('whose it is', () => {
  for (const [what, given, accounts, proved] of [
    ['one that asks for its own', { accountId: alpha }, [alpha], true],
    ["one that asks for another's", { accountId: beta }, [beta, alpha], true],
    ['nobody, of a bucket', {}, [alpha], false],
    ['nobody, of none', { bucket: undefined }, [], false],
    [
      'an access key that is only named',
      { explain: () => ({ ...explained, claimed: { accessKeyId: 'K', accountId: beta } }) },
      [beta, alpha],
      false,
    ],
    [
      'a bucket that was not shown',
      { bucket: undefined, explain: () => ({ ...explained, bucket: { name: 'h', accountId: beta } }) },
      [beta],
      false,
    ],
  ] as const) {
    test(what, async () => {
      recorder.record(end(given))
      await recorder.flush()
      const [kept] = await list()
      assert.deepEqual([kept?.accounts, kept?.proved], [accounts, proved])
      for (const account of [alpha, beta]) {
        const sees = (accounts as readonly string[]).includes(account)
        assert.equal((await list(account)).length, sees ? 1 : 0)
        assert.equal((await log.get(kept!.requestId, account)) !== undefined, sees)
      }
      assert.notEqual(await log.get(kept!.requestId, undefined), undefined)
    })
  }
})

describe('bounds', () => {
  test('of what waits: strangers, and each account, have their share; the rest is counted', async () => {
    const accounts = Array.from({ length: 10 }, (_, index) => index.toString(16).repeat(64))
    const big = new RefusalLog({ metadata, clock })
    recorder = new RefusalRecorder({ log: big, clock })
    for (let index = 0; index < 1000; index++) recorder.record(end())
    for (let index = 0; index < 1000; index++) recorder.record(end({ accountId: alpha }))
    for (const accountId of accounts)
      for (let index = 0; index < 10; index++) recorder.record(end({ accountId, bucket: undefined }))
    await recorder.flush()
    const kept = (await big.list({ accountId: undefined, limit: 1000 })).refusals
    assert.equal(kept.filter(({ proved }) => !proved).length, 32)
    assert.equal(kept.filter(({ accounts: [first], proved }) => proved && first === alpha).length, 32)
    assert.equal(kept.length, 32 + 32 + 96)
    assert.equal(recorder.dropped, 2100 - kept.length)
    // A second later there is room again.
    recorder.record(end())
    await recorder.flush()
    assert.equal((await big.list({ accountId: undefined, limit: 1000 })).refusals.length, kept.length + 1)
  })

  test('while what came before is being kept, no more waits than may', async () => {
    const { promise, resolve } = Promise.withResolvers<Explanation>()
    recorder.record(end({ explain: () => promise }))
    const first = recorder.flush()
    for (let index = 0; index < 500; index++) recorder.record(end({ accountId: alpha }))
    assert.equal(recorder.flush(), first)
    resolve(explained)
    await recorder.stop()
    assert.equal((await list()).length, 33)
  })

  test('what cannot be kept is given up, and told', async () => {
    faults = ['before']
    recorder.record(end())
    await recorder.flush()
    assert.equal(told.length, 1)
    recorder.record(end())
    await recorder.flush()
    assert.equal((await list()).length, 1)
  })

  test('of what is kept: the oldest of an account go first, and strangers push out nobody', async () => {
    const job = refusalRetentionJob(log, clock)
    const { signal } = new AbortController()
    const keep = async (given: Given, count: number): Promise<void> => {
      for (let index = 0; index < count; index++) {
        nowMs++
        recorder.record(end(given))
        if (index % 20 === 19) await recorder.flush()
      }
      await recorder.flush()
      while ((await job.work(signal)) === 'busy');
    }
    const of = async (accountId: string, proved: boolean): Promise<number> =>
      (await list(accountId)).filter((each) => each.proved === proved).length
    await keep({ accountId: beta, bucket: undefined }, 5)
    await keep({ accountId: alpha }, 60)
    assert.deepEqual([await of(alpha, true), await of(beta, true)], [15, 5])
    const newest = (await list(alpha))[0]!
    for (let account = 0; account < 6; account++)
      await keep({ bucket: { ...bucket, accountId: account.toString().repeat(64) } }, 40)
    assert.deepEqual([await of(alpha, true), await of(beta, true)], [15, 5])
    assert.equal((await list()).filter(({ proved }) => !proved).length, 40)
    assert.deepEqual((await list(alpha))[0], newest)
    // One for each, one by time, and one for its account.
    assert.equal(sizeOfRecords(), 3 * 60)
  })

  test('a day later it is gone, at once for who asks and soon from the records', async () => {
    const job = refusalRetentionJob(log, clock)
    const { signal } = new AbortController()
    recorder.record(end({ accountId: alpha }))
    await recorder.flush()
    nowMs += 23 * hourMs
    while ((await job.work(signal)) === 'busy');
    recorder.record(end({ accountId: alpha }))
    await recorder.flush()
    assert.equal((await list(alpha)).length, 2)
    nowMs += hourMs
    assert.equal((await list(alpha)).length, 1)
    assert.equal(await log.get('0000000000000001', alpha), undefined)
    while ((await job.work(signal)) === 'busy');
    assert.equal(sizeOfRecords(), 3)
    nowMs += 24 * hourMs
    await job.work(signal)
    assert.equal(sizeOfRecords(), 0)
  })
})

test('pages have everything, newest first, once, whatever was refused to whom', async () => {
  const one = fc.record({ accountId: fc.constantFrom(undefined, alpha, beta), pause: fc.nat(2) })
  await fc.assert(
    fc.asyncProperty(fc.array(one, { maxLength: 40 }), fc.integer({ min: 1, max: 7 }), async (all, limit) => {
      metadata = createMemoryStore()
      log = new RefusalLog({ metadata, clock })
      recorder = new RefusalRecorder({ log, clock })
      const expected: string[] = []
      for (const { accountId, pause } of all) {
        nowMs += pause
        const refused = end({ accountId })
        recorder.record(refused)
        expected.unshift(refused.request.id)
        await recorder.flush()
      }
      for (const accountId of [undefined, alpha]) {
        const found: string[] = []
        for (let after: string | undefined; ;) {
          const page = await log.list({ accountId, limit, after })
          found.push(...page.refusals.map(({ requestId }) => requestId))
          if (page.next === undefined) break
          after = page.next
        }
        assert.deepEqual(found, expected)
      }
    }),
    { numRuns: 50 },
  )
})

test('an after that no page has told is refused', async () => {
  await assert.rejects(log.list({ accountId: alpha, limit: 1, after: 'x' }), { code: 'InvalidArgument' })
})
