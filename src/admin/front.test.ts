import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { operations } from './operations.generated.ts'
import { makeManagement, type As, type Sent } from './test-bed.ts'

describe('the path', () => {
  const rows: readonly (readonly [line: string, outcome: string])[] = [
    ['GET /v1/buckets', '200'],
    ['HEAD /v1/buckets', '200'],
    ['GET /v1/buckets/', '404 NoSuchEntity'],
    ['GET /v1//buckets', '404 NoSuchEntity'],
    ['GET //v1/buckets', '404 NoSuchEntity'],
    ['GET /v1/Buckets', '404 NoSuchEntity'],
    ['GET /v1/%62uckets', '404 NoSuchEntity'],
    ['GET /v1', '404 NoSuchEntity'],
    ['GET /v1/none-such', '404 NoSuchEntity'],
    ['GET /v1/buckets/photos', '200'],
    ['GET /v1/buckets/%70hotos', '200'],
    // Decoded once, and never taken for a further segment.
    ['GET /v1/buckets/%2570hotos', '404 NoSuchBucket'],
    ['GET /v1/buckets/photos%2Fpolicy', '404 NoSuchBucket'],
    ['GET /v1/buckets/..%2Fphotos', '404 NoSuchBucket'],
    ['GET /v1/buckets/%', '400 InvalidURI'],
    ['GET /v1/buckets/%ff', '400 InvalidURI'],
    ['GET /v1/buckets/%00', '404 NoSuchBucket'],
    ['GET /v1/usage/storage', '200'],
    ['PUT /v1/buckets/photos/policy/public', '200'],
    ['PUT /v1/buckets/photos/policy/secret', '400 InvalidArgument'],
    ['PUT /v1/buckets/photos/policy/__proto__', '400 InvalidArgument'],
    ['GET /v1/buckets/photos/settings/constructor', '400 InvalidArgument'],
    ['PUT /v1/buckets/photos', '405 MethodNotAllowed'],
    ['OPTIONS /v1/buckets', '405 MethodNotAllowed'],
    ['get /v1/buckets', '405 MethodNotAllowed'],
    ['TRACE /v1/buckets', '405 MethodNotAllowed'],
  ]
  for (const [line, outcome] of rows) {
    test(`${line}: ${outcome}`, async () => {
      const { send, services, accountIds } = await makeManagement()
      await services.buckets.create({ name: 'photos', accountId: accountIds.alpha, region: 'us-east-1' })
      assert.equal((await send(line)).outcome, outcome)
    })
  }

  test('Allow names what will do', async () => {
    const { send } = await makeManagement()
    assert.equal((await send('PUT /v1/buckets/photos')).headers['allow'], 'DELETE, GET, PATCH, HEAD')
    assert.equal((await send('PUT /v1/presign')).headers['allow'], 'POST')
  })

  test('a segment that is written out wins over a template', async () => {
    const { send } = await makeManagement()
    assert.equal((await send('GET /v1/audit/verify', { as: 'operator' })).served?.operation, 'VerifyAuditLog')
  })
})

describe('the query', () => {
  for (const [query, outcome] of [
    ['', '200'],
    ['limit=1', '200'],
    ['&limit=1&', '200'],
    ['limit=0', '400 InvalidArgument'],
    ['limit=1001', '400 InvalidArgument'],
    ['limit=1.5', '400 InvalidArgument'],
    ['limit=', '400 InvalidArgument'],
    ['limit=many', '400 InvalidArgument'],
    ['limit=1&limit=2', '400 InvalidArgument'],
    ['limit=1&lim%69t=1', '400 InvalidArgument'],
    ['Limit=1', '400 InvalidArgument'],
    ['colour=red', '400 InvalidArgument'],
    ['__proto__=1', '400 InvalidArgument'],
    ['constructor=1', '400 InvalidArgument'],
    ['after=%', '400 InvalidURI'],
  ] as const) {
    test(`?${query}: ${outcome}`, async () => {
      const { send } = await makeManagement()
      assert.equal((await send(`GET /v1/buckets?${query}`)).outcome, outcome)
    })
  }

  test('is refused where an operation takes none', async () => {
    const { send } = await makeManagement()
    assert.equal((await send('GET /v1/me?verbose')).message, 'Unrecognized key: "verbose"')
  })
})

describe('the body', () => {
  const json = { 'content-type': 'application/json' }
  const user = '{"name":"anna"}'
  const deep = (levels: number): string => `{"name":${'['.repeat(levels)}${']'.repeat(levels)}}`
  const rows: readonly (readonly [title: string, sent: Sent, outcome: string])[] = [
    ['JSON', { raw: user, headers: json }, '201'],
    ['JSON, said with a charset', { raw: user, headers: { 'content-type': 'Application/JSON; charset=utf-8' } }, '201'],
    ['with a byte order mark', { raw: `\ufeff${user}`, headers: json }, '201'],
    ['JSON that says nothing of itself', { raw: user }, '415 UnsupportedMediaType'],
    ['JSON as text', { raw: user, headers: { 'content-type': 'text/plain' } }, '415 UnsupportedMediaType'],
    [
      'JSON as a form',
      { raw: user, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      '415 UnsupportedMediaType',
    ],
    ['a form', { raw: 'name=anna', headers: json }, '400 InvalidRequest'],
    ['nothing', {}, '400 InvalidArgument'],
    ['half of an object', { raw: '{"name":', headers: json }, '400 InvalidRequest'],
    ['an object and more', { raw: `${user}x`, headers: json }, '400 InvalidRequest'],
    ['a list', { raw: '[]', headers: json }, '400 InvalidArgument'],
    ['null', { raw: 'null', headers: json }, '400 InvalidArgument'],
    ['a text', { raw: '"anna"', headers: json }, '400 InvalidArgument'],
    ['a number', { raw: '1', headers: json }, '400 InvalidArgument'],
    ['a member of another kind', { body: { name: 1 } }, '400 InvalidArgument'],
    ['a member too many', { body: { name: 'anna', colour: 'red' } }, '400 InvalidArgument'],
    ['a member twice', { raw: '{"name":"anna","name":"olga"}', headers: json }, '400 InvalidRequest'],
    [
      'a member twice, once escaped',
      { raw: '{"name":"anna","n\\u0061me":"olga"}', headers: json },
      '400 InvalidRequest',
    ],
    ['colons in texts', { raw: '{"name":"an:na\\":"}', headers: json }, '400 InvalidArgument'],
    ['__proto__', { raw: '{"name":"anna","__proto__":{"role":"owner"}}', headers: json }, '400 InvalidRequest'],
    ['__proto__, escaped', { raw: '{"name":"anna","\\u005f_proto__":{}}', headers: json }, '400 InvalidRequest'],
    ['constructor', { raw: '{"name":"anna","constructor":{"prototype":{}}}', headers: json }, '400 InvalidArgument'],
    ['half of a surrogate pair', { raw: '{"name":"\\ud800"}', headers: json }, '400 InvalidRequest'],
    ['what is no UTF-8', { raw: Buffer.from([0x22, 0xff, 0x22]), headers: json }, '400 InvalidRequest'],
    ['31 lists', { raw: deep(31), headers: json }, '400 InvalidArgument'],
    ['32 lists', { raw: deep(32), headers: json }, '400 InvalidRequest'],
    ['500,000 lists', { raw: deep(500_000), headers: json }, '400 InvalidRequest'],
    ['1 MiB', { raw: user.padEnd(1024 * 1024), headers: json }, '201'],
    ['1 MiB and a byte', { raw: user.padEnd(1024 * 1024 + 1), headers: json }, '400 MaxMessageLengthExceeded'],
    ['compressed', { raw: user, headers: { ...json, 'content-encoding': 'gzip' } }, '415 UnsupportedMediaType'],
  ]
  for (const [title, sent, outcome] of rows) {
    test(`${title}: ${outcome}`, async () => {
      const { send } = await makeManagement()
      assert.equal((await send('POST /v1/users', sent)).outcome, outcome)
      assert.equal(({} as Record<string, unknown>)['role'], undefined)
    })
  }

  test('all that is wrong is told at once, and not without end', async () => {
    const { send } = await makeManagement()
    const two = await send('POST /v1/users', { body: { name: 1, role: 'king' } })
    assert.match(two.message, /^name: .*string.*; role: .*owner/)
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`member${index}`, 1]))
    const answer = await send('POST /v1/users', { body: { name: 'anna', ...many } })
    assert.equal(answer.outcome, '400 InvalidArgument')
    assert(answer.text.length < 8000)
  })

  test('is not looked at where an operation takes none, nor before it is clear who asks', async () => {
    const { send } = await makeManagement()
    assert.equal((await send('GET /v1/me', { raw: 'rubbish' })).status, 200)
    assert.equal((await send('POST /v1/users', { as: 'nobody', raw: 'rubbish' })).outcome, '401 Unauthorized')
    assert.equal((await send('POST /v1/users', { as: 'member', raw: 'rubbish' })).outcome, '403 AccessDenied')
  })
})

describe('who asks', () => {
  for (const [title, authorization] of [
    ['nothing', ''],
    ['another scheme', 'Basic YTpi'],
    ['no token', 'Bearer'],
    ['an empty token', 'Bearer '],
    ['two tokens', 'Bearer a, Bearer b'],
    ['a token in pieces', 'Bearer a b'],
    ['rubbish', 'Bearer !'],
    ['a very long token', `Bearer ${'a'.repeat(10_000)}`],
  ] as const) {
    test(`by ${title}: 401`, async () => {
      const { send } = await makeManagement()
      const answer = await send('GET /v1/me', { as: 'nobody', headers: { authorization } })
      assert.equal(answer.outcome, '401 Unauthorized')
      assert.equal(answer.headers['www-authenticate'], 'Bearer realm="entrepot"')
    })
  }

  test('by a token counts, whatever cookie is beside it', async () => {
    const { send, headersOf } = await makeManagement()
    const { cookie } = await headersOf('session')
    assert.equal((await send('GET /v1/me', { as: 'member', headers: { cookie: cookie! } })).pick('role'), 'member')
    const bad = await send('GET /v1/me', { as: 'session', headers: { authorization: 'Bearer x' } })
    assert.equal(bad.outcome, '401 Unauthorized')
  })

  test('is told to those who count and log, and nothing secret with it', async () => {
    const { send, accountIds, users } = await makeManagement()
    const servedOf = async (line: string, as: As): Promise<object> => {
      const { refused, ...served } = (await send(line, { as })).served!
      return refused === undefined ? served : { ...served, refused: refused.code }
    }
    assert.deepEqual(await servedOf('GET /v1/me', 'user'), {
      ...{ front: 'management', operation: 'GetMe', accountId: accountIds.alpha, userId: users.mia.id },
    })
    assert.deepEqual(await servedOf('GET /v1/users', 'member'), {
      ...{ front: 'management', operation: 'ListUsers', accountId: accountIds.alpha, userId: undefined },
      ...{ errorCode: 'AccessDenied', refused: 'AccessDenied' },
    })
    assert.deepEqual(await servedOf('POST /v1/access_token/ek_secret', 'nobody'), {
      ...{ front: 'management', operation: 'CreateAccessToken', errorCode: 'Unauthorized', refused: 'Unauthorized' },
    })
    // Whoever shows nothing is asked to sign in, which is no refusal to look into.
    assert.deepEqual(await servedOf('GET /v1/me', 'nobody'), {
      ...{ front: 'management', operation: 'GetMe', errorCode: 'Unauthorized' },
    })
    assert.deepEqual(await servedOf('GET /v1/secret', 'owner'), {
      ...{ front: 'management', operation: '', errorCode: 'NoSuchEntity', refused: 'NoSuchEntity' },
    })
  })
})

test('no operation has a path of another, nor takes a body with GET or DELETE', () => {
  const paths = [...operations.values()].map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`)
  assert.equal(new Set(paths).size, paths.length)
  for (const { method, body } of operations.values()) {
    if (method === 'GET' || method === 'DELETE') assert.equal(body, undefined)
  }
})

test('whatever changes something is written down, or says why it is not', () => {
  for (const [name, { method, target, unaudited }] of operations) {
    assert.equal(target !== undefined || unaudited !== undefined, method !== 'GET', name)
    assert(target === undefined || unaudited === undefined, name)
  }
})
