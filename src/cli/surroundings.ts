/** What the command line is given by main.ts: the process around it, and the server's functions. */
import type { Readable } from 'node:stream'
import type { State } from '../admin/state.ts'
import type { NewAccessKey } from '../access/access-keys.ts'
import type { Clock } from '../base/clock.ts'
import type { Secret } from '../base/secret.ts'
import type { Config } from '../config.ts'

export interface Terminal {
  /** Writes to standard output. */
  readonly out: (text: string) => void
  /** Writes to standard error. */
  readonly error: (text: string) => void
  /** Whether standard output understands colours. */
  readonly color: boolean
}

/** Standard input: a terminal, a pipe or a file. */
export interface Input extends Readable {
  readonly isTTY?: boolean
  /** Of a terminal: whether keys come one by one and are not shown. */
  setRawMode?(raw: boolean): unknown
}

export interface RunningServer {
  /** Base URLs, with the ports that were taken. */
  readonly endpoints: {
    readonly s3: string
    readonly admin: string
    readonly delivery: string
    /** For everything over TLS, where that is configured. */
    readonly tls?: string
    /** Where plain HTTP is sent there. */
    readonly http?: string
    /** Of the further S3 listeners, where there are any. */
    readonly s3Further?: readonly string[]
  }
  /** The first account's key, where it was made just now. */
  readonly firstKey?: Pick<NewAccessKey, 'accessKeyId' | 'secretAccessKey'> | undefined
  /** Where the first owner sets a password, as long as there is none who can sign in. It works once. */
  readonly setupUrl?: Secret | undefined
  /** Goes on in new log files: the old ones have been renamed. */
  reopenLogs(): Promise<void>
  /** Readiness off, requests in flight finish, everything is closed. */
  stop(): Promise<void>
}

export interface ServerHooks {
  /** Called when the server cannot go on, such as after the death of its writer. */
  readonly onFatal: (error: unknown) => void
}

/** What server.ts exports. */
export interface ServerFunctions {
  startServer(config: Config, hooks: ServerHooks): Promise<RunningServer>
  openState(config: Config): Promise<State>
}

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'disconnect'

export interface Surroundings {
  /** Without the program's own name. */
  readonly arguments: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly folder: string
  readonly version: string
  readonly terminal: Terminal
  /** Opens standard input, which most commands do not read. */
  readonly input: () => Input
  readonly clock: Clock
  /** Loads server.ts, which help and usage errors do not need. */
  readonly server: () => Promise<ServerFunctions>
  /** Calls back for every signal to stop. */
  readonly onStop: (callback: (signal: StopSignal) => void) => void
  /** Calls back when log files have been renamed: SIGUSR2. */
  readonly onReopen: (callback: () => void) => void
  /** Ends the process at once. */
  readonly exit: (code: number) => never
}
