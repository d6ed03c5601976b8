/** Why a request was refused, told by its id: for every kind of refusal of S3, delivery and management, over more than one thread, and nothing secret in it. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { ask, carrying, minted, tokenOf } from '../harness/delivery.ts'
import { cli, clientOf, managementClient, request, type ManagementClient } from '../harness/management.ts'
import { send } from '../harness/request.ts'
import { startServer } from '../harness/server.ts'
import { signHeader4 } from '../harness/sign.ts'
import { path, rows } from './refusals/s3-rows.ts'
import { inSeconds, tokenRows } from './refusals/token-rows.ts'
import { differing, failedOf, openWorld, secrets, told, why, type Refusal, type World } from './refusals/world.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] === undefined ? false : 'the server is not ours'

let world: World

before(async () => {
  if (skip === false) world = await openWorld()
})
after(() => world?.server.stop())

// Each waits for what it asked about to be kept.
const together = { skip, concurrency: 8 }

describe('of S3', together, () => {
  for (const { what, request: make, outcome, as, check, detail, differences = [], advice } of rows) {
    test(what, async () => {
      const answer = await send(world.server, make(world))
      assert.equal(`${answer.status} ${answer.code}`, outcome, answer.text)
      const refusal = await why(answer.headers['x-amz-request-id'], as === undefined ? world.owner : world[as])
      assert.equal(`${refusal.status} ${refusal.code}`, outcome)
      assert.equal(refusal.front, 's3')
      const failed = failedOf(refusal)
      assert.equal(failed.name, check)
      assert.match(failed.detail, detail)
      assert.equal(refusal.differences.length, differences.length, JSON.stringify(refusal.differences))
      for (const [index, expected] of differences.entries()) assert.match(differing(refusal)[index]!, expected)
      if (advice !== undefined) assert.match(refusal.advice.join('\n'), advice)
    })
  }

  test('a signature that differs is told with what the server signed, and without what is secret in it', async () => {
    const customerKey = Buffer.alloc(32, 7).toString('base64')
    secrets.push(customerKey)
    const answer = await send(world.server, {
      ...{
        path,
        query: 'auth=hidden-token-of-somebody',
        credentials: { ...world.alpha, secretAccessKey: 'z'.repeat(40) },
      },
      headers: {
        'x-amz-server-side-encryption-customer-algorithm': 'AES256',
        'x-amz-server-side-encryption-customer-key': customerKey,
        cookie: 'auth=hidden-cookie-of-somebody',
      },
    })
    const refusal = await why(answer.headers['x-amz-request-id'], world.owner)
    assert.match(
      refusal.canonical_request!,
      /^GET\n\/films\/film\/a\nauth=\[redacted\]\ncookie:\[redacted\]\nhost:127\.0\.0\.1:\d+\n/,
    )
    assert.match(refusal.canonical_request!, /\nx-amz-server-side-encryption-customer-key:\[redacted\]\n/)
    assert.match(
      refusal.string_to_sign!,
      /^AWS4-HMAC-SHA256\n\d{8}T\d{6}Z\n\d{8}\/us-east-1\/s3\/aws4_request\n[0-9a-f]{64}$/,
    )
    assert.equal(refusal.access_key_id, world.alpha.accessKeyId)
    secrets.push('hidden-token-of-somebody', 'hidden-cookie-of-somebody')
  })

  test('an access key that is switched off', async () => {
    const { access_key: made } = await world.owner.done<{
      access_key: { access_key_id: string; secret_access_key: string }
    }>('POST /v1/access-keys', { user: 'mia' })
    await world.owner.done(`PUT /v1/access-keys/${made.access_key_id}`, { active: false })
    const credentials = { accessKeyId: made.access_key_id, secretAccessKey: made.secret_access_key }
    const { headers } = await send(world.server, { path: '/', credentials })
    const refusal = await why(headers['x-amz-request-id'], world.owner)
    assert.match(failedOf(refusal).detail, /switched off/)
    secrets.push(made.secret_access_key)
  })

  test('a lock', async () => {
    const { server, alpha, owner } = world
    await owner.done('POST /v1/buckets', { name: 'vault', object_lock: true })
    const until = new Date(Date.now() + 86_400_000).toISOString()
    const locked = { 'x-amz-object-lock-mode': 'COMPLIANCE', 'x-amz-object-lock-retain-until-date': until }
    const checksum = { 'x-amz-checksum-crc32': 'jNwWgw==' }
    const made = await send(server, {
      method: 'PUT',
      path: '/vault/a',
      body: 'x',
      headers: { ...locked, ...checksum },
      credentials: alpha,
    })
    assert.equal(made.status, 200, made.text)
    const answer = await send(server, {
      method: 'DELETE',
      path: '/vault/a',
      query: `versionId=${String(made.headers['x-amz-version-id'])}`,
      credentials: alpha,
    })
    assert.equal(answer.code, 'AccessDenied')
    const refusal = await why(answer.headers['x-amz-request-id'], owner)
    assert.match(failedOf(refusal).detail, /retained in COMPLIANCE mode/)
    assert.match(refusal.advice.join(), /lock has ended/)
  })

  test('what is merely not there, and what a reader’s condition says, are no refusals', async () => {
    const { server, alpha, owner } = world
    const ids: string[] = []
    for (const asked of [
      { path: '/films/none-such', credentials: alpha },
      { path, credentials: alpha, headers: { 'if-match': '"other"' } },
      { path: '/none-such', credentials: alpha },
    ])
      ids.push(String((await send(server, asked)).headers['x-amz-request-id']))
    const last = await send(server, { path, sign: 'none' })
    await why(last.headers['x-amz-request-id'], owner)
    for (const id of ids) assert.equal((await owner.send(`GET /v1/refusals/${id}`)).code, 'NoSuchEntity')
  })
})

describe('of delivery', together, () => {
  const site = (): string => new URL(world.server.deliveryEndpoint).host

  for (const {
    what,
    claims = {},
    header,
    change = (token: string) => token,
    reason,
    check,
    differences = [],
  } of tokenRows) {
    test(what, async () => {
      await world.owner.done('POST /v1/buckets/films/revoked-tokens', { jti: 'gone' })
      const token = change(tokenOf(world.key, { uri: 'film', ...claims }, header))
      for (const way of ['query', 'path', 'cookie'] as const) {
        if (token === '' && way === 'path') continue
        const answer = await ask(world.server, 'h1', { host: site(), ...carrying(way, '/films/', 'film/a', token) })
        assert.deepEqual([answer.status, answer.headers['x-entrepot-refusal']], [403, reason])
        const refusal = await why(answer.headers['x-request-id'], world.owner)
        assert.deepEqual(
          [refusal.front, refusal.bucket, refusal.key, refusal.operation],
          ['delivery', 'films', 'film/a', 'Deliver'],
        )
        assert.equal(failedOf(refusal).name, check)
        assert.equal(refusal.differences.length, differences.length, JSON.stringify(refusal.differences))
        for (const [index, expected] of differences.entries()) assert.match(differing(refusal)[index]!, expected)
        assert.equal(refusal.advice.length, 1)
      }
    })
  }

  test('a token of another bucket, with what it says', async () => {
    const token = tokenOf(world.otherKey, { uri: 'film', exp: inSeconds(600), internal: 'not-to-be-told' })
    secrets.push('not-to-be-told')
    const answer = await ask(world.server, 'h1', { host: site(), ...carrying('query', '/films/', 'film/a', token) })
    const refusal = await why(answer.headers['x-request-id'], world.owner)
    assert.equal(failedOf(refusal).name, 'signing key')
    assert.match(failedOf(refusal).detail, /The token says: kid "[0-9a-f-]{36}", alg "RS256", uri "film", exp \d+ \(/)
  })

  test('delivery that is switched off, told to the owner of the bucket alone', async () => {
    const answer = await ask(world.server, 'h1', { host: site(), target: '/shut/a' })
    assert.equal(answer.status, 404)
    const refusal = await why(answer.headers['x-request-id'], world.owner)
    assert.equal(refusal.bucket, 'shut')
    assert.match(failedOf(refusal).detail, /delivery is switched off/)
    assert.equal((await world.stranger.send(`GET /v1/refusals/${refusal.request_id}`)).code, 'NoSuchEntity')
  })
})

describe('of management', { skip }, () => {
  test('a right that is missing', async () => {
    const weak = await managementClient(world.server, ['--account', 'alpha', '--role', 's3.user'])
    secrets.push(weak.token)
    const answer = await weak.send('DELETE /v1/buckets/films')
    const refusal = await why(answer.headers.get('x-request-id')!, world.owner)
    assert.deepEqual(
      [refusal.front, refusal.operation, failedOf(refusal).name],
      ['management', 'DeleteBucket', 'right'],
    )
    assert.match(differing(refusal).join(), /^right: those of the role s3\.user: .* \| storage\.write$/)
  })

  test('a session that has ended, and a token that does not hold: known to operators', async () => {
    for (const headers of [{ cookie: 'entrepot-session=none' }, { authorization: 'Bearer e30.e30.e30' }] as const) {
      const answer = await request(world.server, 'GET /v1/me', undefined, headers)
      assert.equal(answer.status, 401)
      const id = answer.headers.get('x-request-id')!
      assert.equal(failedOf(await why(id, world.operator)).name, 'sign-in')
      assert.equal((await world.owner.send(`GET /v1/refusals/${id}`)).code, 'NoSuchEntity')
    }
  })

  test('a change without the CSRF token', async () => {
    await world.owner.done('POST /v1/users', { name: 'olga', role: 'owner' })
    await world.owner.done('PUT /v1/users/olga/password', { password: 'correct horse battery staple' })
    const signedIn = await request(world.server, 'POST /v1/session', {
      account: 'alpha',
      user: 'olga',
      password: 'correct horse battery staple',
    })
    const cookie = signedIn.headers.getSetCookie().join('; ').split(';', 1)[0]!
    secrets.push(cookie.split('=')[1]!, 'correct horse battery staple')
    const answer = await request(world.server, 'POST /v1/buckets', { name: 'never' }, { cookie })
    assert.equal(answer.code, 'AccessDenied')
    assert.equal(failedOf(await why(answer.headers.get('x-request-id')!, world.operator)).name, 'csrf token')
  })

  test('an API key in the path is not kept', async () => {
    const answer = await request(world.server, 'POST /v1/access_token/ek_never-there-before')
    secrets.push('ek_never-there-before')
    assert.equal(answer.status, 401)
    const refusal = await why(answer.headers.get('x-request-id')!, world.operator)
    assert.equal(refusal.path, '/v1/access_token/{api_key}')
  })
})

describe('who sees what', { skip }, () => {
  const list = (client: ManagementClient, query = '') =>
    client.done<{ refusals: readonly Refusal[]; next: string | null }>(`GET /v1/refusals${query}`)

  test('an account has its own and those of its buckets, newest first, in pages and by bucket; an operator has all', async () => {
    const { server, alpha, beta, owner, stranger, operator } = world
    const [own, foreign, unknown] = [
      await send(server, { path: '/films/secret/a', credentials: alpha }),
      await send(server, { path: '/films/secret/b', credentials: beta }),
      await send(server, {
        path: '/',
        credentials: { accessKeyId: 'AKIANONESUCH00000002', secretAccessKey: 'y'.repeat(40) },
      }),
    ].map(({ headers }) => String(headers['x-amz-request-id']))
    for (const id of [own!, foreign!, unknown!]) await why(id, operator)
    const ids = async (client: ManagementClient): Promise<readonly string[]> =>
      (await list(client, '?limit=1000')).refusals.map(({ request_id }) => request_id)
    const [byOwner, byStranger, byOperator] = [await ids(owner), await ids(stranger), await ids(operator)]
    assert.deepEqual(
      [own, foreign, unknown].map((id) => byOwner.includes(id!)),
      [true, true, false],
    )
    assert.deepEqual(
      [own, foreign, unknown].map((id) => byStranger.includes(id!)),
      [false, true, false],
    )
    assert.deepEqual(
      [own, foreign, unknown].map((id) => byOperator.includes(id!)),
      [true, true, true],
    )
    assert(byOwner.indexOf(foreign!) < byOwner.indexOf(own!))

    const paged: string[] = []
    for (let after = ''; ;) {
      const page = await list(owner, `?limit=7${after}`)
      paged.push(...page.refusals.map(({ request_id }) => request_id))
      if (page.next === null) break
      after = `&after=${page.next}`
    }
    assert.deepEqual(paged.slice(-byOwner.length), byOwner)
    const { refusals } = await list(owner, '?bucket=shut&limit=1000')
    assert.deepEqual([...new Set(refusals.map(({ bucket }) => bucket))], ['shut'])
    assert.equal((await owner.send('GET /v1/refusals?after=x')).code, 'InvalidArgument')
    assert.equal((await owner.send('GET /v1/refusals/x')).code, 'NoSuchEntity')
  })

  test('the command line tells it', async () => {
    const { server, alpha } = world
    const { headers } = await send(server, { path: '/films/secret/a', credentials: alpha })
    const { refusal } = await cli<{ refusal: Refusal }>(server, 'why', String(headers['x-amz-request-id']))
    assert.match(failedOf(refusal).detail, /Statement "NoSecrets"/)
  })
})

test('what a toggle switches off', { skip }, async () => {
  const server = await startServer({ env: { ENTREPOT_TOGGLES: 's3.getObject=disabled' } })
  try {
    const operator = await managementClient(server)
    assert.equal((await send(server, { method: 'PUT', path: '/films' })).status, 200)
    assert.equal((await send(server, { method: 'PUT', path: '/films/a', body: 'x' })).status, 200)
    const { headers, code } = await send(server, { path: '/films/a' })
    assert.equal(code, 'AccessDenied')
    const refusal = await why(headers['x-amz-request-id'], operator)
    assert.deepEqual(
      [failedOf(refusal).name, failedOf(refusal).detail],
      ['request', 'GetObject is disabled on this endpoint; use the delivery URL.'],
    )
    assert.match(refusal.advice.join(), /delivery URL, or set the toggle s3\.getObject/)
  } finally {
    await server.stop()
  }
})

describe('at the end', { skip }, () => {
  test('what is kept outlives the server, and nothing of it is secret', async () => {
    const { server, alpha, owner } = world
    const wire = signHeader4(
      { method: 'GET', path: '/films/secret/a', query: '', headers: { host: new URL(server.endpoint).host } },
      { credentials: alpha, region: server.region, date: new Date() },
    )
    secrets.push(wire.signature)
    const answer = await fetch(`${server.endpoint}/films/secret/a`, { headers: wire.headers })
    assert.equal(answer.status, 403)
    await server.restart()
    const later = clientOf(server, owner.token)
    const { text, status } = await later.send(`GET /v1/refusals/${answer.headers.get('x-amz-request-id')}`)
    assert.equal(status, 200)
    const { text: listed } = await later.send('GET /v1/refusals?limit=1000')
    told.push(text, listed, (await world.operator.send('GET /v1/refusals?limit=1000')).text)
    const signatures = minted.map((token) => token.split('.')[2]!).filter((signature) => signature !== '')
    assert(signatures.length > 10 && secrets.length > 10)
    await server.kill()
    const kept = readdirSync(join(server.dataFolder, 'records')).map((name) =>
      readFileSync(join(server.dataFolder, 'records', name), 'latin1'),
    )
    assert(kept.join('').includes('NoSecrets'))
    for (const secret of [...secrets, ...signatures, ...minted]) {
      assert.equal(
        told.some((each) => each.includes(secret)),
        false,
        `told: ${secret}`,
      )
      assert.equal(
        kept.some((each) => each.includes(secret)),
        false,
        `kept: ${secret}`,
      )
    }
  })
})
