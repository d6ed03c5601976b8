// What a scenario is, and what it is given.

import type { Connection } from '../load/connection.ts'
import type { Endpoint } from '../load/endpoint.ts'
import type { LoadResult } from '../load/run-load.ts'
import type { ServerProcess } from '../load/server-process.ts'

/** Whether bodies of uploads are signed by their hash or sent as UNSIGNED-PAYLOAD. */
export type Payload = 'signed' | 'unsigned'

/** One bench in progress: where to, how long, how large. */
export interface Bench {
  endpoint: Endpoint
  /** For what is not measured: buckets, fills, checks. */
  control: Connection
  /** The bucket for everything but listings. It goes away at the end. */
  bucket: string
  /** Seconds of each run. */
  seconds: number
  /** Keys in the bucket that is listed. */
  objects: number
  /** Bytes of the `big` scenario. */
  bigSize: number
  /** Overrides what each scenario does by itself. */
  payload: Payload | undefined
  /** The server's process, if it runs here. */
  pid: number | undefined
  /** The server itself, if this program started it. */
  server: ServerProcess | undefined
  /** Progress, for people. */
  say(text: string): void
}

export interface Scenario {
  name: string
  /** In one line: what a unit of work is. */
  about: string
  /** Connections to use when none are asked for; those asked for are ignored when `fixed`. */
  connections: readonly number[]
  fixed?: boolean
  /** Runs once however many repeats are asked for. */
  once?: boolean
  /** Makes what is to be read; called once. */
  prepare?(bench: Bench): Promise<void>
  /** One run. `round` differs for each, so that written keys can be new. */
  run(bench: Bench, connections: number, round: number): Promise<LoadResult>
  /** A remark on the measurement, asked for after the last run. */
  note?(): string
}
