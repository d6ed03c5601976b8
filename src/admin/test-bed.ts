/** The management API over stores in memory, for tests: with principals of every kind, and every answer held against the contract. */
import assert from 'node:assert/strict'
import { AccessKeys } from '../access/access-keys.ts'
import { Accounts } from '../access/accounts.ts'
import { createFindCredential } from '../access/find-credential.ts'
import { ensureFirstAccount } from '../access/first-account.ts'
import { Passwords } from '../access/passwords.ts'
import type { Role } from '../access/roles.ts'
import { MasterKey } from '../access/sealing.ts'
import { SetupLinks } from '../access/setup-link.ts'
import { SignInLimits } from '../access/sign-in-limits.ts'
import { createSignIn } from '../access/sign-in.ts'
import { quickHash } from '../access/test-bed.ts'
import type { Clock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { openMemoryStore } from '../blobs/memory.ts'
import { activeKeysMax } from '../deployment.ts'
import type { HttpRequest, HttpResponse, Served } from '../http/message.ts'
import { emptyBucketsJob } from '../jobs/empty-buckets.ts'
import { assembleManagement } from '../management.ts'
import { createMemoryStore, type MemoryStoreOptions } from '../metadata/memory.ts'
import { Keyring } from '../objects/encryption/keyring.ts'
import { Regions, type Region } from '../objects/regions.ts'
import { bodyOf, putOptions } from '../objects/test-bed.ts'
import type { ToggleLayer } from '../objects/toggles.ts'
import { Endpoints } from '../s3/endpoints.ts'
import { Domains } from '../sites/domains.ts'
import { fakeDns } from '../sites/test-bed.ts'
import { assembleServices } from '../storage.ts'
import { assertContract } from './contract.fixture.ts'
import { createManagementFront } from './front.ts'
import type { ServerHealth } from './server-health.ts'
import type { ManagementServices, Origins } from './services.ts'

/**
 * By a role's name: an API key of account `alpha` with that role. `user`: one of its user mia, a member. `session`: a console session of its user olga,
 * an owner; `forged`: the same without the CSRF token. `stranger`: an owner of account `beta`. `operator`: an owner of the first account.
 */
export type As = 'nobody' | 'bad token' | Role | 'user' | 'session' | 'forged' | 'stranger' | 'operator'

export interface Sent {
  /** `owner` unless given. */
  readonly as?: As
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is. */
  readonly raw?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  readonly secure?: boolean
  readonly address?: string
}

export interface Answer {
  readonly status: number
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly json: unknown
  /** What stands at the path, `buckets.0.name`, as the test expects it to be; undefined where nothing does. */
  pick<T = string>(path: string): T
  /** `404 NoSuchBucket`, `200`. */
  readonly outcome: string
  /** The error's message; '' where there is none. */
  readonly message: string
  readonly served: Served | undefined
}

export interface ManagementOptions extends ToggleLayer, MemoryStoreOptions {
  readonly otherRegions?: readonly Region[]
  /** Region of the deployment. */
  readonly region?: string
}

export const password = 'correct horse battery staple'

/** All that management acts on, over stores in memory: with a DNS that is a table, and a hash that takes no time. */
async function assemble({ profile, toggles, otherRegions = [], region = 'us-east-1', ...options }: ManagementOptions) {
  const store = createMemoryStore(options)
  const random = systemRandom
  const time = { now: Date.UTC(2026, 10, 20, 12) }
  const clock: Clock = { now: () => time.now, monotonic: () => time.now }
  const masterKey = new MasterKey(new Secret('00'.repeat(32)), random)
  const parts = { store, clock, random, masterKey }
  const accounts = new Accounts(parts)
  const settings = { profile, toggles: toggles ?? {}, acl: undefined, sigV2Header: undefined, sigV2Query: undefined }
  const activeMax = activeKeysMax(settings as Parameters<typeof activeKeysMax>[0])
  const accessKeys = new AccessKeys({ ...parts, activeMax })
  const regions = new Regions([{ name: region, aliases: [] }, ...otherRegions])
  const keyring = new Keyring({ metadata: store, masterKey, clock, random })
  await keyring.ensure()
  const shared = { metadata: store, accounts, clock, random, toggleLayers: [{ profile, toggles }] }
  const s3 = assembleServices({
    ...{ ...shared, blobs: openMemoryStore({ epoch: 1, random }), lockClock: clock, keyring, regions },
    ...{ endpoints: new Endpoints(['s3.test'], regions), lifecycleDaySeconds: 86_400 },
    ...{ inlineSizeMax: 16, cacheSize: 100_000 },
  })
  const assembled = assembleManagement({
    ...{ ...shared, services: s3, masterKey, accessKeys, origins },
    findCredential: createFindCredential(store, masterKey),
    settings: {
      domains: ['s3.test'],
      deliveryDomains: [],
      regions: [],
      dnsServers: [],
      httpThreads: 1,
      tlsListen: undefined,
    },
    health: () => Promise.resolve(health),
  })
  const dns = fakeDns()
  const passwords = new Passwords({ ...parts, slowHash: quickHash })
  const limits = new SignInLimits(parts)
  const services: ManagementServices = {
    ...assembled,
    passwords,
    signIn: createSignIn({ store, accounts, passwords, limits, sessions: assembled.sessions }),
    setupLinks: new SetupLinks({ ...parts, accounts, passwords, limits }),
    domains: new Domains({ ...parts, resolver: dns, ownDomains: ['s3.test'] }),
  }
  return { store, time, dns, masterKey, s3, services }
}

const origins: Origins = {
  s3: (name) => `https://${name}.s3.test`,
  delivery: ({ name, region }) => `https://${name.toLowerCase()}.media-storage.${region}.test`,
  content: () => 'https://uc.media-storage.us-east-1.test',
  domainTarget: 'media-storage.test',
  management: () => 'https://console.test',
}

const health: ServerHealth = {
  ...{ status: 'degraded', version: '1.2.3', node: '26.0.0', started: '2026-11-20 12:00:00', uptime_seconds: 1.5 },
  ...{ threads: 2, memory_bytes: 1e8, disk: [{ name: 'data', path: '/data', total: 10, free: 1 }] },
  checks: [{ name: 'Clock', status: 'warning', detail: 'it jumped' }],
}

/** The accounts, and the users of `alpha`. */
async function people({ store, services }: Assembled) {
  const { accounts, accessKeys, passwords } = services
  const { accountId: first } = await ensureFirstAccount({ store, accounts, accessKeys, chosen: undefined })
  const [{ id: alpha }, { id: beta }] = [await accounts.create('alpha'), await accounts.create('beta')]
  const mia = await accounts.users.create(alpha, 'mia', { role: 'member' })
  const olga = await accounts.users.create(alpha, 'olga', { role: 'owner' })
  await passwords.set(olga.id, password)
  return { accountIds: { first, alpha, beta }, users: { mia, olga } }
}

type Assembled = Awaited<ReturnType<typeof assemble>>
type People = Awaited<ReturnType<typeof people>>
type Headers = Readonly<Record<string, string>>

/** Makes the function that says by which headers each proves who they are; they are good for the half of a day. */
function createProofs({ services, time }: Assembled, { accountIds, users }: People): (as: As) => Promise<Headers> {
  const known = new Map<string, Promise<Headers>>()

  async function prove(as: As): Promise<Headers> {
    if (as === 'nobody') return {}
    if (as === 'bad token') return { authorization: 'Bearer e30.e30.e30' }
    if (as === 'forged') return { cookie: (await proofOf('session'))['cookie']! }
    if (as === 'session') {
      const about = { address: '192.0.2.1', agent: 'test' }
      const { token, session } = await services.signIn({ account: 'alpha', user: 'olga', password, ...about })
      const cookie = `__Host-entrepot-session=${token.reveal()}`
      return { cookie, 'x-csrf-token': services.sessions.csrfToken(session), 'sec-fetch-site': 'same-origin' }
    }
    if (as === 'operator') return bearer(accountIds.first, as, { role: 'owner' })
    if (as === 'stranger') return bearer(accountIds.beta, as, { role: 'owner' })
    return bearer(accountIds.alpha, as, as === 'user' ? { userId: users.mia.id } : { role: as })
  }

  async function bearer(accountId: string, name: string, of: { role?: Role; userId?: string }): Promise<Headers> {
    const apiKey = await services.apiKeys.create(accountId, name, of)
    return { authorization: `Bearer ${await services.accessTokens.issue(apiKey)}` }
  }

  function proofOf(as: As): Promise<Headers> {
    const key = `${as} ${Math.floor(time.now / halfDayMs)}`
    let proof = known.get(key)
    if (proof === undefined) known.set(key, (proof = prove(as)))
    return proof
  }
  return proofOf
}

const halfDayMs = 43_200_000

function requestOf(line: string, proof: Headers, sent: Sent): HttpRequest {
  const { secure = true, address = '192.0.2.7' } = sent
  const [method = '', target = ''] = line.split(/ (.*)/s)
  const [path = '', query = ''] = target.split(/\?(.*)/s)
  const bytes = Buffer.from(sent.raw ?? (sent.body === undefined ? '' : JSON.stringify(sent.body)))
  const json: Headers = sent.body === undefined ? {} : { 'content-type': 'application/json' }
  return {
    ...{ id: '0123456789ABCDEF', method, path, query, host: 'api.s3.test', rawHeaders: [], secure },
    headers: { ...json, ...proof, ...sent.headers },
    forwarded: { host: undefined, prefix: undefined },
    remoteAddress: address,
    contentLength: bytes.length,
    body: (async function* () {
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
    })(),
    signal: new AbortController().signal,
  }
}

export async function makeManagement(options: ManagementOptions = {}) {
  const assembled = await assemble(options)
  const { store, s3, services } = assembled
  const known = await people(assembled)
  const headersOf = createProofs(assembled, known)
  const faults: unknown[] = []
  const front = createManagementFront({ services, onFault: (error) => faults.push(error) })

  /** Sends `PUT /v1/…?query`, and gives what is answered. */
  async function send(line: string, sent: Sent = {}): Promise<Answer> {
    const request = requestOf(line, await headersOf(sent.as ?? 'owner'), sent)
    const answer = toAnswer(await front(request), request.served)
    if (answer.status === 500) throw faults.at(-1)
    assertHeaders(answer)
    const { status, headers, json: body } = answer
    const operation = request.served?.operation
    assertContract(operation === '' ? undefined : operation, { status, contentType: headers['content-type'], body })
    return answer
  }

  /** As send, of what must succeed. */
  async function done(line: string, sent: Sent = {}): Promise<Answer> {
    const answer = await send(line, sent)
    assert(answer.status < 300, `${line}: ${answer.status} ${answer.text}`)
    return answer
  }

  /** Puts an object, past S3. */
  async function put(bucketName: string, key: string, text: string): Promise<void> {
    await s3.objects.put(await s3.buckets.get(bucketName), key, bodyOf(text), putOptions)
  }

  return {
    ...{ ...assembled, ...known, send, done, put, headersOf },
    /** All that is recorded, keys and values, as one text. */
    recorded: (): string =>
      Buffer.concat(store.records.scan(Buffer.of(0), Buffer.of(0xff), { limit: 1_000_000 }).flat()).toString('latin1'),
    /** The audit log's entries, the oldest first. */
    audited: async () => (await services.auditLog.list({ limit: 1000 })).entries.toReversed(),
    /** Does what jobs have to do with buckets that are to be emptied. */
    async empty(): Promise<void> {
      const job = emptyBucketsJob(s3.emptier)
      while ((await job.work(new AbortController().signal)) === 'busy');
    },
  }
}

export type Management = Awaited<ReturnType<typeof makeManagement>>

/** What holds of every answer. */
function assertHeaders({ status, headers, text }: Answer): void {
  assert.equal(headers['cache-control'], 'no-store')
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(headers['x-request-id'], '0123456789ABCDEF')
  assert.equal(headers['access-control-allow-origin'], undefined)
  if (status === 401) assert.match(headers['www-authenticate'] ?? '', /^Bearer /, text)
  if (status === 405) assert.match(headers['allow'] ?? '', /^[A-Z]+(, [A-Z]+)*$/, text)
}

/** What stands at a path of names and indexes. */
const pickFrom = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], value)

function toAnswer({ status, headers, body }: HttpResponse, served: Served | undefined): Answer {
  assert.equal(headers.length % 2, 0)
  assert(typeof body === 'string')
  const named: Record<string, string> = {}
  for (let at = 0; at < headers.length; at += 2) named[headers[at]!.toLowerCase()] = headers[at + 1]!
  const json = JSON.parse(body) as { readonly error?: { readonly code: string; readonly message: string } }
  const { code, message = '' } = json.error ?? {}
  const outcome = code === undefined ? `${status}` : `${status} ${code}`
  const pick = <T>(path: string): T => pickFrom(json, path) as T
  return { status, headers: named, text: body, json, pick, outcome, message, served }
}
