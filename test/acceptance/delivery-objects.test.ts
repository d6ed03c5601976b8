/** Objects of every kind, delivered: by any key and type, of any size, in versions, encrypted, over plain HTTP as far as the bucket takes it. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { get as plainGet } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { get as secureGet } from 'node:https'
import { after, before, test } from 'node:test'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  ask,
  byS3,
  escapeForS3,
  escapeKey,
  makeSigningKey,
  openConnection,
  protocols,
  putObject,
  sitesOf,
  tokenOf,
  type Answer,
  type Over,
} from '../harness/delivery.ts'
import { cli, managementClient, type ManagementClient } from '../harness/management.ts'
import { bucketName, oddKeys, patterned } from '../harness/names.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] ? 'needs a server of its own' : false
const bucket = bucketName('objects')
let server: TestServer
let management: ManagementClient

before(async () => {
  if (skip !== false) return
  server = await startServer({ tls: true, env: { ENTREPOT_HTTP_LISTEN: '127.0.0.1:0' } })
  management = await managementClient(server)
  await created(bucket)
})
after(() => server?.stop())

async function created(name: string): Promise<void> {
  await byS3(server, { method: 'PUT', path: `/${name}` })
  await management.done(`PUT /v1/buckets/${name}/policy/public`)
}

interface Further {
  readonly over?: Over
  readonly name?: string
  readonly headers?: Readonly<Record<string, string>>
}

const get = (key: string, { over = 'h1', name = bucket, headers = {} }: Further = {}): Promise<Answer> =>
  ask(server, over, { host: sitesOf(server, name)[0]!.hostOver(over), target: `/${key}`, headers })

test(
  'an object is delivered under the key that it was stored under, whatever that is, and under no other',
  { skip },
  async () => {
    const keys = [
      ...new Set([
        ...oddKeys,
        'a?b',
        'a#b',
        'a%3Fb',
        'a%23b',
        'trailing/',
        'trailing',
        '?',
        '#',
        '%',
        '+',
        ' ',
        '~auth',
        'a~auth=b/c',
        'v1/x',
        'health/live',
      ]),
    ]
    for (const key of keys) await putObject(server, bucket, key, `this is ${key}`)
    for (const site of sitesOf(server, bucket))
      for (const over of site.over) {
        const host = site.hostOver(over)
        const connection = openConnection(server, over, host.replace(/:\d+$/, ''))
        try {
          for (const key of keys)
            for (const written of new Set([
              escapeKey(key),
              key.split('/').map(escapeForS3).join('/'),
              escapeAll(key),
            ])) {
              const { status, text } = await connection.ask({ host, target: site.root + written })
              assert.deepEqual(
                [status, text],
                [200, `this is ${key}`],
                `${site.what}, ${over}: ${written.slice(0, 80)}`,
              )
            }
          for (const key of [
            'a',
            'A//B',
            'one%20one=two',
            '%25252F',
            'autf%C3%A9',
            'trailing//',
            'plain.txt/',
            'PLAIN.TXT',
            'x/../plain.txt',
            './plain.txt',
          ])
            assert.equal((await connection.ask({ host, target: site.root + key })).status, 404, key)
          for (const key of ['k'.repeat(1025), '%', '%zz', '%ff', '%c0%ae', '%ed%a0%80', '%00', 'a%00b', 'a%'])
            assert.equal((await connection.ask({ host, target: site.root + key })).status, 400, key.slice(0, 20))
        } finally {
          connection.close()
        }
      }
  },
)

/** Every byte escaped, but slashes; of a long key its beginning. */
const escapeAll = (key: string): string =>
  key.length > 500
    ? escapeKey(key)
    : key.replaceAll(/[^/]+/g, (segment) => Buffer.from(segment).toString('hex').replaceAll(/../g, '%$&'))

test('what a browser may take for a page that runs script is sandboxed, and nothing is sniffed', { skip }, async () => {
  for (const [name, type, sent, sandboxed] of [
    ['a.html', 'text/html', 'text/html', true],
    ['b.svg', 'image/svg+xml', 'image/svg+xml', true],
    ['c.xhtml', 'application/xhtml+xml', 'application/xhtml+xml', true],
    ['d.xml', 'text/xml', 'text/xml', true],
    ['f', 'text/html;charset=utf-7', 'text/html;charset=utf-7', true],
    ['g', 'TEXT/HTML', 'TEXT/HTML', true],
    ['h', 'text/html, image/png', 'text/html, image/png', true],
    ['i', 'nonsense', 'nonsense', true],
    ['j', 'multipart/x-mixed-replace', 'multipart/x-mixed-replace', true],
    ['k.html', undefined, 'text/html; charset=utf-8', true],
    ['l.png', undefined, 'image/png', false],
    ['m.html', 'image/png', 'image/png', false],
    ['n.mp4', 'video/mp4', 'video/mp4', false],
    ['o', undefined, 'application/octet-stream', false],
    ['p.html', 'binary/octet-stream', 'text/html; charset=utf-8', true],
    ['q.txt', 'text/plain', 'text/plain', false],
  ] as const) {
    await putObject(
      server,
      bucket,
      name,
      '<script>alert(1)</script>',
      type === undefined ? {} : { headers: { 'content-type': type } },
    )
    for (let again = 0; again < 3; again++) {
      const { headers } = await get(name)
      assert.deepEqual([headers['content-type'], headers['x-content-type-options']], [sent, 'nosniff'], name)
      assert.equal(/\bsandbox(?!.*allow-scripts)/.test(headers['content-security-policy'] ?? ''), sandboxed, name)
    }
  }
  const refused = await get('%3Cscript%3Ealert(1)%3C/script%3E')
  assert.match(refused.headers['content-type']!, /^text\/plain/)
  assert.equal(refused.headers['x-content-type-options'], 'nosniff')
})

test("an object's own headers are sent, and neither its metadata nor anything of S3", { skip }, async () => {
  const headers = {
    'content-type': 'text/plain',
    'content-disposition': 'attachment; filename="a b.txt"',
    'content-language': 'de',
    expires: 'Wed, 21 Oct 2099 07:28:00 GMT',
    'x-amz-meta-secret': 'mine',
    'x-amz-tagging': 'a=b',
  }
  await putObject(server, bucket, 'own-headers', 'x', { headers })
  const { headers: sent } = await get('own-headers')
  for (const name of ['content-type', 'content-disposition', 'content-language', 'expires'] as const)
    assert.equal(sent[name], headers[name])
  assert.deepEqual(
    Object.keys(sent).filter((name) => name.startsWith('x-amz-meta') || /tag|version|encryption/.test(name)),
    ['etag'],
  )
})

test(
  'of versions the current one is delivered; a delete marker hides it, and what is under it comes back with that gone',
  { skip },
  async () => {
    const name = bucketName('versions')
    await created(name)
    await management.done(`PUT /v1/buckets/${name}/settings/versioning`, { Status: 'Enabled' })
    const put = async (body: string) =>
      String((await byS3(server, { method: 'PUT', path: `/${name}/k`, body })).headers['x-amz-version-id'])
    const first = await put('first')
    const text = async (query = ''): Promise<string> => {
      const { status, text: body } = await get(`k${query}`, { name })
      return status === 200 ? body : String(status)
    }
    assert.equal(await text(), 'first')
    await put('second')
    assert.equal(await text(), 'second')
    assert.equal(await text(`?versionId=${first}`), 'second')
    const { headers } = await byS3(server, { method: 'DELETE', path: `/${name}/k` })
    assert.equal(await text(), '404')
    assert.equal(await text(`?versionId=${first}`), '404')
    await byS3(server, {
      method: 'DELETE',
      path: `/${name}/k`,
      query: `versionId=${String(headers['x-amz-version-id'])}`,
    })
    assert.equal(await text(), 'second')
    await byS3(server, { method: 'DELETE', path: `/${name}/k`, query: 'versionId=null' }).catch(() => undefined)
    assert.equal(await text(), 'second')
  },
)

test('what the server encrypts it delivers in clear; what its owner encrypts is for S3 alone', { skip }, async () => {
  const name = bucketName('encrypted')
  await created(name)
  await management.done(`PUT /v1/buckets/${name}/settings/encryption`, {
    Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
  })
  const large = patterned(3_000_000, 7)
  await putObject(server, name, 'small', 'small')
  await putObject(server, name, 'large', large)
  assert.equal((await get('small', { name })).text, 'small')
  assert.ok((await get('large', { name, over: 'h2' })).body.equals(large))
  const part = await get('large', { name, headers: { range: 'bytes=1048570-1048585' } })
  assert.ok(part.status === 206 && part.body.equals(large.subarray(1_048_570, 1_048_586)))

  const key = randomBytes(32)
  const headers = {
    'x-amz-server-side-encryption-customer-algorithm': 'AES256',
    'x-amz-server-side-encryption-customer-key': key.toString('base64'),
    'x-amz-server-side-encryption-customer-key-md5': createHash('md5').update(key).digest('base64'),
  }
  await putObject(server, name, 'owners', 'owner’s', { headers })
  for (const over of protocols)
    for (const more of [{}, headers, { range: 'bytes=0-1' }]) {
      const { status, text } = await get('owners', { name, over, headers: more })
      assert.equal(status, 403)
      assert.doesNotMatch(text, /owner’s/)
    }
})

test(
  'a bucket that is switched off, missing or badly named is answered alike: 404, with a token or without',
  { skip },
  async () => {
    const name = bucketName('off')
    await created(name)
    await putObject(server, name, 'k', 'v')
    const token = tokenOf(await makeSigningKey(management, name), { uri: '' })
    assert.equal((await get('k', { name })).text, 'v')
    await management.done(`PATCH /v1/buckets/${name}`, { delivery_enabled: false })
    const alike = async (of: string): Promise<readonly string[]> => {
      const answers = await Promise.all(
        ['k', 'none', `k?auth=${token}`, `~auth=${token}/k`, `~auth?auth=${token}&to=/k`].map((key) =>
          get(key, { name: of }),
        ),
      )
      return answers.map(({ status, text, headers }) => `${status} ${headers['cache-control']} ${text}`)
    }
    const off = await alike(name)
    assert.match(off[0]!, /^404 no-store /)
    assert.equal(new Set(off).size, 1)
    assert.deepEqual(await alike(bucketName('missing')), off)
    // S3 goes on.
    assert.equal((await byS3(server, { path: `/${name}/k` })).text, 'v')
  },
)

test(
  'plain HTTP is served, sent to HTTPS or refused by the toggle of the bucket; TLS is always served',
  { skip },
  async () => {
    const name = bucketName('transport')
    await created(name)
    await putObject(server, name, 'a b', 'v')
    const target = 'a%20b?x=1'
    const { pathname, host } = new URL(`http://${sitesOf(server, name)[0]!.hostOver('h1')}/`)
    assert.equal(pathname, '/')
    const tlsPort = new URL(server.tlsEndpoint).port
    for (const [value, status] of [
      ['allow', 200],
      ['local', 200],
      ['redirect', 308],
      ['deny', 403],
      ['allow', 200],
    ] as const) {
      await cli(server, 'buckets', 'settings', name, '--toggle', `http=${value}`)
      for (let again = 0; again < 3; again++) {
        const answer = await get(target, { name })
        assert.equal(answer.status, status, value)
        const { location, 'cache-control': cached } = answer.headers
        if (status === 308)
          assert.deepEqual(
            [location, cached],
            [`https://${host.replace(/:\d+$/, '')}:${tlsPort}/${target}`, 'no-store'],
          )
        else assert.equal(location, undefined)
        if (status !== 200) assert.doesNotMatch(answer.text, /^v$/)
        for (const over of ['tls', 'h2'] as const)
          assert.equal((await get(target, { name, over })).text, 'v', `${value}, ${over}`)
        // Nobody is a proxy who says so.
        const claimed = { 'x-forwarded-proto': 'https', forwarded: 'proto=https' }
        assert.equal((await get(target, { name, headers: claimed })).status, status, value)
      }
    }
  },
)

test('20 MiB go byte for byte to a slow reader over each protocol, and to several at once', { skip }, async () => {
  const large = patterned(20 * 1024 * 1024, 3)
  await putObject(server, bucket, 'large.bin', large)
  const digest = createHash('sha256').update(large).digest('hex')
  const answers = await Promise.all(
    (['h1', 'tls', 'h2', 'h1', 'h2'] as const).map(async (over, index) =>
      slowDigest(await openBody(over), index < 3 ? 30 : 0),
    ),
  )
  for (const answer of answers) assert.deepEqual(answer, { digest, size: large.length })
})

/** The body of `large.bin`, not read yet. */
async function openBody(over: Over): Promise<Readable> {
  const host = sitesOf(server, bucket)[0]!.hostOver(over)
  const { promise, resolve, reject } = Promise.withResolvers<Readable>()
  if (over === 'h2') {
    const session = connectHttp2(server.tlsEndpoint, { rejectUnauthorized: false })
    const stream = session.request({ ':authority': host, ':path': '/large.bin' })
    stream.on('close', () => session.close())
    stream.on('response', () => resolve(stream))
    stream.on('error', reject)
  } else {
    const { port } = new URL(over === 'tls' ? server.tlsEndpoint : server.deliveryEndpoint)
    const options = {
      host: '127.0.0.1',
      port,
      path: '/large.bin',
      headers: { host },
      rejectUnauthorized: false,
      agent: false,
    }
    ;(over === 'tls' ? secureGet : plainGet)(options, resolve).on('error', reject)
  }
  return promise
}

/** Reads, and stops to rest after each 2 MiB. */
async function slowDigest(body: Readable, restMs: number): Promise<{ digest: string; size: number }> {
  const hash = createHash('sha256')
  let [size, rested] = [0, 0]
  for await (const chunk of body as AsyncIterable<Buffer>) {
    hash.update(chunk)
    size += chunk.length
    if (restMs > 0 && size - rested > 2 * 1024 * 1024) {
      rested = size
      await sleep(restMs)
    }
  }
  return { digest: hash.digest('hex'), size }
}
