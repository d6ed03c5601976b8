/** What a signature may be where that is for the toggles and the bucket's region to say. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../../base/errors.ts'
import type { HttpRequest } from '../../http/message.ts'
import { Query } from '../../http/query.ts'
import { profileNames, togglesOfProfile, type Toggles } from '../../objects/profile.ts'
import type { AuthenticatorOptions } from './authenticate.ts'
import {
  byHeader,
  byQuery,
  exampleAuthenticator,
  exampleCredential,
  makeRequest,
  v2ByHeader,
  v2ByQuery,
} from './test-bed.ts'
import type { RequestParts } from './test-bed.ts'

const aws = togglesOfProfile('aws')

interface Situation {
  readonly toggles?: Partial<Toggles>
  readonly regions?: readonly string[]
  readonly secure?: boolean
  readonly options?: Partial<AuthenticatorOptions>
}

/** The method by which it was let in, or the code of the refusal. */
async function outcomeOf(
  parts: RequestParts,
  { toggles = {}, regions = ['us-east-1'], secure = true, options = {} }: Situation,
) {
  const request: HttpRequest = { ...makeRequest(parts), secure }
  const rules = { regions, toggles: () => ({ ...aws, ...toggles }) }
  try {
    const authenticator = exampleAuthenticator(options)
    return (await authenticator.authenticate(request, Query.parse(request.query), undefined, rules)).method
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error))
    return error.code
  }
}

for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'POST']) {
  for (const [mode, takes] of [
    ['on', true],
    ['read', method === 'GET' || method === 'HEAD'],
    ['off', false],
  ] as const) {
    test(`Version 2 is ${takes ? 'taken' : 'refused'} for ${method} where it is ${mode}, by header and query apart`, async () => {
      const [byHeader2, byQuery2] = [v2ByHeader({ method }), v2ByQuery({ method })]
      const other = mode === 'off' ? 'on' : 'off'
      const refused = 'InvalidRequest'
      const header = { toggles: { 'sig.v2.header': mode, 'sig.v2.query': other } } as const
      const query = { toggles: { 'sig.v2.query': mode, 'sig.v2.header': other } } as const
      assert.equal(await outcomeOf(byHeader2, header), takes ? 'v2-header' : refused)
      assert.equal(await outcomeOf(byQuery2, query), takes ? 'v2-query' : refused)
    })
  }
}

test('each profile takes the signatures of its table', async () => {
  const found: Record<string, string> = {}
  for (const profile of profileNames) {
    const toggles = togglesOfProfile(profile)
    const sent = [v2ByHeader(), v2ByQuery(), v2ByQuery({ method: 'PUT' }), byHeader(), byQuery()]
    const taken = await Promise.all(sent.map((parts) => outcomeOf(parts, { toggles })))
    found[profile] = taken.map((outcome) => (outcome.startsWith('v') ? 'yes' : 'no')).join(' ')
  }
  assert.deepEqual(found, {
    aws: 'no yes yes yes yes',
    qencode: 'no yes no yes yes',
    selectel: 'yes yes yes yes yes',
    kontenum: 'yes yes yes yes yes',
  })
})

test('a wrong signature of Version 2 is no oracle of what is switched on', async () => {
  const tampered = { ...v2ByHeader(), target: '/photos/b' }
  for (const mode of ['on', 'off'] as const) {
    assert.equal(await outcomeOf(tampered, { toggles: { 'sig.v2.header': mode } }), 'SignatureDoesNotMatch')
  }
})

test('a signature names the region of the bucket or an alias, and is told the name else', async () => {
  const regions = ['eu-central', 'us-east-1']
  assert.equal(await outcomeOf(byHeader(), { regions }), 'v4-header')
  assert.equal(await outcomeOf(byHeader({}, { region: 'eu-central' }), { regions }), 'v4-header')
  const request = makeRequest(byHeader({}, { region: 'us-west' }))
  assert.throws(
    () => exampleAuthenticator().authenticate(request, Query.empty, undefined, { regions, toggles: () => aws }),
    (error) =>
      error instanceof ApiError &&
      error.code === 'AuthorizationHeaderMalformed' &&
      error.message ===
        "The authorization header is malformed; the region 'us-west' is wrong; expecting 'eu-central'" &&
      error.details['Region'] === 'eu-central' &&
      error.headers['x-amz-bucket-region'] === 'eu-central',
  )
})

const plainly = (secret = exampleCredential.secret, id = exampleCredential.accessKeyId): RequestParts => ({
  method: 'GET',
  target: '/photos/a',
  headers: { host: 's3.example.com', authorization: `${id}:${secret}` },
})
const on = { toggles: { 'auth.plainKey': true } } as const

test('the secret itself is taken where that is switched on, by TLS, and each use is told', async () => {
  const told: string[] = []
  const options = { onPlainKey: (id: string) => void told.push(id) }
  assert.equal(await outcomeOf(plainly(), { ...on, options }), 'plain')
  assert.deepEqual(told, [exampleCredential.accessKeyId])
})

const refusedPlainly: readonly (readonly [title: string, parts: RequestParts, situation: Situation, code: string])[] = [
  ['where it is switched off', plainly(), {}, 'InvalidArgument'],
  ['with a wrong secret where it is switched off', plainly('x'), {}, 'InvalidArgument'],
  ['without TLS', plainly(), { ...on, secure: false }, 'InsecureTransport'],
  ['with a wrong secret', plainly(`${exampleCredential.secret}x`), on, 'SignatureDoesNotMatch'],
  ['with an empty secret', plainly(''), on, 'SignatureDoesNotMatch'],
  ['with the beginning of the secret', plainly(exampleCredential.secret.slice(0, 10)), on, 'SignatureDoesNotMatch'],
  ['with an unknown key', plainly(exampleCredential.secret, 'AKIAUNKNOWN'), on, 'InvalidAccessKeyId'],
  ['without a key', plainly('x', ''), on, 'InvalidArgument'],
  ['with a scheme in front', plainly('x', 'Basic AKIA'), on, 'InvalidArgument'],
  [
    'beside a signature in the query',
    { ...byQuery(), headers: { ...byQuery().headers, ...plainly().headers } },
    on,
    'InvalidArgument',
  ],
]
for (const [title, parts, situation, code] of refusedPlainly) {
  test(`the secret itself is refused ${title}: ${code}`, async () => {
    assert.equal(await outcomeOf(parts, situation), code)
  })
}

test('a secret that is refused is not repeated', async () => {
  const request = makeRequest(plainly('topsecret-topsecret'))
  const rules = { regions: ['us-east-1'], toggles: () => aws }
  assert.throws(
    () => exampleAuthenticator().authenticate(request, Query.empty, undefined, rules),
    (error) => error instanceof ApiError && !JSON.stringify([error.message, error.details]).includes('topsecret'),
  )
})
