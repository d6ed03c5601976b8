/**
 * Keeps why requests were refused. Each thread has one: what is refused waits in memory, as references, and once a second is put into words and kept
 * among the records.
 *
 * It costs a request that is not refused nothing, and one that is, next to nothing. What comes faster than it may wait is counted and forgotten; those
 * who did not prove who they are, and each account, have their own share, so that nobody's refusals are lost for another's. What a crash or a power cut
 * finds in memory is lost.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import type { RequestEnd } from '../http/listener.ts'
import type { HttpRequest, Served } from '../http/message.ts'
import type { Explanation, Refused } from '../http/refused.ts'
import { redactTarget } from '../observe/redact.ts'
import { presentable, presentableExplanation } from './presentable.ts'
import type { RefusalLog } from './refusal-log.ts'
import type { Refusal } from './refusal.ts'

export interface RefusalRecorderParts {
  readonly log: Pick<RefusalLog, 'add'>
  readonly clock: Pick<Clock, 'now'>
  /** Told of what could not be kept or explained; it is not tried again. */
  readonly onFault?: (error: unknown) => void
}

/** Of those who were proved, and of strangers, each: how many may wait. */
const waitingMax = 128
/** Of these, of one account; and of those that are nobody's. */
const waitingOfAccountMax = 32
const flushMs = 1000
/** Put into words without letting requests have their turn. */
const explainedAtOnce = 16
/** Kept in one transaction. */
const keptAtOnce = 128

interface Waiting {
  readonly request: HttpRequest
  readonly served: Served
  readonly refused: Refused
  readonly remoteAddress: string
  readonly atMs: number
}

export type RefusedEnd = Pick<RequestEnd, 'request' | 'status'>

export class RefusalRecorder {
  readonly #parts: RefusalRecorderParts
  readonly #proved = new Share()
  readonly #strangers = new Share()
  #timer: NodeJS.Timeout | undefined
  #flushing: Promise<void> | undefined

  constructor(parts: RefusalRecorderParts) {
    this.#parts = parts
  }

  /** How many were not kept since there were too many at a time. */
  get dropped(): number {
    return this.#proved.dropped + this.#strangers.dropped
  }

  /** Never throws. */
  record({ request, status }: RefusedEnd): void {
    const { served } = request
    const refused = served?.refused
    // A client that has gone was told nothing that it could ask about.
    if (refused === undefined || status === 499 || !isKept(refused, served!)) return
    const { accountId, bucket } = served!
    const share = accountId === undefined ? this.#strangers : this.#proved
    if (!share.admits(accountId ?? bucket?.accountId ?? '')) return
    const { remoteAddress } = request
    share.waiting.push({ request, served: served!, refused, remoteAddress, atMs: this.#parts.clock.now() })
  }

  /** Keeps what waits, every second and in `stop`. */
  start(): void {
    this.#timer ??= setInterval(() => void this.flush(), flushMs).unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    // One that is under way knows nothing of what came since it began.
    await this.flush()
    await this.flush()
  }

  /** Keeps what waits; while one is under way there is no other, so that no more waits than may. Never rejects. */
  flush(): Promise<void> {
    this.#flushing ??= this.#keep().finally(() => (this.#flushing = undefined))
    return this.#flushing
  }

  async #keep(): Promise<void> {
    const waiting = [...this.#proved.take(), ...this.#strangers.take()]
    for (let at = 0; at < waiting.length; at += keptAtOnce) {
      const refusals = await this.#refusalsOf(waiting.slice(at, at + keptAtOnce))
      try {
        await this.#parts.log.add(refusals)
      } catch (error) {
        this.#parts.onFault?.(error)
      }
    }
  }

  async #refusalsOf(waiting: readonly Waiting[]): Promise<readonly Refusal[]> {
    const refusals: Refusal[] = []
    for (const [index, each] of waiting.entries()) {
      try {
        refusals.push(await this.#refusalOf(each))
      } catch (error) {
        this.#parts.onFault?.(error)
      }
      if (index % explainedAtOnce === explainedAtOnce - 1) await turn()
    }
    return refusals
  }

  async #refusalOf({ request, served, refused, remoteAddress, atMs }: Waiting): Promise<Refusal> {
    const explanation = await this.#explain(refused)
    const { claimed } = explanation
    const bucket = served.bucket ?? explanation.bucket
    const asker = served.accountId ?? claimed?.accountId
    const accounts = [asker, bucket?.accountId].filter((account) => account !== undefined)
    const shown = (text: string | undefined): string | undefined => text && presentable(text)
    return {
      ...{ requestId: request.id, atMs, front: served.front, method: presentable(request.method, 32) },
      host: presentable(request.forwarded.host ?? request.host, 256),
      path: explanation.path ?? (served.front === 'management' ? '' : presentable(redactTarget(request), 2048)),
      ...{ status: refused.status, code: refused.code, message: presentable(refused.message) },
      operation: served.operation === '' ? undefined : served.operation,
      bucket: shown(bucket?.name),
      key: shown(served.key),
      accessKeyId: shown(served.accessKeyId ?? claimed?.accessKeyId),
      address: remoteAddress,
      accounts: [...new Set(accounts)],
      proved: served.accountId !== undefined,
      ...presentableExplanation(explanation),
    }
  }

  /** That it cannot be explained does not keep it from being kept. */
  async #explain(refused: Refused): Promise<Explanation> {
    try {
      return await refused.explain()
    } catch (error) {
      this.#parts.onFault?.(error)
      return { checks: [], differences: [], advice: [] }
    }
  }
}

/** What waits of those who were proved, or of strangers. */
class Share {
  waiting: Waiting[] = []
  dropped = 0
  readonly #counts = new Map<string, number>()

  /** Whether one more may wait that is of this account. */
  admits(accountId: string): boolean {
    const count = this.#counts.get(accountId) ?? 0
    if (this.waiting.length >= waitingMax || count >= waitingOfAccountMax) {
      this.dropped++
      return false
    }
    this.#counts.set(accountId, count + 1)
    return true
  }

  take(): readonly Waiting[] {
    const taken = this.waiting
    this.waiting = []
    this.#counts.clear()
    return taken
  }
}

const keptStatuses: ReadonlySet<number> = new Set([
  400, 401, 403, 405, 409, 411, 412, 413, 415, 416, 429, 501, 503, 507,
])

/**
 * What is not there is no refusal, but where delivery says so of what it does not show; and neither is the answer to a reader's condition. These are
 * too many, and everybody knows what they mean.
 */
function isKept({ status, code }: Refused, { front, operation }: Served): boolean {
  if (status === 404) return front === 'delivery' && code !== 'NoSuchKey'
  if (status === 412) return front === 's3' && !/^(?:Get|Head)/.test(operation)
  return keptStatuses.has(status)
}
