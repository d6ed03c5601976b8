/**
 * What an operator changes holds from the next request on: in every thread, on connections that were open before, and for answers that are
 * kept ready. And what is delivered is what S3 stored last, whoever asks for it.
 */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { after, before, test } from 'node:test'
import { brotliDecompressSync } from 'node:zlib'
import {
  byS3,
  carrying,
  comeBy,
  escapeForS3,
  makeSigningKey,
  openConnection,
  protocols,
  putObject,
  tokenOf,
  ways,
  type Answer,
  type Connection,
  type SigningKey,
} from '../harness/delivery.ts'
import { cli } from '../harness/management.ts'
import { patterned } from '../harness/names.ts'
import { addDomain, inSeconds, openWorld, skip, type World } from './delivery-world.ts'

let world: World
before(async () => {
  if (skip === false) world = await openWorld()
})
after(() => world?.stop())

const bucket = 'changing'

/** A new bucket, with one object: `k`, which holds `v`. */
async function furnish(): Promise<SigningKey> {
  const { server, management } = world
  await byS3(server, { method: 'PUT', path: `/${bucket}` })
  await management.done(`PUT /v1/buckets/${bucket}/policy/authenticated`)
  await putObject(server, bucket, 'k', 'v')
  return makeSigningKey(management, bucket)
}

async function clear(): Promise<void> {
  await byS3(world.server, { method: 'DELETE', path: `/${bucket}/k` })
  await byS3(world.server, { method: 'DELETE', path: `/${bucket}` })
}

interface Client {
  readonly what: string
  ask(target: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
}

/** Clients of the host with connections that stay open, so many that every thread has some. */
async function withClients(name: string, work: (clients: readonly Client[]) => Promise<void>): Promise<void> {
  const { server } = world
  const connections: Connection[] = []
  const clients = protocols.flatMap((over) =>
    Array.from({ length: 5 }, (_, index): Client => {
      const connection = openConnection(server, over, name)
      connections.push(connection)
      const host = `${name}:${new URL(over === 'h1' ? server.deliveryEndpoint : server.tlsEndpoint).port}`
      return { what: `${over}, ${index}`, ask: (target, headers = {}) => connection.ask({ host, target, headers }) }
    }),
  )
  try {
    await work(clients)
  } finally {
    for (const connection of connections) connection.close()
  }
}

const hostOf = (name: string): string => `${name}.media-storage.${world.server.region}.${world.server.domain}`

interface Change {
  readonly what: string
  make(held: { readonly key: SigningKey }): Promise<unknown>
  /** The status for who has a token, and for who has none. */
  readonly held: number
  readonly bare: number
  readonly reason?: string
}

const settings = (...args: string[]) => cli(world.server, 'buckets', 'settings', bucket, ...args)

const changes: readonly Change[] = [
  {
    what: "its token's key is deleted",
    make: ({ key }) => world.management.done(`DELETE /v1/signing-keys/${key.id}`),
    ...{ held: 403, bare: 403, reason: 'unknown-key' },
  },
  {
    what: 'its token is revoked',
    make: () => world.management.done(`POST /v1/buckets/${bucket}/revoked-tokens`, { jti: 'one' }),
    ...{ held: 403, bare: 403, reason: 'revoked' },
  },
  {
    what: 'delivery is switched off',
    make: () => world.management.done(`PATCH /v1/buckets/${bucket}`, { delivery_enabled: false }),
    ...{ held: 404, bare: 404 },
  },
  {
    what: 'the bucket becomes public',
    make: () => world.management.done(`PUT /v1/buckets/${bucket}/policy/public`),
    ...{ held: 200, bare: 200 },
  },
  {
    what: 'the bucket asks for a uri',
    make: () => settings('--toggle', 'delivery.requireUri=on'),
    ...{ held: 403, bare: 403, reason: 'uri' },
  },
  {
    what: 'the bucket is deleted, and another has its name',
    async make() {
      await clear()
      await furnish()
    },
    ...{ held: 403, bare: 403, reason: 'unknown-key' },
  },
  {
    what: 'the object is deleted',
    make: () => byS3(world.server, { method: 'DELETE', path: `/${bucket}/k` }),
    ...{ held: 404, bare: 403 },
  },
]

for (const { what, make, held, bare, reason } of changes)
  test(
    `when ${what}, the next request knows: by each way, over connections that are open, in every thread`,
    { skip },
    async () => {
      const key = await furnish()
      const token = tokenOf(key, { uri: '', exp: inSeconds(600), jti: 'one' })
      try {
        await withClients(hostOf(bucket), async (clients) => {
          for (const { ask, what: who } of clients)
            for (const way of ['query', 'path', 'cookie'] as const) {
              const { target, headers } = carrying(way, '/', 'k', token)
              for (let again = 0; again < 3; again++) {
                const { status, text } = await ask(target, headers)
                assert.deepEqual([status, text], [200, 'v'], who)
              }
              assert.equal((await ask('/k')).status, 403)
            }
          await make({ key })
          // At once, by all of them: nobody learns of it by another's request.
          const answers = await Promise.all(
            clients.map(async ({ ask, what: who }, index) => {
              const way = (['query', 'path', 'cookie'] as const)[index % 3]!
              const { target, headers } = carrying(way, '/', 'k', token)
              return [who, await ask(target, headers), await ask('/k')] as const
            }),
          )
          for (const [who, withToken, without] of answers) {
            assert.deepEqual([withToken.status, without.status], [held, bare], `${who}: ${withToken.text}`)
            if (held !== 200) assert.match(withToken.headers['cache-control'] ?? '', /no-store/, who)
            if (reason !== undefined) assert.equal(withToken.headers['x-entrepot-refusal'], reason, who)
          }
        })
      } finally {
        await clear()
      }
    },
  )

test('and when it is changed back, the next request knows that too', { skip }, async () => {
  const key = await furnish()
  const { management } = world
  const token = tokenOf(key, { uri: '/k', exp: inSeconds(600) })
  const patch = (body: object) => management.done(`PATCH /v1/buckets/${bucket}`, body)
  await withClients(hostOf(bucket), async (clients) => {
    for (let round = 0; round < 6; round++) {
      const [body, held, bare] = [
        [{ delivery_enabled: false }, 404, 404],
        [{ delivery_enabled: true, policy: 'public' }, 200, 200],
        [{ policy: 'authenticated' }, 200, 403],
      ][round % 3] as [object, number, number]
      await patch(body)
      for (const { ask, what } of clients) {
        assert.equal((await ask(`/k?auth=${token}`)).status, held, what)
        assert.equal((await ask('/k')).status, bare, what)
        assert.equal((await ask('/k', { cookie: `auth=${token}` })).status, held, what)
      }
    }
  })
  await clear()
})

test(
  'a custom domain that is deleted, or bound to another bucket, shows at once what it is bound to',
  { skip },
  async () => {
    const { server, management, dns } = world
    await byS3(server, { method: 'PUT', path: '/other' })
    await management.done('PUT /v1/buckets/other/policy/public')
    await putObject(server, 'other', 'k', 'of other')
    await furnish()
    await management.done(`PUT /v1/buckets/${bucket}/policy/public`)
    const name = 'moving.example.test'
    const id = await addDomain(management, dns, { name, bucket })
    await withClients(name, async (clients) => {
      for (const { ask, what } of clients)
        for (let again = 0; again < 3; again++) assert.equal((await ask('/k')).text, 'v', what)
      await management.done(`DELETE /v1/domains/${id}`)
      // On the listener for everything, a host that is nobody's is S3's, where nobody reads without a signature.
      for (const { ask, what } of clients) {
        const { status, text } = await ask('/k')
        assert.ok(
          (what.startsWith('h1') ? status === 404 : status >= 400) && !text.includes('v\n'),
          `${what}: ${status} ${text}`,
        )
        assert.notEqual(text, 'v')
      }
      await addDomain(management, dns, { name, bucket: 'other' })
      for (const { ask, what } of clients) assert.equal((await ask('/k')).text, 'of other', what)
    })
    await clear()
  },
)

interface Model {
  readonly objects: Map<string, Buffer>
  /** Key → the ETag that it had at some time, and with what in it. */
  readonly etags: Map<string, { readonly etag: string; readonly body: Buffer }>
}

/** The keys of all kinds of answers that are kept: small, compressed, rewritten, ones of several pieces. */
const keys = ['small.bin', 'text.txt', 'list.m3u8', 'large.bin']
const sizes: Readonly<Record<string, readonly [number, number]>> = {
  'small.bin': [0, 500],
  'text.txt': [1100, 9000],
  'list.m3u8': [1, 40],
  'large.bin': [40_000, 90_000],
}

function contentFor(key: string, chance: (below: number) => number, seed: number): Buffer {
  const [from, to] = sizes[key]!
  const size = from + chance(to - from)
  if (key === 'text.txt') return Buffer.from(`line ${seed}\n`.repeat(size / 8))
  if (key === 'list.m3u8')
    return Buffer.from(`#EXTM3U\n${Array.from({ length: size }, (_, at) => `#EXTINF:4,\n${seed}-${at}.ts\n`).join('')}`)
  return patterned(size, seed)
}

test('after each of 200 random writes by S3, everybody is delivered what was written', { skip }, async (context) => {
  const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31))
  context.diagnostic(`SEED=${seed}`)
  const chance = chanceFrom(seed)
  const { server } = world
  const key = await furnish()
  const token = tokenOf(key, { uri: '', exp: inSeconds(600) })
  const model: Model = { objects: new Map(), etags: new Map() }
  const hosts = [hostOf(bucket), `media-storage.${server.domain}`]
  const readers: { host: string; root: string; connection: Connection; what: string }[] = hosts.flatMap((name, at) =>
    protocols.flatMap((over) =>
      Array.from({ length: 3 }, () => ({
        host: `${name}:${new URL(over === 'h1' ? server.deliveryEndpoint : server.tlsEndpoint).port}`,
        root: at === 0 ? '/' : `/${bucket}/`,
        connection: openConnection(server, over, name),
        what: `${name}, ${over}`,
      })),
    ),
  )
  try {
    for (let step = 0; step < 200; step++) {
      const what = await write(server, model, chance, step)
      const asked = keys[chance(keys.length)]!
      for (let read = 0; read < 5; read++) {
        const reader = readers[chance(readers.length)]!
        const name = `step ${step}, ${what}; ${asked} by ${reader.what}; SEED=${seed}`
        await checkRead(reader, model, read === 0 ? touched(what) : asked, token, chance, name)
      }
    }
  } finally {
    for (const { connection } of readers) connection.close()
  }
})

const touched = (what: string): string => what.split(' ').at(-1)!

/** One write by S3, of which the model is told; gives what it was, the key last. */
async function write(
  server: World['server'],
  { objects }: Model,
  chance: (below: number) => number,
  step: number,
): Promise<string> {
  const key = keys[chance(keys.length)]!
  const path = `/${bucket}/${escapeForS3(key)}`
  const current = objects.get(key)
  const choice = chance(10)
  if (choice < 2 && current !== undefined) {
    await byS3(server, { method: 'DELETE', path })
    objects.delete(key)
    return `DELETE ${key}`
  }
  if (choice < 5 && current !== undefined) {
    const more =
      key === 'list.m3u8' ? Buffer.from(`#EXTINF:4,\nmore-${step}.ts\n`) : contentFor('small.bin', chance, step + 1)
    await byS3(server, {
      method: 'PUT',
      path,
      body: more,
      headers: { 'x-amz-write-offset-bytes': String(current.length) },
    })
    objects.set(key, Buffer.concat([current, more]))
    return `APPEND ${key}`
  }
  if (choice < 6) {
    const body = contentFor(key, chance, step + 1)
    const source = `/${bucket}/source`
    await byS3(server, { method: 'PUT', path: source, body })
    await byS3(server, { method: 'PUT', path, headers: { 'x-amz-copy-source': source } })
    objects.set(key, body)
    return `COPY ${key}`
  }
  const body = contentFor(key, chance, step + 1)
  const type = key === 'text.txt' ? { 'content-type': 'text/plain' } : {}
  await byS3(server, { method: 'PUT', path, body, headers: type })
  objects.set(key, body)
  return `PUT ${key}`
}

/** One read, by any way and of any kind, of which the model knows the answer. */
async function checkRead(
  { host, root, connection }: { readonly host: string; readonly root: string; readonly connection: Connection },
  { objects, etags }: Model,
  key: string,
  token: string,
  chance: (below: number) => number,
  name: string,
): Promise<void> {
  const expected = objects.get(key)
  const way = ways[chance(ways.length)]!
  if (way === 'exchange') {
    const { status, body } = await comeBy(connection, way, { host, root }, key, token)
    assert.equal(status, expected === undefined ? 404 : 200, name)
    if (expected !== undefined) assert.ok(body.equals(expected), name)
    return
  }
  const kind = chance(6)
  const { target, headers = {} } = carrying(way, root, key, token)
  // A rewritten playlist has an ETag for each token and way.
  const tag = key === 'list.m3u8' ? undefined : etags.get(key)
  const more: Readonly<Record<string, string>> =
    kind === 0 && expected !== undefined && expected.length > 10
      ? { range: 'bytes=3-9' }
      : kind === 1
        ? { 'accept-encoding': 'br' }
        : kind === 2 && tag !== undefined
          ? { 'if-none-match': tag.etag }
          : {}
  const method = kind === 3 ? 'HEAD' : 'GET'
  const answer = await connection.ask({ method, host, target, headers: { ...headers, ...more } })
  const { status, body, headers: got } = answer
  if (expected === undefined) return assert.equal(status, 404, name)
  if (key === 'list.m3u8' && way === 'query') {
    // Each line of it is there, and the token with it.
    assert.ok([200, 206, 304].includes(status), name)
    if (status === 200 && kind > 3)
      assert.equal(answer.text.replaceAll(`?auth=${token}`, ''), expected.toString(), name)
    return
  }
  if (kind === 2 && tag !== undefined) {
    assert.equal(status, expected.equals(tag.body) ? 304 : 200, `If-None-Match: ${name}`)
    if (status === 304) return
  }
  if (kind === 3) return assert.equal(got['content-length'], String(expected.length), name)
  if (got['content-encoding'] === 'br') {
    return assert.ok(brotliDecompressSync(body).equals(expected), name)
  }
  if (status === 206) return assert.ok(body.equals(expected.subarray(3, 10)), name)
  assert.equal(status, 200, name)
  assert.ok(body.equals(expected), `${name}: ${body.length} bytes of ${expected.length}`)
  if (chance(4) === 0) etags.set(key, { etag: got['etag'] ?? '', body: expected })
}

/** The same numbers for the same seed (xorshift32). */
function chanceFrom(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state = (state ^ (state << 5)) >>> 0
    return state % below
  }
}
