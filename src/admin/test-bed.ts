/** The management API over stores in memory, for tests: with principals of every kind, and every answer held against the contract. */
import assert from 'node:assert/strict'
import { AccessKeys } from '../access/access-keys.ts'
import { Accounts } from '../access/accounts.ts'
import { createFindCredential } from '../access/find-credential.ts'
import { ensureFirstAccount } from '../access/first-account.ts'
import { Passwords } from '../access/passwords.ts'
import type { Role } from '../access/roles.ts'
import { MasterKey } from '../access/sealing.ts'
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
import type { PutOptions } from '../objects/objects.ts'
import { Regions, type Region } from '../objects/regions.ts'
import type { ToggleLayer } from '../objects/toggles.ts'
import { Endpoints } from '../s3/endpoints.ts'
import { Domains } from '../sites/domains.ts'
import { fakeDns } from '../sites/test-bed.ts'
import { assembleServices } from '../storage.ts'
import { assertContract } from './contract.fixture.ts'
import { createManagementFront } from './front.ts'
import type { ManagementServices } from './services.ts'

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

export async function makeManagement(options: ManagementOptions = {}) {
  const { profile, toggles, otherRegions = [], region = 'us-east-1', ...storeOptions } = options
  const store = createMemoryStore(storeOptions)
  const random = systemRandom
  const time = { now: Date.UTC(2026, 10, 20, 12) }
  const clock: Clock = { now: () => time.now, monotonic: () => time.now }
  const masterKey = new MasterKey(new Secret('00'.repeat(32)), random)
  const layer = { profile, toggles }
  const parts = { store, clock, random, masterKey }
  const accounts = new Accounts(parts)
  const settings = { acl: undefined, sigV2Header: undefined, sigV2Query: undefined, profile, toggles: toggles ?? {} }
  const accessKeys = new AccessKeys({
    ...parts,
    activeMax: activeKeysMax(settings as Parameters<typeof activeKeysMax>[0]),
  })
  const regions = new Regions([{ name: region, aliases: [] }, ...otherRegions])
  const keyring = new Keyring({ metadata: store, masterKey, clock, random })
  await keyring.ensure()
  const shared = { accounts, clock, random, toggleLayers: [layer] }
  const s3 = assembleServices({
    ...{ ...shared, metadata: store, blobs: openMemoryStore({ epoch: 1, random }), lockClock: clock, keyring, regions },
    ...{ endpoints: new Endpoints(['s3.test'], regions), lifecycleDaySeconds: 86_400 },
    ...{ inlineSizeMax: 16, cacheSize: 100_000 },
  })
  const assembled = assembleManagement({
    ...{ ...shared, services: s3, metadata: store, masterKey, accessKeys },
    findCredential: createFindCredential(store, masterKey),
    origins: {
      s3: (name) => `https://${name}.s3.test`,
      delivery: (bucket) => `https://${bucket.name.toLowerCase()}.media-storage.${bucket.region}.test`,
      domainTarget: 'media-storage.test',
    },
    settings: { domains: ['s3.test'], deliveryDomains: [], regions: [], dnsServers: [], httpThreads: 1 },
  })
  // What would take long or ask the network.
  const dns = fakeDns()
  const passwords = new Passwords({ ...parts, slowHash: quickHash })
  const limits = new SignInLimits(parts)
  const services: ManagementServices = {
    ...assembled,
    passwords,
    signIn: createSignIn({ store, accounts, passwords, limits, sessions: assembled.sessions }),
    domains: new Domains({ ...parts, resolver: dns, ownDomains: ['s3.test'] }),
  }
  const { accountId: firstId } = await ensureFirstAccount({ store, accounts, accessKeys, chosen: undefined })
  const alpha = await accounts.create('alpha')
  const beta = await accounts.create('beta')
  const mia = await accounts.users.create(alpha.id, 'mia', { role: 'member' })
  const olga = await accounts.users.create(alpha.id, 'olga', { role: 'owner' })
  await passwords.set(olga.id, password)

  const faults: unknown[] = []
  const front = createManagementFront({ services, onFault: (error) => faults.push(error) })

  const credentials = new Map<string, Promise<Readonly<Record<string, string>>>>()
  /** Good for the half of a day. */
  const headersOf = (as: As): Promise<Readonly<Record<string, string>>> => {
    const key = `${as} ${Math.floor(time.now / halfDayMs)}`
    let made = credentials.get(key)
    if (made === undefined) credentials.set(key, (made = prove(as)))
    return made
  }

  async function prove(as: As): Promise<Readonly<Record<string, string>>> {
    if (as === 'nobody') return {}
    if (as === 'bad token') return { authorization: 'Bearer e30.e30.e30' }
    if (as === 'forged') {
      const { cookie } = await headersOf('session')
      return { cookie: cookie! }
    }
    if (as === 'session') {
      const about = { address: '192.0.2.1', agent: 'test' }
      const { token, session } = await services.signIn({ account: 'alpha', user: 'olga', password, ...about })
      const cookie = `__Host-entrepot-session=${token.reveal()}`
      return { cookie, 'x-csrf-token': services.sessions.csrfToken(session), 'sec-fetch-site': 'same-origin' }
    }
    const owner = { name: as, role: 'owner' } as const
    if (as === 'operator') return bearer(firstId, owner)
    if (as === 'stranger') return bearer(beta.id, owner)
    return bearer(alpha.id, as === 'user' ? { name: 'user', userId: mia.id } : { name: as, role: as })
  }

  async function bearer(accountId: string, { name, ...of }: { name: string; role?: Role; userId?: string }) {
    const token = await services.accessTokens.issue(await services.apiKeys.create(accountId, name, of))
    return { authorization: `Bearer ${token}` }
  }

  /** Sends `PUT /v1/…?query`, and gives what is answered. */
  async function send(line: string, sent: Sent = {}): Promise<Answer> {
    const { as = 'owner', secure = true, address = '192.0.2.7' } = sent
    const [method = '', target = ''] = line.split(/ (.*)/s)
    const [path = '', query = ''] = target.split(/\?(.*)/s)
    const bytes = Buffer.from(sent.raw ?? (sent.body === undefined ? '' : JSON.stringify(sent.body)))
    const json: Record<string, string> = sent.body === undefined ? {} : { 'content-type': 'application/json' }
    const request: HttpRequest = {
      ...{ id: '0123456789ABCDEF', method, path, query, host: 'api.s3.test', rawHeaders: [], secure },
      headers: { ...json, ...(await headersOf(as)), ...sent.headers },
      forwarded: { host: undefined, prefix: undefined },
      remoteAddress: address,
      contentLength: bytes.length,
      body: (async function* () {
        for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
      })(),
      signal: new AbortController().signal,
    }
    const faultsBefore = faults.length
    const answer = toAnswer(await front(request), request.served)
    if (answer.status === 500) throw faults[faultsBefore]
    assertHeaders(answer)
    const operation = request.served?.operation
    assertContract(operation === '' ? undefined : operation, {
      status: answer.status,
      contentType: answer.headers['content-type'],
      body: answer.json,
    })
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
    const body = (async function* () {
      yield Buffer.from(text)
    })()
    await s3.objects.put(await s3.buckets.get(bucketName), key, body, putOptions)
  }

  return {
    ...{ store, time, dns, services, s3, masterKey, accountIds: { first: firstId, alpha: alpha.id, beta: beta.id } },
    ...{ users: { mia, olga }, send, done, put, headersOf, regions },
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

const halfDayMs = 43_200_000

const putOptions: PutOptions = { system: {}, metadata: {}, sizeMax: 100_000 }

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
