/** A thread's transactions on their way to the writer, sent together once a turn of the event loop, and those that await its answer. */
import type { MessagePort } from 'node:worker_threads'
import { ApiError } from '../base/errors.ts'
import type { Changes } from './changes.ts'
import type { Claim } from './guard-table.ts'
import { type Answer, type Chunk, type Failure, outcome, pack, packedSize, type Submission } from './sqlite-protocol.ts'

/** The most bytes of one transaction. */
export const transactionSizeMax = 64 * 2 ** 20
/** The most transactions of a thread that await the writer; a further one is answered SlowDown. */
const pendingMax = 10_000
/** The most bytes, likewise. */
const pendingSizeMax = 256 * 2 ** 20
const chunkSize = 64 * 2 ** 10
/** Chunks kept for use again. */
const spareMax = 32

interface Pending {
  readonly resolve: (committed: boolean) => void
  readonly reject: (error: unknown) => void
  readonly size: number
}

export class Outbox {
  readonly #port: MessagePort
  /** In the order of sending, which is that of the answers. */
  #pending: Pending[] = []
  #pendingSize = 0
  #full: Chunk[] = []
  readonly #spare: ArrayBuffer[] = []
  #buffer = Buffer.alloc(0)
  #size = 0
  #transactions = 0
  #scheduled = false
  #broken: Error | undefined
  #drained: (() => void) | undefined

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (answer: Answer) => this.#receive(answer))
    port.on('close', () => this.#break())
  }

  /** True when the transaction is durable, false when its guards did not hold. */
  send(claim: Claim, changes: Changes): Promise<boolean> {
    if (this.#broken !== undefined) throw this.#broken
    const size = packedSize(claim, changes)
    if (size > transactionSizeMax) throw new RangeError(`a transaction of ${size} bytes is too large`)
    if (this.#pending.length >= pendingMax || this.#pendingSize + size > pendingSizeMax) throw new ApiError('SlowDown')
    if (this.#size + size > this.#buffer.length) this.#nextChunk(size)
    pack(claim, changes, this.#buffer, this.#size)
    this.#size += size
    this.#transactions++
    this.#pendingSize += size
    if (!this.#scheduled) {
      this.#scheduled = true
      setImmediate(() => this.#flush())
    }
    return new Promise((resolve, reject) => void this.#pending.push({ resolve, reject, size }))
  }

  /** Resolves when nothing awaits the writer any more. */
  async close(): Promise<void> {
    if (this.#pending.length > 0) await new Promise<void>((resolve) => (this.#drained = resolve))
    this.#broken ??= new ApiError('ServiceUnavailable')
  }

  #nextChunk(size: number): void {
    this.#endChunk()
    const memory = size > chunkSize ? new ArrayBuffer(size) : (this.#spare.pop() ?? new ArrayBuffer(chunkSize))
    this.#buffer = Buffer.from(memory)
  }

  #endChunk(): void {
    if (this.#transactions === 0) return
    const memory = this.#buffer.buffer
    this.#full.push({ memory, size: this.#size, transactions: this.#transactions })
    this.#buffer = Buffer.alloc(0)
    this.#size = 0
    this.#transactions = 0
  }

  #flush(): void {
    this.#scheduled = false
    this.#endChunk()
    const submission: Submission = { chunks: this.#full }
    this.#port.postMessage(
      submission,
      this.#full.map(({ memory }) => memory),
    )
    this.#full = []
  }

  #receive({ outcomes, failures, memories }: Answer): void {
    const answered = this.#pending.splice(0, outcomes.length)
    let failed = 0
    for (const [index, { resolve, reject, size }] of answered.entries()) {
      this.#pendingSize -= size
      if (outcomes[index] === outcome.failed) reject(errorOf(failures[failed++]!))
      else resolve(outcomes[index] === outcome.committed)
    }
    for (const memory of memories) {
      if (memory.byteLength === chunkSize && this.#spare.length < spareMax) this.#spare.push(memory)
    }
    if (this.#pending.length === 0) this.#drained?.()
  }

  /** The writer is gone: what became of the pending ones is unknown. */
  #break(): void {
    this.#broken ??= new ApiError('ServiceUnavailable', undefined, { cause: new Error('The writer has ended.') })
    for (const { reject } of this.#pending.splice(0)) reject(this.#broken)
    this.#drained?.()
  }
}

function errorOf({ code, message }: Failure): Error {
  const fault = new Error(message)
  return code === undefined ? fault : new ApiError(code, undefined, { cause: fault })
}
