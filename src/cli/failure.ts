/** How a command fails: its exit code, and what it tells people and machines. */
import { ApiError } from '../base/errors.ts'
import { Refusal } from '../base/refusal.ts'
import { settings } from '../config.ts'
import { flagName } from '../read-config.ts'
import type { Terminal } from './surroundings.ts'

/** The command, or the configuration, was not as it must be: exit code 2. */
export class UsageFault extends Error {
  override readonly name = 'UsageFault'
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.faults = faults
  }
}

/** The server refused a command. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused'
  readonly code: string

  constructor({ code, message }: { readonly code: string; readonly message: string }, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

interface Failure {
  readonly exitCode: 1 | 2
  readonly code: string
  readonly messages: readonly string[]
  /** Shown to people only where something is broken, not refused. */
  readonly stack?: string | undefined
}

/** Says what happened, and gives the exit code: 1 refused or failed, 2 wrong usage. */
export function report(error: unknown, terminal: Terminal, json: boolean): 1 | 2 {
  const { exitCode, code, messages, stack } = explain(error)
  if (json) {
    terminal.out(`${JSON.stringify({ error: { code, message: messages.join(' ') } })}\n`)
    return exitCode
  }
  const [first = ''] = messages
  if (messages.length === 1) terminal.error(`entrepot: ${first}\n`)
  else
    terminal.error(
      `entrepot: ${messages.length} settings are wrong:\n${messages.map((message) => `  - ${message}\n`).join('')}`,
    )
  if (stack !== undefined) terminal.error(`${stack}\n`)
  return exitCode
}

function explain(error: unknown): Failure {
  if (error instanceof UsageFault) return { exitCode: 2, code: 'Usage', messages: error.faults }
  if (error instanceof ApiError || error instanceof CommandRefused)
    return { exitCode: 1, code: error.code, messages: [error.message] }
  if (error instanceof Refusal) return { exitCode: 1, code: 'Refused', messages: [error.message] }
  if (!(error instanceof Error)) return { exitCode: 1, code: 'InternalError', messages: [String(error)] }
  const known = explainSystemError(error)
  if (known !== undefined) return { exitCode: 1, code: 'Refused', messages: [known] }
  return { exitCode: 1, code: 'InternalError', messages: [error.message], stack: error.stack }
}

/** What the system refused, in words; undefined where the error is not the system's. */
function explainSystemError(error: NodeJS.ErrnoException & { address?: string; port?: number }): string | undefined {
  if (isFolderInUse(error))
    return `${error.message} Is a server running? Stop it first, or choose another folder with --data.`
  const place = error.path ?? 'a file'
  switch (error.code) {
    case 'EADDRINUSE':
      return `Something else listens on ${error.address}:${error.port} already. Stop it, or choose another port with ${listenFlags}.`
    case 'EADDRNOTAVAIL':
      return `This machine has no address ${error.address}. Choose another with ${listenFlags}.`
    case 'EACCES':
      if (error.syscall === 'listen')
        return `Listening on port ${error.port} is not allowed. Choose one from 1024 on with ${listenFlags}.`
      return `There is no permission for ${place}.`
    case 'EPERM':
      return `There is no permission for ${place}.`
    case 'EROFS':
      return `${place} is on a file system that can only be read.`
    case 'ENOSPC':
      return `The disk is full; ${place} cannot be written.`
    case 'EEXIST':
    case 'ENOTDIR':
      return `${place} is not a folder.`
    case undefined:
    default:
      return undefined
  }
}

const listenFlags = `${flagName(settings.s3Listen)} or ${flagName(settings.adminListen)}`

/** Whether a data folder could not be opened because another process has it. */
export const isFolderInUse = (error: unknown): boolean =>
  error instanceof Error && / is in use by another process/.test(error.message)
