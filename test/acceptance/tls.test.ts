/**
 * TLS as an operator sets it up, with certificates that openssl makes: several names in files that change while the server runs, certificates of
 * custom domains that are uploaded, plain HTTP that only leads to TLS, and settings that are wrong.
 */
import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { ask, byS3, putObject, type Answer } from '../harness/delivery.ts'
import { startDns, type TestDns } from '../harness/dns.ts'
import { managementClient, type ManagementClient } from '../harness/management.ts'
import { freePorts, startServer, type TestServer } from '../harness/server.ts'
import { missing, run } from '../harness/tools.ts'
import { temporaryFolder } from '../harness/tree.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] ? 'needs a server of its own' : missing('openssl', 'version')
const bucket = 'films'
/** How long a change of files may take to be noticed: 10 s, and what a machine with much to do takes longer. */
const patienceMs = 20_000

let folder: string
let server: TestServer
let dns: TestDns
let management: ManagementClient
let tlsPort: number
let httpPort: number

interface Pair {
  readonly certificate: string
  readonly key: string
}

/** A certificate of our own authority, in files, for the names. */
async function issue(name: string, names: readonly string[]): Promise<Pair> {
  const at = join(folder, name)
  mkdirSync(at, { recursive: true })
  const pair = { certificate: join(at, 'fullchain.pem'), key: join(at, 'privkey.pem') }
  const [request, extensions] = [join(at, 'request.pem'), join(at, 'extensions')]
  writeFileSync(
    extensions,
    `subjectAltName=${names.map((each) => `DNS:${each}`).join()}\nextendedKeyUsage=serverAuth\n`,
  )
  await run('openssl', [
    ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', pair.key, '-out', request, '-subj', `/CN=${names[0]}`],
  ])
  await run('openssl', [
    ...['x509', '-req', '-in', request, '-CA', authority().certificate, '-CAkey', authority().key, '-CAcreateserial'],
    ...['-days', '2', '-extfile', extensions, '-out', pair.certificate],
  ])
  chmodSync(pair.key, 0o600)
  return pair
}

const authority = (): Pair => ({ certificate: join(folder, 'ca.pem'), key: join(folder, 'ca.key') })

before(async () => {
  if (skip !== false) return
  folder = temporaryFolder('tls')
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=our authority', '-keyout', authority().key, '-out', authority().certificate],
  ])
  const first = await issue('first', ['s3.example.test', '*.s3.example.test'])
  const second = await issue('second', ['*.media-storage.us-east-1.s3.example.test'])
  dns = await startDns()
  ;[tlsPort = 0, httpPort = 0] = await freePorts(2)
  server = await startServer({
    env: {
      ENTREPOT_DOMAIN: 's3.example.test',
      ENTREPOT_HTTP_THREADS: '2',
      ENTREPOT_TLS_LISTEN: `127.0.0.1:${tlsPort}`,
      ENTREPOT_HTTP_LISTEN: `127.0.0.1:${httpPort}`,
      ENTREPOT_TLS_CERTIFICATES: JSON.stringify([first, second]),
      ENTREPOT_DNS_SERVERS: dns.address,
    },
  })
  management = await managementClient(server)
  await byS3(server, { method: 'PUT', path: `/${bucket}` })
  await management.done(`PUT /v1/buckets/${bucket}/policy/public`)
  await putObject(server, bucket, 'k', 'v')
})
after(async () => {
  await server?.stop()
  await dns?.stop()
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

/** A handshake with a client that trusts our authority; gives the socket. Rejects with what the client says. */
async function shake(servername: string, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>()
  const ca = readFileSync(authority().certificate)
  const socket = connect({ host: '127.0.0.1', port: tlsPort, servername, ca, ...options }, () => resolve(socket))
  socket.on('error', reject)
  return promise
}

/** Whose certificate is shown to who asks for the name: its subject. */
async function shown(servername: string, options?: ConnectionOptions): Promise<{ name: string; fingerprint: string }> {
  const socket = await shake(servername, { rejectUnauthorized: false, ...options })
  const { subject, fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return { name: String(subject.CN), fingerprint: fingerprint256 }
}

/** By curl, which trusts our authority alone; every host is this machine. */
async function curl(host: string, path: string, ...more: string[]): Promise<string> {
  const args = ['-sS', '--cacert', authority().certificate, '--resolve', `${host}:${tlsPort}:127.0.0.1`, ...more]
  return run('curl', [...args, `https://${host}:${tlsPort}${path}`])
}

const bucketHost = `${bucket}.media-storage.us-east-1.s3.example.test`

test('each name is shown its own certificate, and the first where there is none for it', { skip }, async () => {
  for (const [name, expected] of [
    ['s3.example.test', 's3.example.test'],
    ['a.s3.example.test', 's3.example.test'],
    ['A.S3.Example.TEST', 's3.example.test'],
    [bucketHost, '*.media-storage.us-east-1.s3.example.test'],
    ['elsewhere.example', 's3.example.test'],
    ['', 's3.example.test'],
    ['a.b.s3.example.test', 's3.example.test'],
  ] as const)
    assert.equal((await shown(name)).name, expected, name)
  // Trusted by a client that looks, on the hosts of delivery, of S3 and of management.
  assert.equal(await curl(bucketHost, '/k'), 'v')
  assert.match(await curl('api-cdn.s3.example.test', '/v1/openapi.json'), /"openapi": ?"3\.1/)
  assert.match(await curl('s3.example.test', `/${bucket}/k`), /AccessDenied/)
  await assert.rejects(curl('elsewhere.example', '/'), /certificate/i)
  const socket = await shake(bucketHost, { ALPNProtocols: ['h2', 'http/1.1'] })
  assert.equal(socket.alpnProtocol, 'h2')
  socket.destroy()
})

test('TLS 1.0 and 1.1 and weak ciphers are refused; 1.2 and 1.3 are spoken', { skip }, async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const socket = await shake(bucketHost, { minVersion: version, maxVersion: version })
    assert.equal(socket.getProtocol(), version)
    assert.equal(socket.authorized, true)
    socket.destroy()
  }
  for (const version of ['TLSv1', 'TLSv1.1'] as const)
    await assert.rejects(
      shake(bucketHost, { minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' }),
      /alert|protocol version|ECONNRESET/i,
      version,
    )
  for (const ciphers of [
    'AES128-SHA',
    'AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES128-SHA',
    'ECDHE-ECDSA-AES128-SHA256',
    'NULL',
    'aNULL',
  ])
    await assert.rejects(
      shake(bucketHost, { maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` }),
      Error,
      ciphers,
    )
  // What is no TLS gets an answer that says so, and no more.
  const plain = connectTcp(tlsPort, '127.0.0.1')
  plain.write(`GET /${bucket}/k HTTP/1.1\r\nHost: a\r\n\r\n`)
  const [answer] = (await plain.take(1).toArray()) as Buffer[]
  assert.match(String(answer), /^HTTP\/1\.1 400 .*https/s)
  plain.destroy()
})

test(
  'certificates that are replaced on disk are shown to new connections, and those there are go on',
  { skip, timeout: 90_000 },
  async () => {
    const name = '*.media-storage.us-east-1.s3.example.test'
    const old = await shown(bucketHost)
    const large = Buffer.alloc(8 * 1024 * 1024, 'x')
    await putObject(server, bucket, 'large', large)
    const session = connectHttp2(`https://127.0.0.1:${tlsPort}`, { rejectUnauthorized: false, servername: bucketHost })
    const download = session.request({ ':authority': bucketHost, ':path': '/large' })
    let received = 0
    download.on('data', (chunk: Buffer) => (received += chunk.length))
    await new Promise((resolve) => download.once('data', resolve))
    download.pause()

    // Half of the new one: what is there stays in use.
    const next = await issue('next', [name])
    writeFileSync(join(folder, 'second/privkey.pem'), readFileSync(next.key), { mode: 0o600 })
    await until(() => server.log().includes('The former certificate stays in use'))
    assert.equal((await shown(bucketHost)).fingerprint, old.fingerprint)

    // As certbot does it: a file in place of the other.
    for (const file of ['fullchain.pem', 'privkey.pem']) {
      writeFileSync(join(folder, 'second/new'), readFileSync(join(folder, 'next', file)), { mode: 0o600 })
      renameSync(join(folder, 'second/new'), join(folder, 'second', file))
    }
    // Each of the threads looks for itself.
    await until(async () => {
      const all = await Promise.all(Array.from({ length: 10 }, () => shown(bucketHost)))
      return all.every(({ fingerprint }) => fingerprint !== old.fingerprint)
    })
    assert.equal(await curl(bucketHost, '/k'), 'v')
    assert.equal((await shown('s3.example.test')).name, 's3.example.test')

    download.resume()
    await new Promise((resolve) => download.once('end', resolve))
    assert.equal(received, large.length)
    const again = session.request({ ':authority': bucketHost, ':path': '/k' })
    assert.equal(String(await again.toArray()), 'v')
    session.close()
  },
)

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const late = Date.now() + patienceMs; !(await condition()); await sleep(100))
    assert.ok(Date.now() < late, 'it has not come about')
}

interface Domain {
  readonly id: string
  readonly verification: { readonly txt_name: string; readonly txt_value: string }
  readonly certificate: { readonly state: string; readonly not_after: string | null }
}

test(
  'a custom domain has its own certificate once it is verified and one is uploaded, in every thread',
  { skip },
  async () => {
    const name = 'cdn.customer.test'
    const upload = async (id: string, { certificate, key }: Pair) =>
      management.send(`PUT /v1/domains/${id}/certificate`, {
        certificate: readFileSync(certificate, 'utf8'),
        private_key: readFileSync(key, 'utf8'),
      })
    const pair = await issue('customer', [name])
    const { domain } = await management.done<{ domain: Domain }>('POST /v1/domains', { name, bucket })
    const early = await upload(domain.id, pair)
    assert.deepEqual([early.status >= 400 && early.status < 500, early.code], [true, 'DomainNotVerified'])
    const { txt_name, txt_value } = domain.verification
    assert.equal((await management.send(`POST /v1/domains/${domain.id}/verify`)).code, 'DomainNotVerified')
    dns.setRecords([{ name: txt_name, type: 'TXT', value: txt_value }])
    await management.done(`POST /v1/domains/${domain.id}/verify`)
    assert.equal((await shown(name)).name, 's3.example.test')

    const wrong = await issue('wrong', ['cdn.other.test'])
    for (const [what, bad] of [
      ['for another name', wrong],
      ['of another key', { certificate: pair.certificate, key: wrong.key }],
      ['no certificate', { certificate: pair.key, key: pair.key }],
      ['no key', { certificate: pair.certificate, key: pair.certificate }],
    ] as const) {
      const { status, text } = await upload(domain.id, bad)
      assert.equal(status, 400, what)
      assert.doesNotMatch(text, /PRIVATE KEY/)
    }
    assert.equal((await shown(name)).name, 's3.example.test')

    const { status, text } = await upload(domain.id, pair)
    assert.equal(status, 200, text)
    assert.doesNotMatch(text, /PRIVATE KEY/)
    const { certificate } = (await management.done<{ domain: Domain }>(`GET /v1/domains/${domain.id}`)).domain
    assert.equal(certificate.state, 'uploaded')
    assert.ok(Date.parse(`${certificate.not_after}Z`) > Date.now())
    for (let attempt = 0; attempt < 10; attempt++) assert.equal((await shown(name)).name, name)
    assert.equal(await curl(name, '/k'), 'v')
    assert.equal(await curl(name, '/k', '--http1.1'), 'v')

    const renewed = await issue('renewed', [name, `www.${name}`])
    const before = (await shown(name)).fingerprint
    assert.equal((await upload(domain.id, renewed)).status, 200)
    for (let attempt = 0; attempt < 10; attempt++) assert.notEqual((await shown(name)).fingerprint, before)
    // For a name that is not the domain, it is not shown.
    assert.equal((await shown(`www.${name}`)).name, 's3.example.test')

    for (const { key } of [pair, renewed]) {
      const { d = '' } = createPrivateKey(readFileSync(key)).export({ format: 'jwk' })
      for (const file of readdirSync(join(server.dataFolder, 'records')))
        assert.ok(!readFileSync(join(server.dataFolder, 'records', file)).includes(Buffer.from(d, 'base64url')), file)
    }

    await management.done(`DELETE /v1/domains/${domain.id}`)
    for (let attempt = 0; attempt < 10; attempt++) assert.equal((await shown(name)).name, 's3.example.test')
  },
)

test('the plain listener leads to TLS, by reading alone, and serves nothing else on any host', { skip }, async () => {
  const plain = { ...server, deliveryEndpoint: `http://127.0.0.1:${httpPort}` }
  const there = (host: string, target: string, method = 'GET'): Promise<Answer> =>
    ask(plain, 'h1', { method, host: `${host}:${httpPort}`, target })
  const targets = [
    '/',
    `/${bucket}/k`,
    '/k?a=b%20c&d',
    '/health/live',
    '/metrics',
    '/v1/openapi.json',
    '/.well-known/acme-challenge/x',
    `/.well-known/acme-challenge/${'x'.repeat(43)}`,
    '//evil.example/a',
    '/%0d%0aa',
    '/a?b=%0d%0aSet-Cookie:x',
  ]
  for (const host of [bucketHost, 's3.example.test', 'api-cdn.s3.example.test', '127.0.0.1', 'evil.example'])
    for (const target of targets) {
      for (const method of ['GET', 'HEAD']) {
        const { status, headers, body } = await there(host, target, method)
        assert.deepEqual(
          [status, headers['location'], headers['cache-control'], body.length],
          [308, `https://${host}:${tlsPort}${target}`, 'no-store', 0],
        )
      }
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
        const { status, headers } = await there(host, target, method)
        assert.deepEqual([status, headers['location']], [403, undefined], `${method} ${target}`)
      }
    }
  // A key that came in the clear is not made use of.
  assert.equal(
    (await ask(plain, 'h1', { method: 'POST', host: 'api-cdn.s3.example.test', target: '/v1/access_token/x' })).status,
    403,
  )
})

test(
  'a server whose TLS is set up wrong does not start, and names all that is wrong at once',
  { skip, timeout: 90_000 },
  async () => {
    const [good, other, open] = [
      await issue('good', ['a.test']),
      await issue('other', ['b.test']),
      await issue('open', ['c.test']),
    ]
    chmodSync(open.key, 0o644)
    const broken = { certificate: join(folder, 'broken.pem'), key: good.key }
    writeFileSync(broken.certificate, 'no certificate')
    const listen = { ENTREPOT_TLS_LISTEN: '127.0.0.1:0' }
    const rows = [
      {
        env: {
          ...listen,
          ENTREPOT_TLS_CERTIFICATES: JSON.stringify([
            open,
            { certificate: good.certificate, key: other.key },
            good,
            broken,
            { certificate: '/none.pem', key: good.key },
          ]),
        },
        told: [
          /open\/privkey\.pem.*0644.*chmod 600/,
          /good\/fullchain\.pem is not for this private key/,
          /broken\.pem cannot be read/,
          /\/none\.pem cannot be read/,
        ],
      },
      { env: listen, told: [/tlsListen \(ENTREPOT_TLS_LISTEN\) is set without a certificate/] },
      {
        env: {
          ENTREPOT_ACME_DIRECTORY: 'https://127.0.0.1:1/directory',
          ENTREPOT_TLS_LISTEN: 'nonsense',
          ENTREPOT_TLS_CERTIFICATES: '[{"certificate": "/a"}]',
          ENTREPOT_TLS_PORT: '99999',
        },
        told: [
          /acmeDirectory.*is set without httpListen/,
          /ENTREPOT_TLS_LISTEN /,
          /ENTREPOT_TLS_CERTIFICATES .*without key/,
          /ENTREPOT_TLS_PORT /,
        ],
      },
      {
        env: {
          ENTREPOT_TLS_SELF_SIGNED: 'true',
          ENTREPOT_HTTP_LISTEN: '127.0.0.1:0',
          ENTREPOT_ACME_DIRECTORY: 'https://127.0.0.1:1/',
        },
        told: [
          /tlsSelfSigned .*without tlsListen/,
          /httpListen .*without tlsListen/,
          /acmeDirectory .*without tlsListen/,
        ],
      },
    ]
    await Promise.all(
      rows.map(({ env, told }) =>
        assert.rejects(startServer({ env }), (error: Error) => {
          assert.match(error.message, /ended with code [12] before it was ready/)
          for (const each of told) assert.match(error.message, each)
          assert.doesNotMatch(error.message, /BEGIN|\n\s+at /)
          return true
        }),
      ),
    )
  },
)
