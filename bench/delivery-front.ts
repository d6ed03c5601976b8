/** How long the delivery front takes by itself: `node bench/delivery-front.ts` asks it for 1 KiB in this process, and prints nanoseconds. */
import { Accounts } from '../src/access/accounts.ts'
import { MasterKey } from '../src/access/sealing.ts'
import { systemClock as clock } from '../src/base/clock.ts'
import { systemRandom as random } from '../src/base/random.ts'
import { Secret } from '../src/base/secret.ts'
import { openMemoryStore } from '../src/blobs/memory.ts'
import { createDeliveryFront } from '../src/delivery/front.ts'
import { requestOf } from '../src/delivery/test-bed.ts'
import type { Grant, TokenGate } from '../src/delivery/token-gate.ts'
import type { HttpRequest, HttpResponse } from '../src/http/message.ts'
import { createMemoryStore } from '../src/metadata/memory.ts'
import type { CorsRule } from '../src/objects/cors-rule.ts'
import { Keyring } from '../src/objects/encryption/keyring.ts'
import { Regions } from '../src/objects/regions.ts'
import { Endpoints } from '../src/s3/endpoints.ts'
import { assembleServices } from '../src/storage.ts'

const metadata = createMemoryStore()
const regions = new Regions([{ name: 'us-east-1', aliases: [] }])
const masterKey = new MasterKey(new Secret('00'.repeat(32)), random)
const { buckets, objects, toggles } = assembleServices({
  ...{ metadata, clock, random, regions },
  accounts: new Accounts({ store: metadata, clock, random }),
  blobs: openMemoryStore({ epoch: 1, random }),
  lockClock: clock,
  keyring: new Keyring({ metadata, masterKey, clock, random }),
  endpoints: new Endpoints(['example.com'], regions),
  lifecycleDaySeconds: 86_400,
  toggleLayers: [{}],
  inlineSizeMax: 32 * 1024,
  cacheSize: 32 * 1024 * 1024,
})

const grant: Grant = { expiresMs: undefined, rate: undefined, uri: '', claims: {} }
const remembered = new Map<string, Grant>()
const gate: TokenGate = { admit: (token) => remembered.get(token)! }
const front = createDeliveryFront({
  ...{ buckets, objects, toggles, regions, gate, clock, random },
  domains: ['example.com'],
  findSite: () => undefined,
  rewrite: (_kind, bytes) => bytes,
  plaintextAllowed: false,
  onFault: (error) => console.error(error),
})

const key = 'photos/2013/05/object-000123.jpg'
const token = `${'h'.repeat(90)}.${'p'.repeat(120)}.${'s'.repeat(342)}`
remembered.set(token, grant)

async function fill(name: string, policy: 'public' | 'authenticated', cors?: readonly CorsRule[]): Promise<void> {
  const delivery = { enabled: true, policy }
  const bucket = await buckets.create({ name, accountId: 'a'.repeat(64), region: 'us-east-1', delivery, cors })
  for (const [at, size] of [
    [key, 1024],
    ['list.json', 2048],
  ] as const) {
    const body = (async function* () {
      yield Buffer.alloc(size, 'x')
    })()
    await objects.put(bucket, at, body, { system: {}, metadata: {}, sizeMax: size })
  }
}
await fill('photos', 'public')
await fill('film', 'authenticated')
await fill('shared', 'public', [
  { allowedOrigins: ['*'], allowedMethods: ['GET'], allowedHeaders: [], exposeHeaders: [] },
])

const browser = {
  host: 'photos.media-storage.us-east-1.example.com',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36',
  accept: '*/*',
  'accept-encoding': 'gzip, deflate, br',
  connection: 'keep-alive',
}
const filmHost = 'film.media-storage.us-east-1.example.com'
const sharedHost = 'shared.media-storage.us-east-1.example.com'
const origin = 'https://player.example'

const scenarios: readonly (readonly [
  name: string,
  line: string,
  host?: string | undefined,
  headers?: Record<string, string>,
])[] = [
  ['public', `GET /${key}`],
  ['public, in the path', `GET /photos/${key}`, 'localhost:9000'],
  ['token in the query', `GET /${key}?auth=${token}`, filmHost],
  ['token in the path', `GET /~auth=${token}/${key}`, filmHost],
  ['token in a cookie', `GET /${key}`, filmHost, { cookie: `session=1; auth=${token}` }],
  ['from a page of another origin', `GET /${key}`, sharedHost, { origin }],
  ['range (worked out)', `GET /${key}`, undefined, { range: 'bytes=0-99' }],
  ['compressed (worked out)', 'GET /list.json'],
  ['not there (worked out)', 'GET /none'],
]

const batch = 1000
const rounds = 200

for (const [name, line, host, headers] of scenarios) {
  const request = requestOf(line, { ...(host !== undefined && { host }), headers: { ...browser, ...headers } })
  const status = await ask(fresh(request))
  for (let time = 0; time < 20_000; time++) await ask(fresh(request))
  let best = Infinity
  let total = 0
  for (let round = 0; round < rounds; round++) {
    const requests = Array.from({ length: batch }, () => fresh(request))
    const start = process.hrtime.bigint()
    for (const one of requests) {
      const answer = front(one)
      if (answer instanceof Promise) await answer
    }
    const each = Number(process.hrtime.bigint() - start) / batch
    best = Math.min(best, each)
    total += each
  }
  console.log(`${name.padEnd(32)} ${status} ${(total / rounds).toFixed(0).padStart(7)} ns, at best ${best.toFixed(0)}`)
}

async function ask(request: HttpRequest): Promise<number> {
  const answer: HttpResponse = await front(request)
  return answer.status
}

/** As it comes from a parser: texts that nobody has hashed yet. */
function fresh({ path, query, host, ...rest }: HttpRequest): HttpRequest {
  const copy = (text: string): string => Buffer.from(text, 'latin1').toString('latin1')
  return { ...rest, path: copy(path), query: copy(query), host: copy(host), served: undefined }
}
