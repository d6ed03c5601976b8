/**
 * A server with two threads that delivers, for attacks on it: an authenticated bucket with custom domains, its account's other bucket, one of
 * another account, and a public one. What is private there begins with `secret`, so that a leak is known when it is seen.
 */
import assert from 'node:assert/strict'
import {
  byS3,
  makeSigningKey,
  minted,
  openConnection,
  putObject,
  sitesOf,
  tokenOf,
  type Answer,
  type Connection,
  type SigningKey,
  type Site,
} from '../harness/delivery.ts'
import { startDns, type TestDns } from '../harness/dns.ts'
import { cli, clientOf, request, type ManagementClient } from '../harness/management.ts'
import { startServer, type StartOptions, type TestServer } from '../harness/server.ts'
import type { Credentials } from '../harness/sign.ts'

export const skip: string | false = process.env['ENTREPOT_TEST_ENDPOINT'] ? 'needs a server of its own' : false

/** Key → body, of each of the private buckets. */
const privateObjects: Readonly<Record<string, string>> = {
  a: 'secret a',
  ab: 'secret ab',
  'a/b': 'secret a/b',
  b: 'secret b',
  'private/x': 'secret x',
  'private/y/z': 'secret z',
  'private/long.txt': 'secret and long\n'.repeat(200),
  'private/list.m3u8': '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nsecret.ts\n#EXT-X-ENDLIST\n',
  'private/secret.ts': 'secret segment',
}

export interface World {
  readonly server: TestServer
  readonly dns: TestDns
  readonly apiKey: string
  readonly management: ManagementClient
  /** Authenticated, with the private objects; as are `neighbour`, of the same account, and `foreign`, of another one. */
  readonly vault: string
  readonly neighbour: string
  readonly foreign: string
  /** With one object, `hello`, for everybody. */
  readonly open: string
  readonly vaultKey: SigningKey
  readonly neighbourKey: SigningKey
  readonly foreignKey: SigningKey
  /** Of `vault`: a custom domain shows it, and another all of its account's. */
  readonly sites: readonly Site[]
  readonly stranger: Credentials
  stop(): Promise<void>
}

const domain = 'films.example.test'
const accountDomain = 'all.example.test'

export async function openWorld(options: StartOptions = {}): Promise<World> {
  const dns = await startDns()
  const env = {
    ENTREPOT_HTTP_THREADS: '2',
    ENTREPOT_TOKEN_LEEWAY_SECONDS: '0',
    ENTREPOT_DNS_SERVERS: dns.address,
    ...options.env,
  }
  const server = await startServer({ ...options, tls: true, env })
  const stop = async (): Promise<void> => {
    await server.stop()
    await dns.stop()
  }
  try {
    const { apiKey, management } = await manager(server)
    const stranger = await cli<Credentials>(server, 'accounts', 'create', 'stranger')
    const other = await manager(server, '--account', 'stranger')
    const [vault, neighbour, foreign, open] = ['vault', 'neighbour', 'foreign', 'open'] as const
    for (const [bucket, credentials] of [
      [vault, undefined],
      [neighbour, undefined],
      [foreign, stranger],
    ] as const) {
      const client = credentials === undefined ? management : other.management
      await byS3(server, { method: 'PUT', path: `/${bucket}`, ...(credentials && { credentials }) })
      await client.done(`PUT /v1/buckets/${bucket}/policy/authenticated`)
      for (const [key, body] of Object.entries(privateObjects))
        await putObject(server, bucket, key, bucket === vault ? body : `${body} of ${bucket}`, {
          ...(credentials && { credentials }),
        })
    }
    await byS3(server, { method: 'PUT', path: `/${open}` })
    await management.done(`PUT /v1/buckets/${open}/policy/public`)
    await putObject(server, open, 'hello', 'hello')
    await addDomain(management, dns, { name: domain, bucket: vault })
    await addDomain(management, dns, { name: accountDomain })
    return {
      ...{ server, dns, apiKey, management, vault, neighbour, foreign, open, stranger, stop },
      vaultKey: await makeSigningKey(management, vault),
      neighbourKey: await makeSigningKey(management, neighbour),
      foreignKey: await makeSigningKey(other.management, foreign),
      sites: sitesOf(server, vault, { domain, accountDomain }),
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function manager(
  server: TestServer,
  ...options: string[]
): Promise<{ apiKey: string; management: ManagementClient }> {
  const { api_key: apiKey } = await cli<{ api_key: string }>(server, 'api-keys', 'create', 'attacks', ...options)
  const { json } = await request(server, `POST /v1/access_token/${apiKey}`)
  const { access_token: token } = json as { access_token: string }
  minted.push(token)
  return { apiKey, management: clientOf(server, token) }
}

/** Creates a custom domain and verifies it by the DNS; gives its id. */
export async function addDomain(
  management: ManagementClient,
  dns: TestDns,
  body: { readonly name: string; readonly bucket?: string },
): Promise<string> {
  const { domain: created } = await management.done<{ domain: { id: string; verification: Record<string, string> } }>(
    'POST /v1/domains',
    body,
  )
  const { txt_name: name = '', txt_value: value = '' } = created.verification
  dns.setRecords([{ name, type: 'TXT', value }])
  await management.done(`POST /v1/domains/${created.id}/verify`)
  return created.id
}

/** In seconds since 1970. */
export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds

/** Opens the whole of `vault` for ten minutes. */
export const wholeToken = ({ vaultKey }: World, more: object = {}): string =>
  tokenOf(vaultKey, { uri: '', exp: inSeconds(600), ...more })

/** A host that is visited by one protocol: the `turn`th of `turns` by which it is. */
interface Visited {
  readonly host: string
  readonly root: string
  readonly what: string
  readonly turn: number
  readonly turns: number
}

/** Each site by each of its protocols, on a connection that is kept open for it. */
export async function everywhere(
  { server, sites }: Pick<World, 'server' | 'sites'>,
  visit: (site: Visited, connection: Connection) => Promise<void>,
): Promise<void> {
  for (const { what, root, over: all, hostOver } of sites)
    for (const [turn, over] of all.entries()) {
      const host = hostOver(over)
      const connection = openConnection(server, over, host.replace(/:\d+$/, ''))
      try {
        await visit({ host, root, what: `${what}, ${over}`, turn, turns: all.length }, connection)
      } finally {
        connection.close()
      }
    }
}

/** Is refused as delivery refuses: a short 403 that nothing keeps, with nothing private and no token in it. */
export function assertRefused(answer: Answer, what: string, statuses: readonly number[] = [403]): void {
  const { status, headers, text } = answer
  assert.ok(statuses.includes(status), `${what}: ${status} ${text.slice(0, 200)}`)
  assert.match(headers['cache-control'] ?? '', /no-store/, what)
  assert.equal(headers['cache-status'], undefined, what)
  assert.equal(headers['set-cookie'], undefined, what)
  assert.equal(headers['etag'], undefined, what)
  assert.doesNotMatch(text, /secret/, what)
  assert.ok(text.length < 1000, `${what}: ${text.length} characters`)
  for (const token of minted) assert.ok(!text.includes(signatureOf(token)), `${what}: the token`)
}

/** What makes a token of its claims; one that is too short to be any is passed over. */
export function signatureOf(token: string): string {
  const signature = token.split('.').at(-1) ?? ''
  return signature.length < 20 ? token : signature
}
