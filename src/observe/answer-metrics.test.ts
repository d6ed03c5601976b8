import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret } from '../base/secret.ts'
import { answerMetrics, bearsToken, type MetricsSource } from './answer-metrics.ts'
import { createExposition, type MetricsSnapshot } from './metrics.ts'
import { requestEnd } from './request-end.fixture.ts'
import { RequestCounters } from './request-counters.ts'

const token = new Secret('token_of_metrics')
const counters = new RequestCounters()
counters.count(requestEnd())
const snapshot: MetricsSnapshot = {
  ...{ thread: 'main', lagSeconds: [], heapUsedBytes: 1, listeners: [], linesDropped: {} },
  ...counters.snapshot(),
}
const source: MetricsSource = {
  exposition: () => createExposition({ version: '1', onFault: (error) => assert.fail(String(error)) }),
  snapshots: () => [snapshot],
  allows: (request) => bearsToken(request, token),
}

async function ask(target: string, headers = {}, method = 'GET', more: Partial<MetricsSource> = {}) {
  const answer = await answerMetrics(requestEnd({ target, method, headers }).request, { ...source, ...more })
  assert.ok(answer.body === undefined || typeof answer.body === 'string')
  return { ...answer, body: answer.body }
}
const allowed = { authorization: 'Bearer token_of_metrics' }
const permitted = { allows: () => true }

const wrong = [
  '',
  'Bearer',
  'Bearer ',
  'Bearer token',
  'Bearer token_of_metric',
  'Basic token_of_metrics',
  'token_of_metrics',
  'Bearer a token_of_metrics',
]
for (const authorization of wrong) {
  test(`with Authorization "${authorization}", nothing is told but 401`, async () => {
    const answer = await ask('/metrics', { authorization }, 'GET', {
      snapshots: () => assert.fail('nobody is asked'),
    })
    assert.equal(answer.status, 401)
    assert.ok(answer.headers.includes('Bearer realm="metrics"'))
    assert.equal(answer.body, 'Unauthorized\n')
  })
}

test('who bears the token is told the metrics', async () => {
  for (const authorization of ['Bearer token_of_metrics', 'bearer  token_of_metrics']) {
    const { status, headers, body } = await ask('/metrics', { authorization })
    assert.deepEqual([status, headers[1]], [200, 'text/plain; version=0.0.4; charset=utf-8'])
    assert.match(body ?? '', /^entrepot_requests_total\{front="s3",operation="GetObject",status="200"\} 1$/m)
    assert.equal(headers[3], String(Buffer.byteLength(body ?? '')))
  }
})

const shown: readonly (readonly [target: string, byBucket: boolean, isShown: boolean])[] = [
  ['/metrics', false, false],
  ['/metrics?buckets=1', false, true],
  ['/metrics?buckets=0', true, false],
  ['/metrics', true, true],
  ['/metrics?bucket=photos', false, true],
  ['/metrics?bucket=videos', true, false],
]
for (const [target, byBucket, isShown] of shown) {
  test(`${target}${byBucket ? ', where that is the rule,' : ''} shows ${isShown ? 'buckets' : 'no bucket'}`, async () => {
    const { body } = await ask(target, allowed, 'GET', { ...permitted, byBucket })
    assert.equal(body?.includes('entrepot_bucket_requests_total{bucket="photos",status="2xx"} 1'), isShown)
  })
}

test('HEAD is answered without a body, and other methods are not taken', async () => {
  const { status, body } = await ask('/metrics', allowed, 'HEAD', permitted)
  assert.deepEqual([status, body], [200, undefined])
  assert.equal((await ask('/metrics', allowed, 'POST', permitted)).status, 405)
})
