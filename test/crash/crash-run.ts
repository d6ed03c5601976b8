// Runs the cycles: start, compare with the ledger, let the writers work, kill; at the end once more, gracefully.

import { availableParallelism } from 'node:os'
import type { Signer } from '../../bench/load/sign.ts'
import { Client } from './client.ts'
import { Dice } from './dice.ts'
import { History } from './history.ts'
import { verify } from './verify.ts'
import { Writer } from './writer.ts'

const WRITERS = 8
const VERIFIERS = Math.min(8, 2 * availableParallelism())
const BUCKET = 'crash'

/** What is started and killed. The port stays the same. */
export interface Subject {
  readonly endpoint: string
  /** Resolves when it is ready, with the milliseconds that took. */
  start(): Promise<number>
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** SIGTERM; resolves when it has ended by itself. */
  stop(): Promise<void>
}

export interface CrashOptions {
  subject: Subject
  signer: Signer
  ledgerPath: string
  cycles: number
  seed: number
  /** The moment of the kill lies between these, after the writers began. */
  killAfterMilliseconds: readonly [number, number]
  /** Facts about the store as the server tells them; returns violations. Called every `examineEvery` cycles and at the end, while no server runs. */
  examine?: (() => Promise<string[]>) | undefined
  examineEvery?: number
  say(text: string): void
}

export interface CrashReport {
  violations: string[]
  cycles: number
  operations: number
  /** The slowest start after a kill, milliseconds. */
  slowestStart: number
}

/** Runs until all cycles are done or a violation is found; the subject is stopped in either case. */
export async function crashRun(options: CrashOptions): Promise<CrashReport> {
  const { subject, cycles, seed, say, examine, examineEvery = 10 } = options
  const history = await History.open(options.ledgerPath)
  const dice = new Dice(seed)
  const report: CrashReport = { violations: history.violations, cycles: 0, operations: 0, slowestStart: 0 }
  try {
    for (let cycle = 0; cycle < cycles && history.violations.length === 0; cycle++) {
      // Killed a moment ago, nobody holds the data folder.
      if (examine !== undefined && cycle > 0 && cycle % examineEvery === 0)
        history.violations.push(...(await examine()))
      const started = await subject.start()
      report.slowestStart = Math.max(report.slowestStart, started)
      const keys = await check(options, history)
      if (history.violations.length > 0) break
      const operations = await writeAndKill(options, history, dice, cycle)
      report.operations += operations
      report.cycles++
      say(
        `cycle ${cycle + 1}/${cycles}: ready in ${started.toFixed(0)} ms, ${keys} keys as the ledger says, ${operations} operations, killed`,
      )
    }
    if (history.violations.length === 0) await finish(options, history)
  } finally {
    await subject.stop()
    await history.close()
  }
  return report
}

/** After the last kill: compare, stop gracefully, and compare again with a model folded anew from the ledger's file. */
async function finish(options: CrashOptions, history: History): Promise<void> {
  const { subject, examine, say } = options
  await subject.start()
  await check(options, history)
  await subject.stop()
  await subject.start()
  const again = await History.open(options.ledgerPath)
  try {
    const keys = await check(options, again)
    say(`after a graceful stop: ${keys} keys as the ledger says`)
    history.violations.push(...again.violations)
  } finally {
    await again.close()
  }
  await subject.stop()
  if (examine !== undefined) history.violations.push(...(await examine()))
}

async function check(options: CrashOptions, history: History): Promise<number> {
  const clients = Array.from({ length: VERIFIERS }, () => clientOf(options))
  try {
    const answer = await (clients[0] as Client).call({ method: 'PUT' })
    // It is there from the second cycle on.
    if (answer.status !== 200 && answer.status !== 409)
      throw new Error(`CreateBucket answered ${answer.status} ${answer.body.toString('utf8')}`)
    return await verify(history, clients)
  } catch (error) {
    history.violate((error as Error).message)
    return 0
  } finally {
    for (const client of clients) client.close()
  }
}

/** Lets the writers work until a random moment, kills, and waits for all of them to notice. */
async function writeAndKill(options: CrashOptions, history: History, dice: Dice, cycle: number): Promise<number> {
  const [shortest, longest] = options.killAfterMilliseconds
  const moment = shortest + dice.below(longest - shortest + 1)
  let killed = false
  const stopped = (): boolean => killed || history.violations.length > 0
  const clients = Array.from({ length: WRITERS }, () => clientOf(options))
  const writers = clients.map(
    (client, index) =>
      new Writer({ name: `w${index}`, client, history, dice: new Dice(dice.below(2 ** 32)), stopped, cycle }),
  )
  const working = Promise.allSettled(writers.map((writer) => writer.run()))
  await new Promise((resolve) => setTimeout(resolve, moment))
  killed = true
  await options.subject.kill()
  for (const result of await working) if (result.status === 'rejected') history.violate(String(result.reason))
  for (const client of clients) client.close()
  return writers.reduce((sum, writer) => sum + writer.operations, 0)
}

function clientOf({ subject, signer }: CrashOptions): Client {
  return new Client(subject.endpoint, signer, BUCKET)
}
