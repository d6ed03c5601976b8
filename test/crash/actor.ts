// Acts in a scene: one operation after the other, each entered in the ledger before it is sent and after it is answered, until the server is killed.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Answer, S3Request } from '../../bench/load/endpoint.ts'
import { headerOf } from '../../bench/load/endpoint.ts'
import { etagOf, type Client } from './client.ts'
import type { Dice } from './dice.ts'
import type { History } from './history.ts'
import type { Change, Item, Known } from './world.ts'

export interface ActorOptions {
  /** The scene, and what its keys begin with: `w0`. */
  scene: string
  name: string
  client: Client
  history: History
  dice: Dice
  /** Whether the server has been killed, or a violation ends the run. */
  stopped(): boolean
  /** Names the cycle, so that no two operations ever have the same id. */
  cycle: number
}

export interface Act {
  id: string
  kind: string
  /** Of S3, or another. */
  request: Omit<S3Request, 'bucket'> | OtherRequest
  /** As in Step. */
  changes: Change[]
  /** Answers that mean it was refused. Where there are changes, it may also be done. */
  refusals?: number[]
  /** As in Step. */
  action?: string
  /** What the answer tells of what was made; of an answer of S3, its id and ETag. */
  knownBy?: (answer: Answer) => Known
}

interface OtherRequest {
  /** For accounts of violations: `GET /v1/me`. */
  line: string
  send(): Promise<Answer>
}

export class Actor {
  readonly options: ActorOptions
  readonly dice: Dice
  /** How many operations of each kind were answered as they should be. */
  readonly tally = new Map<string, number>()
  operations = 0

  constructor(options: ActorOptions) {
    this.options = options
    this.dice = options.dice
  }

  /** Takes one step after the other until stopped, or until it is not known what became of an operation. */
  async run(step: (actor: Actor) => Promise<void>): Promise<void> {
    const { history, scene, stopped } = this.options
    while (!stopped() && !history.model.scenes.isUnsure(scene)) {
      await step(this)
      // A step may find nothing to do.
      await nextTurn()
    }
  }

  /** A new name for an operation. */
  nextId(): string {
    const { cycle, scene } = this.options
    return `op-${cycle}-${scene.replace(':', '-')}-${this.operations++}`
  }

  /** A key of this writer. */
  key(rest: string): string {
    return `${this.options.name}/${rest}`
  }

  /** What there is of a key. */
  list(key: string): readonly Item[] {
    return this.options.history.model.scenes.world(this.options.scene)[key] ?? []
  }

  /** The keys of which there is something, with it; those that begin with `prefix`. */
  entries(prefix = ''): [key: string, items: readonly Item[]][] {
    const world = this.options.history.model.scenes.world(this.options.scene)
    return Object.entries(world).filter(([key]) => key.startsWith(this.key(prefix)))
  }

  /** The current object of a key, if there is one. */
  current(key: string): Item | undefined {
    const [newest] = this.list(key)
    return newest?.is === 'object' ? newest : undefined
  }

  /** Intent, request, outcome. An answer other than those awaited is a violation, unless the server has been killed. */
  async act({ id, kind, request, changes, refusals = [], action, knownBy = ofS3 }: Act): Promise<Answer> {
    const { client, history, scene, stopped } = this.options
    await history.record({ type: 'step', scene, id, kind, changes, action })
    const answer = await ('send' in request ? request.send() : client.call(request))
    const { status } = answer
    // Deletions of many and long completions and moves tell of failures in an answer that began as a success.
    const done = status >= 200 && status <= 299 && !answer.body.includes('<Error>')
    const refused = status >= 400 && status <= 499
    if (done ? changes.length > 0 : refused && refusals.includes(status)) {
      const management = action === undefined ? {} : outcomeOf(answer)
      await history.record({ type: 'stepped', scene, id, done, known: done ? knownBy(answer) : {}, ...management })
      const count = done ? kind : `${kind} refused`
      this.tally.set(count, (this.tally.get(count) ?? 0) + 1)
    } else if ((status >= 200 && status <= 499) || (!stopped() && status !== 503)) {
      const why =
        status === 0 ? 'with a broken connection while the server ran' : answer.body.toString('utf8').slice(0, 300)
      history.violate(`${scene}: ${kind} ${targetOf(request)} (${id}) answered ${status} ${why}`)
    }
    return answer
  }
}

function ofS3(answer: Answer): Known {
  const id = headerOf(answer, 'x-amz-version-id') ?? /<UploadId>([^<]+)</.exec(answer.body.toString('latin1'))?.[1]
  return { id, etag: etagOf(answer) }
}

/** Of management: a refusal is a problem with a code. */
function outcomeOf(answer: Answer): { requestId: string | undefined; outcome: string | undefined } {
  const requestId = headerOf(answer, 'x-request-id')
  if (answer.status <= 299) return { requestId, outcome: 'done' }
  return { requestId, outcome: (JSON.parse(answer.body.toString('utf8')) as { title?: string }).title }
}

const targetOf = (request: Act['request']): string =>
  'send' in request ? request.line : `${request.method} ${request.key ?? '/'} ${JSON.stringify(request.query ?? [])}`
