/** A data folder that is open: what commands work on, until it is closed. */
import type { Ledger } from '../objects/ledger.ts'
import type { CommandState } from './commands.ts'

export interface State extends CommandState {
  /** Whether storage keeps its invariant; reads every record, which takes seconds where there are many. */
  audit(): Promise<Ledger>
  close(): Promise<void>
}
