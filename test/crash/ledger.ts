// The ledger: JSON lines appended to a file outside the server's data and made durable before the writer goes on.

import { open, type FileHandle } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import type { Entry } from './entries.ts'

/** Entries recorded at the same moment by several writers share one write and one fdatasync. */
export class Ledger {
  readonly #file: FileHandle
  #waiting: string[] = []
  #flushing: Promise<void> | undefined

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** Opens a ledger, appending to what it already has. */
  static async open(path: string): Promise<Ledger> {
    return new Ledger(await open(path, 'a'))
  }

  /** Resolves when the entry is durable. */
  async record(entry: Entry): Promise<void> {
    this.#waiting.push(`${JSON.stringify(entry)}\n`)
    // Whoever comes during a flush waits for it and for the next, which takes his entry.
    while (this.#waiting.length > 0) {
      if (this.#flushing === undefined) {
        this.#flushing = this.#flush().finally(() => {
          this.#flushing = undefined
        })
      }
      await this.#flushing
    }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async #flush(): Promise<void> {
    const lines = this.#waiting
    this.#waiting = []
    await this.#file.write(lines.join(''))
    await this.#file.datasync()
  }
}

/** All entries of a ledger's file. A last line that a crash cut short is left out: nobody acted on it. */
export function readLedger(path: string): Entry[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  lines.pop()
  return lines.map((line) => JSON.parse(line) as Entry)
}
