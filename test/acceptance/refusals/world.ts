/** What the tests of refusals have in common: two accounts with what refuses them, and the question why. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeSigningKey, type SigningKey } from '../../harness/delivery.ts'
import { cli, managementClient, type ManagementClient } from '../../harness/management.ts'
import { send } from '../../harness/request.ts'
import { startServer, type TestServer } from '../../harness/server.ts'
import type { Credentials } from '../../harness/sign.ts'

export interface Check {
  readonly name: string
  readonly outcome: string
  readonly detail: string
}

export interface Refusal {
  readonly request_id: string
  readonly front: string
  readonly code: string
  readonly status: number
  readonly path: string
  readonly operation: string | null
  readonly bucket: string | null
  readonly key: string | null
  readonly access_key_id: string | null
  readonly checks: readonly Check[]
  readonly differences: readonly { readonly name: string; readonly sent: string; readonly expected: string }[]
  readonly canonical_request: string | null
  readonly string_to_sign: string | null
  readonly advice: readonly string[]
}

export interface World {
  readonly server: TestServer
  /** Account alpha, whose bucket films is; a user of it; and another account. */
  readonly alpha: Credentials
  readonly mia: Credentials
  readonly beta: Credentials
  readonly owner: ManagementClient
  readonly stranger: ManagementClient
  readonly operator: ManagementClient
  readonly key: SigningKey
  readonly otherKey: SigningKey
}

const film = 'arn:aws:s3:::films/film/*'
/** What nothing that is told or kept may hold. */
export const secrets: string[] = []
/** All that was answered about refusals. */
export const told: string[] = []
const policy = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'NoSecrets',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::films/secret/*',
    },
    {
      Sid: 'Office',
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: film,
      Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
    },
  ],
}

export async function openWorld(): Promise<World> {
  const server = await startServer({
    env: {
      ENTREPOT_HTTP_THREADS: '2',
      ENTREPOT_SIG_V2_HEADER: 'off',
      ENTREPOT_PUBLIC_ORIGINS: 'https://cdn.example.com',
    },
  })
  const [alpha, beta] = [
    await cli<Credentials>(server, 'accounts', 'create', 'alpha'),
    await cli<Credentials>(server, 'accounts', 'create', 'beta'),
  ]
  const [owner, stranger] = [
    await managementClient(server, ['--account', 'alpha']),
    await managementClient(server, ['--account', 'beta']),
  ]
  const operator = await managementClient(server)
  for (const name of ['films', 'shut', 'locked', 'blocked']) await owner.done('POST /v1/buckets', { name })
  await owner.done('POST /v1/users', { name: 'mia', role: 'member' })
  const deny = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 's3:PutObject', Resource: film }] }
  await owner.done('PUT /v1/users/mia/policies/no-film', deny)
  const { access_key: made } = await owner.done<{ access_key: { access_key_id: string; secret_access_key: string } }>(
    'POST /v1/access-keys',
    { user: 'mia' },
  )
  const mia = { accessKeyId: made.access_key_id, secretAccessKey: made.secret_access_key }
  for (const key of ['film/a', 'secret/a']) await put(server, `/films/${key}`, alpha)
  await owner.done('PUT /v1/buckets/films/settings/policy', policy)
  await put(server, '/blocked/a', alpha)
  const open = [
    { Sid: 'Open', Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::blocked/*' },
  ]
  await owner.done('PUT /v1/buckets/blocked/settings/policy', { Version: '2012-10-17', Statement: open })
  await owner.done('PUT /v1/buckets/blocked/settings/public-access-block', { RestrictPublicBuckets: true })
  await owner.done('PATCH /v1/buckets/shut', { delivery_enabled: false })
  const [key, otherKey] = [await makeSigningKey(owner, 'films'), await makeSigningKey(owner, 'locked')]
  secrets.push(...[alpha, mia, beta, server].map(({ secretAccessKey }) => secretAccessKey))
  secrets.push(owner.token, stranger.token, operator.token, key.private_key)
  return { server, alpha, mia, beta, owner, stranger, operator, key, otherKey }
}

async function put(server: TestServer, path: string, credentials: Credentials): Promise<void> {
  assert.equal((await send(server, { method: 'PUT', path, body: 'x', credentials })).status, 200)
}

/** Asks until it is there: it is kept a second or so after the answer. */
export async function why(id: string | string[] | undefined, as: ManagementClient): Promise<Refusal> {
  for (let time = 0; time < 200; time++) {
    const { status, json, text } = await as.send(`GET /v1/refusals/${String(id)}`)
    told.push(text)
    if (status === 200) return (json as { refusal: Refusal }).refusal
    await sleep(50)
  }
  throw new Error(`nothing is known of ${String(id)}`)
}

/** The check that failed; those before it have passed, and those after it were not reached. */
export function failedOf({ checks }: Refusal): Check {
  const at = checks.findIndex(({ outcome }) => outcome === 'failed')
  assert(at >= 0, JSON.stringify(checks))
  for (const [index, { outcome, name }] of checks.entries())
    assert.equal(outcome, index === at ? 'failed' : index < at ? 'passed' : 'not reached', name)
  return checks[at]!
}

export const differing = ({ differences }: Refusal): readonly string[] =>
  differences.map(({ name, sent, expected }) => `${name}: ${sent} | ${expected}`)
