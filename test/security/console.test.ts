/**
 * The console and the way into it, over the real server: where it is and where it is not, the link that makes the first owner, and what becomes of
 * that link.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { ask, type Answer, type Over } from '../harness/delivery.ts'
import { cli, managementClient, request } from '../harness/management.ts'
import { send, sendBytes } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] === undefined ? false : 'the server is not ours'
const password = 'correct horse battery staple'
/** Without a build there is no page, and the server says so. */
const pageStatus = existsSync(join(import.meta.dirname, '../../dist/console/index.html')) ? 200 : 503

let server: TestServer
before(async () => {
  if (skip !== false) return
  server = await startServer({ tls: true, env: { ENTREPOT_REQUEST_LOG: 'all', ENTREPOT_HTTP_THREADS: '2' } })
})
after(() => server?.stop())

/** The token of the last link that a start has printed. */
function printedToken(): string {
  const printed = [...server.log().matchAll(/First sign-in +(\S+)/g)].at(-1)?.[1] ?? ''
  const [, place, token = ''] = /^(http:\/\/[\d.:]+)\/#\/setup\?token=([\w-]{43})$/.exec(printed) ?? []
  assert.equal(place, server.adminEndpoint)
  return token
}

const isNeeded = async (): Promise<unknown> => (await request(server, 'GET /v1/setup')).json

const setUp = (body: object) => request(server, 'POST /v1/setup', body)

describe('the console', { skip }, () => {
  test('is on its host of the listener for everything, by every protocol and thread, and on no other host', async () => {
    for (const over of ['tls', 'h2'] as const satisfies readonly Over[]) {
      // Each by a connection of its own, so that both threads answer some.
      for (let count = 0; count < 6; count++)
        assertPage(await ask(server, over, { host: 'console.localhost', target: '/' }))
      const unknown = await ask(server, over, { host: 'console.localhost', target: '/assets/none-01234567.js' })
      assert.equal(unknown.status, pageStatus === 200 ? 404 : 503)
      assert.equal((await ask(server, over, { host: 'console.localhost', target: '/v1/me' })).status, 401)
      assert.equal((await ask(server, over, { host: 'console.localhost', target: '/health/ready' })).status, 404)
      assert.equal((await ask(server, over, { host: 'api.localhost', target: '/' })).status, 404)
      assert.equal((await ask(server, over, { host: 'localhost', target: '/' })).status, 403)
      const posted = await ask(server, over, { method: 'POST', host: 'console.localhost', target: '/', body: 'x' })
      assert.equal(posted.status, 405)
    }
    assert.notEqual((await ask(server, 'h1', { host: 'console.localhost', target: '/' })).status, pageStatus)
  })

  test('is on the admin listener, whatever host it is asked for by, and only where it is', async () => {
    const admin = { ...server, port: Number(new URL(server.adminEndpoint).port) }
    for (const host of [`127.0.0.1:${admin.port}`, 'console.localhost', 'evil.example']) {
      const answer = await send(admin, { path: '/', sign: 'none', headers: { host } })
      assert.equal(answer.status, pageStatus)
      assert.equal(answer.headers['access-control-allow-origin'], undefined)
      assert.equal(answer.headers['strict-transport-security'], undefined)
    }
    for (const target of [
      '/../package.json',
      '/%2e%2e/package.json',
      '/assets/../../package.json',
      '/..%2fpackage.json',
    ]) {
      const text = await sendBytes(admin, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`, 1)
      assert.match(text, /^HTTP\/1\.1 (?:400|404|503) /, target)
      assert.doesNotMatch(text, /entrepot"|self-hosted/i, target)
    }
  })
})

function assertPage({ status, headers }: Answer): void {
  assert.equal(status, pageStatus)
  assert.equal(headers['x-content-type-options'], 'nosniff')
  if (status !== 200) return
  const policy = headers['content-security-policy'] ?? ''
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w-]{22}'; /)
  assert.match(policy, /frame-src https:\/\/uc\.media-storage\.us-east-1\.localhost:\d+; /)
  assert.equal(headers['strict-transport-security'], 'max-age=31536000')
}

describe('the first sign-in', { skip }, () => {
  test('has a link that is printed at each start, and is nowhere else; the one before it ends', async () => {
    assert.deepEqual(await isNeeded(), { needed: true })
    const old = printedToken()
    await server.restart()
    const token = printedToken()
    assert.notEqual(token, old)
    const refused = await setUp({ token: old, password })
    assert.deepEqual([refused.status, refused.code], [400, 'InvalidToken'])
    assert.equal(server.log().split(token).length, 2)
    for (const entry of readdirSync(server.dataFolder, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name)
      if (entry.isFile()) assert.equal(readFileSync(file).includes(token), false, file)
    }
  })

  test('takes no password that is weak, then makes one owner of many who come at once, on any thread', async () => {
    const token = printedToken()
    const weak = await setUp({ token, password: 'password' })
    assert.deepEqual([weak.status, weak.code], [400, 'InvalidArgument'])
    const body = (user: string): string => JSON.stringify({ token, user, password })
    const answers = await Promise.all(
      ['anna', 'bert', 'carl', 'dora'].map((user) =>
        ask(server, 'tls', {
          ...{ method: 'POST', host: 'console.localhost', target: '/v1/setup', body: body(user) },
          headers: { 'content-type': 'application/json' },
        }),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    assert.deepEqual(
      statuses.toSorted((a, b) => a - b),
      [200, 400, 400, 400],
    )
    const won = answers.find(({ status }) => status === 200)!
    assert.match(won.headers['set-cookie'] ?? '', /^__Host-entrepot-session=[\w-]{43}; .*HttpOnly; SameSite=Strict/)
    const client = await managementClient(server)
    const { users } = await client.done<{ users: { has_password: boolean; role: string }[] }>('GET /v1/users')
    assert.deepEqual(
      users.map(({ has_password, role }) => [has_password, role]),
      [[true, 'owner']],
    )
    assert.deepEqual(await isNeeded(), { needed: false })
    assert.equal(server.log().includes(password), false)
  })

  test('is over then: no start prints a link, and none can be had', async () => {
    const before = server.log().split('First sign-in').length
    await server.restart()
    assert.equal(server.log().split('First sign-in').length, before)
    await assert.rejects(cli(server, 'users', 'sign-in-link'), /name whose link it is to be/)
  })

  test('is had again by who has lost the password, whether the server runs or not', async () => {
    const client = await managementClient(server)
    const { users } = await client.done<{ users: { name: string }[] }>('GET /v1/users')
    const user = users[0]!.name
    const { url } = await cli<{ url: string }>(server, 'users', 'sign-in-link', 'first', user)
    assert.match(url, /^https:\/\/console\.localhost:\d+\/#\/setup\?token=[\w-]{43}$/)
    await server.kill()
    const later = await cli<{ url: string }>(server, 'users', 'sign-in-link', 'first', user)
    await server.restart()
    const tokenOf = (link: string): string => link.split('token=')[1]!
    assert.equal((await setUp({ token: tokenOf(url), password })).code, 'InvalidToken')
    const answer = await setUp({ token: tokenOf(later.url), password: 'seven grey herons' })
    assert.equal(answer.status, 200, answer.text)
    assert.equal((await request(server, 'POST /v1/session', { user, password })).status, 401)
    assert.equal((await request(server, 'POST /v1/session', { user, password: 'seven grey herons' })).status, 200)
  })
})

test('how the server is, is the same on every thread, and for operators alone', { skip }, async () => {
  const client = await managementClient(server)
  const health = await client.done<{ threads: number; disk: object[]; checks: { name: string; status: string }[] }>(
    'GET /v1/health',
  )
  assert.equal(health.threads, 2)
  assert.equal(health.disk.length, 1)
  const listeners = health.checks.find(({ name }) => name === 'Listeners') as { detail?: string } | undefined
  for (const url of [server.endpoint, server.adminEndpoint, server.deliveryEndpoint, server.tlsEndpoint])
    assert.ok(listeners?.detail?.includes(url), url)
  assert.equal(health.checks.find(({ name }) => name === 'Jobs')?.status, 'ok')
  for (let count = 0; count < 6; count++) {
    const headers = { authorization: `Bearer ${client.token}` }
    const answer = await ask(server, 'tls', { host: 'console.localhost', target: '/v1/health', headers })
    assert.equal(answer.status, 200, answer.text)
    assert.equal((JSON.parse(answer.text) as { threads: number }).threads, 2)
  }
  const member = await managementClient(server, ['--role', 'member'])
  assert.equal((await member.send('GET /v1/health')).status, 403)
})
