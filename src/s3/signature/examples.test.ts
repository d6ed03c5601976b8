/** The worked examples of AWS's documentation: each signature printed there must verify here. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authenticate, clockAt, exampleAuthenticator, makeRequest, receive } from './test-bed.ts'
import type { RequestParts } from './test-bed.ts'

const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const v4 = (signedHeaders: string, signature: string): string =>
  `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${signature}`

/** "Signature calculations for the Authorization header: transferring payload in a single chunk". */
const v4HeaderExamples: Readonly<Record<string, RequestParts>> = {
  'GET object': {
    target: '/test.txt',
    headers: {
      Host: 'examplebucket.s3.amazonaws.com',
      Range: 'bytes=0-9',
      'x-amz-content-sha256': emptyHash,
      'x-amz-date': '20130524T000000Z',
      Authorization: v4(
        'host;range;x-amz-content-sha256;x-amz-date',
        'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
      ),
    },
  },
  'PUT object': {
    method: 'PUT',
    target: '/test$file.text',
    headers: {
      Host: 'examplebucket.s3.amazonaws.com',
      Date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-date': '20130524T000000Z',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      Authorization: v4(
        'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
        '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
      ),
    },
    body: 'Welcome to Amazon S3.',
  },
  'GET bucket lifecycle': {
    target: '/?lifecycle',
    headers: {
      Host: 'examplebucket.s3.amazonaws.com',
      'x-amz-date': '20130524T000000Z',
      'x-amz-content-sha256': emptyHash,
      Authorization: v4(
        'host;x-amz-content-sha256;x-amz-date',
        'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
      ),
    },
  },
  'list objects': {
    target: '/?max-keys=2&prefix=J',
    headers: {
      Host: 'examplebucket.s3.amazonaws.com',
      'x-amz-date': '20130524T000000Z',
      'x-amz-content-sha256': emptyHash,
      Authorization: v4(
        'host;x-amz-content-sha256;x-amz-date',
        '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
      ),
    },
  },
}

for (const [name, parts] of Object.entries(v4HeaderExamples)) {
  test(`AWS's example of Signature Version 4 by header verifies: ${name}`, async () => {
    const { method, credential } = await authenticate(makeRequest(parts))
    assert.equal(method, 'v4-header')
    assert.equal(credential?.accessKeyId, 'AKIAIOSFODNN7EXAMPLE')
    assert.equal((await receive(makeRequest(parts))).content.toString(), parts.body ?? '')
  })
}

test("AWS's example of a presigned URL verifies, for a day", async () => {
  const request = makeRequest({
    target:
      '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    headers: { Host: 'examplebucket.s3.amazonaws.com' },
  })
  assert.equal((await authenticate(request)).method, 'v4-query')
  await authenticate(request, exampleAuthenticator({ clock: clockAt('2013-05-25T00:00:00Z') }))
  await assert.rejects(authenticate(request, exampleAuthenticator({ clock: clockAt('2013-05-25T00:00:01Z') })), {
    code: 'AccessDenied',
    message: 'Request has expired',
  })
})

const chunkedHeaders = {
  Host: 's3.amazonaws.com',
  'x-amz-date': '20130524T000000Z',
  'x-amz-storage-class': 'REDUCED_REDUNDANCY',
  'Content-Encoding': 'aws-chunked',
  'x-amz-decoded-content-length': '66560',
}

test("AWS's example of an upload in signed chunks verifies and decodes", async () => {
  const request = makeRequest({
    method: 'PUT',
    target: '/examplebucket/chunkObject.txt',
    headers: {
      ...chunkedHeaders,
      'Content-Length': '66824',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      Authorization: v4(
        'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class',
        '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
      ),
    },
    body: [
      `10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n${'a'.repeat(65_536)}\r\n`,
      `400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n${'a'.repeat(1024)}\r\n`,
      '0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n',
    ].join(''),
  })
  assert.equal(request.contentLength, 66_824)
  const { content, trailers } = await receive(request)
  assert.equal(content.toString(), 'a'.repeat(66_560))
  assert.deepEqual(trailers, {})
})

for (const lineEnd of ['\r\n', '\n\r\n']) {
  test(`AWS's example of signed chunks with a trailer verifies, its header ended by ${JSON.stringify(lineEnd)}`, async () => {
    const request = makeRequest({
      method: 'PUT',
      target: '/examplebucket/chunkObject.txt',
      headers: {
        ...chunkedHeaders,
        'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
        'x-amz-trailer': 'x-amz-checksum-crc32c',
        Authorization: v4(
          'content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer',
          '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
        ),
      },
      body: [
        `10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n${'a'.repeat(65_536)}\r\n`,
        `400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n${'a'.repeat(1024)}\r\n`,
        '0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n',
        `x-amz-checksum-crc32c:sOO8/Q==${lineEnd}`,
        'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n',
      ].join(''),
    })
    const { content, trailers } = await receive(request)
    assert.equal(content.length, 66_560)
    assert.deepEqual(trailers, { 'x-amz-checksum-crc32c': 'sOO8/Q==' })
  })
}

interface V2Example extends RequestParts {
  readonly bucket?: string
  readonly at: string
}

/** "Signing and authenticating REST requests", Signature Version 2. */
const v2Examples: Readonly<Record<string, V2Example>> = {
  'object GET': {
    target: '/photos/puppy.jpg',
    bucket: 'johnsmith',
    at: '2007-03-27T19:36:42Z',
    headers: {
      Host: 'johnsmith.s3.amazonaws.com',
      Date: 'Tue, 27 Mar 2007 19:36:42 +0000',
      Authorization: 'AWS AKIAIOSFODNN7EXAMPLE:bWq2s1WEIj+Ydj0vQ697zp+IXMU=',
    },
  },
  'object PUT': {
    method: 'PUT',
    target: '/photos/puppy.jpg',
    bucket: 'johnsmith',
    at: '2007-03-27T21:15:45Z',
    headers: {
      'Content-Type': 'image/jpeg',
      'Content-Length': '94328',
      Host: 'johnsmith.s3.amazonaws.com',
      Date: 'Tue, 27 Mar 2007 21:15:45 +0000',
      Authorization: 'AWS AKIAIOSFODNN7EXAMPLE:MyyxeRY7whkBe+bq8fHCL/2kKUg=',
    },
  },
  list: {
    target: '/?prefix=photos&max-keys=50&marker=puppy',
    bucket: 'johnsmith',
    at: '2007-03-27T19:42:41Z',
    headers: {
      'User-Agent': 'Mozilla/5.0',
      Host: 'johnsmith.s3.amazonaws.com',
      Date: 'Tue, 27 Mar 2007 19:42:41 +0000',
      Authorization: 'AWS AKIAIOSFODNN7EXAMPLE:htDYFYduRNen8P9ZfE/s9SuKy0U=',
    },
  },
  'fetch of an ACL': {
    target: '/?acl',
    bucket: 'johnsmith',
    at: '2007-03-27T19:44:46Z',
    headers: {
      Host: 'johnsmith.s3.amazonaws.com',
      Date: 'Tue, 27 Mar 2007 19:44:46 +0000',
      Authorization: 'AWS AKIAIOSFODNN7EXAMPLE:c2WLPFtWHVgbEmeEG93a4cG37dM=',
    },
  },
  // The documentation's request has Date and x-amz-date a second apart; its string to sign has the latter in the place of the former.
  delete: {
    method: 'DELETE',
    target: '/johnsmith/photos/puppy.jpg',
    at: '2007-03-27T21:20:26Z',
    headers: {
      'User-Agent': 'dotnet',
      Host: 's3.amazonaws.com',
      Date: 'Tue, 27 Mar 2007 21:20:26 +0000',
      Authorization: 'AWS AKIAIOSFODNN7EXAMPLE:lx3byBScXR6KzyMaifNkardMwNk=',
    },
  },
  'upload with many headers, one of them twice': {
    method: 'PUT',
    target: '/db-backup.dat.gz',
    bucket: 'static.johnsmith.net',
    at: '2007-03-27T21:06:08Z',
    headers: {
      'User-Agent': 'curl/7.15.5',
      Host: 'static.johnsmith.net:8080',
      Date: 'Tue, 27 Mar 2007 21:06:08 +0000',
      'x-amz-acl': 'public-read',
      'content-type': 'application/x-download',
      'Content-MD5': '4gJE4saaMU4BqNR0kLY+lw==',
      'X-Amz-Meta-ReviewedBy': ['joe@johnsmith.net', 'jane@johnsmith.net'],
      'X-Amz-Meta-FileChecksum': '0x02661779',
      'X-Amz-Meta-ChecksumAlgorithm': 'crc32',
      'Content-Disposition': 'attachment; filename=database.dat',
      'Content-Encoding': 'gzip',
      'Content-Length': '5913339',
      Authorization: 'AWS AKIAIOSFODNN7EXAMPLE:ilyl83RwaSoYIEdixDQcA4OnAnc=',
    },
  },
  'list of all buckets': {
    target: '/',
    at: '2007-03-28T01:29:59Z',
    headers: {
      Host: 's3.amazonaws.com',
      Date: 'Wed, 28 Mar 2007 01:29:59 +0000',
      Authorization: 'AWS AKIAIOSFODNN7EXAMPLE:qGdzdERIC03wnaRNKh6OqZehG9s=',
    },
  },
  'key in Unicode, escaped in mixed case': {
    target: '/dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re',
    at: '2007-03-28T01:49:49Z',
    headers: {
      Host: 's3.amazonaws.com',
      Date: 'Wed, 28 Mar 2007 01:49:49 +0000',
      Authorization: 'AWS AKIAIOSFODNN7EXAMPLE:DNEZGsoieTZ92F3bUfSPQcbGmlM=',
    },
  },
  'query string': {
    target:
      '/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620',
    bucket: 'johnsmith',
    at: '2007-03-29T03:40:20Z',
    headers: { Host: 'johnsmith.s3.amazonaws.com' },
  },
}

for (const [name, { at, bucket, ...parts }] of Object.entries(v2Examples)) {
  test(`AWS's example of Signature Version 2 verifies: ${name}`, async () => {
    const authenticator = exampleAuthenticator({ clock: clockAt(at) })
    const { method } = await authenticate(makeRequest(parts), authenticator, bucket)
    assert.equal(method, name === 'query string' ? 'v2-query' : 'v2-header')
    await assert.rejects(authenticate(makeRequest({ ...parts, method: 'POST' }), authenticator, bucket), {
      code: 'SignatureDoesNotMatch',
    })
  })
}
