// One of the writers: does one operation after the other, each entered in the ledger before it is sent and after it is answered, until
// the server is killed.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, S3Request } from '../../bench/load/endpoint.ts'
import { bodyOf, md5 } from './bodies.ts'
import { etagOf, type Client } from './client.ts'
import { sha256 } from '../../bench/load/endpoint.ts'
import type { Dice } from './dice.ts'
import { describe, same, type Condition, type Content, type Effect, type Intent } from './entries.ts'
import type { History } from './history.ts'
import { stepUpload } from './upload-step.ts'

/** Keys that every writer fights for; their names bear no writer's. */
const CONTENDED = 5

/** What a writer is given. */
export interface WriterOptions {
  /** Names its own keys. */
  name: string
  client: Client
  history: History
  dice: Dice
  /** Whether the server has been killed, or a violation ends the run. */
  stopped(): boolean
  /** Names the cycle, so that no two operations ever have the same id. */
  cycle: number
}

export class Writer {
  readonly options: WriterOptions
  operations = 0

  constructor(options: WriterOptions) {
    this.options = options
  }

  /** Works until stopped. */
  async run(): Promise<void> {
    const { dice, stopped } = this.options
    while (!stopped()) {
      const roll = dice.below(100)
      if (roll < 28) await this.#put(this.#key('small', 10), dice.below(4096))
      else if (roll < 38) await this.#put(this.#key('large', 5), 65_536 + dice.below(700_000))
      else if (roll < 52) await this.#putIf(this.#key('small', 10))
      else if (roll < 61) await this.#copy()
      else if (roll < 68) await this.#delete()
      else if (roll < 72) await this.#deleteObjects()
      else if (roll < 80) await stepUpload(this, this.#key('upload', 2))
      else if (roll < 94) await this.#contend()
      else await this.#read()
    }
  }

  /** A new name for an operation. */
  nextId(): string {
    return `op-${this.options.cycle}-${this.options.name}-${this.operations++}`
  }

  /** Intent, request, outcome. An answer that no server that is up should give is a violation. */
  async perform(intent: Omit<Intent, 'type'>, request: Omit<S3Request, 'bucket'>): Promise<Answer> {
    const { client, history, stopped } = this.options
    await history.record({ type: 'intent', ...intent })
    const answer = await client.call(request)
    const failed = answer.status === 200 && answer.body.includes('<Error>')
    const status = failed ? 500 : answer.status
    if (!stopped() && (status === 0 || (status >= 500 && status !== 503))) {
      const why =
        status === 0 ? 'with a broken connection while the server ran' : answer.body.toString('utf8').slice(0, 300)
      history.violate(`${intent.kind} ${intent.key} (${intent.id}) answered ${status} ${why}`)
    }
    const uploadId = /<UploadId>([^<]+)</.exec(answer.body.toString('latin1'))?.[1]
    await history.record({ type: 'outcome', id: intent.id, status, etag: etagOf(answer), uploadId })
    // Too busy: give it a moment.
    if (status === 503) await sleep(20)
    return answer
  }

  #key(kind: string, count: number): string {
    return `${this.options.name}/${kind}/${this.options.dice.below(count)}`
  }

  async #put(key: string, size: number, condition?: Condition): Promise<void> {
    const id = this.nextId()
    const body = bodyOf(id, size)
    await this.perform(
      {
        id,
        kind: 'put',
        key,
        effects: [{ key, state: contentOf(id, body) }],
        ...(condition === undefined ? {} : { condition }),
      },
      {
        method: 'PUT',
        key,
        body,
        headers: { 'x-amz-meta-op': id, ...headersFor(condition) },
        payloadHash: sha256(body),
      },
    )
  }

  /** A conditional put on an own key, which must be decided by what it is known to be. */
  async #putIf(key: string): Promise<void> {
    const { dice, history } = this.options
    const state = history.model.certain(key)
    if (state === undefined) return
    const etag = state?.etag
    const condition: Condition =
      etag === undefined || dice.chance(40)
        ? { ifNoneMatch: '*' }
        : { ifMatch: dice.chance(70) ? etag : 'd41d8cd98f00b204e9800998ecf8427e' }
    await this.#put(key, dice.below(4096), condition)
  }

  async #copy(): Promise<void> {
    const { client, dice } = this.options
    const [source, content] = this.#present() ?? []
    if (source === undefined || content === undefined) return
    const id = this.nextId()
    const key = this.#key('copy', 4)
    if (key === source) return
    // A copy takes the metadata along, so its op is the source's.
    const effects: Effect[] = [{ key, state: { sha256: content.sha256, size: content.size, op: content.op } }]
    const replace = dice.chance(30)
    if (replace) effects[0] = { key, state: { sha256: content.sha256, size: content.size, op: id } }
    const directive: Record<string, string> = replace
      ? { 'x-amz-metadata-directive': 'REPLACE', 'x-amz-meta-op': id }
      : {}
    const headers = { 'x-amz-copy-source': `/${client.bucket}/${source}`, ...directive }
    await this.perform({ id, kind: 'copy', key, effects }, { method: 'PUT', key, headers })
  }

  async #delete(): Promise<void> {
    const { dice } = this.options
    const key = this.#key(dice.pick(['small', 'large', 'copy', 'upload']), 5)
    await this.perform(
      { id: this.nextId(), kind: 'delete', key, effects: [{ key, state: null }] },
      { method: 'DELETE', key },
    )
  }

  async #deleteObjects(): Promise<void> {
    const { dice } = this.options
    const keys = [
      ...new Set(Array.from({ length: 2 + dice.below(4) }, () => this.#key(dice.pick(['small', 'copy']), 10))),
    ]
    const body = Buffer.from(`<Delete>${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('')}</Delete>`)
    const headers = { 'content-md5': Buffer.from(md5(body), 'hex').toString('base64') }
    await this.perform(
      {
        id: this.nextId(),
        kind: 'deleteObjects',
        key: keys[0] as string,
        effects: keys.map((key) => ({ key, state: null })),
      },
      { method: 'POST', query: [['delete', '']], headers, body, payloadHash: sha256(body) },
    )
  }

  /** Creates, replaces or deletes a key that all fight for, by the version that was just read. */
  async #contend(): Promise<void> {
    const { client, cycle, dice, stopped } = this.options
    // The first one is only ever created: of all who try, one wins. It is a new key in each cycle.
    const number = dice.below(CONTENDED)
    const key = number === 0 ? `contended/once-${cycle}` : `contended/${number}`
    const answer = await client.call({ method: 'HEAD', key })
    if (stopped() || answer.status === 0) return
    const etag = answer.status === 200 ? etagOf(answer) : undefined
    if (number === 0 && etag !== undefined && dice.chance(80)) return
    const id = this.nextId()
    const creates = number === 0 || etag === undefined
    const condition: Condition = creates ? { ifNoneMatch: '*' } : { ifMatch: etag }
    if (!creates && dice.chance(25)) {
      await this.perform(
        { id, kind: 'delete', key, effects: [{ key, state: null }], condition, contended: true },
        { method: 'DELETE', key, headers: headersFor(condition) },
      )
      return
    }
    const body = bodyOf(id, dice.chance(20) ? 100_000 : dice.below(2000))
    await this.perform(
      { id, kind: 'put', key, effects: [{ key, state: contentOf(id, body) }], condition, contended: true },
      { method: 'PUT', key, body, headers: { 'x-amz-meta-op': id, ...headersFor(condition) } },
    )
  }

  /** Reads an own key: what was acknowledged must be there at once. */
  async #read(): Promise<void> {
    const { client, dice, history, stopped } = this.options
    const key = this.#key(dice.pick(['small', 'large', 'copy', 'upload']), 5)
    const legal = history.model.legal(key)
    try {
      const found = await client.read(key)
      if (legal.some((state) => same(state, found))) return
      history.violate(`${key} reads ${describe(found)}, not ${legal.map(describe).join(' or ')}, while the server ran`)
    } catch (error) {
      if (!stopped()) history.violate((error as Error).message)
    }
  }

  /** One of this writer's objects that is certainly there. */
  #present(): [string, Content] | undefined {
    const { dice, history, name } = this.options
    const present: [string, Content][] = []
    for (const key of history.model.owned.keys()) {
      if (!key.startsWith(`${name}/`)) continue
      const state = history.model.certain(key)
      if (state !== undefined && state !== null) present.push([key, state])
    }
    return present.length === 0 ? undefined : dice.pick(present)
  }
}

function contentOf(op: string, body: Buffer): Content {
  return { sha256: sha256(body), size: body.length, etag: md5(body), op }
}

function headersFor(condition: Condition | undefined): Record<string, string> {
  if (condition?.ifNoneMatch !== undefined) return { 'if-none-match': '*' }
  return condition?.ifMatch === undefined ? {} : { 'if-match': `"${condition.ifMatch}"` }
}
