// Delivery as a subject of the reading scenarios: the bench's objects, read through delivery, with or without a token.

import { execFileSync } from 'node:child_process'
import { createPrivateKey, sign } from 'node:crypto'
import { parseEndpoint } from './load/endpoint.ts'
import type { Bench } from './scenarios/scenario.ts'
import type { ServerProcess } from './load/server-process.ts'

export interface DeliveryBenches {
  readonly public: Bench
  readonly signed: Bench
  /** `https://127.0.0.1:port`. */
  readonly tls: string
  readonly caFile: string
}

/** Two buckets that others filled: the first is made public, the second authenticated, with a token for all of it. */
export async function deliveryBenches(
  server: ServerProcess,
  command: string,
  open: Bench,
  closed: Bench,
): Promise<DeliveryBenches> {
  const call = await manager(server, command)
  await call('PUT', `/v1/buckets/${open.bucket}/policy/public`)
  await call('PUT', `/v1/buckets/${closed.bucket}/policy/authenticated`)
  const { signing_key: key } = (await call('POST', '/v1/signing-keys', { bucket: closed.bucket })) as {
    signing_key: { id: string; private_key: string }
  }
  const endpoint = parseEndpoint(server.deliveryEndpoint, undefined)
  const suffix = `?auth=${tokenOf(key)}`
  return {
    public: { ...open, endpoint },
    signed: { ...closed, endpoint: { ...endpoint, suffix } },
    tls: server.tlsEndpoint,
    caFile: `${server.data}/tls/ca.pem`,
  }
}

/** Requests to the management API, by a key that the command line makes. */
async function manager(server: ServerProcess, command: string) {
  const cli = command.replace(/ serve$/, ' api-keys create bench --json')
  const made = execFileSync('/bin/sh', ['-c', cli], { env: server.environment, encoding: 'utf8' })
  const { api_key } = JSON.parse(made) as { api_key: string }
  const ask = async (method: string, path: string, body: unknown, authorization: string): Promise<unknown> => {
    const response = await fetch(server.adminEndpoint + path, {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
    return response.json()
  }
  const answer = (await ask('POST', `/v1/access_token/${api_key}`, undefined, '')) as { access_token: string }
  return (method: string, path: string, body?: unknown) => ask(method, path, body, `Bearer ${answer.access_token}`)
}

function tokenOf({ id, private_key: pem }: { id: string; private_key: string }): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(Date.now() / 1000) + 86_400
  const signed = `${part({ alg: 'RS256', typ: 'JWT', kid: id })}.${part({ uri: '', exp })}`
  return `${signed}.${sign('sha256', Buffer.from(signed), createPrivateKey(pem)).toString('base64url')}`
}
