import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Credential } from '../../access/credential.ts'
import { Query } from '../../http/query.ts'
import {
  accepted,
  authenticate,
  byHeader,
  byQuery,
  clockAt,
  emptyHash,
  exampleAuthenticator,
  exampleCredential,
  inAuthorization,
  inTarget,
  makeRequest,
  plain,
  refusal,
  v2ByHeader,
  v2ByQuery,
  withHeaders,
} from './test-bed.ts'
import type { RequestParts } from './test-bed.ts'

test('each way of signing is known by its name', async () => {
  assert.equal(await accepted(byHeader()), 'v4-header')
  assert.equal(await accepted(byQuery()), 'v4-query')
  assert.equal(await accepted(v2ByHeader()), 'v2-header')
  assert.equal(await accepted(v2ByQuery()), 'v2-query')
})

test('the credential may be found at once or later', async () => {
  const request = makeRequest(byHeader())
  const now = exampleAuthenticator().authenticate(request, Query.empty)
  assert(!(now instanceof Promise))
  assert.equal(now.credential, exampleCredential)
  const later = exampleAuthenticator({ findCredential: () => Promise.resolve(exampleCredential) })
  const promise = later.authenticate(request, Query.empty)
  assert(promise instanceof Promise)
  assert.equal((await promise).credential, exampleCredential)
  const unknown = exampleAuthenticator({ findCredential: () => Promise.resolve(undefined) })
  await assert.rejects(authenticate(request, unknown), { code: 'InvalidAccessKeyId' })
})

test('a secret that was replaced no longer signs', async () => {
  let credential: Credential = exampleCredential
  const authenticator = exampleAuthenticator({ findCredential: () => credential })
  await authenticate(makeRequest(byHeader()), authenticator)
  credential = { ...exampleCredential, secret: 'another' }
  await assert.rejects(authenticate(makeRequest(byHeader()), authenticator), { code: 'SignatureDoesNotMatch' })
})

test('who has not signed is nobody, and what may be done so is for others to say', async () => {
  const { credential, method, signedHeaders } = await authenticate(makeRequest({ target: '/', headers: plain.headers }))
  assert.deepEqual([credential, method, signedHeaders], [undefined, 'anonymous', []])
})

test('who has not signed cannot have signed chunks', async () => {
  const headers = { ...plain.headers, 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' }
  assert.equal((await refusal({ target: '/', headers })).code, 'AccessDenied')
})

const presigned = byQuery()
const malformed: Readonly<Record<string, readonly [parts: RequestParts, code: string, message: RegExp]>> = {
  'an empty Authorization': [withHeaders(byHeader(), { authorization: '' }), 'InvalidArgument', /Unsupported/],
  'another scheme': [withHeaders(byHeader(), { authorization: 'Bearer abc' }), 'InvalidArgument', /Unsupported/],
  'a bare pair': [withHeaders(byHeader(), { authorization: 'AK:SK' }), 'InvalidArgument', /Unsupported/],
  'no Credential': [
    inAuthorization(byHeader(), /Credential=[^,]*, /, ''),
    'AuthorizationHeaderMalformed',
    /missing Credential/,
  ],
  'no SignedHeaders': [
    inAuthorization(byHeader(), /SignedHeaders=[^,]*, /, ''),
    'AuthorizationHeaderMalformed',
    /missing SignedHeaders/,
  ],
  'no Signature': [
    inAuthorization(byHeader(), /, Signature=.*/, ''),
    'AuthorizationHeaderMalformed',
    /missing Signature/,
  ],
  'two Signatures': [inAuthorization(byHeader(), /$/, ',Signature=0'), 'AuthorizationHeaderMalformed', /each once/],
  'a field of its own': [inAuthorization(byHeader(), /$/, ',Extra=0'), 'AuthorizationHeaderMalformed', /each once/],
  'a short Credential': [inAuthorization(byHeader(), '/s3/', '/'), 'AuthorizationHeaderMalformed', /mal-formed/],
  'an empty access key': [
    inAuthorization(byHeader(), /Credential=[^/]*/, 'Credential='),
    'AuthorizationHeaderMalformed',
    /non-empty Access Key/,
  ],
  'a wrong date format': [
    inAuthorization(byHeader(), '/20130524/', '/130524/'),
    'AuthorizationHeaderMalformed',
    /incorrect date format "130524"/,
  ],
  'a scope of another day': [
    inAuthorization(byHeader(), '/20130524/', '/20130523/'),
    'AuthorizationHeaderMalformed',
    /not the same as X-Amz-Date: "20130524"/,
  ],
  'another region': [
    byHeader({}, { region: 'mars' }),
    'AuthorizationHeaderMalformed',
    /the region 'mars' is wrong; expecting 'us-east-1'/,
  ],
  'service s3tables': [
    byHeader({}, { service: 's3tables' }),
    'AuthorizationHeaderMalformed',
    /incorrect service "s3tables"/,
  ],
  'another terminator': [
    inAuthorization(byHeader(), 'aws4_request', 'aws5_request'),
    'AuthorizationHeaderMalformed',
    /incorrect terminal/,
  ],
  'upper-case SignedHeaders': [
    inAuthorization(byHeader(), '=host;', '=Host;'),
    'AuthorizationHeaderMalformed',
    /lower-case/,
  ],
  'a header listed twice': [
    inAuthorization(byHeader(), '=host;', '=host;host;'),
    'AuthorizationHeaderMalformed',
    /mal-formed/,
  ],
  'host not signed': [
    byHeader({}, { signedHeaders: ['x-amz-date', 'x-amz-content-sha256'] }),
    'AccessDenied',
    /not signed/,
  ],
  'no date': [withHeaders(byHeader(), { 'x-amz-date': undefined }), 'AccessDenied', /valid Date or x-amz-date/],
  'a date that is none': [
    withHeaders(byHeader(), { 'x-amz-date': '20130231T000000Z' }),
    'AccessDenied',
    /valid Date or x-amz-date/,
  ],
  'no x-amz-content-sha256': [
    withHeaders(byHeader(), { 'x-amz-content-sha256': undefined }),
    'InvalidRequest',
    /Missing required header for this request: x-amz-content-sha256/,
  ],
  'SigV4A by header': [
    inAuthorization(byHeader(), 'AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'),
    'NotImplemented',
    /4A/,
  ],
  'SigV4A by query': [inTarget(presigned, 'AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'), 'NotImplemented', /4A/],
  'a SigV4A payload': [byHeader({}, { payload: 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' }), 'NotImplemented', /4A/],
  'a session token': [
    byHeader({ headers: { ...plain.headers, 'x-amz-security-token': 't' } }),
    'InvalidToken',
    /token/,
  ],
  'a session token in the query': [byQuery({ query: 'X-Amz-Security-Token=t' }), 'InvalidToken', /token/],
  'both header and query': [{ ...byHeader(), target: presigned.target }, 'InvalidArgument', /Only one auth mechanism/],
  'V4 header and V2 query': [
    { ...byHeader(), target: v2ByQuery().target },
    'InvalidArgument',
    /Only one auth mechanism/,
  ],
  'a query without its algorithm': [
    inTarget(presigned, /X-Amz-Algorithm=[^&]*&/, ''),
    'AuthorizationQueryParametersError',
    /requires the X-Amz-Algorithm/,
  ],
  'a query without Expires': [
    inTarget(presigned, /X-Amz-Expires=[^&]*&/, ''),
    'AuthorizationQueryParametersError',
    /requires/,
  ],
  'a query with an empty signature': [
    inTarget(presigned, /Signature=.*/, 'Signature='),
    'AuthorizationQueryParametersError',
    /requires/,
  ],
  'another algorithm': [
    inTarget(presigned, 'AWS4-HMAC-SHA256', 'none'),
    'AuthorizationQueryParametersError',
    /only supports/,
  ],
  'two signatures in the query': [
    inTarget(presigned, /$/, '&X-Amz-Signature=0'),
    'AuthorizationQueryParametersError',
    /only once/,
  ],
  'a date in another format': [
    inTarget(presigned, 'X-Amz-Date=20130524T000000Z', 'X-Amz-Date=2013-05-24'),
    'AuthorizationQueryParametersError',
    /ISO8601/,
  ],
  'another region in the query': [
    byQuery({}, { region: 'mars' }),
    'AuthorizationQueryParametersError',
    /the region 'mars' is wrong/,
  ],
  'V2 without a signature': [
    withHeaders(v2ByHeader(), { authorization: 'AWS AKIA' }),
    'InvalidArgument',
    /Expected AwsAccessKeyId:signature/,
  ],
  'V2 without a date': [withHeaders(v2ByHeader(), { date: undefined }), 'AccessDenied', /valid Date or x-amz-date/],
  'V2 query without Expires': [
    inTarget(v2ByQuery(), /Expires=[^&]*&/, ''),
    'AccessDenied',
    /requires the Signature, Expires/,
  ],
  'V2 query with words for Expires': [v2ByQuery({}, 'soon'), 'AccessDenied', /seconds since epoch/],
  'V2 query with two signatures': [inTarget(v2ByQuery(), /$/, '&Signature=0'), 'InvalidArgument', /only once/],
}

for (const [name, [parts, code, message]] of Object.entries(malformed)) {
  test(`refused as AWS does: ${name}`, async () => {
    const error = await refusal(parts)
    assert.equal(error.code, code)
    assert.match(error.message, message)
  })
}

for (const expires of ['0', '-1', '604801', 'abc', '', '1e3', '900 ']) {
  test(`X-Amz-Expires=${expires} is refused`, async () => {
    assert.equal((await refusal(byQuery({}, {}, expires))).code, 'AuthorizationQueryParametersError')
  })
}

for (const [method, parts] of Object.entries({ v4: byHeader, v2: v2ByHeader })) {
  test(`a clock 15 minutes off is accepted, and one second more refused: ${method}`, async () => {
    for (const now of ['2013-05-24T00:15:00Z', '2013-05-23T23:45:00Z']) {
      await accepted(parts(), { clock: clockAt(now) })
    }
    for (const now of ['2013-05-24T00:15:01Z', '2013-05-23T23:44:59Z']) {
      const { code, details } = await refusal(parts(), { clock: clockAt(now) })
      assert.equal(code, 'RequestTimeTooSkewed')
      assert.equal(details['ServerTime'], now)
      assert.equal(details['MaxAllowedSkewMilliseconds'], '900000')
      assert.match(details['RequestTime'] ?? '', /20130524T000000Z|Fri, 24 May 2013/)
      assert.match(details['Hint'] ?? '', /901 seconds (behind|ahead of)/)
    }
  })
}

test('a Date header serves where there is no x-amz-date', async () => {
  const parts = byHeader(
    { headers: { ...plain.headers, date: 'Fri, 24 May 2013 00:00:00 GMT' } },
    { signedHeaders: ['date', 'host'] },
  )
  assert.equal(await accepted(withHeaders(parts, { 'x-amz-date': undefined })), 'v4-header')
})

test('a presigned URL is valid from its date, less the skew, to its end', async () => {
  await accepted(byQuery(), { clock: clockAt('2013-05-24T00:15:00Z') })
  await accepted(byQuery(), { clock: clockAt('2013-05-23T23:45:00Z') })
  const expired = await refusal(byQuery(), { clock: clockAt('2013-05-24T00:15:01Z') })
  assert.equal(expired.message, 'Request has expired')
  assert.deepEqual(expired.details, {
    'X-Amz-Expires': '900',
    Expires: '2013-05-24T00:15:00Z',
    ServerTime: '2013-05-24T00:15:01Z',
  })
  const early = await refusal(byQuery(), { clock: clockAt('2013-05-23T23:44:59Z') })
  assert.equal(early.message, 'Request is not yet valid')
  await accepted(v2ByQuery(), { clock: clockAt('2013-05-24T00:15:00Z') })
  const old = await refusal(v2ByQuery(), { clock: clockAt('2013-05-24T00:15:01Z') })
  assert.deepEqual(old.details, { Expires: '2013-05-24T00:15:00Z', ServerTime: '2013-05-24T00:15:01Z' })
})

test('a region is accepted by the names configured, and by no other', async () => {
  const regions = ['eu-1', '', 'auto']
  for (const region of regions) assert.equal(await accepted(byHeader({}, { region }), { regions }), 'v4-header')
  const { details } = await refusal(byHeader(), { regions })
  assert.equal(details['Region'], 'eu-1')
})

test('x-amz-* headers that were not signed are refused by name; others are not looked at', async () => {
  for (const parts of [byHeader(), byQuery()]) {
    const { code, status, details } = await refusal(
      withHeaders(parts, { 'x-amz-acl': 'private', 'x-amz-meta-a': '1', 'content-type': 'a/b' }),
    )
    assert.equal(code, 'HeadersNotSigned')
    assert.equal(status, 403)
    assert.equal(details['HeadersNotSigned'], 'x-amz-acl, x-amz-meta-a')
    await accepted(
      withHeaders(parts, { 'content-type': 'a/b', 'x-amzn-trace-id': 'Root=1', 'amz-sdk-request': 'attempt=1' }),
    )
  }
})

test('x-amz-content-sha256 need not be listed when signing by header, where it is signed anyway, but in a presigned request', async () => {
  await accepted(byHeader({}, { signedHeaders: ['host', 'x-amz-date'] }))
  const { code } = await refusal(withHeaders(byQuery(), { 'x-amz-content-sha256': emptyHash }))
  assert.equal(code, 'HeadersNotSigned')
})

test('the payload mode is the one that was signed, by header and by query', async () => {
  const streaming = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'
  const payloadOf = async (parts: RequestParts): Promise<unknown> => (await authenticate(makeRequest(parts))).payload
  assert.deepEqual(await payloadOf(byHeader()), { name: 'sha256', sha256: emptyHash })
  assert.deepEqual(await payloadOf(byHeader({}, { payload: emptyHash.toUpperCase() })), {
    name: 'sha256',
    sha256: emptyHash,
  })
  assert.deepEqual(await payloadOf(byHeader({}, { payload: 'UNSIGNED-PAYLOAD' })), { name: 'UNSIGNED-PAYLOAD' })
  assert.deepEqual(await payloadOf(byQuery()), { name: 'UNSIGNED-PAYLOAD' })
  for (const name of ['X-Amz-Content-Sha256', 'X-Amz-Content-SHA256', 'x-amz-content-sha256']) {
    const parts = byQuery({ query: `${name}=${emptyHash}` }, { payload: emptyHash })
    assert.deepEqual(await payloadOf(parts), { name: 'sha256', sha256: emptyHash })
  }
  const headers = { ...plain.headers, 'x-amz-content-sha256': streaming }
  const payload = (
    await authenticate(
      makeRequest(byQuery({ headers }, { payload: streaming, signedHeaders: ['host', 'x-amz-content-sha256'] })),
    )
  ).payload
  assert(payload.name === streaming)
  assert.equal(payload.signing.scope, '20130524/us-east-1/s3/aws4_request')
  assert.deepEqual(await payloadOf(v2ByHeader()), { name: 'UNSIGNED-PAYLOAD' })
  const framed = v2ByHeader({
    headers: { ...plain.headers, 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' },
  })
  assert.deepEqual(await payloadOf(framed), { name: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' })
  const chain = v2ByHeader({ headers: { ...plain.headers, 'x-amz-content-sha256': streaming } })
  assert.equal((await refusal(chain)).code, 'InvalidArgument')
})

for (const payload of [
  '',
  'UNSIGNED',
  'unsigned-payload',
  'STREAMING-UNSIGNED-PAYLOAD',
  emptyHash.slice(1),
  `${emptyHash}0`,
  `${emptyHash.slice(1)}g`,
]) {
  test(`x-amz-content-sha256: ${payload} is refused`, async () => {
    const { code, details } = await refusal(byHeader({}, { payload }))
    assert.equal(code, 'InvalidArgument')
    assert.equal(details['ArgumentName'], 'x-amz-content-sha256')
  })
}
