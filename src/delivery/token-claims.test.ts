import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { admit, makeBed, makeToken, newKey, nowSeconds, photos, refused, signerOf } from './token.fixture.ts'
import type { AskedFor, Signer } from './token.fixture.ts'
import type { RefusalReason } from './token-gate.ts'

const bed = makeBed()
let key: Signer
before(async () => {
  key = signerOf(await newKey(bed.keys, photos))
})

const strict = bed.newGate({ leewaySeconds: 0 })

type Outcome = 'good' | RefusalReason

const times: readonly (readonly [claim: unknown, exp: Outcome, nbf: Outcome])[] = [
  [nowSeconds + 3600, 'good', 'not-yet-valid'],
  [nowSeconds - 3600, 'expired', 'good'],
  [nowSeconds + 31, 'good', 'not-yet-valid'],
  [nowSeconds + 30, 'good', 'good'],
  [nowSeconds + 29.5, 'good', 'good'],
  [nowSeconds + 30.5, 'good', 'not-yet-valid'],
  [nowSeconds, 'good', 'good'],
  [nowSeconds - 29, 'good', 'good'],
  [nowSeconds - 29.5, 'good', 'good'],
  [nowSeconds - 30, 'expired', 'good'],
  [nowSeconds - 30.5, 'expired', 'good'],
  [String(nowSeconds + 3600), 'good', 'not-yet-valid'],
  [String(nowSeconds - 3600), 'expired', 'good'],
  [`${nowSeconds + 3600}.5`, 'good', 'not-yet-valid'],
  [`-${nowSeconds}`, 'expired', 'good'],
  ['0', 'expired', 'good'],
  ['99999999999999999', 'good', 'not-yet-valid'],
  [0, 'expired', 'good'],
  [-0, 'expired', 'good'],
  [-1, 'expired', 'good'],
  [-1e300, 'expired', 'good'],
  [1e300, 'good', 'not-yet-valid'],
  [Number.MAX_SAFE_INTEGER, 'good', 'not-yet-valid'],
  ['', 'malformed', 'malformed'],
  [' 1', 'malformed', 'malformed'],
  ['+1', 'malformed', 'malformed'],
  ['1e10', 'malformed', 'malformed'],
  ['0x7fffffff', 'malformed', 'malformed'],
  ['Infinity', 'malformed', 'malformed'],
  ['NaN', 'malformed', 'malformed'],
  ['1_000', 'malformed', 'malformed'],
  ['9'.repeat(18), 'malformed', 'malformed'],
  ['2030-01-01T00:00:00Z', 'malformed', 'malformed'],
  ['tomorrow', 'malformed', 'malformed'],
  [null, 'malformed', 'malformed'],
  [true, 'malformed', 'malformed'],
  [[nowSeconds], 'malformed', 'malformed'],
  [{ seconds: nowSeconds }, 'malformed', 'malformed'],
]

async function expectOutcome(
  payload: object,
  outcome: Outcome,
  gate = bed.gate,
  askedFor: AskedFor = {},
): Promise<void> {
  const token = makeToken(key, payload)
  const note = JSON.stringify(payload)
  if (outcome === 'good') for (let round = 0; round < 2; round++) await admit(gate, token, askedFor)
  else await refused(gate, token, outcome, askedFor, note)
}

for (const [claim, exp, nbf] of times) {
  test(`a time of ${JSON.stringify(claim)} is ${exp} as exp and ${nbf} as nbf`, async () => {
    await expectOutcome({ exp: claim }, exp)
    await expectOutcome({ nbf: claim }, nbf)
  })
}

test('a time beyond all numbers is no time', async () => {
  const token = makeToken(key, `{"exp":1e999}`)
  await refused(bed.gate, token, 'malformed')
})

test('the refusals say when', async () => {
  const told = (payload: object, reason: RefusalReason) => refused(bed.gate, makeToken(key, payload), reason)
  assert.equal(await told({ exp: '1763640000' }, 'expired'), 'The token expired at 2025-11-20T12:00:00Z.')
  assert.equal(
    await told({ nbf: 1_795_176_000 }, 'not-yet-valid'),
    'The token is not valid before 2026-11-20T12:00:00Z.',
  )
  assert.match(await told({ nbf: 1e300 }, 'not-yet-valid'), /275760/)
  assert.match(await told({ exp: -1e300 }, 'expired'), /-271821/)
})

test('the leeway is what is asked for, at most 60 seconds', async () => {
  await expectOutcome({ exp: nowSeconds }, 'expired', strict)
  await expectOutcome({ exp: nowSeconds + 0.5 }, 'good', strict)
  await expectOutcome({ nbf: nowSeconds }, 'good', strict)
  await expectOutcome({ nbf: nowSeconds + 0.5 }, 'not-yet-valid', strict)
  const wide = bed.newGate({ leewaySeconds: 60 })
  await expectOutcome({ exp: nowSeconds - 59 }, 'good', wide)
  await expectOutcome({ exp: nowSeconds - 60 }, 'expired', wide)
  for (const leewaySeconds of [-1, 61, Number.NaN, Infinity]) {
    assert.throws(() => bed.newGate({ leewaySeconds }), RangeError)
  }
})

const v4: AskedFor = { address: '192.0.2.77' }
const v6: AskedFor = { address: '2001:db8::5' }
const from = (referer: string): AskedFor => ({ headers: { referer } })
const head: AskedFor = { method: 'HEAD' }

const conditions: readonly (readonly [claims: object, asked: AskedFor, outcome: Outcome])[] = [
  // Addresses.
  [{ ip: '192.0.2.77' }, v4, 'good'],
  [{ ip: '192.0.2.78' }, v4, 'address'],
  [{ ip: '192.0.2.0/24' }, v4, 'good'],
  [{ ip: '192.0.2.0/26' }, v4, 'address'],
  [{ ip: ['198.51.100.1', '192.0.2.77'] }, v4, 'good'],
  [{ ip: ['2001:db8::/32'] }, v4, 'address'],
  [{ ip: ['2001:db8::/32'] }, v6, 'good'],
  [{ ip: '2001:0DB8:0:0::5' }, v6, 'good'],
  [{ ip: '0.0.0.0/0' }, v4, 'good'],
  [{ ip: '0.0.0.0/0' }, v6, 'address'],
  [{ ip: '0.0.0.0/0' }, { address: '' }, 'address'],
  [{ ip: [] }, v4, 'address'],
  [{ ip: '' }, v4, 'malformed'],
  [{ ip: 'fe80::1%eth0' }, v4, 'address'],
  [{ ip: 'localhost' }, v4, 'malformed'],
  [{ ip: '192.0.2.0/33' }, v4, 'malformed'],
  [{ ip: '192.0.2.0/' }, v4, 'malformed'],
  [{ ip: '192.0.2' }, v4, 'malformed'],
  [{ ip: 3221226061 }, v4, 'malformed'],
  [{ ip: null }, v4, 'malformed'],
  [{ ip: [null] }, v4, 'malformed'],
  [{ ip: { a: '192.0.2.77' } }, v4, 'malformed'],
  [{ ip: Array.from({ length: 101 }, () => '192.0.2.77') }, v4, 'malformed'],
  // Referrers.
  [{ referer: ['example.com'] }, from('https://example.com/film?x#y'), 'good'],
  [{ referer: ['example.com'] }, from('https://EXAMPLE.com:8443'), 'good'],
  [{ referer: 'example.com' }, from('http://example.com/'), 'good'],
  [{ referer: ['Example.COM'] }, from('https://example.com/'), 'good'],
  [{ referer: ['bücher.example'] }, from('https://xn--bcher-kva.example/'), 'good'],
  [{ referer: ['example.com'] }, from('https://www.example.com/'), 'referrer'],
  [{ referer: ['example.com'] }, from('https://example.com.evil.net/'), 'referrer'],
  [{ referer: ['example.com'] }, from('https://evilexample.com/'), 'referrer'],
  [{ referer: ['example.com'] }, from('https://example.com@evil.net/'), 'referrer'],
  [{ referer: ['example.com'] }, from('https://evil.net/?https://example.com/'), 'referrer'],
  [{ referer: ['*.example.com'] }, from('https://www.example.com/'), 'good'],
  [{ referer: ['*.example.com'] }, from('https://a.b.example.com/'), 'good'],
  [{ referer: ['*.example.com'] }, from('https://example.com/'), 'referrer'],
  [{ referer: ['*.example.com'] }, from('https://.example.com/'), 'referrer'],
  [{ referer: ['*.example.com'] }, from('https://evilexample.com/'), 'referrer'],
  [{ referer: ['*.example.com', 'example.com'] }, from('https://example.com/'), 'good'],
  [{ referer: ['example.com'] }, { headers: { origin: 'https://example.com' } }, 'good'],
  [{ referer: ['example.com'] }, { headers: { origin: 'null' } }, 'referrer'],
  [
    { referer: ['example.com'] },
    { headers: { origin: 'https://example.com', referer: 'https://evil.net/' } },
    'referrer',
  ],
  [{ referer: ['example.com'] }, {}, 'referrer'],
  [{ referer: ['example.com', ''] }, {}, 'good'],
  [{ referer: [''] }, {}, 'good'],
  [{ referer: '' }, {}, 'good'],
  [{ referer: ['example.com', ''] }, from('https://evil.net/'), 'referrer'],
  [{ referer: [''] }, { headers: { origin: 'null' } }, 'referrer'],
  [{ referer: ['example.com'] }, from('example.com'), 'referrer'],
  [{ referer: ['example.com'] }, from('about:blank'), 'referrer'],
  [{ referer: [] }, {}, 'referrer'],
  [{ referer: ['*'] }, {}, 'malformed'],
  [{ referer: ['*.'] }, {}, 'malformed'],
  [{ referer: ['https://example.com'] }, {}, 'malformed'],
  [{ referer: ['example.com/x'] }, {}, 'malformed'],
  [{ referer: ['example.com:8443'] }, {}, 'malformed'],
  [{ referer: ['u@example.com'] }, {}, 'malformed'],
  [{ referer: ['example.com\\x'] }, {}, 'malformed'],
  [{ referer: [' example.com'] }, {}, 'malformed'],
  [{ referer: ['a.*.com'] }, {}, 'malformed'],
  [{ referer: 5 }, {}, 'malformed'],
  // Methods.
  [{ methods: ['GET'] }, {}, 'good'],
  [{ methods: ['GET', 'HEAD'] }, head, 'good'],
  [{ methods: 'HEAD' }, head, 'good'],
  [{ methods: ['GET'] }, head, 'method'],
  [{ methods: ['HEAD'] }, {}, 'method'],
  [{ methods: [] }, {}, 'method'],
  [{ methods: ['get'] }, {}, 'malformed'],
  [{ methods: ['GET', 'PUT'] }, {}, 'malformed'],
  [{ methods: true }, {}, 'malformed'],
  // Rates.
  [{ rate: 1 }, {}, 'good'],
  [{ rate: 1_000_000.5 }, {}, 'good'],
  [{ rate: 0 }, {}, 'malformed'],
  [{ rate: -1 }, {}, 'malformed'],
  [{ rate: '1000' }, {}, 'malformed'],
  [{ rate: null }, {}, 'malformed'],
  // Ids.
  [{ jti: 'x' }, {}, 'good'],
  [{ jti: 'x'.repeat(256) }, {}, 'good'],
  [{ jti: 'x'.repeat(257) }, {}, 'malformed'],
  [{ jti: '' }, {}, 'malformed'],
  [{ jti: 5 }, {}, 'malformed'],
  [{ jti: null }, {}, 'malformed'],
  // What others mean something by is kept and has no effect.
  [{ aud: 'x', iss: 'y', sub: 5, iat: nowSeconds + 9999, IP: 'z', constructor: null }, {}, 'good'],
]
for (const [claims, asked, outcome] of conditions) {
  test(`${JSON.stringify(claims).slice(0, 100)} asked with ${JSON.stringify(asked)} is ${outcome}`, async () => {
    await expectOutcome(claims, outcome, bed.gate, asked)
  })
}

test('a country is what a trusted proxy says in the header that was named, and nothing else', async () => {
  const german: AskedFor = { headers: { 'cf-ipcountry': 'DE' } }
  const small: AskedFor = { headers: { 'cf-ipcountry': 'de' } }
  const isTrustedPeer = () => true
  const gate = bed.newGate({ countryHeader: 'CF-IPCountry', isTrustedPeer })
  await expectOutcome({ country: ['DE', 'AT'] }, 'good', gate, german)
  await expectOutcome({ country: 'de' }, 'good', gate, german)
  await expectOutcome({ country: 'DE' }, 'good', gate, small)
  await expectOutcome({ country: ['AT'] }, 'country', gate, german)
  await expectOutcome({ country: [] }, 'country', gate, german)
  await expectOutcome({ country: ['DE'] }, 'country', gate, {})
  for (const bad of ['', 'GER', ['DE', 5], 49, null]) await expectOutcome({ country: bad }, 'malformed', gate, german)
  await expectOutcome({ country: 'DE' }, 'country', bed.newGate({ countryHeader: 'cf-ipcountry' }), german)
  await expectOutcome({ country: 'DE' }, 'country', bed.newGate({ isTrustedPeer }), german)
  const untrusting = bed.newGate({ countryHeader: 'cf-ipcountry', isTrustedPeer: () => false })
  await expectOutcome({ country: 'DE' }, 'country', untrusting, german)
})

test('a remembered token is held against each request anew', async () => {
  const token = makeToken(key, { uri: '/a', ip: '192.0.2.77', referer: ['example.com'], methods: ['GET'] })
  const good: AskedFor = { ...v4, ...from('https://example.com/') }
  await admit(bed.gate, token, good)
  const cases: readonly [AskedFor, RefusalReason][] = [
    [{ ...good, path: '/b' }, 'uri'],
    [{ ...good, address: '192.0.2.78' }, 'address'],
    [{ ...good, headers: {} }, 'referrer'],
    [{ ...good, method: 'HEAD' }, 'method'],
  ]
  for (const [asked, reason] of cases) {
    await refused(bed.gate, token, reason, asked)
    await admit(bed.gate, token, good)
  }
})
