// The ledger and the model that is folded from it, always in step, and the violations found so far.

import type { Entry } from './entries.ts'
import { Ledger, readLedger } from './ledger.ts'
import { Model } from './model.ts'

export class History {
  readonly model = new Model()
  readonly violations: string[] = []
  readonly path: string
  readonly #ledger: Ledger

  private constructor(path: string, ledger: Ledger) {
    this.path = path
    this.#ledger = ledger
  }

  /** Opens a ledger's file, folding what it already says. */
  static async open(path: string): Promise<History> {
    const history = new History(path, await Ledger.open(path))
    for (const entry of readLedger(path)) history.violations.push(...history.model.apply(entry))
    return history
  }

  /** Writes an entry durably; the model knows it at once. */
  async record(entry: Entry): Promise<void> {
    this.violations.push(...this.model.apply(entry))
    await this.#ledger.record(entry)
  }

  violate(text: string): void {
    this.violations.push(text)
  }

  async close(): Promise<void> {
    await this.#ledger.close()
  }
}
