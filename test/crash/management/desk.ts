// What somebody has at hand who writes or reads through management: connections to every listener, an access token, and a bucket.

import type { Answer } from '../../../bench/load/endpoint.ts'
import type { Actor } from '../actor.ts'
import type { Client } from '../client.ts'
import type { Change, Known } from '../world.ts'
import { jsonOf } from './json-of.ts'
import type { Holder, Managers } from './managers.ts'

export class Desk {
  /** Of S3. */
  readonly client: Client
  readonly managers: Managers
  readonly holder: Holder
  /** The feature. */
  readonly name: string

  constructor(client: Client, managers: Managers, { name, holder }: { name: string; holder: Holder }) {
    this.client = client
    this.managers = managers
    this.name = name
    this.holder = holder
  }

  get bucket(): string {
    return this.client.bucket
  }

  /** `POST /v1/signing-keys`. */
  send(line: string, body?: object, headers: Readonly<Record<string, string>> = this.#token()): Promise<Answer> {
    const [method = '', target = ''] = line.split(' ')
    const client = this.client.beside(this.managers.server.adminEndpoint)
    if (body === undefined) return client.call({ method, target, headers })
    const typed = { 'content-type': 'application/json', ...headers }
    return client.call({ method, target, headers: typed, body: Buffer.from(JSON.stringify(body)) })
  }

  /** Throws unless it is answered with 2xx. */
  async ask<T>(line: string, body?: object): Promise<T> {
    return jsonOf(await this.send(line, body), line)
  }

  /** Asks delivery, on the bare address. */
  deliver(target: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const client = this.client.beside(this.managers.server.deliveryEndpoint)
    return client.call({ method: 'GET', target, headers })
  }

  /** The listener of S3, without a signature. */
  unsigned(method: string, target: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
    return this.client.beside(this.managers.server.endpoint).call({ method, target, headers })
  }

  #token(): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${this.holder.token}` }
  }
}

/** A change through management. */
export interface Order {
  id?: string
  /** In a few words. */
  kind: string
  /** The operation, as the audit log names it. */
  action: string
  line: string
  body?: object
  changes: Change[]
  refusals?: number[]
  /** What the answer tells of what was made. */
  knownBy?: (answer: Answer) => Known
}

/** Intent, request, outcome: as Actor.act. */
export function order(actor: Actor, desk: Desk, { id = actor.nextId(), line, body, ...act }: Order): Promise<Answer> {
  return actor.act({ knownBy: () => ({}), ...act, id, request: { line, send: () => desk.send(line, body) } })
}
