/**
 * The body of a request, pulled: read from the socket only as fast as it is asked for, within a bounded buffer, and watched for clients
 * that send too slowly. A hand-written iterator, since `for await` over node's stream costs several microseconds a request.
 */
import assert from 'node:assert/strict'
import type { Readable } from 'node:stream'
import { ApiError } from '../base/errors.ts'
import type { Limits } from './limits.ts'

/** An answer that can say 100 first. */
interface Continuing {
  writeContinue(): void
}

type Result = IteratorResult<Uint8Array, undefined>

const end: Result = { done: true, value: undefined }
const ended: Promise<Result> = Promise.resolve(end)

export class RequestBody implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, undefined> {
  /** Bytes that came so far. */
  received = 0
  /** It was asked for. */
  started = false
  /** It was ended for the client's slowness. */
  tooSlow = false
  readonly #message: Readable
  /** Who waits for 100-continue. */
  readonly #response: Continuing | undefined
  readonly #size: number | undefined
  readonly #limits: Limits
  readonly #chunks: Uint8Array[] = []
  #buffered = 0
  #paused = false
  #taken = false
  #complete = false
  #failure: Error | undefined
  #resolve: ((result: Result) => void) | undefined
  #reject: ((error: Error) => void) | undefined
  /** Of the current window: for how long the consumer waited, and what had come before. */
  #waitedMs = 0
  #receivedBefore = 0

  /** `size` is the declared one; `awaiting100` the response on which to say 100, if the client waits for it. */
  constructor(message: Readable, size: number | undefined, limits: Limits, awaiting100: Continuing | undefined) {
    this.#message = message
    this.#size = size
    this.#limits = limits
    this.#response = awaiting100
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    assert(!this.#taken, 'a request body is read once')
    this.#taken = true
    return this
  }

  next(): Promise<Result> {
    const chunk = this.#chunks.shift()
    if (chunk !== undefined) {
      this.#buffered -= chunk.length
      if (this.#paused && this.#buffered < this.#limits.bodyBufferSize / 2) {
        this.#paused = false
        this.#message.resume()
      }
      return Promise.resolve({ done: false, value: chunk })
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#complete) return ended
    assert(this.#resolve === undefined, 'one pull at a time')
    return new Promise<Result>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      if (!this.started) this.#start()
    })
  }

  /** The consumer wants no more; what is still to come is drained, or the connection closed, when the answer is sent. */
  return(): Promise<Result> {
    this.#stop(new Error('the consumer left the request body'))
    return ended
  }

  /** Ends the body with an error, unless it has ended. */
  fail(error: Error): void {
    if (!this.#complete) this.#stop(error)
  }

  /** Applies the rule of the minimum rate; to be called every `elapsedMs`. */
  sweep(elapsedMs: number): void {
    if (this.#resolve === undefined) return
    this.#waitedMs += elapsedMs
    const { bodyRateMin, bodyRateWindowSeconds } = this.#limits
    if (this.#waitedMs < bodyRateWindowSeconds * 1000) return
    const came = this.received - this.#receivedBefore
    if (came < (bodyRateMin * this.#waitedMs) / 1000) {
      this.tooSlow = true
      this.#stop(new ApiError('RequestTimeout'))
    }
    this.#waitedMs = 0
    this.#receivedBefore = this.received
  }

  #start(): void {
    this.started = true
    this.#response?.writeContinue()
    this.#message.on('data', this.#onData)
    if (this.#size === undefined) this.#message.on('end', this.#onEnd)
  }

  #onData = (chunk: Buffer): void => {
    this.received += chunk.length
    if (this.#failure !== undefined) return
    if (this.received === this.#size) this.#complete = true
    const resolve = this.#resolve
    if (resolve !== undefined) {
      this.#resolve = this.#reject = undefined
      resolve({ done: false, value: chunk })
      return
    }
    this.#chunks.push(chunk)
    this.#buffered += chunk.length
    if (!this.#complete && !this.#paused && this.#buffered >= this.#limits.bodyBufferSize) {
      this.#paused = true
      this.#message.pause()
    }
  }

  #onEnd = (): void => {
    if (this.#failure !== undefined) return
    this.#complete = true
    this.#resolve?.(end)
    this.#resolve = this.#reject = undefined
  }

  #stop(error: Error): void {
    this.#failure ??= error
    this.#chunks.length = 0
    this.#buffered = 0
    if (this.started && !this.#complete && !this.#paused) {
      this.#paused = true
      this.#message.pause()
    }
    this.#reject?.(this.#failure)
    this.#resolve = this.#reject = undefined
  }
}

/** The body of a request that has none. */
export const emptyBody: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({ next: () => ended }),
}
