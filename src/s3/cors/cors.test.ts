import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront, otherAccountId, type Sent } from '../test-bed.ts'

const origin = 'https://a.example'
const configuration = `<CORSConfiguration><CORSRule>
<AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedOrigin>${origin}</AllowedOrigin>
<AllowedHeader>content-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds>
</CORSRule></CORSConfiguration>`
const vary = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method'

async function makeShared() {
  const front = await makeFront()
  assert.equal((await front.send('PUT /photos?cors', { body: configuration })).status, 200)
  await front.send('PUT /photos/k', { body: 'text' })
  return front
}

const ask = (method?: string, headers?: string, from: string | undefined = origin): Sent => ({
  headers: {
    ...(from !== '' && { origin: from }),
    ...(method !== undefined && { 'access-control-request-method': method }),
    ...(headers !== undefined && { 'access-control-request-headers': headers }),
  },
})

const notAllowed =
  "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
const preflights: readonly (readonly [line: string, sent: Sent, outcome: string, message?: string])[] = [
  ['OPTIONS /photos/k', ask('PUT', 'Content-Type'), '200'],
  ['OPTIONS /photos', ask('GET'), '200'],
  ['OPTIONS /photos/none?versionId=1&x-id=GetObject', ask('GET'), '200'],
  [
    'OPTIONS /photos/k',
    ask('PUT', undefined, ''),
    '400 BadRequest',
    'Insufficient information. Origin request header needed.',
  ],
  ['OPTIONS /photos/k', ask(), '400 BadRequest', 'Invalid Access-Control-Request-Method: null'],
  ['OPTIONS /photos/k', ask('DELETE'), '403 AccessForbidden', notAllowed],
  ['OPTIONS /photos/k', ask('PUT', 'authorization'), '403 AccessForbidden', notAllowed],
  ['OPTIONS /photos/k', ask('GET', undefined, 'https://b.example'), '403 AccessForbidden', notAllowed],
  ['OPTIONS /none/k', ask('GET'), '403 AccessForbidden', 'CORSResponse: Bucket not found'],
  ['OPTIONS /', ask('GET'), '403 AccessForbidden', 'CORSResponse: Bucket not found'],
]
for (const [line, sent, outcome, message] of preflights) {
  test(`${line} with ${JSON.stringify(sent.headers)} is ${outcome}`, async () => {
    const { send } = await makeShared()
    const answer = await send(line, sent)
    assert.equal(answer.outcome, outcome)
    assert.equal(answer.element('Message'), message)
    const granted = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))
    assert.equal(granted.length > 0, outcome === '200')
  })
}

test('a preflight request is told all that the rule allows', async () => {
  const { send } = await makeShared()
  const { headers, text } = await send('OPTIONS /photos/k', ask('PUT', 'Content-Type, Content-MD5'))
  assert.equal(text, '')
  assert.deepEqual(headers, {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET, PUT',
    'access-control-allow-headers': 'content-type, content-md5',
    'access-control-expose-headers': 'ETag',
    'access-control-max-age': '60',
    vary,
    'x-amz-request-id': '0123456789ABCDEF',
    'x-amz-id-2': 'host',
  })
})

test('a bucket without a configuration answers preflight requests with 403', async () => {
  const { send } = await makeFront()
  const { outcome, element } = await send('OPTIONS /photos/k', ask('GET'))
  assert.equal(outcome, '403 AccessForbidden')
  assert.equal(element('Message'), 'CORSResponse: CORS is not enabled for this bucket.')
  assert.deepEqual([element('Method'), element('ResourceType')], ['GET', 'OBJECT'])
})

test('the page of an allowed origin can read every answer, errors too', async () => {
  const { send } = await makeShared()
  const shared: readonly (readonly [line: string, sent: Sent, status: number])[] = [
    ['GET /photos/k', {}, 200],
    ['GET /photos/none', {}, 404],
    ['GET /photos/k', { headers: { 'if-match': '"0"' } }, 412],
    ['GET /photos/k', { account: otherAccountId }, 403],
    ['GET /photos/k?select', {}, 501],
    ['PUT /photos/k2', { body: 'x' }, 200],
    ['PUT /photos/k2', { body: 'x', headers: { 'content-md5': '0' } }, 400],
    ['GET /photos', {}, 200],
  ]
  for (const [line, sent, status] of shared) {
    const answer = await send(line, { ...sent, headers: { ...sent.headers, origin } })
    assert.equal(answer.status, status, line)
    assert.equal(answer.headers['access-control-allow-origin'], origin, line)
    assert.equal(answer.headers['access-control-expose-headers'], 'ETag', line)
    assert.equal(answer.headers['vary'], vary, line)
  }
})

test('in virtual-hosted style it is the bucket of the host whose rules are asked', async () => {
  const { send } = await makeShared()
  const answer = await send('GET /k', { host: 'photos.s3.test', headers: { origin } })
  assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [200, origin])
  assert.equal((await send('OPTIONS /k', { ...ask('GET'), host: 'photos.s3.test' })).status, 200)
})

const unshared: readonly (readonly [line: string, from: string | undefined])[] = [
  ['GET /photos/k', 'https://b.example'],
  ['GET /photos/k', undefined],
  ['DELETE /photos/k', origin],
  ['GET /', origin],
  ['GET /none', origin],
  ['GET /photos/%ff', 'https://b.example'],
  ['GET /photos/%ff', origin],
]
for (const [line, from] of unshared) {
  test(`no page of ${from ?? 'another origin'} may read the answer to ${line}`, async () => {
    const { send, faults } = await makeShared()
    const { headers } = await send(line, from === undefined ? {} : { headers: { origin: from } })
    assert.deepEqual(
      Object.keys(headers).filter((name) => name.startsWith('access-control-')),
      [],
    )
    assert.deepEqual(faults, [])
  })
}
