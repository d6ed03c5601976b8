/** A data folder that is open: what commands work on, until it is closed. */
import type { CommandState } from './commands.ts'

export interface State extends CommandState {
  /** Faults of the records, as sentences; takes seconds where there are many. Absent where the store cannot tell. */
  readonly verify?: () => Promise<readonly string[]>
  close(): Promise<void>
}
