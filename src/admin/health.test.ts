import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerHealth } from './health.ts'

const ask = (path: string, { method = 'GET', reason = undefined as string | undefined } = {}) => {
  const { status, headers, body } = answerHealth({ unready: () => reason }, { method, path })
  return { status, headers, body: body as string | undefined }
}

test('a ready server is live and ready', () => {
  assert.equal(ask('/health/live').status, 200)
  assert.equal(ask('/health/ready').status, 200)
  assert.deepEqual(JSON.parse(ask('/health/ready').body ?? ''), { status: 'ok' })
})

test('a server that stops is live and not ready, and says why', () => {
  assert.equal(ask('/health/live', { reason: 'stopping' }).status, 200)
  const answer = ask('/health/ready', { reason: 'stopping' })
  assert.equal(answer.status, 503)
  assert.deepEqual(JSON.parse(answer.body ?? ''), { status: 'stopping' })
})

test('HEAD has the headers of GET and no body', () => {
  const [get, head] = [ask('/health/ready'), ask('/health/ready', { method: 'HEAD' })]
  assert.deepEqual([head.status, head.headers, head.body], [get.status, get.headers, undefined])
})

test('answers are never cached, and their length is right', () => {
  const { headers, body } = ask('/health/ready')
  assert.equal(headers[headers.indexOf('Cache-Control') + 1], 'no-store')
  assert.equal(headers[headers.indexOf('Content-Length') + 1], String(Buffer.byteLength(body ?? '')))
})

test('other paths are 404, other methods 405', () => {
  for (const path of ['/', '/health', '/health/', '/health/ready/', '/health/live/../ready', '/metrics']) {
    assert.equal(ask(path).status, 404, path)
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
    assert.equal(ask('/health/live', { method }).status, 405, method)
})
