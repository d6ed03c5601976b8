/** The programs of docs/tokens.md, taken from there as they stand and run: each prints a link whose token is signed as it says, and that opens. */
import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { byS3, makeSigningKey, putObject, type SigningKey } from '../harness/delivery.ts'
import { managementClient } from '../harness/management.ts'
import { bucketName } from '../harness/names.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { missing, run } from '../harness/tools.ts'
import { temporaryFolder } from '../harness/tree.ts'

const root = join(import.meta.dirname, '..', '..')
const document = readFileSync(join(root, 'docs', 'tokens.md'), 'utf8')

/** Name → text, of each block whose fence names a file. */
const samples = new Map(
  [...document.matchAll(/^```\w+ ([\w.-]+)\n([\s\S]*?)^```$/gm)].map(([, name, text]) => [name!, text!] as const),
)

const bucket = bucketName('samples')
/** The last two are directories. */
const uris = ['/films/one.mp4', '/films/one film & “Фильм” +100%25.mp4', '/films', '/']
const film = '/films/one.mp4'

/** Where a server is named by the environment, its keys are not ours to make: links are looked at, and not followed. */
const external = Boolean(process.env['ENTREPOT_TEST_ENDPOINT'])
const offline = (): SigningKey => ({
  id: 'ec25a6a6-b31e-4ac9-af01-711460421c6b',
  private_key: generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString(),
})

let folder: string
let server: TestServer | undefined
let key: SigningKey
let baseUrl = 'https://photos.media-storage.us-east-1.example.com'

before(async () => {
  folder = temporaryFolder('token-samples')
  key = external ? offline() : await serve()
  writeFileSync(join(folder, 'key.pem'), key.private_key, { mode: 0o600 })
  for (const [name, text] of samples) writeFileSync(join(folder, name), text)
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
})
after(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A server with the files in a bucket that asks for tokens; gives a key of it. */
async function serve(): Promise<SigningKey> {
  server = await startServer()
  baseUrl = `${server.deliveryEndpoint}/${bucket}`
  const management = await managementClient(server)
  await byS3(server, { method: 'PUT', path: `/${bucket}` })
  await management.done(`PUT /v1/buckets/${bucket}/policy/authenticated`)
  for (const uri of uris.slice(0, 2)) await putObject(server, bucket, uri.slice(1), uri)
  return makeSigningKey(management, bucket)
}

/** The one that has PyJWT, with what RS256 needs of it: Debian's packages are seen by Debian's Python alone. */
const python = ['python3', '/usr/bin/python3'].find((each) => missing(each, '-c', 'import jwt, cryptography') === false)

interface Program {
  readonly sample: string
  readonly command: readonly string[]
  /** Why it cannot be run on this machine. */
  readonly skip: string | false
}

const programs: readonly Program[] = [
  {
    sample: 'sign.py',
    command: [python ?? 'python3'],
    skip: python === undefined && 'no python3 has PyJWT and cryptography on this machine',
  },
  {
    sample: 'sign.php',
    command: ['php'],
    skip: missing('php', '-r', 'exit(function_exists("openssl_sign") ? 0 : 1);'),
  },
  { sample: 'sign.mjs', command: [process.execPath], skip: false },
  { sample: 'sign-jose.mjs', command: [process.execPath], skip: false },
]

const go: Program = { sample: 'sign.go', command: ['go', 'run'], skip: false }
const withGo = missing('go', 'version') === false ? [...programs, go] : programs

test('the document has a program in each language, and all of them are run here', () => {
  assert.deepEqual([...samples.keys()].sort(), [...programs, go].map(({ sample }) => sample).sort())
  assert.match(document, /the one in Go where Go is installed/)
})

const json = (part: string | undefined): unknown => JSON.parse(Buffer.from(part ?? '', 'base64url').toString())

for (const { sample, command, skip } of withGo) {
  test(`${sample} prints links that are good for an hour, and open what they say`, { skip }, async () => {
    const [program = '', ...args] = command
    for (const uri of uris) {
      const env = {
        SIGNING_KEY_ID: key.id,
        PRIVATE_KEY_FILE: join(folder, 'key.pem'),
        BASE_URL: baseUrl,
        URI: uri,
        GOPROXY: 'off',
        GOTOOLCHAIN: 'local',
      }
      const earliest = Math.floor(Date.now() / 1000)
      const printed = await run(program, [...args, sample], { cwd: folder, env, timeoutSeconds: 240 })

      const [link = '', token = ''] = printed.trimEnd().split('?auth=')
      const [header, payload, signature = '', ...rest] = token.split('.')
      assert.deepEqual(rest, [])
      assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/)
      const signed = Buffer.from(`${header}.${payload}`)
      assert(
        verify(
          'sha256',
          signed,
          createPublicKey(createPrivateKey(key.private_key)),
          Buffer.from(signature, 'base64url'),
        ),
      )
      assert.deepEqual(json(header), { alg: 'RS256', typ: 'JWT', kid: key.id })
      const claims = json(payload) as { uri: unknown; exp: number }
      assert.deepEqual(claims, { uri, exp: claims.exp })
      assert(Number.isInteger(claims.exp) && claims.exp >= earliest + 3600, `exp is ${claims.exp}`)
      // What the server makes of the path: its percent-encoding taken off once.
      assert(link.startsWith(baseUrl))
      assert.match(link, /^[\x21-\x7e]+$/)
      assert.equal(decodeURIComponent(link.slice(baseUrl.length)), uri)
      assert.equal(new URL(printed).href, printed.trimEnd())
      if (server !== undefined) await follow(uri, link, token)
    }
  })
}

/** By an ordinary client: the link itself, or one to a file in its directory; and neither without the token. */
async function follow(uri: string, link: string, token: string): Promise<void> {
  const isDirectory = !uri.endsWith('.mp4')
  const address = isDirectory ? baseUrl + film : link
  const answer = await fetch(`${address}?auth=${token}`)
  assert.deepEqual([answer.status, await answer.text()], [200, isDirectory ? film : uri])
  assert.equal((await fetch(address)).status, 403)
}

test('G-SK-10: the document tells the practices that are recommended', () => {
  const [, section = ''] = /^## Practices\n([\s\S]*?)(?=^## )/m.exec(document) ?? []
  const practices = [...section.matchAll(/^- \*\*(.+?)\.\*\*/gm)].map(([, name = '']) => name)
  for (const practice of [
    'Set an expiry',
    'Rotate keys',
    'A key of its own for each purpose',
    'Keep private keys safe',
    'Keep tokens safe',
  ])
    assert.ok(practices.includes(practice), practice)
})
