/** Requests made of noise and of broken pieces of real ones: the gate answers each with an ApiError, and soon. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ApiError } from '../../base/errors.ts'
import { Query } from '../../http/query.ts'
import type { Authentication } from './authenticate.ts'
import { exampleAuthenticator, makeRequest } from './test-bed.ts'

const authenticator = exampleAuthenticator()
const noise = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.constantFrom('', '/', '//', ',', '=', ';', ':', ' ', '%', '\0', '\n', 'constructor', '__proto__', '9'.repeat(400)),
)
/** What headers and targets are made of: characters of one byte. */
const bytes = noise.map((text) => text.replaceAll(/[^\0-\xff]/g, '\xe9'))
const either = (real: string): fc.Arbitrary<string> =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(real) }, { weight: 1, arbitrary: bytes })
const text = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...parts).map((made) => made.join(''))

const credential = text(
  either('AKIAIOSFODNN7EXAMPLE'),
  either('/'),
  either('20130524'),
  either('/us-east-1/s3/'),
  either('aws4_request'),
)
const signedHeaders = fc
  .subarray(['range', 'constructor', '__proto__', 'valueof'])
  .map((names) => ['host', 'x-amz-date', ...names].join(';'))
const signature = either('f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41')
const authorization = fc.oneof(
  bytes,
  text(
    either('AWS4-HMAC-SHA256 '),
    either('Credential='),
    credential,
    either(', '),
    either('SignedHeaders='),
    fc.oneof(signedHeaders, bytes),
    either(','),
    either('Signature='),
    signature,
  ),
  text(either('AWS '), either('AKIAIOSFODNN7EXAMPLE'), either(':'), either('bWq2s1WEIj+Ydj0vQ697zp+IXMU=')),
)
const parameters: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'X-Amz-Algorithm': either('AWS4-HMAC-SHA256'),
  'X-Amz-Credential': credential,
  'X-Amz-Date': either('20130524T000000Z'),
  'X-Amz-Expires': either('86400'),
  'X-Amz-SignedHeaders': fc.oneof(signedHeaders, bytes),
  'X-Amz-Signature': signature,
  'X-Amz-Content-Sha256': either('UNSIGNED-PAYLOAD'),
  AWSAccessKeyId: either('AKIAIOSFODNN7EXAMPLE'),
  Expires: either('1369353600'),
  Signature: either('NpgCjnDzrM+WFzoENXmpNDUsSn8='),
  acl: bytes,
  'response-expires': bytes,
}
const pairs = (names: readonly string[]): fc.Arbitrary<[string, string][]> =>
  fc.tuple(...names.map((name) => parameters[name]!.map((value): [string, string] => [name, value])))
const query = fc.oneof(
  fc.array(fc.tuple(fc.oneof(bytes, fc.constantFrom(...Object.keys(parameters))), bytes), { maxLength: 6 }),
  fc.shuffledSubarray(Object.keys(parameters)).chain(pairs),
  fc.shuffledSubarray(Object.keys(parameters).slice(0, 6), { minLength: 5 }).chain(pairs),
  fc.constantFrom(Object.keys(parameters).slice(7, 10)).chain(pairs),
)
const rarely = (value: fc.Arbitrary<string>): fc.Arbitrary<string | undefined> =>
  fc.oneof({ weight: 30, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })
const mostly = (value: fc.Arbitrary<string>): fc.Arbitrary<string | undefined> =>
  fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 12, arbitrary: value })

/** Signed, if the noise lets it be, by header or by query, and rarely by both or neither. */
const requestSigned = (byHeader: boolean) =>
  fc.record({
    method: either('GET'),
    path: fc.oneof(text(fc.constant('/'), bytes), fc.constantFrom('/%', '/%e', '/%zz', '/a%2fb')),
    query: byHeader ? fc.oneof({ weight: 9, arbitrary: fc.constant([]) }, query) : query,
    headers: fc.record({
      host: either('examplebucket.s3.amazonaws.com'),
      authorization: byHeader ? mostly(authorization) : rarely(authorization),
      'x-amz-date': byHeader ? mostly(either('20130524T000000Z')) : rarely(bytes),
      date: mostly(either('Fri, 24 May 2013 00:00:00 GMT')),
      'x-amz-content-sha256': byHeader ? mostly(either('UNSIGNED-PAYLOAD')) : rarely(bytes),
      range: mostly(bytes),
      'x-amz-security-token': rarely(bytes),
      'x-forwarded-host': mostly(bytes),
    }),
    forwarded: fc.record({ host: rarely(bytes), prefix: rarely(bytes) }),
    bucket: mostly(either('examplebucket')),
  })
const requests = fc.oneof(requestSigned(true), requestSigned(false))

/** Whatever has one of these in its query has a signature there. */
const ofSignatures: ReadonlySet<string> = new Set([
  ...['X-Amz-Signature', 'X-Amz-Algorithm', 'X-Amz-Credential'],
  ...['Signature', 'AWSAccessKeyId'],
])

test(
  '50,000 broken requests are each refused with an ApiError, unless nothing in them is a signature',
  { timeout: 120_000 },
  () => {
    const codes = new Map<string, number>()
    fc.assert(
      fc.property(requests, (made): void => {
        const sent: Record<string, string> = {}
        for (const [name, value] of Object.entries(made.headers)) if (value !== undefined) sent[name] = value
        const request = makeRequest({
          method: made.method,
          target: made.path,
          headers: sent,
          forwarded: made.forwarded,
        })
        let accepted: Authentication
        try {
          accepted = authenticator.authenticate(request, new Query(made.query), made.bucket) as Authentication
        } catch (error) {
          assert(error instanceof ApiError, String(error))
          codes.set(error.code, (codes.get(error.code) ?? 0) + 1)
          return
        }
        const { credential, method } = accepted
        assert.deepEqual([credential, method], [undefined, 'anonymous'])
        assert.equal(sent['authorization'], undefined)
        const pairs: readonly (readonly [string, string])[] = made.query
        assert(!pairs.some(([name]) => ofSignatures.has(name)))
        codes.set(method, (codes.get(method) ?? 0) + 1)
      }),
      { numRuns: 50_000 },
    )
    // The noise reached every part of the gate.
    for (const code of [
      'anonymous',
      'AuthorizationHeaderMalformed',
      'AuthorizationQueryParametersError',
      'HeadersNotSigned',
      'InvalidAccessKeyId',
      'InvalidArgument',
      'InvalidRequest',
      'InvalidToken',
      'InvalidURI',
      'SignatureDoesNotMatch',
    ]) {
      assert(codes.has(code), `never ${code}`)
    }
  },
)
