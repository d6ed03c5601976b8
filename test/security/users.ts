/** Users of accounts, and what their policies say: made with the server's own command line, and changed over the socket that it uses. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
// A policy is changed many times; a process for each would be all that the tests do.
import { callServer } from '../../src/admin/control-client.ts'
import { elements, type RawRequest } from '../harness/request.ts'
import { command, type TestServer } from '../harness/server.ts'
import type { Credentials } from '../harness/sign.ts'
import { run } from '../harness/tools.ts'
import { succeeds } from './two-accounts.ts'

export interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: '*' | { readonly AWS: string | readonly string[] }
  readonly NotPrincipal?: { readonly AWS: string | readonly string[] }
  readonly Action?: string | readonly string[]
  readonly NotAction?: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly NotResource?: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

export const policyOf = (...statements: readonly Statement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements })

/** A policy must say something. */
const nothing: Statement = { Effect: 'Deny', Action: 's3:GetObjectVersionTorrent', Resource: '*' }

/** The bucket, and all that is in it. */
export const allOf = (bucket: string): string[] => [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`]

/** A user, and what it signs with. */
export interface TestUser {
  readonly name: string
  readonly credentials: Credentials
  /** Replaces what its policy says. */
  may(...statements: readonly Statement[]): Promise<void>
}

/** A user of the account that may do what the statements say, and nothing else (its role lets it list buckets). */
export async function makeUser(
  server: TestServer,
  account: string,
  name: string,
  ...statements: readonly Statement[]
): Promise<TestUser> {
  const folder = await mkdtemp(join(tmpdir(), 'entrepot-policy-'))
  try {
    await writeFile(join(folder, 'policy.json'), policyOf(nothing, ...statements))
    const [program = '', ...args] = command
    const made = await run(
      program,
      [...args, 'users', 'create', account, name, '--policy', join(folder, 'policy.json'), '--json'],
      { env: server.env, cwd: tmpdir() },
    )
    const { accessKeyId, secretAccessKey } = JSON.parse(made) as Credentials
    return {
      name,
      credentials: { accessKeyId, secretAccessKey },
      may: (...changed) => setPolicy(server, { account, name }, changed),
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function setPolicy(
  server: TestServer,
  user: { readonly account: string; readonly name: string },
  statements: readonly Statement[],
): Promise<void> {
  // As `users create --policy` calls it.
  const answer = await callServer(server.dataFolder, 'policies.put', {
    ...user,
    policyName: 'first',
    policy: policyOf(nothing, ...statements),
  })
  assert.ok(answer !== undefined && 'result' in answer, JSON.stringify(answer))
}

/** The id of the account that a request is signed by: the harness's, unless it is signed by another. */
export async function accountIdOf(server: TestServer, credentials?: Credentials): Promise<string> {
  const request: RawRequest = credentials === undefined ? { path: '/' } : { path: '/', credentials }
  const [id = ''] = elements((await succeeds(server, request)).text, 'ID')
  assert.match(id, /^[0-9a-f]{64}$/)
  return id
}

/** Puts a bucket's policy, as the harness's account; no statements are none. */
export async function putPolicy(
  server: TestServer,
  bucket: string,
  ...statements: readonly Statement[]
): Promise<void> {
  const request = { path: `/${bucket}`, query: 'policy' }
  if (statements.length === 0) await succeeds(server, { ...request, method: 'DELETE' })
  else await succeeds(server, { ...request, method: 'PUT', body: policyOf(...statements) })
}
