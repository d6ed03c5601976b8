/**
 * What must not get out of a delivery (case 49): tokens into logs, traces, metrics, the data folder, other sites and other buckets; and what
 * else is secret on the way. All flows are run with everything that can be observed observed, and then every byte of it is searched.
 */
import assert from 'node:assert/strict'
import { createPrivateKey, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, carrying, comeBy, exchanging, minted, tokenOf, ways, type Answer } from '../harness/delivery.ts'
import { request } from '../harness/management.ts'
import { freePorts } from '../harness/server.ts'
import { run } from '../harness/tools.ts'
import { temporaryFolder } from '../harness/tree.ts'
import { everyFlow } from './delivery-flows.ts'
import { everywhere, inSeconds, openWorld, signatureOf, skip, wholeToken, type World } from './delivery-world.ts'

let world: World
let folder: string
let collector: Server
let httpPort: number
/** What the collector of traces was sent. */
const traces: string[] = []
const tracedTo = new Set<string | undefined>()
/** What is secret beside tokens; each is searched for. */
const secrets: string[] = []
const metricsToken = randomBytes(24).toString('hex')
const logs = { request: 'requests.log', access: 'access.log' }

before(async () => {
  if (skip !== false) return
  folder = temporaryFolder('delivery-secrets')
  collector = createServer((message, response) => {
    const chunks: Buffer[] = []
    tracedTo.add(message.url)
    message.on('data', (chunk: Buffer) => chunks.push(chunk))
    message.on('end', () => {
      traces.push(Buffer.concat(chunks).toString())
      response.end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  ;[httpPort = 0] = await freePorts(1)
  world = await openWorld({
    keepData: join(folder, 'data'),
    env: {
      ENTREPOT_REQUEST_LOG: 'all',
      ENTREPOT_REQUEST_LOG_FILE: join(folder, logs.request),
      ENTREPOT_ACCESS_LOG: join(folder, logs.access),
      ENTREPOT_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
      ENTREPOT_METRICS_TOKEN: metricsToken,
      ENTREPOT_HTTP_LISTEN: `127.0.0.1:${httpPort}`,
      ENTREPOT_LOG_LEVEL: 'debug',
    },
  })
})
after(async () => {
  await stop()
  collector?.close()
  collector?.closeAllConnections()
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

let stopped: Promise<void> | undefined
const stop = (): Promise<void> => (stopped ??= world?.stop() ?? Promise.resolve())

const noReferrer = ({ status, headers }: Answer, what: string): void =>
  assert.equal(headers['referrer-policy'], 'no-referrer', `${what}: ${status}`)

test(
  'security 49: an answer to a request with a token tells its address to no other site, whatever it is',
  { skip },
  async () => {
    const token = wholeToken(world)
    const expired = tokenOf(world.vaultKey, { uri: '', exp: inSeconds(-600) })
    await everywhere(world, async ({ host, root, what }, { ask: askHere }) => {
      for (const way of ['query', 'path', 'cookie'] as const)
        for (const [key, more, method, status] of [
          ['a', {}, 'GET', 200],
          ['a', {}, 'GET', 200],
          ['a', {}, 'GET', 200],
          ['a', {}, 'HEAD', 200],
          ['a', { range: 'bytes=0-1' }, 'GET', 206],
          ['a', { range: 'bytes=0-1,3-4' }, 'GET', 206],
          ['a', { range: 'bytes=99-' }, 'GET', 416],
          ['a', { 'if-modified-since': new Date().toUTCString() }, 'GET', 304],
          ['a', { 'if-match': '"x"' }, 'GET', 412],
          ['private/long.txt', { 'accept-encoding': 'br' }, 'GET', 200],
          ['private/list.m3u8', {}, 'GET', 200],
          ['none', {}, 'GET', 404],
          ['%zz', {}, 'GET', 400],
          ['k'.repeat(1025), {}, 'GET', 400],
          ['a', {}, 'POST', 405],
          ['a', {}, 'DELETE', 405],
        ] as const) {
          const { target, headers } = carrying(way, root, key, token)
          const answer = await askHere({
            method,
            host,
            target,
            headers: { ...headers, ...(more as Record<string, string>) },
          })
          assert.equal(
            answer.status,
            status,
            `${method} ${key.slice(0, 20)} ${JSON.stringify(more)}; ${what}, by ${way}: ${answer.text}`,
          )
          noReferrer(answer, `${method} ${key.slice(0, 20)}; ${what}, by ${way}`)
        }
      for (const way of ways)
        noReferrer(await comeBy(askHereOf(askHere), way, { host, root }, 'a', expired), `${what}, by ${way}`)
      const led = await askHere({ host, target: exchanging(root, 'a', token) })
      assert.equal(led.status, 303, what)
      noReferrer(led, what)
    })
  },
)

const askHereOf = (askHere: (what: Parameters<typeof ask>[2]) => Promise<Answer>) => ({ ask: askHere })

test('security 49: a redirect keeps a token on its host: to HTTPS, and from the exchange', { skip }, async () => {
  const { server, sites } = world
  const token = wholeToken(world)
  const [, port] = /:(\d+)$/.exec(server.tlsEndpoint)!
  const plain = { ...server, deliveryEndpoint: `http://127.0.0.1:${httpPort}` }
  for (const { hostOver, root, what } of sites) {
    const name = hostOver('h1').replace(/:\d+$/, '')
    for (const [headers, method] of [
      [{}, 'GET'],
      [{}, 'HEAD'],
      [
        { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example', 'x-original-url': '//evil.example' },
        'GET',
      ],
    ] as const) {
      const answer = await ask(plain, 'h1', {
        method,
        host: `${name}:${httpPort}`,
        target: `${root}a?auth=${token}`,
        headers,
      })
      assert.deepEqual(
        [answer.status, answer.headers['location'], answer.headers['cache-control']],
        [308, `https://${name}:${port}${root}a?auth=${token}`, 'no-store'],
        what,
      )
      noReferrer(answer, what)
    }
    const posted = await ask(plain, 'h1', { method: 'POST', host: name, target: `${root}a?auth=${token}`, body: 'x' })
    assert.deepEqual([posted.status, posted.headers['location']], [403, undefined], what)
  }
})

const evil: readonly string[] = [
  ...[
    '//evil.example',
    '//evil.example/a',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
  ],
  ...[
    'https:evil.example',
    'https://evil.example/a',
    'HTTPS://evil.example',
    '//evil%2eexample',
    'javascript:alert(1)',
    'data:text/html,x',
  ],
  ...[
    '/a\r\nLocation: https://evil.example',
    '/a\nSet-Cookie: auth=x',
    '/a\0',
    '/a#//evil.example',
    'evil.example',
    '@evil.example',
    '.evil.example',
    '',
  ],
  ...[
    '/%0d/evil.example',
    '?x',
    '#',
    ' /a',
    '\ufeff/a',
    '/\u2028/evil',
    '\u2215\u2215evil.example',
    '/%2F/evil.example\\',
  ],
]

test('an exchange leads to nowhere but its own bucket on its own host', { skip }, async () => {
  const token = wholeToken(world)
  await everywhere(world, async ({ host, root, what }, { ask: askHere }) => {
    const roots = root === '/' ? [''] : ['', root.slice(0, -1)]
    const targets = roots.flatMap((before) => evil.map((to) => before + to))
    for (const to of [...targets, ...outOf(root)])
      for (const escaped of [
        encodeURIComponent(to),
        encodeURIComponent(encodeURIComponent(to)),
        to.replaceAll(/[^\x21-\x7e]|[#&]/g, encodeURIComponent),
      ]) {
        const answer = await askHere({ host, target: `${root}~auth?auth=${token}&to=${escaped}` })
        const name = `${JSON.stringify(to)} as ${escaped}; ${what}: ${answer.status} ${answer.headers['location']}`
        if (answer.status !== 303) {
          assert.ok([400, 403].includes(answer.status), name)
          assert.deepEqual([answer.headers['location'], answer.headers['set-cookie']], [undefined, undefined], name)
          continue
        }
        // As a browser resolves it.
        const { pathname, host: ledTo, search } = new URL(answer.headers['location']!, `http://${host}`)
        assert.equal(ledTo, host.toLowerCase(), name)
        assert.ok(pathname.startsWith(root), name)
        assert.ok(!`${pathname}${search}`.includes(signatureOf(token)), name)
        assert.doesNotMatch(
          `${answer.headers['location']}${answer.headers['set-cookie']}`,
          /[\r\n\\]|evil.*Set-Cookie/,
          name,
        )
      }
  })
})

/** Paths that begin with a bucket's, and that a browser takes out of it. */
const outOf = (root: string): string[] =>
  root === '/'
    ? []
    : [
        '../neighbour/a',
        '..',
        './../neighbour/a',
        '%2e%2e/neighbour/a',
        '.%2E/neighbour/a',
        'x/../../neighbour/a',
        '..?x',
        '%2e%2e',
      ].map((rest) => root + rest)

test(
  "an exchange's cookie is of its bucket alone, unreadable to scripts, and no longer good than its token",
  { skip },
  async () => {
    const { server, vaultKey, sites } = world
    const rows: readonly (readonly [uri: string, key: string, path: string])[] = [
      ['', 'a', ''],
      ['/', 'private/x', ''],
      ['/private', 'private/y/z', 'private'],
      ['/private/', 'private/x', 'private'],
      ['private/y', 'private/y/z', 'private/y'],
      ['/private/x', 'private/x', 'private/x'],
    ]
    await everywhere({ server, sites }, async ({ host, root, what }, { ask: askHere }) => {
      for (const [uri, key, path] of rows) {
        const token = tokenOf(vaultKey, { uri, exp: inSeconds(100) })
        const { headers } = await askHere({ host, target: exchanging(root, key, token) })
        const [cookie = '', ...attributes] = (headers['set-cookie'] ?? '').split('; ')
        assert.equal(cookie, `auth=${token}`, what)
        const age = Number(/^Max-Age=(\d+)$/.exec(attributes.find((each) => each.startsWith('Max-Age')) ?? '')?.[1])
        assert.ok(age > 90 && age <= 100, `${what}: ${age}`)
        const others = attributes.filter((each) => !each.startsWith('Max-Age'))
        const scope = what.endsWith('h1') ? ['SameSite=Lax'] : ['Secure', 'SameSite=None', 'Partitioned']
        // No Domain: a cookie of this very host. No Path above the bucket's.
        assert.deepEqual(others.toSorted(), [`Path=${root}${path}`, 'HttpOnly', ...scope].toSorted(), `${uri}; ${what}`)
        assert.equal(headers['cache-control'], 'no-store')
      }
    })
  },
)

test(
  'buckets under one address share no cookies, and one for another bucket opens and hides nothing',
  { skip },
  async () => {
    const { server, vault, neighbour, foreign, foreignKey } = world
    const jar = join(folder, 'jar')
    const base = server.deliveryEndpoint
    const curl = async (url: string): Promise<string> =>
      (await run('curl', ['-sS', '-o', '/dev/null', '-w', '%{http_code}', '-b', jar, '-c', jar, url])).trim()
    const token = wholeToken(world)
    assert.equal(await curl(`${base}${exchanging(`/${vault}/`, 'a', token)}`), '303')
    assert.equal(await curl(`${base}/${vault}/private/x`), '200')
    for (const other of [neighbour, foreign]) assert.equal(await curl(`${base}/${other}/private/x`), '403')
    assert.equal(
      readFileSync(jar, 'utf8')
        .split('\n')
        .filter((line) => line.includes('\tauth\t')).length,
      1,
    )

    // Who is given a cookie by somebody else, for that one's bucket, neither reads by it nor is kept from reading by a link of one's own.
    const planted = tokenOf(foreignKey, { uri: '', exp: inSeconds(600) })
    assert.equal(await curl(`${base}${exchanging(`/${foreign}/`, 'a', planted)}`), '303')
    assert.equal(await curl(`${base}/${vault}/private/x`), '200')
    await everywhere(world, async ({ host, root, what }, { ask: askHere }) => {
      const cookie = `auth=${planted}`
      assert.equal((await askHere({ host, target: `${root}a`, headers: { cookie } })).status, 403, what)
      for (const way of ['query', 'path'] as const) {
        const { target } = carrying(way, root, 'a', token)
        assert.equal((await askHere({ host, target, headers: { cookie } })).text, 'secret a', `${what}, by ${way}`)
      }
      // The exchange takes the token that it is given, not the cookie that is there, and sets no cookie for one that is refused.
      const fixed = await askHere({
        host,
        target: exchanging(root, 'a', planted),
        headers: { cookie: `auth=${token}` },
      })
      assert.deepEqual([fixed.status, fixed.headers['set-cookie']], [403, undefined], what)
    })
  },
)

test(
  'security 49: no token, key or secret stands in a log, a trace, a metric or the data folder',
  { skip, timeout: 120_000 },
  async () => {
    const { server, management, vault, vaultKey, apiKey, stranger } = world
    secrets.push(...(await everyFlow(world)))
    await rotateLogs()
    const metrics = await request(server, 'GET /metrics?buckets=1', undefined, {
      authorization: `Bearer ${metricsToken}`,
    })
    assert.equal(metrics.status, 200)
    secrets.push(apiKey, metricsToken, management.token, server.secretAccessKey, stranger.secretAccessKey)
    secrets.push(readFileSync(join(server.dataFolder, 'keys/master.key'), 'utf8').trim())
    for (const { private_key: pem } of [vaultKey, world.neighbourKey, world.foreignKey])
      secrets.push(...pem.split('\n').filter((line) => line.length > 20 && !line.includes('-----')))
    secrets.push(
      ...minted.filter((token) => token.length > 40),
      ...minted.map(signatureOf).filter((text) => text.length > 40),
    )
    await stop()

    const places: [string, Buffer][] = [
      ['what the server wrote', Buffer.from(server.log())],
      ['metrics', Buffer.from(metrics.text)],
      ['traces', Buffer.from(traces.join('\n'))],
      ...Object.values(logs).map((name): [string, Buffer] => [name, readFileSync(join(folder, `${name}.1`))]),
    ]
    // The request is there: that there is no secret is no want of lines.
    for (const [name, text] of places.slice(2)) {
      assert.ok(text.includes('long.txt'), name)
      assert.ok(text.includes(vault), name)
      assert.ok(text.includes('redacted'), name)
    }
    for (const [name, text] of places) {
      const found = secretsIn(text)
      assert.deepEqual(found, [], `${name} has ${found.length} of ${secrets.length}`)
    }
    searchDataFolder()
  },
)

/** As logrotate does, with the signal of docs/observability.md. */
async function rotateLogs(): Promise<void> {
  const { server, sites } = world
  const token = wholeToken(world)
  // Lines are written a little behind the requests.
  await sleep(500)
  for (const name of Object.values(logs)) renameSync(join(folder, name), join(folder, `${name}.1`))
  process.kill(server.pid, 'SIGUSR2')
  while (!Object.values(logs).every((name) => existsSync(join(folder, name)))) await sleep(20)
  await sleep(200)
  const host = sites[0]!.hostOver('h1')
  assert.equal((await ask(server, 'h1', { host, target: `/after-rotation?auth=${token}` })).status, 404)
}

/** The records, their journal, and the objects. */
function searchDataFolder(): void {
  const { server, vaultKey } = world
  const files = readdirSync(server.dataFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    // The master key is kept in one file, and the certificate authority of its own in a folder, each for the owner alone.
    .filter((path) => !/\/master\.key$|\/tls\/[^/]*$/.test(path))
  assert.ok(files.length > 1, files.join())
  const { d, p, q } = createPrivateKey(vaultKey.private_key).export({ format: 'jwk' })
  for (const file of files) {
    const bytes = readFileSync(file)
    assert.deepEqual(secretsIn(bytes, false), [], file)
    for (const part of [d, p, q]) assert.ok(!bytes.includes(Buffer.from(String(part), 'base64url')), file)
  }
}

/** Those that stand in it as they are, or escaped once or twice. */
function secretsIn(bytes: Buffer, escaped = true): string[] {
  const text = bytes.toString('latin1')
  const decode = (from: string): string =>
    from.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  const texts = escaped ? [text, decode(text), decode(decode(text)), decode(decode(decode(text)))] : [text]
  return secrets
    .filter((secret) => texts.some((each) => each.includes(secret)))
    .map((secret) => `${secret.slice(0, 12)}…`)
}
