import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EMPTY_SHA256, encodePath, requestHead, sign } from './sign.ts'

// AWS, "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk", its four examples.
const signer = {
  accessKey: 'AKIAIOSFODNN7EXAMPLE',
  secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
}
const host = 'examplebucket.s3.amazonaws.com'
const now = new Date('2013-05-24T00:00:00Z')

const EXAMPLES = [
  {
    request: { method: 'GET', path: '/test.txt', headers: { range: 'bytes=0-9' }, payloadHash: EMPTY_SHA256 },
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    request: {
      method: 'PUT',
      path: '/test%24file.text',
      headers: { Date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
      payloadHash: '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
    },
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    request: { method: 'GET', path: '/', query: [['lifecycle', '']] as const, payloadHash: EMPTY_SHA256 },
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  {
    request: {
      method: 'GET',
      path: '/',
      query: [
        ['prefix', 'J'],
        ['max-keys', '2'],
      ] as const,
      payloadHash: EMPTY_SHA256,
    },
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
]

for (const { request, signature } of EXAMPLES) {
  test(`${request.method} ${request.path} is signed as AWS's example is`, () => {
    const signed = sign(request, host, signer, now)
    assert.equal(signed.headers['authorization']?.slice(-64), signature)
  })
}

test('without a signer a request carries only its own headers', () => {
  const signed = sign({ method: 'GET', path: '/a', payloadHash: EMPTY_SHA256 }, host, undefined, now)
  assert.equal(requestHead('GET', signed).toString(), `GET /a HTTP/1.1\r\nhost: ${host}\r\n\r\n`)
})

test('a path keeps its slashes and encodes all but unreserved characters', () => {
  assert.equal(encodePath("a b/c+d/ü(1)'!*~"), 'a%20b/c%2Bd/%C3%BC%281%29%27%21%2A~')
})
