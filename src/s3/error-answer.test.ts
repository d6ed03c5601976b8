import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../base/errors.ts'
import { errorAnswer, errorDocument } from './error-answer.ts'

const context = { method: 'GET', requestId: '0123456789ABCDEF', hostId: 'aG9zdA==', resource: '/b/k' }
const ids = ['x-amz-request-id', '0123456789ABCDEF', 'x-amz-id-2', 'aG9zdA==']

const textOf = (body: unknown): string => (typeof body === 'string' ? body : '')

test('an error is a document with AWS’s elements', () => {
  const { status, headers, body } = errorAnswer(
    new ApiError('NoSuchKey', undefined, { details: { Key: 'k' } }),
    context,
  )
  assert.equal(status, 404)
  assert.deepEqual(headers, [...ids, 'content-type', 'application/xml'])
  assert.equal(
    body,
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>k</Key>' +
      '<Resource>/b/k</Resource><RequestId>0123456789ABCDEF</RequestId><HostId>aG9zdA==</HostId></Error>',
  )
})

test('HEAD has no body', () => {
  const { status, body } = errorAnswer(new ApiError('NoSuchKey'), { ...context, method: 'HEAD' })
  assert.deepEqual([status, body], [404, undefined])
})

test('304 has its headers, no body and no type', () => {
  const error = new ApiError('NotModified', undefined, { headers: { ETag: '"x"' } })
  assert.deepEqual(errorAnswer(error, context), { status: 304, headers: [...ids, 'ETag', '"x"'], body: undefined })
})

test('of a bug the client learns nothing', () => {
  for (const thrown of [
    new TypeError('secret in /var/lib'),
    'secret',
    undefined,
    { code: 'NoSuchKey', message: 'secret', status: 200 },
  ]) {
    const { status, body } = errorAnswer(thrown, context)
    assert.equal(status, 500)
    assert.match(textOf(body), /<Code>InternalError<\/Code>/)
    assert.doesNotMatch(textOf(body), /secret/)
  }
})

test('the cause of an error is not told', () => {
  const error = new ApiError('ServiceUnavailable', undefined, { cause: new Error('secret') })
  assert.doesNotMatch(errorDocument(error, context), /secret/)
})

test('echoed text cannot leave its element or its header', () => {
  const error = new ApiError('InvalidArgument', 'a<b>&\u0001\r\n', {
    details: { ArgumentValue: '</ArgumentValue><script>' },
    headers: { 'x-amz-bucket-region': 'a\r\nset-cookie: b' },
  })
  const { headers, body } = errorAnswer(error, { ...context, resource: '/b/<k>"' })
  assert.match(textOf(body), /<Message>a&lt;b&gt;&amp;&#x1;&#xD;\n<\/Message>/)
  assert.match(textOf(body), /<ArgumentValue>&lt;\/ArgumentValue&gt;&lt;script&gt;<\/ArgumentValue>/)
  assert.match(textOf(body), /<Resource>\/b\/&lt;k&gt;&quot;<\/Resource>/)
  assert.deepEqual(headers.slice(4, 6), ['x-amz-bucket-region', 'a  set-cookie: b'])
})
