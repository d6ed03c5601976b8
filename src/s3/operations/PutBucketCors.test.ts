import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront, otherAccountId } from '../test-bed.ts'

const origins = '<AllowedOrigin>https://a.example</AllowedOrigin>'
const methods = '<AllowedMethod>GET</AllowedMethod>'
const rule = (content: string): string => `<CORSRule>${content}</CORSRule>`
const document = (content: string): string => `<CORSConfiguration>${content}</CORSConfiguration>`
const one = document(rule(methods + origins))

const refused: readonly (readonly [what: string, body: string, outcome: string])[] = [
  ['no document', '', '400 MissingRequestBodyError'],
  ['no rule', document(''), '400 MalformedXML'],
  ['a rule without an origin', document(rule(methods)), '400 MalformedXML'],
  ['a rule without a method', document(rule(origins)), '400 MalformedXML'],
  ['101 rules', document(rule(methods + origins).repeat(101)), '400 InvalidRequest'],
  [
    'a method that is none of S3',
    document(rule(`<AllowedMethod>PATCH</AllowedMethod>${origins}`)),
    '400 InvalidRequest',
  ],
  ['a method in small letters', document(rule(`<AllowedMethod>get</AllowedMethod>${origins}`)), '400 InvalidRequest'],
  ['two wildcards in an origin', document(rule(`${methods}<AllowedOrigin>*.*</AllowedOrigin>`)), '400 InvalidRequest'],
  [
    'two wildcards in a header',
    document(rule(`${methods}${origins}<AllowedHeader>x-*-*</AllowedHeader>`)),
    '400 InvalidRequest',
  ],
  [
    'a wildcard in an exposed header',
    document(rule(`${methods}${origins}<ExposeHeader>x-*</ExposeHeader>`)),
    '400 InvalidRequest',
  ],
  ['an empty origin', document(rule(`${methods}<AllowedOrigin></AllowedOrigin>`)), '400 InvalidRequest'],
  [
    'a header that is no token',
    document(rule(`${methods}${origins}<AllowedHeader>a b</AllowedHeader>`)),
    '400 InvalidRequest',
  ],
  ['a negative age', document(rule(`${methods}${origins}<MaxAgeSeconds>-1</MaxAgeSeconds>`)), '400 MalformedXML'],
  [
    'an age that is no number',
    document(rule(`${methods}${origins}<MaxAgeSeconds>1h</MaxAgeSeconds>`)),
    '400 MalformedXML',
  ],
  ['an ID of 256 characters', document(rule(`<ID>${'i'.repeat(256)}</ID>${methods}${origins}`)), '400 InvalidArgument'],
  ['more than 64 KiB', document(rule(methods + origins)) + ' '.repeat(64 * 1024), '400 MalformedXML'],
]
for (const [what, body, outcome] of refused) {
  test(`PutBucketCors with ${what} is ${outcome}, and leaves what was there`, async () => {
    const { send } = await makeFront()
    await send('PUT /photos?cors', { body: one })
    assert.equal((await send('PUT /photos?cors', { body })).outcome, outcome)
    assert.deepEqual((await send('GET /photos?cors')).elements('AllowedOrigin'), ['https://a.example'])
  })
}

for (const [name, character] of Object.entries({ CR: '&#13;', LF: '&#10;', tab: '&#9;', DEL: '\x7f', 'U+010A': 'Ċ' })) {
  test(`PutBucketCors with ${name} in any of its texts is refused, so that it is in no answer (CVE-2021-3524)`, async () => {
    const { send } = await makeFront()
    for (const tag of ['AllowedOrigin', 'AllowedHeader', 'ExposeHeader', 'ID']) {
      const body = document(rule(`${methods}${origins}<${tag}>a${character}X-Injected:1</${tag}>`))
      const { outcome } = await send('PUT /photos?cors', { body })
      if (tag !== 'ID' || name !== 'U+010A') assert.equal(outcome, '400 InvalidRequest', tag)
    }
  })
}

test('a configuration is answered as it was put, and a second one takes its place', async () => {
  const { send, faults } = await makeFront()
  const whole =
    '<ID>all of it</ID><AllowedHeader>*</AllowedHeader><AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod>' +
    '<AllowedOrigin>https://*.example</AllowedOrigin><AllowedOrigin>*</AllowedOrigin><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>3000</MaxAgeSeconds>'
  assert.equal(
    (await send('PUT /photos?cors', { body: document(rule(whole) + rule(methods + origins)) })).outcome,
    '200',
  )
  const { text, headers, elements } = await send('GET /photos?cors')
  assert.equal(headers['content-type'], 'application/xml')
  assert.deepEqual(elements('AllowedOrigin'), ['https://*.example', '*', 'https://a.example'])
  for (const piece of whole.match(/<(\w+)>[^<]*<\/\1>/g)!) assert.ok(text.includes(piece), piece)
  await send('PUT /photos?cors', { body: one })
  assert.deepEqual((await send('GET /photos?cors')).elements('AllowedOrigin'), ['https://a.example'])
  assert.deepEqual(faults, [])
})

test('100 rules are taken', async () => {
  const { send } = await makeFront()
  assert.equal((await send('PUT /photos?cors', { body: document(rule(methods + origins).repeat(100)) })).outcome, '200')
})

test('only who may configure the bucket may configure this', async () => {
  const { send } = await makeFront()
  for (const line of ['PUT /photos?cors', 'GET /photos?cors', 'DELETE /photos?cors'])
    assert.equal((await send(line, { body: one, account: otherAccountId })).outcome, '403 AccessDenied', line)
})
