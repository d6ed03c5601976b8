import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accepted, byHeader, refusal, withHeaders } from './test-bed.ts'
import type { RequestParts } from './test-bed.ts'

const hostSigned = (host: string, path = '/photos/a'): RequestParts => byHeader({ path, headers: { host } })
const sentTo = (parts: RequestParts, host: string): RequestParts => withHeaders(parts, { host })

test('behind a proxy, the host may be what a trusted proxy says, or a configured one, or bear a default port', async () => {
  const inner = (host: string): RequestParts => sentTo(hostSigned(host), 'backend:9000')
  assert.equal((await refusal(inner('files.example.com'))).code, 'SignatureDoesNotMatch')
  await accepted({ ...inner('files.example.com'), forwarded: { host: 'files.example.com' } })
  await accepted({ ...inner('files.example.com:443'), forwarded: { host: 'files.example.com' } })
  await accepted({ ...inner('files.example.com'), forwarded: { host: 'files.example.com:443' } })
  await accepted(inner('files.example.com:8443'), {
    publicHosts: ['a.example.com', 'files.example.com:8443'],
    publicPrefixes: [],
  })
  assert.equal(
    (await refusal(inner('files.example.com'), { publicHosts: ['files.example.com:8443'], publicPrefixes: [] })).code,
    'SignatureDoesNotMatch',
  )
  await accepted(sentTo(hostSigned('s3.example.com'), 's3.example.com:80'))
  await accepted(sentTo(hostSigned('s3.example.com:443'), 's3.example.com'))
  await accepted(sentTo(hostSigned('S3.Example.com'), 'S3.Example.com'))
  assert.equal((await refusal(sentTo(hostSigned('s3.example.com:81'), 's3.example.com'))).code, 'SignatureDoesNotMatch')
})

test('a header X-Forwarded-Host that no trusted proxy sent is told of, and not believed', async () => {
  const parts = withHeaders(sentTo(hostSigned('files.example.com'), 'backend:9000'), {
    'x-forwarded-host': 'files.example.com',
  })
  const { code, details } = await refusal(parts)
  assert.equal(code, 'SignatureDoesNotMatch')
  assert.match(details['Hint'] ?? '', /right for host "files\.example\.com".*asked as "backend:9000"/)
})

test('a prefix that a trusted proxy took off the path belongs to what was signed', async () => {
  const parts = { ...hostSigned('example.com', '/storage/photos/a'), target: '/photos/a' }
  assert.equal((await refusal(parts)).code, 'SignatureDoesNotMatch')
  for (const prefix of ['/storage', '/storage/', 'storage']) await accepted({ ...parts, forwarded: { prefix } })
})

test("a signature for one bucket's host never serves for another's, whatever a proxy says", async () => {
  const bucketOfHost = (host: string): string | undefined => /^([a-z]+)\.s3\.example\.com$/.exec(host)?.[1]
  const options = { bucketOfHost, publicHosts: ['s3.example.com'], publicPrefixes: [] }
  const forBucketA = hostSigned('a.s3.example.com', '/b/k')
  await accepted(forBucketA, options, 'a')
  await accepted({ ...sentTo(forBucketA, 'backend'), forwarded: { host: 'a.s3.example.com' } }, options, 'a')
  // Asked in path style, /b/k is of bucket b; asked on b's host, /k would be.
  for (const [host, bucket] of [
    ['s3.example.com', undefined],
    ['b.s3.example.com', 'b'],
  ] as const) {
    const parts = { ...sentTo(forBucketA, host), forwarded: { host: 'a.s3.example.com' } }
    assert.equal((await refusal(parts, options, bucket)).code, 'SignatureDoesNotMatch')
    assert.equal((await refusal({ ...parts, forwarded: {} }, options, bucket)).code, 'SignatureDoesNotMatch')
  }
  const inPathStyle = hostSigned('s3.example.com', '/b/k')
  for (const hidden of [{}, { host: 'b.s3.example.com' }, { host: 's3.example.com' }]) {
    const parts = { ...sentTo(inPathStyle, 'b.s3.example.com'), forwarded: hidden }
    assert.equal((await refusal(parts, options, 'b')).code, 'SignatureDoesNotMatch')
    assert.equal(
      (await refusal(parts, { publicHosts: ['s3.example.com'], publicPrefixes: [] }, 'b')).code,
      'SignatureDoesNotMatch',
    )
  }
  await accepted(
    sentTo(hostSigned('b.s3.example.com', '/k'), 'b.backend'),
    { publicHosts: ['s3.example.com'], publicPrefixes: [] },
    'b',
  )
})
