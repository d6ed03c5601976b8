/** Qencode's "Signed URLs", from its first step to its last, over TLS with curl as the page prints it; then tokens of every kind. */
import assert from 'node:assert/strict'
import { constants, createHmac, createPrivateKey, createPublicKey, sign as signBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { send } from '../../harness/request.ts'
import { cli } from '../../harness/management.ts'
import { startServer, type TestServer } from '../../harness/server.ts'
import { run, tryRun } from '../../harness/tools.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] === undefined ? false : 'the server is not ours'
const bucket = 'media-bucket'
const region = 'us-west'
/** Objects, each of which holds its own key. */
const keys = ['folder/output.mp4', 'folder/sub/clip.mp4', 'folder-2/output.mp4', 'top.mp4', 'folder/with space.mp4']

let server: TestServer
let port: number
let accessToken: string
/** With threads of their own, each of which must learn of what changed. */
before(async () => {
  if (skip !== false) return
  server = await startServer({
    tls: true,
    env: {
      ENTREPOT_PROFILE: 'qencode',
      ENTREPOT_REGION: region,
      ENTREPOT_HTTP_THREADS: '2',
      ENTREPOT_TOGGLES: 'http=allow',
    },
  })
  port = Number(new URL(server.tlsEndpoint).port)
  const { api_key } = await cli<{ api_key: string }>(server, 'api-keys', 'create', 'project')
  const answer = await curl('-X', 'POST', `${api()}/access_token/${api_key}`)
  accessToken = (JSON.parse(answer.body) as { access_token: string }).access_token
  await created(bucket)
})
after(() => server?.stop())

const api = (): string => `https://api-cdn.localhost:${port}/v1`
const urlOf = (key: string, name = bucket): string =>
  `https://${name}.media-storage.${region}.localhost:${port}/${key.split('/').map(encodeURIComponent).join('/')}`

let curls = 0

interface Curled {
  readonly status: number
  readonly body: string
  readonly headers: string
}

/** curl as a stranger runs it, who trusts the server's authority; `*.localhost` is this machine to it. */
async function curl(...args: readonly string[]): Promise<Curled> {
  const heads = join(server.dataFolder, `heads-${curls++}`)
  const trust = ['-sS', '--cacert', join(server.dataFolder, 'tls/ca.pem'), '-D', heads, '-w', '\n%{http_code}']
  const { stdout, stderr, code } = await tryRun('curl', [...trust, ...args])
  assert.equal(code, 0, stderr)
  const end = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end), headers: await readFile(heads, 'utf8') }
}

/** With the bearer token, as on the page. */
const authorized = (...args: readonly string[]): Promise<Curled> =>
  curl('-H', `Authorization: Bearer ${accessToken}`, ...args)

async function created(name: string): Promise<void> {
  const credentials = { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey }
  assert.equal((await send(server, { method: 'PUT', path: `/${name}`, credentials })).status, 200)
  for (const key of keys) {
    const path = `/${name}/${key.split('/').map(encodeURIComponent).join('/')}`
    assert.equal((await send(server, { method: 'PUT', path, body: key, credentials })).status, 200)
  }
}

interface SigningKey {
  readonly id: string
  readonly name: string | null
  readonly created: string
  readonly private_key: string
  readonly bucket?: string
  readonly stream_id?: string
}

async function makeKey(body: object): Promise<SigningKey> {
  const { status, body: text } = await authorized(
    ...[
      '-X',
      'POST',
      `${api()}/signing-keys`,
      '-H',
      'Content-Type: application/json',
      '--data-raw',
      JSON.stringify(body),
    ],
  )
  assert.equal(status, 200, text)
  return (JSON.parse(text) as { signing_key: SigningKey }).signing_key
}

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url')

/** A token as the page describes it, whatever stands in it. */
function tokenOf(key: Pick<SigningKey, 'id' | 'private_key'>, payload: object, header: object = {}): string {
  const signed = `${encode({ kid: key.id, alg: 'RS256', typ: 'JWT', ...header })}.${encode(payload)}`
  return `${signed}.${signBytes('sha256', Buffer.from(signed), key.private_key).toString('base64url')}`
}

const setPolicy = (policy: string, name = bucket): Promise<Curled> =>
  authorized('-X', 'PUT', `${api()}/buckets/${name}/policy/${policy}`)

const withToken = (url: string, token: string): Promise<Curled> => curl(`${url}?auth=${token}`)

test(
  'G-PO-1 to G-PO-3, Q-AC-4, Q-AC-5, Q-BK-3, Q-EP-4, X-1, X-4: a file is public until the policy says authenticated',
  { skip },
  async () => {
    const url = urlOf('folder/output.mp4')
    const open = await curl(url)
    assert.deepEqual([open.status, open.body], [200, 'folder/output.mp4'])
    const answer = await setPolicy('authenticated')
    assert.deepEqual([answer.status, JSON.parse(answer.body)], [200, { status: 'ok' }])
    const closed = await curl(url)
    assert.equal(closed.status, 403)
    assert.match(closed.headers, /cache-control: no-store/i)
    assert.equal((await setPolicy('secret')).status, 400)
    // By S3, keys go on as ever; without, nobody reads.
    assert.equal((await curl(`https://127.0.0.1:${port}/${bucket}/folder/output.mp4`)).status, 403)
  },
)

test(
  'G-SK-1 to G-SK-9, G-TK-10: a signing key from its creation to its deletion, at every worker',
  { skip },
  async () => {
    const made = await makeKey({ bucket })
    assert.match(made.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    assert.match(made.created, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    assert.equal(made.name, null)
    assert.equal(made.bucket, bucket)
    assert.match(made.private_key, /^-----BEGIN RSA PRIVATE KEY-----\n/)
    const rsa = createPublicKey(createPrivateKey(made.private_key)).asymmetricKeyDetails
    assert.ok((rsa?.modulusLength ?? 0) >= 2048)
    const token = tokenOf(made, { uri: 'folder', exp: Math.floor(Date.now() / 1000) + 600 })
    const url = urlOf('folder/output.mp4')
    assert.equal((await withToken(url, token)).status, 200)

    const listed = await authorized(`${api()}/signing-keys`)
    assert.match(listed.body, new RegExp(made.id))
    assert.doesNotMatch(listed.body, /PRIVATE|private_key/)
    const renamed = await authorized(
      ...[
        '-X',
        'PUT',
        `${api()}/signing-keys/${made.id}`,
        '-H',
        'Content-Type: application/json',
        '-d',
        '{"name":"web player"}',
      ],
    )
    assert.match(renamed.body, /"name":"web player"/)
    assert.doesNotMatch(renamed.body, /PRIVATE|private_key/)
    assert.doesNotMatch((await authorized(`${api()}/signing-keys/${made.id}`)).body, /PRIVATE|private_key/)
    assert.equal((await withToken(url, token)).status, 200)

    // The same by the other names of the bucket; nobody else's key opens it.
    const shown = JSON.parse((await authorized(`${api()}/buckets/${bucket}`)).body) as { bucket: { stream_id: string } }
    const { stream_id } = shown.bucket
    assert.equal((await makeKey({ stream_id })).stream_id, stream_id)
    await created('another-bucket')
    const foreign = await makeKey({ bucket_name: 'another-bucket' })
    const refused = await withToken(url, tokenOf(foreign, { uri: '' }))
    assert.deepEqual([refused.status, /unknown-key/.test(refused.headers)], [403, true])

    const deleted = await authorized('-X', 'DELETE', `${api()}/signing-keys/${made.id}`)
    assert.deepEqual([deleted.status, JSON.parse(deleted.body)], [200, { status: 'ok' }])
    await sleep(100)
    // Each connection may be accepted by another thread.
    for (let attempt = 0; attempt < 12; attempt++) assert.equal((await withToken(url, token)).status, 403)
    assert.equal((await authorized('-X', 'DELETE', `${api()}/signing-keys/${made.id}`)).status, 404)
  },
)

test('G-TK-1 to G-TK-9, G-ER: tokens of every kind, each at what it opens and what it does not', { skip }, async () => {
  const key = await makeKey({ bucket })
  const now = Math.floor(Date.now() / 1000)
  const soon = now + 600
  const file = 'folder/output.mp4'
  const signed = (payload: object, header?: object): string => tokenOf(key, payload, header)
  const publicPem = createPublicKey(createPrivateKey(key.private_key))
    .export({ type: 'spki', format: 'pem' })
    .toString()
  const hmacSigned = `${encode({ kid: key.id, alg: 'HS256', typ: 'JWT' })}.${encode({ uri: '' })}`
  const genuine = signed({ uri: file, exp: soon })
  const [head = '', , signature = ''] = genuine.split('.')
  const pss = `${encode({ kid: key.id, alg: 'PS256', typ: 'JWT' })}.${encode({ uri: '' })}`
  const pssKey = { key: key.private_key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
  const rows: readonly (readonly [what: string, token: string, key: string, expected: number])[] = [
    ['uri: the file', signed({ uri: file, exp: soon }), file, 200],
    ['uri: the file, with a slash before', signed({ uri: `/${file}` }), file, 200],
    ['uri: another file', signed({ uri: file }), 'top.mp4', 403],
    ['uri: the directory', signed({ uri: 'folder' }), file, 200],
    ['uri: the directory, deep below', signed({ uri: '/folder/' }), 'folder/sub/clip.mp4', 200],
    ['uri: the directory, a key with a blank', signed({ uri: 'folder' }), 'folder/with space.mp4', 200],
    ['uri: a directory whose name only begins so', signed({ uri: 'folder' }), 'folder-2/output.mp4', 403],
    ['uri: in another case', signed({ uri: 'Folder' }), file, 403],
    ['uri: empty', signed({ uri: '' }), 'top.mp4', 200],
    ['uri: none', signed({}), 'top.mp4', 200],
    ['exp: a number to come', signed({ exp: soon }), file, 200],
    ['exp: a text to come', signed({ exp: String(soon) }), file, 200],
    ['exp: a number past', signed({ exp: now - 600 }), file, 403],
    ['exp: a text past', signed({ exp: String(now - 600) }), file, 403],
    ['exp: no number at all', signed({ exp: 'tomorrow' }), file, 403],
    ['nbf: a number past', signed({ nbf: now - 600 }), file, 200],
    ['nbf: a text past', signed({ nbf: String(now - 600) }), file, 200],
    ['nbf: a number to come', signed({ nbf: soon }), file, 403],
    ['nbf: a text to come', signed({ nbf: String(soon) }), file, 403],
    ['claims of one’s own', signed({ uri: 'folder', viewer: 'anna', plan: { name: 'gold' } }), file, 200],
    ['typ in small letters', signed({}, { typ: 'jwt' }), file, 200],
    ['typ: another', signed({}, { typ: 'JWE' }), file, 403],
    ['kid: none', signed({}, { kid: undefined }), file, 403],
    ['kid: unknown', signed({}, { kid: '00000000-0000-4000-8000-000000000000' }), file, 403],
    ['kid: a path', signed({}, { kid: '../../dev/null' }), file, 403],
    ['kid: SQL', signed({}, { kid: "' OR 1=1 --" }), file, 403],
    ['alg: none', `${encode({ kid: key.id, alg: 'none', typ: 'JWT' })}.${encode({ uri: '' })}.`, file, 403],
    ['alg: nOnE, with a signature', signed({}, { alg: 'nOnE' }), file, 403],
    [
      'alg: HS256 under the public key',
      `${hmacSigned}.${createHmac('sha256', publicPem).update(hmacSigned).digest('base64url')}`,
      file,
      403,
    ],
    ['alg: PS256', `${pss}.${signBytes('sha256', Buffer.from(pss), pssKey).toString('base64url')}`, file, 403],
    [
      'alg: RS256, signature of RS512',
      `${genuine.slice(0, genuine.lastIndexOf('.'))}.${signBytes('sha512', Buffer.from(genuine.slice(0, genuine.lastIndexOf('.'))), key.private_key).toString('base64url')}`,
      file,
      403,
    ],
    ['jwk beside it', signed({}, { jwk: { kty: 'RSA' } }), file, 403],
    ['jku beside it', signed({}, { jku: 'http://127.0.0.1:1/' }), file, 403],
    ['crit beside it', signed({}, { crit: ['exp'] }), file, 403],
    ['tampered payload', `${head}.${encode({ uri: '' })}.${signature}`, 'top.mp4', 403],
    ['no signature', `${genuine.slice(0, genuine.lastIndexOf('.'))}.`, file, 403],
    ['no token', '', file, 403],
    ['rubbish', 'a.b.c', file, 403],
  ]
  for (const [what, token, asked, expected] of rows) {
    const { status, body, headers } = await withToken(urlOf(asked), token)
    assert.equal(status, expected, `${what}: ${status} ${body}`)
    if (expected === 200) assert.equal(body, asked, what)
    else {
      assert.match(headers, /cache-control: no-store/i, what)
      assert.ok(token === '' || !`${headers}${body}`.includes(token), what)
    }
  }
})

test('G-TK-6: a path that means to leave the directory does not', { skip }, async () => {
  const key = await makeKey({ bucket })
  const token = tokenOf(key, { uri: '/folder' })
  const host = new URL(urlOf('')).origin
  for (const path of [
    '/folder/../top.mp4',
    '/folder/%2e%2e/top.mp4',
    '/folder%2f..%2ftop.mp4',
    '/folder/..%2ftop.mp4',
    '/FOLDER/output.mp4',
    '/folder-2/output.mp4',
    '//folder/output.mp4',
  ]) {
    const { status } = await curl('--path-as-is', `${host}${path}?auth=${token}`)
    assert.equal(status, 403, path)
  }
})

test('G-TK-1: once in the path or in a cookie, the token need not stand in every URL', { skip }, async () => {
  const key = await makeKey({ bucket })
  const token = tokenOf(key, { uri: 'folder', exp: Math.floor(Date.now() / 1000) + 600 })
  const origin = new URL(urlOf('')).origin
  assert.equal((await curl(`${origin}/~auth=${token}/folder/output.mp4`)).body, 'folder/output.mp4')
  assert.equal((await curl(`${origin}/~auth=${token}/top.mp4`)).status, 403)
  const jar = join(server.dataFolder, 'cookies')
  const exchanged = await curl('-L', '-c', jar, '-b', jar, `${origin}/~auth?auth=${token}&to=/folder/output.mp4`)
  assert.deepEqual([exchanged.status, exchanged.body], [200, 'folder/output.mp4'])
  assert.match(exchanged.headers, /set-cookie: auth=[^;]+;.*HttpOnly/i)
  assert.equal((await curl('-b', jar, `${origin}/folder/sub/clip.mp4`)).body, 'folder/sub/clip.mp4')
  assert.equal((await curl('-b', jar, `${origin}/top.mp4`)).status, 403)
})

test('Q-BK-6, Q-BK-7: delivery is on and public by default, and each can be switched', { skip }, async () => {
  await created('third-bucket')
  const url = urlOf('top.mp4', 'third-bucket')
  const patch = (body: object): Promise<Curled> =>
    authorized(
      '-X',
      'PATCH',
      `${api()}/buckets/third-bucket`,
      '-H',
      'Content-Type: application/json',
      '-d',
      JSON.stringify(body),
    )
  assert.equal((await curl(url)).status, 200)
  assert.equal((await patch({ delivery_enabled: false })).status, 200)
  assert.equal((await curl(url)).status, 404)
  assert.equal((await patch({ delivery_enabled: true, policy: 'authenticated' })).status, 200)
  assert.equal((await curl(url)).status, 403)
  assert.equal((await patch({ policy: 'public' })).status, 200)
  assert.equal((await curl(url)).status, 200)
})

test('G-PO-5: a token is for reading; writing through delivery is refused', { skip }, async () => {
  const token = tokenOf(await makeKey({ bucket }), {})
  for (const method of ['PUT', 'POST', 'DELETE', 'PATCH']) {
    const { status, headers } = await curl('-X', method, `${urlOf('top.mp4')}?auth=${token}`)
    assert.equal(status, 405, method)
    assert.match(headers, /allow: GET, HEAD, OPTIONS/i)
  }
})

test(
  'X-2: an API key gives an access token, HS256, for 24 hours; revoked, its tokens end at once',
  { skip },
  async () => {
    const made = await cli<{ id: string; api_key: string }>(server, 'api-keys', 'create', 'short-lived')
    const answer = await curl('-X', 'POST', `https://api-live.localhost:${port}/v1/access_token/${made.api_key}`)
    const { access_token: token, ...rest } = JSON.parse(answer.body) as { access_token: string }
    assert.deepEqual(rest, {})
    const [header, payload] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString())
    assert.equal((JSON.parse(header ?? '') as { alg: string }).alg, 'HS256')
    const { iat, exp } = JSON.parse(payload ?? '') as { iat: number; exp: number }
    assert.equal(exp - iat, 86_400)
    const list = (): Promise<Curled> => curl('-H', `Authorization: Bearer ${token}`, `${api()}/buckets`)
    assert.equal((await list()).status, 200)
    assert.equal((await curl(`${api()}/buckets`)).status, 401)
    await cli(server, 'api-keys', 'revoke', made.id)
    assert.equal((await list()).status, 401)
    assert.equal((await curl('-X', 'POST', `${api()}/access_token/${made.api_key}`)).status, 401)
    assert.ok(!(await run('sh', ['-c', `cat ${server.dataFolder}/*.log 2>/dev/null; true`])).includes(made.api_key))
  },
)
