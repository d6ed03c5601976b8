import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sha256Hex } from '../../../test/harness/sign.ts'
import { byHeader, byQuery, exampleCredential, inTarget, refusal, withHeaders } from './test-bed.ts'
import type { RequestParts } from './test-bed.ts'

test('a wrong signature is answered with what was signed, as AWS does, and never with the secret', async () => {
  const { code, status, details } = await refusal(withHeaders(byHeader(), { 'x-amz-date': '20130524T000001Z' }))
  assert.equal(code, 'SignatureDoesNotMatch')
  assert.equal(status, 403)
  assert.equal(details['AWSAccessKeyId'], exampleCredential.accessKeyId)
  assert.match(details['SignatureProvided'] ?? '', /^[0-9a-f]{64}$/)
  assert.match(
    details['StringToSign'] ?? '',
    /^AWS4-HMAC-SHA256\n20130524T000001Z\n20130524\/us-east-1\/s3\/aws4_request\n[0-9a-f]{64}$/,
  )
  assert.match(details['CanonicalRequest'] ?? '', /^GET\n\/photos\/a\n\nhost:s3\.example\.com:9000\n/)
  const bytes = (text = ''): string => Buffer.from(text.replaceAll(' ', ''), 'hex').toString()
  assert.equal(bytes(details['StringToSignBytes']), details['StringToSign'])
  assert.equal(bytes(details['CanonicalRequestBytes']), details['CanonicalRequest'])
  assert(!JSON.stringify(details).includes(exampleCredential.secret))
})

const sentTo = (parts: RequestParts, host: string): RequestParts => withHeaders(parts, { host })

const hints: Readonly<Record<string, readonly [parts: RequestParts, hint: RegExp]>> = {
  method: [{ ...byQuery({ method: 'PUT' }), method: 'GET' }, /signed for method PUT, and sent with GET/],
  port: [
    sentTo(byHeader({ headers: { host: 's3.example.com' } }), 's3.example.com:9000'),
    /right for host "s3\.example\.com"/,
  ],
  'a parameter that was added': [inTarget(byQuery(), /$/, '&versionId=1'), /parameter "versionId" was not signed/],
  'body hash': [withHeaders(byHeader(), { 'x-amz-content-sha256': sha256Hex('a') }), /body hash e3b0c4/],
  'a path encoded twice': [{ ...byHeader({ path: '/photos/a%2520b' }), target: '/photos/a%20b' }, /encoded twice/],
  'a slash at the end': [{ ...byHeader({ path: '/photos/' }), target: '/photos' }, /slash at the end/],
  'the bucket left out': [{ ...byHeader({ path: '/a' }), target: '/photos/a' }, /without the bucket/],
  'nothing in particular': [
    withHeaders(byHeader(), { 'x-amz-date': '20130524T000001Z' }),
    /secret access key differs.*"s3\.example\.com:9000"/,
  ],
}
for (const [name, [parts, hint]] of Object.entries(hints)) {
  test(`a wrong signature names the likely cause: ${name}`, async () => {
    assert.match((await refusal(parts)).details['Hint'] ?? '', hint)
  })
}
