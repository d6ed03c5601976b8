/** Attacks on the management API, over the real server: other people's keys and sessions, other sites' pages, guesses, and what is beside it. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  cli,
  clientOf,
  managementClient,
  request,
  type ManagementAnswer,
  type ManagementClient,
} from '../harness/management.ts'
import { send } from '../harness/request.ts'
import { freePorts, startServer, type TestServer } from '../harness/server.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] === undefined ? false : 'the server is not ours'
const password = 'correct horse battery staple'
const wrong = 'another horse battery'

interface Described {
  readonly operationId: string
  readonly 'x-right': string
  readonly requestBody?: object
}

/** `secret.bucket` and all else are the first account's; `other` is another one. */
let server: TestServer
let owner: ManagementClient
let ordinary: ManagementClient
let other: ManagementClient
/** Method and path, with names of what is the first account's, of every operation. */
let routes: readonly (readonly [line: string, operation: Described])[]
const names: Record<string, string> = {}

before(async () => {
  if (skip !== false) return
  server = await startServer({ env: { ENTREPOT_REQUEST_LOG: 'all', ENTREPOT_METRICS_TOKEN: 'prometheus-8c1f5d2e9a' } })
  owner = await managementClient(server)
  await cli(server, 'accounts', 'create', 'other')
  other = await managementClient(server, ['--account', 'other'])
  ordinary = await managementClient(server, ['--role', 's3.bucket.user'])
  await owner.done('POST /v1/buckets', { name: 'secret-bucket' })
  await owner.done('POST /v1/users', { name: 'olga', role: 'owner', password })
  await owner.done('POST /v1/users', { name: 'mia', role: 'member', password })
  const key = await owner.done<{ access_key: { access_key_id: string } }>('POST /v1/access-keys', { user: 'mia' })
  const apiKey = await owner.done<{ api_key: { id: string } }>('POST /v1/api-keys', { name: 'k', user: 'mia' })
  const signing = await owner.done<{ signing_key: { id: string } }>('POST /v1/signing-keys', {
    bucket: 'secret-bucket',
  })
  const domain = await owner.done<{ domain: { id: string } }>('POST /v1/domains', { name: 'media.example.com' })
  Object.assign(names, {
    ...{
      bucket: 'secret-bucket',
      user: 'mia',
      account: 'other',
      policy: 'public',
      setting: 'cors',
      api_key: 'ek_none',
      upload_id: 'none',
      number: '1',
    },
    ...{ 'access-keys': key.access_key.access_key_id, 'api-keys': apiKey.api_key.id },
    ...{ 'signing-keys': signing.signing_key.id, domains: domain.domain.id, sessions: 'a'.repeat(43) },
    refusals: await refusalOf(owner),
  })
  const document = await owner.done<{ paths: Record<string, Record<string, Described>> }>('GET /v1/openapi.json')
  routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [`${method.toUpperCase()} ${filledIn(path)}`, operation] as const,
    ),
  )
})
after(() => server?.stop())

/** The id of a request that was refused, once it is kept. */
async function refusalOf(client: ManagementClient): Promise<string> {
  const { headers } = await client.send('POST /v1/buckets', { name: 'no bucket' })
  const id = headers.get('x-request-id') ?? ''
  while ((await client.send(`GET /v1/refusals/${id}`)).status !== 200) await sleep(100)
  return id
}

/** An `{id}` is of what the segment before it says. */
const filledIn = (path: string): string =>
  path.replaceAll(
    /([\w-]+)\/\{(\w+)\}/g,
    (_, before: string, name: string) => `${before}/${names[name] ?? names[before]!}`,
  )

const bodyFor = ({ requestBody }: Described): object | undefined => (requestBody === undefined ? undefined : {})

describe('routes', { skip }, () => {
  test('security 25: there is no route of the management API that is not looked at here', () => {
    assert.ok(routes.length >= 66)
    for (const [line] of routes) assert.doesNotMatch(line, /undefined|\{/)
  })

  test('security 25: nobody is anybody on any route: 401', async () => {
    for (const [line, operation] of routes) {
      if (operation['x-right'] === 'anyone') continue
      for (const headers of [
        {},
        { authorization: `Bearer ${ordinary.token.slice(0, -4)}aaaa` },
        { authorization: `Bearer ${unsigned(owner.token)}` },
        { authorization: 'Basic YWRtaW46YWRtaW4=' },
        { cookie: 'entrepot-session=' + 'a'.repeat(43) },
        { cookie: 'session=admin; __Host-entrepot-session=' + 'a'.repeat(43) },
        { 'x-forwarded-user': 'olga', 'x-user': 'olga', userid: '1' },
      ]) {
        const answer = await request(server, line, bodyFor(operation), headers)
        assert.equal(answer.status, 401, `${line} ${JSON.stringify(headers)}`)
        assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer /)
      }
    }
  })

  test('security 25: an ordinary key is denied every route but those about itself: 403', async () => {
    let denied = 0
    for (const [line, operation] of routes) {
      const answer = await ordinary.send(line, bodyFor(operation))
      if (['anyone', 'self', 'keys'].includes(operation['x-right'])) continue
      assert.deepEqual([answer.status, answer.code], [403, 'AccessDenied'], line)
      denied++
    }
    assert.ok(denied > 30)
  })

  test("security 25: an owner of another account finds nothing of this account's: 404", async () => {
    for (const [line, operation] of routes) {
      const isOurs = [...Object.values(names)].some((name) => name !== 'other' && line.split(/[ /]/).includes(name))
      if (!isOurs || ['anyone', 'operator'].includes(operation['x-right'])) continue
      const answer = await other.send(line, bodyFor(operation))
      // What is asked for is looked at first where it is not valid anyway.
      const expected = answer.status === 400 ? 'InvalidArgument' : answer.code
      assert.ok([400, 404].includes(answer.status), `${line}: ${answer.text}`)
      assert.match(expected ?? '', /^(?:InvalidArgument|NoSuchBucket|NoSuchEntity)$/, line)
    }
    for (const line of ['DELETE /v1/buckets/secret-bucket', 'GET /v1/buckets/secret-bucket', 'GET /v1/users/mia'])
      assert.equal((await other.send(line)).status, 404)
    for (const list of ['buckets', 'domains', 'signing-keys', 'access-keys', 'api-keys', 'users'])
      assert.doesNotMatch((await other.send(`GET /v1/${list}`)).text, /secret-bucket|mia|olga/, list)
    const log = await other.done<{ entries: readonly { account_id: string }[] }>('GET /v1/audit?limit=1000')
    assert.equal(new Set(log.entries.map((entry) => entry.account_id)).size, 1)
    for (const line of ['GET /v1/accounts', 'GET /v1/audit?all', 'GET /v1/audit/verify'])
      assert.equal((await other.send(line)).status, 403, line)
  })

  test('security 25: keys of S3 open nothing here, nor tokens of here anything there', async () => {
    const { port } = new URL(server.adminEndpoint)
    const admin = { ...server, port: Number(port) }
    assert.equal((await send(admin, { path: '/v1/buckets' })).status, 401)
    const headers = { authorization: `Bearer ${owner.token}` }
    const answer = await send(server, { path: '/secret-bucket', sign: 'none', headers })
    assert.ok(answer.status === 400 || answer.status === 403, answer.text)
  })

  test('all of it is still there', async () => {
    for (const line of [
      'GET /v1/buckets/secret-bucket',
      'GET /v1/users/mia',
      `GET /v1/domains/${names['domains']}`,
      `GET /v1/signing-keys/${names['signing-keys']}`,
    ])
      assert.equal((await owner.send(line)).status, 200, line)
  })
})

/** The same token under `alg: none`. */
function unsigned(token: string): string {
  const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
  return `${header}.${token.split('.')[1]}.`
}

describe('keys', { skip }, () => {
  test('security 26: a restricted key makes no wider key, nor one for another user', async () => {
    const member = await managementClient(server, ['--role', 'member'])
    const admin = await managementClient(server, ['--role', 'iam.admin'])
    for (const [client, line, body] of [
      [ordinary, 'POST /v1/api-keys', { name: 'k', role: 'owner' }],
      [ordinary, 'POST /v1/api-keys', { name: 'k', role: 'member' }],
      [ordinary, 'POST /v1/api-keys', { name: 'k', user: 'olga' }],
      [ordinary, 'POST /v1/access-keys', {}],
      [ordinary, 'POST /v1/access-keys', { user: 'mia' }],
      [member, 'POST /v1/api-keys', { name: 'k', role: 'owner' }],
      [member, 'POST /v1/api-keys', { name: 'k', role: 'iam.admin' }],
      [member, 'POST /v1/access-keys', {}],
      [member, 'POST /v1/access-keys', { user: 'olga' }],
      [member, 'PUT /v1/users/mia', { role: 'owner' }],
      [admin, 'POST /v1/api-keys', { name: 'k', role: 'owner' }],
      [admin, 'POST /v1/api-keys', { name: 'k', user: 'olga' }],
      [admin, 'POST /v1/access-keys', { user: 'olga' }],
      [admin, 'POST /v1/users', { name: 'eve', role: 'owner' }],
      [admin, 'PUT /v1/users/mia', { role: 'owner' }],
      [admin, 'PUT /v1/users/olga/password', { password: wrong }],
    ] as const) {
      const answer = await client.send(line, body)
      assert.deepEqual([answer.status, answer.code], [403, 'AccessDenied'], `${line} ${JSON.stringify(body)}`)
    }
    // Nor by way of a key that it manages.
    const body = { bucket: 'secret-bucket', key: 'a', access_key_id: names['access-keys'] }
    assert.equal((await admin.send('POST /v1/presign', body)).status, 404)
  })

  test('security 26: what a user’s policies deny in S3 is not to be had through a signing key', async () => {
    const mine = await userClient('mia')
    const Statement = [{ Effect: 'Deny', Action: 's3:GetObject', Resource: 'arn:aws:s3:::secret-bucket/*' }]
    await owner.done('PUT /v1/users/mia/policies/none', { Version: '2012-10-17', Statement })
    for (const [line, body] of [
      ['POST /v1/signing-keys', { bucket: 'secret-bucket' }],
      ['POST /v1/signed-urls', { bucket: 'secret-bucket', key: 'a' }],
    ] as const)
      assert.equal((await mine.send(line, body)).status, 403, line)
    await owner.done('DELETE /v1/users/mia/policies/none')
  })

  test('security 26: a member named __proto__ makes nobody an owner', async () => {
    for (const text of [
      '{"name":"eve","__proto__":{"role":"owner"}}',
      '{"name":"eve","role":"s3.user","role":"owner"}',
    ]) {
      const response = await fetch(`${server.adminEndpoint}/v1/users`, {
        method: 'POST',
        headers: { authorization: `Bearer ${owner.token}`, 'content-type': 'application/json' },
        body: text,
      })
      assert.equal(response.status, 400)
    }
    assert.equal((await owner.send('GET /v1/users/eve')).status, 404)
  })
})

async function userClient(user: string): Promise<ManagementClient> {
  const { api_key } = await owner.done<{ api_key: { api_key: string } }>('POST /v1/api-keys', { name: 'k', user })
  const answer = await request(server, `POST /v1/access_token/${api_key.api_key}`)
  return clientOf(server, (answer.json as { access_token: string }).access_token)
}

const signIn = (user: string, text: string, more: object = {}): Promise<ManagementAnswer> =>
  request(server, 'POST /v1/session', { user, password: text, ...more })

/** What a browser sends after a sign-in. */
function browser(answer: ManagementAnswer): { readonly cookie: string; readonly csrf: string } {
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';')
  return { cookie, csrf: (answer.json as { csrf_token: string }).csrf_token }
}

describe('sessions', { skip }, () => {
  test('security 51: another site’s page changes nothing by the cookie alone', async () => {
    const answer = await signIn('olga', password)
    assert.match(answer.headers.get('set-cookie') ?? '', /; HttpOnly; SameSite=Strict/)
    const { cookie, csrf } = browser(answer)
    assert.equal((await request(server, 'GET /v1/me', undefined, { cookie })).status, 200)
    const body = { name: 'eve', role: 'owner' }
    for (const headers of [
      {},
      { 'x-csrf-token': 'a'.repeat(csrf.length) },
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { origin: 'https://evil.example', referer: 'https://evil.example/' },
      { 'x-http-method-override': 'GET' },
    ]) {
      const refused = await request(server, 'POST /v1/users', body, { cookie, ...headers })
      assert.deepEqual([refused.status, refused.code], [403, 'AccessDenied'], JSON.stringify(headers))
    }
    assert.equal((await request(server, 'DELETE /v1/users/mia', undefined, { cookie })).status, 403)
    const text = { cookie, 'x-csrf-token': csrf, 'content-type': 'text/plain' }
    assert.equal((await request(server, 'POST /v1/users', body, text)).status, 415)
    assert.equal((await owner.send('GET /v1/users/eve')).status, 404)
    // Who has the token is the console.
    const made = await request(server, 'POST /v1/users', { name: 'eve' }, { cookie, 'x-csrf-token': csrf })
    assert.equal(made.status, 201)
    await owner.done('DELETE /v1/users/eve')
  })

  test('security 53: known and unknown users are answered alike, and the sixth attempt is 429', async () => {
    const [known, unknown] = [await signIn('mia', wrong), await signIn('nobody', wrong)]
    const withoutId = (text: string): string => text.replace(/"request_id":"\w+"/, '')
    assert.deepEqual([known.status, known.code], [401, 'InvalidCredentials'])
    assert.equal(unknown.status, 401)
    assert.equal(withoutId(known.text), withoutId(unknown.text))
    const headersOf = ({ headers }: ManagementAnswer) =>
      [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name))
    assert.deepEqual(headersOf(known), headersOf(unknown))
    for (const user of ['mia', 'nobody']) {
      for (let count = 1; count < 5; count++) assert.equal((await signIn(user, wrong)).status, 401)
      const sixth = await signIn(user, password)
      assert.deepEqual([sixth.status, sixth.code], [429, 'TooManyRequests'], user)
      assert.match(sixth.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
      assert.equal(sixth.headers.get('set-cookie'), null)
    }
    // Another spelling, or an address that the client says it has, makes no further attempts.
    assert.equal((await signIn('MIA', password)).status, 429)
    const elsewhere = { 'x-forwarded-for': '203.0.113.9' }
    assert.equal((await request(server, 'POST /v1/session', { user: 'mia', password }, elsewhere)).status, 429)
  })
})

test('security 52: no page of another origin reads anything of the management API', { skip }, async () => {
  const { cookie } = browser(await signIn('olga', password))
  for (const origin of ['https://evil.example', 'null', server.adminEndpoint]) {
    for (const [line, operation] of routes) {
      const [method = '', path = ''] = line.split(' ')
      const headers = { origin, cookie, 'access-control-request-method': method, 'access-control-request-headers': 'x' }
      const answers = [
        await request(server, `OPTIONS ${path}`, undefined, headers),
        // Reads are answered, and changes are refused for want of the CSRF token; neither is told to other origins.
        await request(server, line, bodyFor(operation), { origin, cookie }),
      ]
      for (const { headers: answered } of answers) {
        for (const name of ['origin', 'credentials', 'methods', 'headers', 'expose-headers'])
          assert.equal(answered.get(`access-control-${name === 'expose-headers' ? name : `allow-${name}`}`), null, line)
      }
      assert.equal(answers[0]!.status, 405, line)
    }
  }
})

describe('what is beside it', { skip }, () => {
  const metrics = (headers: Readonly<Record<string, string>>): Promise<ManagementAnswer> =>
    request(server, 'GET /metrics', undefined, headers)

  test('security 30: metrics are for operators, and for the token that the operator has set', async () => {
    for (const headers of [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: `Bearer ${ordinary.token}` },
      { authorization: `Bearer ${other.token}` },
      { authorization: 'Basic cHJvbWV0aGV1cy04YzFmNWQyZTlh' },
    ] as readonly Record<string, string>[]) {
      const answer = await metrics(headers)
      assert.ok(answer.status === 401 || answer.status === 403, JSON.stringify(headers))
      assert.doesNotMatch(answer.text, /entrepot_|secret-bucket/)
    }
    for (const token of [owner.token, 'prometheus-8c1f5d2e9a']) {
      const answer = await metrics({ authorization: `Bearer ${token}` })
      assert.equal(answer.status, 200)
      assert.match(answer.text, /^# HELP /m)
      // Buckets are told of on request only, secrets never.
      assert.doesNotMatch(answer.text, /secret-bucket|eyJ|AKIA|prometheus-8c1f/)
    }
    // Prometheus' token opens the metrics alone.
    const headers = { authorization: 'Bearer prometheus-8c1f5d2e9a' }
    assert.equal((await request(server, 'GET /v1/me', undefined, headers)).status, 401)
  })

  test('security 59: the listeners of management and delivery are not plain beyond this machine without being told to', async () => {
    const [port = 0] = await freePorts(1)
    for (const name of ['ADMIN', 'DELIVERY']) {
      for (const address of ['0.0.0.0', '[::]']) {
        const env = { [`ENTREPOT_${name}_LISTEN`]: `${address}:${port}` }
        await assert.rejects(startServer({ env }), /other machines can reach.*--allow-plaintext/s, `${name} ${address}`)
      }
    }
    const started = await startServer({
      env: { ENTREPOT_DELIVERY_LISTEN: `0.0.0.0:${port}`, ENTREPOT_ALLOW_PLAINTEXT: 'true' },
    })
    await started.stop()
  })

  test('security 56: neither API keys, nor tokens, nor passwords are in the log', async () => {
    const { api_key: key } = await owner.done<{ api_key: { api_key: string } }>('POST /v1/api-keys', { name: 'k' })
    await request(server, `POST /v1/access_token/${key.api_key}`)
    await owner.done('PUT /v1/users/mia/password', { password: 'a third horse battery' })
    assert.match(server.log(), /CreateAccessToken/)
    for (const text of [key.api_key, owner.token, password, 'a third horse battery', 'prometheus-8c1f5d2e9a'])
      assert.ok(!server.log().includes(text))
  })
})
