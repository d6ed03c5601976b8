import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accepted, date, inTarget, refusal, v2ByHeader, v2ByQuery, withHeaders } from './test-bed.ts'
import type { RequestParts } from './test-bed.ts'

test('Signature Version 2 is refused where it is switched off, header and query apart', async () => {
  const off = { header: false, query: false }
  assert.match((await refusal(v2ByHeader(), { v2: off })).message, /not supported\. Please use AWS4-HMAC-SHA256/)
  assert.match((await refusal(v2ByQuery(), { v2: off })).message, /not supported\. Please use AWS4-HMAC-SHA256/)
  await accepted(v2ByQuery(), { v2: { header: false, query: true } })
  await accepted(v2ByHeader(), { v2: { header: true, query: false } })
})

const v2Tampered: Readonly<Record<string, RequestParts>> = {
  method: { ...v2ByQuery(), method: 'PUT' },
  key: inTarget(v2ByQuery(), '/photos/a', '/photos/b'),
  bucket: inTarget(v2ByQuery(), '/photos/', '/videos/'),
  'Expires later': inTarget(v2ByQuery(), /Expires=\d+/, 'Expires=2000000000'),
  'versionId added': inTarget(v2ByQuery(), '?', '?versionId=1&'),
  'acl added': inTarget(v2ByQuery(), '?', '?acl&'),
  'response-content-type added': inTarget(v2ByQuery(), '?', '?response-content-type=text/html&'),
  'a later sub-resource added': inTarget(v2ByQuery(), '?', '?retention&'),
  'copy source added': withHeaders(v2ByQuery(), { 'x-amz-copy-source': '/a/b' }),
  'copy source added in the query': inTarget(v2ByQuery(), '?', '?x-amz-copy-source=/a/b&'),
  'content type added': withHeaders(v2ByQuery(), { 'content-type': 'text/html' }),
  'header: date': withHeaders(v2ByHeader(), { date: 'Fri, 24 May 2013 00:00:01 GMT' }),
  'header: x-amz-date added': withHeaders(v2ByHeader(), { 'x-amz-date': 'Fri, 24 May 2013 00:00:00 GMT' }),
  'header: sub-resource added': { ...v2ByHeader(), target: '/photos/a?acl' },
}
for (const [name, parts] of Object.entries(v2Tampered)) {
  test(`Signature Version 2 covers what it should: ${name}`, async () => {
    assert.equal((await refusal(parts)).code, 'SignatureDoesNotMatch')
  })
}

test('Signature Version 2: values that could pass for other signed parameters are refused in a URL', async () => {
  const parts = inTarget(
    v2ByQuery({ query: 'response-expires=0&versionId=5' }),
    'response-expires=0&versionId=5',
    'response-expires=0%26versionId%3D5',
  )
  assert.equal((await refusal(parts)).code, 'InvalidArgument')
  await accepted(v2ByQuery({ query: 'response-content-disposition=attachment;filename=a%26b.txt' }))
})

test('Signature Version 2: append, compose and force_delete are signed', async () => {
  for (const query of ['append', 'compose', 'force_delete=true']) {
    await accepted(v2ByHeader({ method: 'DELETE', query }))
    assert.equal(
      (await refusal({ ...v2ByHeader({ method: 'DELETE' }), target: `/photos/a?${query}` })).code,
      'SignatureDoesNotMatch',
    )
  }
})

test('Signature Version 2: a plus of the signature that was not escaped is understood', async () => {
  for (let second = 0; ; second++) {
    const parts = v2ByQuery({}, String(date.getTime() / 1000 + 900 + second))
    if (!parts.target.includes('%2B')) continue
    assert.equal(await accepted(inTarget(parts, /%2B/g, '+')), 'v2-query')
    return
  }
})
