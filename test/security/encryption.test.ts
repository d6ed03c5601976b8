/** Encryption at rest (cases 56 to 58 of the checklist of attacks): what lies in the data folder, in logs and in a backup shows neither content nor keys. */
import assert from 'node:assert/strict'
import { createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { element, send, type RawAnswer, type RawRequest } from '../harness/request.ts'
import { command, freePorts, startServer, type TestServer } from '../harness/server.ts'
import { run, tryRun } from '../harness/tools.ts'
import { temporaryFolder } from '../harness/tree.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] === undefined ? false : 'the server is not ours'
const [program = '', ...programArguments] = command
const MiB = 1024 * 1024

let root: string
before(() => {
  root = temporaryFolder('encryption')
})
after(() => rm(root, { recursive: true }))

type Headers = Readonly<Record<string, string>>

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('base64')
const prefix = 'x-amz-server-side-encryption'
const keyHeaders = (key: Uint8Array): Headers => ({
  [`${prefix}-customer-algorithm`]: 'AES256',
  [`${prefix}-customer-key`]: Buffer.from(key).toString('base64'),
  [`${prefix}-customer-key-md5`]: md5(key),
})
const ofSource = (key: Headers): Headers =>
  Object.fromEntries(Object.entries(key).map(([name, value]) => [name.replace('x-amz-', 'x-amz-copy-source-'), value]))

const defaultEncryption =
  '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>'

/** A sentence that is nowhere else, again and again, so that every stretch of the content can be recognised. */
const sentence = `the secret content ${randomBytes(12).toString('hex')}. `
const contentOf = (size: number): Buffer => Buffer.alloc(size, sentence)

async function ok(server: TestServer, request: RawRequest): Promise<RawAnswer> {
  const answer = await send(server, request)
  assert.ok(answer.status >= 200 && answer.status < 300, `${request.method} ${request.path}: ${answer.text}`)
  return answer
}

/** A multipart object of 5 and 4 MiB. */
async function putParts(server: TestServer, path: string, asks: Headers, key: Headers): Promise<void> {
  const begun = await ok(server, { method: 'POST', path, query: 'uploads=', headers: asks })
  const uploadId = element(begun.text, 'UploadId')
  const parts: string[] = []
  for (const [index, size] of [5 * MiB, 4 * MiB].entries()) {
    const query = `partNumber=${index + 1}&uploadId=${uploadId}`
    const part = await ok(server, { method: 'PUT', path, query, headers: key, body: contentOf(size) })
    parts.push(`<Part><PartNumber>${index + 1}</PartNumber><ETag>${part.headers.etag}</ETag></Part>`)
  }
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
  await ok(server, { method: 'POST', path, query: `uploadId=${uploadId}`, headers: key, body })
}

/** Stores content of every size and in every way; gives the paths with their contents. */
async function fill(server: TestServer, bucket: string, asks: Headers, key: Headers): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>()
  for (const size of [sentence.length, 1024, 40 * 1024, 600 * 1024]) {
    const path = `/${bucket}/of-${size}`
    await ok(server, { method: 'PUT', path, headers: asks, body: contentOf(size) })
    contents.set(path, contentOf(size))
  }
  const parts = `/${bucket}/parts`
  await putParts(server, parts, asks, key)
  contents.set(parts, Buffer.concat([contentOf(5 * MiB), contentOf(4 * MiB)]))
  for (const size of [1024, 40 * 1024]) {
    const path = `/${bucket}/appended-${size}`
    await ok(server, { method: 'PUT', path, headers: asks, body: contentOf(100) })
    await ok(server, { method: 'PUT', path, query: 'append=', headers: key, body: contentOf(size) })
    contents.set(path, Buffer.concat([contentOf(100), contentOf(size)]))
  }
  const copy = `/${bucket}/copy`
  const source = { 'x-amz-copy-source': `/${bucket}/of-1024`, ...ofSource(key) }
  await ok(server, { method: 'PUT', path: copy, headers: { ...source, ...asks } })
  contents.set(copy, contentOf(1024))
  return contents
}

/** Also parts that are replaced or given up, objects that are replaced or deleted, and requests that are refused. */
async function discard(server: TestServer, bucket: string, asks: Headers, key: Headers): Promise<RawAnswer[]> {
  const path = `/${bucket}/gone`
  for (const size of [1000, 50_000]) {
    await ok(server, { method: 'PUT', path, headers: asks, body: contentOf(size) })
  }
  await ok(server, { method: 'DELETE', path })
  const begun = await ok(server, { method: 'POST', path, query: 'uploads=', headers: asks })
  const query = `partNumber=1&uploadId=${element(begun.text, 'UploadId')}`
  for (const size of [100, 100_000])
    await ok(server, { method: 'PUT', path, query, headers: key, body: contentOf(size) })
  const wrong = { 'content-md5': md5(Buffer.from('other')) }
  return [
    await send(server, { method: 'PUT', path, headers: { ...asks, ...wrong }, body: contentOf(70_000) }),
    await send(server, { method: 'PUT', path, headers: { ...asks, ...wrong }, body: contentOf(700) }),
  ]
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))

/** Asserts that no file but that of the master key holds any of these. */
function assertSilent(folder: string, secrets: readonly (readonly [name: string, bytes: Buffer])[]): void {
  const files = filesIn(folder).filter((path) => path !== 'keys/master.key')
  assert.ok(files.some((path) => path.startsWith('records/')) && files.some((path) => path.startsWith('blobs/')))
  for (const path of files) {
    const content = readFileSync(join(folder, path))
    for (const [name, bytes] of secrets) assert.equal(content.includes(bytes), false, `${path} holds ${name}`)
  }
}

/** As it is, and in the writings it could have in a file. */
const formsOf = (name: string, bytes: Buffer): [name: string, bytes: Buffer][] => [
  [name, bytes],
  [`${name} in hexadecimal`, Buffer.from(bytes.toString('hex'))],
  [`${name} in base64`, Buffer.from(bytes.toString('base64').replace(/=+$/, ''))],
  [`${name} in a query`, Buffer.from(encodeURIComponent(bytes.toString('base64')))],
]

const contentForms: readonly (readonly [string, Buffer])[] = [
  ['the content', Buffer.from(sentence.trim())],
  ['a stretch of the content', Buffer.from(sentence.slice(4, 20))],
  ['the content in UTF-16', Buffer.from(sentence.slice(4, 20), 'utf16le')],
]

const masterKeyOf = (data: string): Buffer =>
  Buffer.from(readFileSync(join(data, 'keys', 'master.key'), 'latin1').trim(), 'hex')

/** The encryption keys, opened as docs/decisions/0005-encryption.md says: the test's own proof that there are some, and what they are. */
function openEncryptionKeys(data: string): Buffer[] {
  const sealingKey = Buffer.from(hkdfSync('sha256', masterKeyOf(data), '', 'entrepot data keys', 32))
  // A copy, so that what is searched is not changed by being opened.
  const copy = join(root, `opened-${randomBytes(4).toString('hex')}`)
  cpSync(join(data, 'records'), copy, { recursive: true })
  const [file = ''] = filesIn(copy).filter((path) => !/-(?:wal|shm)$/.test(path) && !path.endsWith('lock'))
  const database = new DatabaseSync(join(copy, file))
  const keys: Buffer[] = []
  for (const { value } of database.prepare('SELECT value FROM records').all()) {
    const text = Buffer.from(value as Uint8Array).toString()
    if (!text.startsWith('{') || !text.includes('"sealed"') || !text.includes('"createdMs"')) continue
    const { id, sealed } = JSON.parse(text) as { id?: string; sealed?: { dataKey: string; text: string } }
    if (id === undefined || sealed === undefined) continue
    const additional = Buffer.from(`encryption key\0${id}`)
    const dataKey = open(sealingKey, additional, Buffer.from(sealed.dataKey, 'base64'))
    if (dataKey === undefined) continue
    keys.push(dataKey, Buffer.from(open(dataKey, additional, Buffer.from(sealed.text, 'base64'))!.toString(), 'hex'))
  }
  database.close()
  rmSync(copy, { recursive: true })
  return keys
}

/** Undefined where it does not open. */
function open(key: Buffer, additional: Buffer, sealed: Buffer): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(additional)
  const clear = decipher.setAuthTag(sealed.subarray(-16)).update(sealed.subarray(12, -16))
  try {
    decipher.final()
    return clear
  } catch {
    return undefined
  }
}

describe('56: encrypted content and its keys at rest and in what is said', { skip }, () => {
  const customerKey = randomBytes(32)
  const otherKey = randomBytes(32)
  const key = keyHeaders(customerKey)
  const said: string[] = []
  let data: string
  let secrets: (readonly [string, Buffer])[]

  before(async () => {
    if (skip !== false) return
    data = join(root, 'rest')
    const server = await startServer({ keepData: data, env: { ENTREPOT_LOG_LEVEL: 'debug' } })
    const say = ({ text, rawHeaders }: RawAnswer): void => void said.push(text + rawHeaders.join())
    for (const bucket of ['by-server', 'by-customer']) await ok(server, { method: 'PUT', path: `/${bucket}` })
    await ok(server, { method: 'PUT', path: '/by-server', query: 'encryption=', body: defaultEncryption })
    const stored = new Map<string, readonly [content: Buffer, headers: Headers]>()
    for (const [bucket, asks] of [
      ['by-server', {}],
      ['by-customer', key],
    ] as const) {
      const contents = await fill(server, bucket, asks, asks)
      for (const [path, content] of contents) stored.set(path, [content, asks])
      for (const answer of await discard(server, bucket, asks, asks)) say(answer)
    }
    for (const [path, [content, headers]] of stored) {
      const read = await ok(server, { path, headers })
      assert.ok(read.body.equals(content), path)
      const range = await ok(server, { path, headers: { ...headers, range: 'bytes=3-70' } })
      assert.ok(range.body.equals(content.subarray(3, 71)), path)
      say({ ...read, text: '' })
    }
    for (const headers of [{}, keyHeaders(otherKey), { ...key, [`${prefix}-customer-key-md5`]: 'x' }]) {
      for (const method of ['GET', 'HEAD']) {
        const refused = await send(server, { method, path: '/by-customer/of-1024', headers })
        assert.ok([400, 403].includes(refused.status))
        say(refused)
      }
    }
    // Clients that presign put headers into the query, the key among them.
    const query = Object.entries(key).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    for (const way of [query, [...query, 'versionId=x']]) {
      const presigned = await send(server, { path: '/by-customer/of-1024', query: way.join('&'), sign: 'query4' })
      assert.equal(presigned.status, way === query ? 200 : 400)
      say(presigned)
    }
    secrets = [
      ...formsOf("the customer's key", customerKey),
      ...formsOf("another customer's key", otherKey),
      ...formsOf('the secret access key', Buffer.from(server.secretAccessKey)),
      ...formsOf('the master key', masterKeyOf(data)),
    ]
    // While it runs, what is in its write-ahead log is there too.
    assertSilent(data, [...contentForms, ...secrets])
    await server.stop()
    said.push(server.log())
    for (const bytes of openEncryptionKeys(data)) secrets.push(...formsOf('an encryption key', bytes))
  })

  test('the encryption keys are known to the test', () => {
    assert.ok(secrets.filter(([name]) => name === 'an encryption key').length >= 2)
  })

  test('no file of the data folder holds content or keys, whatever its size and however it was sent', () => {
    assertSilent(data, [...contentForms, ...secrets])
  })

  test('neither the log nor an answer holds a key', () => {
    assert.ok(said.length > 20)
    for (const text of said)
      for (const [name, bytes] of secrets) assert.equal(text.includes(bytes.toString()), false, name)
  })

  test('what is searched for would be found', () => {
    assert.throws(() => assertSilent(data, [['the name of a bucket', Buffer.from('by-customer')]]), /holds the name/)
  })

  test('security 58: a backup without the master key starts no server, and shows no secret', async () => {
    const backup = join(root, 'backup')
    cpSync(data, backup, { recursive: true, filter: (source) => !source.endsWith('/keys') })
    assertSilent(backup, [...contentForms, ...secrets])
    const [port = 0, adminPort = 0, deliveryPort = 0] = await freePorts(3)
    const env = {
      ENTREPOT_DATA: backup,
      ENTREPOT_S3_LISTEN: `127.0.0.1:${port}`,
      ENTREPOT_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
      ENTREPOT_DELIVERY_LISTEN: `127.0.0.1:${deliveryPort}`,
    }
    for (const [more, told] of [
      [{}, /is not there/],
      [{ ENTREPOT_MASTER_KEY: randomBytes(32).toString('hex') }, /is not the one/],
    ] as const) {
      const said = await tryRun(program, [...programArguments, 'serve'], {
        env: { ...env, ...more },
        cwd: tmpdir(),
        timeoutSeconds: 30,
      })
      assert.equal(said.code, 1, said.stdout + said.stderr)
      assert.match(said.stderr, told)
    }
    assert.equal(filesIn(backup).includes('keys/master.key'), false)
    assertSilent(backup, [...contentForms, ...secrets])
  })

  test('57: after the refusal of another master key, all that was encrypted is read as before', async () => {
    const otherPorts = await freePorts(3)
    const [port = 0, adminPort = 0, deliveryPort = 0] = otherPorts
    const refused = await tryRun(program, [...programArguments, 'serve'], {
      env: {
        ENTREPOT_DATA: data,
        ENTREPOT_S3_LISTEN: `127.0.0.1:${port}`,
        ENTREPOT_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
        ENTREPOT_DELIVERY_LISTEN: `127.0.0.1:${deliveryPort}`,
        ENTREPOT_MASTER_KEY: randomBytes(32).toString('hex'),
      },
      cwd: tmpdir(),
      timeoutSeconds: 30,
    })
    assert.equal(refused.code, 1, refused.stderr)
    const server = await startServer({ keepData: data })
    try {
      for (const [path, headers] of [
        ['/by-server/of-40960', {}],
        ['/by-customer/of-40960', key],
      ] as const) {
        assert.ok((await ok(server, { path, headers })).body.equals(contentOf(40 * 1024)))
      }
    } finally {
      await server.stop()
    }
  })
})

describe('57: the encryption key is rotated while it is used', { skip }, () => {
  test('no request fails; what is old is read; what is new is under the new key', async () => {
    const data = join(root, 'rotation')
    const server = await startServer({ keepData: data, env: { ENTREPOT_HTTP_THREADS: '2' } })
    const cli = async (...args: string[]): Promise<unknown> =>
      JSON.parse(
        await run(program, [...programArguments, ...args, '--json'], { env: server.env, cwd: tmpdir() }),
      ) as unknown
    await ok(server, { method: 'PUT', path: '/photos' })
    await ok(server, { method: 'PUT', path: '/photos', query: 'encryption=', body: defaultEncryption })
    const contents = new Map<string, Buffer>()
    const rotated = new AbortController()
    const load = async (worker: number): Promise<void> => {
      for (let index = 0; !rotated.signal.aborted; index++) {
        const path = `/photos/${worker}-${index % 20}`
        const content = randomBytes(index % 2 === 0 ? 500 : 50_000)
        await ok(server, { method: 'PUT', path, body: content })
        assert.ok((await ok(server, { path })).body.equals(content), path)
        contents.set(path, content)
      }
    }
    const loads = [0, 1, 2, 3].map(load)
    const ids: string[] = []
    try {
      for (let rotation = 0; rotation < 3; rotation++) {
        ids.push(((await cli('encryption', 'rotate')) as { id: string }).id)
      }
    } finally {
      rotated.abort()
    }
    await Promise.all(loads)
    assert.ok(contents.size > 4)
    const current = ids.at(-1)!
    await ok(server, { method: 'PUT', path: '/photos/after', body: 'after' })
    for (const [path, content] of contents) assert.ok((await ok(server, { path })).body.equals(content), path)
    const { keys } = (await cli('encryption', 'status')) as { keys: { id: string; current: boolean }[] }
    assert.deepEqual([keys.length, keys.filter((each) => each.current).map(({ id }) => id)], [4, [current]])
    await server.restart()
    for (const [path, content] of contents) assert.ok((await ok(server, { path })).body.equals(content), path)
    await server.stop()
    assert.equal(keyOfObject(data, 'after'), current)
  })
})

/** The id of the key that an object's record says it is under. */
function keyOfObject(data: string, name: string): string | undefined {
  const [file = ''] = filesIn(join(data, 'records')).filter((path) => /\.(?:db|sqlite)$/.test(path))
  const database = new DatabaseSync(join(data, 'records', file))
  const rows = database.prepare('SELECT key, value FROM records').all()
  database.close()
  const row = rows.find(
    ({ key, value }) =>
      Buffer.from(key as Uint8Array)
        .toString('latin1')
        .endsWith(name) && Buffer.from(value as Uint8Array).includes('"keyId"'),
  )
  return /"keyId":"([0-9a-f]+)"/.exec(Buffer.from((row?.['value'] ?? []) as Uint8Array).toString('latin1'))?.[1]
}
