// Who writes through management: each with an API key of their own, so that the audit log tells what each of them did, in order.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { TestDns } from '../../harness/dns.ts'
import { jsonOf } from './json-of.ts'
import { PlainClient } from '../plain-client.ts'

/** A server that was started for the test; its ports are known once it runs. */
export interface ManagedServer {
  readonly endpoint: string
  readonly adminEndpoint: string
  readonly deliveryEndpoint: string
  /** Its own, and of commands that are to see its data. */
  readonly environment: NodeJS.ProcessEnv
}

export interface Holder {
  /** Of the API key, by which the audit log names who did something. */
  readonly keyId: string
  /** An access token, good for a day. */
  readonly token: string
}

interface ApiKey {
  readonly id: string
  readonly api_key: string
}

const COMMAND = 'node src/main.ts'

export class Managers {
  readonly server: ManagedServer
  /** What the server asks for proofs of domains. */
  readonly dns: TestDns
  #operator: Promise<Holder> | undefined
  readonly #holders = new Map<string, Holder>()

  constructor(server: ManagedServer, dns: TestDns) {
    this.server = server
    this.dns = dns
  }

  /** The owner of the first account, whose API key is made by the command line while the server runs. */
  operator(): Promise<Holder> {
    return (this.#operator ??= this.#makeOperator())
  }

  /** Has an API key made for somebody. */
  async appoint(name: string): Promise<void> {
    const { token } = await this.operator()
    const client = new PlainClient(this.server.adminEndpoint)
    try {
      const body = Buffer.from(JSON.stringify({ name: `crash ${name}`, role: 'owner' }))
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const answer = await client.call({ method: 'POST', target: '/v1/api-keys', headers, body })
      this.#holders.set(name, await holderOf(client, jsonOf<{ api_key: ApiKey }>(answer).api_key))
    } finally {
      client.close()
    }
  }

  /** Throws where nobody of that name was appointed. */
  holder(name: string): Holder {
    const holder = this.#holders.get(name)
    if (holder === undefined) throw new Error(`${name} has no API key`)
    return holder
  }

  async #makeOperator(): Promise<Holder> {
    const command = `exec ${COMMAND} api-keys create operator --json`
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', command], { env: this.server.environment })
    const client = new PlainClient(this.server.adminEndpoint)
    return holderOf(client, JSON.parse(stdout) as ApiKey).finally(() => client.close())
  }
}

async function holderOf(client: PlainClient, { id, api_key }: ApiKey): Promise<Holder> {
  const answer = await client.call({ method: 'POST', target: `/v1/access_token/${api_key}` })
  return { keyId: id, token: jsonOf<{ access_token: string }>(answer).access_token }
}
