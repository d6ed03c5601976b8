// Runs the cycles: start, compare with the ledger, let the writers work, kill; at the end once more, gracefully.

import { availableParallelism } from 'node:os'
import type { Signer } from '../../bench/load/sign.ts'
import { Actor } from './actor.ts'
import { Client } from './client.ts'
import { Dice } from './dice.ts'
import { bucketOf, prepareFeature, sceneOf, writerName, type Feature } from './feature.ts'
import { History } from './history.ts'
import { verifyFeature, type Verified } from './verify-scenes.ts'
import { verify } from './verify.ts'
import { Writer } from './writer.ts'

const WRITERS = 8
const VERIFIERS = Math.min(8, 2 * availableParallelism())
/** Of each feature, all of which are checked side by side. */
const FEATURE_VERIFIERS = 2
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
  /** Those that have writers besides the eight of plain objects. */
  features?: readonly Feature[]
  /** The moment of the kill lies between these, after the writers began. */
  killAfterMilliseconds: readonly [number, number]
  /** Facts about the store as the server tells them; returns violations. Called every `examineEvery` cycles and at the end, while no server runs. */
  examine?: (() => Promise<string[]>) | undefined
  examineEvery?: number
  /** The same, of what takes no time: called after every kill. */
  glance?: (() => string[]) | undefined
  say(text: string): void
}

export interface CrashReport {
  violations: string[]
  cycles: number
  operations: number
  /** The slowest start after a kill, milliseconds. */
  slowestStart: number
  /** How many operations of features were answered as they should be, by feature and kind. */
  tally: Map<string, number>
  /** Of the features, over all checks. */
  expired: number
  unanswered: Verified['unanswered']
}

/** Runs until all cycles are done or a violation is found; the subject is stopped in either case. */
export async function crashRun(options: CrashOptions): Promise<CrashReport> {
  const { subject, cycles, seed, say, examine, examineEvery = 10, glance } = options
  const history = await History.open(options.ledgerPath)
  const dice = new Dice(seed)
  const report: CrashReport = {
    ...{ violations: history.violations, cycles: 0, operations: 0, slowestStart: 0, tally: new Map() },
    ...{ expired: 0, unanswered: { done: 0, notDone: 0, inPart: 0 } },
  }
  try {
    for (let cycle = 0; cycle < cycles && history.violations.length === 0; cycle++) {
      // Killed a moment ago, nobody holds the data folder.
      if (examine !== undefined && cycle > 0 && cycle % examineEvery === 0)
        history.violations.push(...(await examine()))
      if (glance !== undefined && cycle > 0) history.violations.push(...glance())
      const started = await subject.start()
      report.slowestStart = Math.max(report.slowestStart, started)
      if (cycle === 0) await prepare(options, history)
      const found = await check(options, history, report)
      if (history.violations.length > 0) break
      const operations = await writeAndKill(options, history, { dice, cycle, report })
      report.operations += operations
      report.cycles++
      say(
        `cycle ${cycle + 1}/${cycles}: ready in ${started.toFixed(0)} ms, ${found} as the ledger says, ${operations} operations, killed`,
      )
    }
    if (history.violations.length === 0) await finish(options, history, report)
  } finally {
    await subject.stop()
    await history.close()
  }
  return report
}

/** Makes the features' buckets. Throws where the server does not do what one is about. */
async function prepare(options: CrashOptions, history: History): Promise<void> {
  for (const feature of options.features ?? []) {
    const client = clientOf(options, bucketOf(feature))
    await prepareFeature(feature, client, history).finally(() => client.close())
  }
}

/** After the last kill: compare, stop gracefully, and compare again with a model folded anew from the ledger's file. */
async function finish(options: CrashOptions, history: History, report: CrashReport): Promise<void> {
  const { subject, examine, glance, say } = options
  if (glance !== undefined) history.violations.push(...glance())
  await subject.start()
  await check(options, history, report)
  await subject.stop()
  await subject.start()
  const again = await History.open(options.ledgerPath)
  try {
    const found = await check(options, again, report)
    say(`after a graceful stop: ${found} as the ledger says`)
    history.violations.push(...again.violations)
  } finally {
    await again.close()
  }
  await subject.stop()
  if (examine !== undefined) history.violations.push(...(await examine()))
}

/** Compares everything with the ledger; returns in words how much that was. */
async function check(options: CrashOptions, history: History, report: CrashReport): Promise<string> {
  const [keys, ...items] = await Promise.all([
    checkPlain(options, history),
    ...(options.features ?? []).map((feature) => checkFeature(options, history, report, feature)),
  ])
  return `${keys} keys and ${items.reduce((sum, count) => sum + count, 0)} items of features`
}

async function checkPlain(options: CrashOptions, history: History): Promise<number> {
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

async function checkFeature(
  options: CrashOptions,
  history: History,
  report: CrashReport,
  feature: Feature,
): Promise<number> {
  const clients = Array.from({ length: FEATURE_VERIFIERS }, () => clientOf(options, bucketOf(feature)))
  try {
    const { items, expired, unanswered } = await verifyFeature(history, feature, clients)
    report.expired += expired
    for (const what of ['done', 'notDone', 'inPart'] as const) report.unanswered[what] += unanswered[what]
    return items
  } catch (error) {
    history.violate(`${feature.name}: ${(error as Error).message}`)
    return 0
  } finally {
    for (const client of clients) client.close()
  }
}

interface Turn {
  dice: Dice
  cycle: number
  report: CrashReport
}

/** Lets the writers work until a random moment, kills, and waits for all of them to notice. Returns how many operations they began. */
async function writeAndKill(options: CrashOptions, history: History, { dice, cycle, report }: Turn): Promise<number> {
  const [shortest, longest] = options.killAfterMilliseconds
  const moment = shortest + dice.below(longest - shortest + 1)
  let killed = false
  const stopped = (): boolean => killed || history.violations.length > 0
  const clients: Client[] = []
  const connect = (bucket?: string): Client => {
    const client = clientOf(options, bucket)
    clients.push(client)
    return client
  }
  const nextDice = (): Dice => new Dice(dice.below(2 ** 32))
  const writers = Array.from(
    { length: WRITERS },
    (_, index) => new Writer({ name: `w${index}`, client: connect(), history, dice: nextDice(), stopped, cycle }),
  )
  const actors = (options.features ?? []).flatMap((feature) =>
    Array.from({ length: feature.writers }, (_, index) => {
      const [scene, name] = [sceneOf(feature, index), writerName(index)]
      const client = connect(bucketOf(feature))
      return { feature, actor: new Actor({ scene, name, client, history, dice: nextDice(), stopped, cycle }) }
    }),
  )
  const working = Promise.allSettled([
    ...writers.map((writer) => writer.run()),
    ...actors.map(({ feature, actor }) => actor.run((one) => feature.step(one))),
  ])
  await new Promise((resolve) => setTimeout(resolve, moment))
  killed = true
  await options.subject.kill()
  for (const result of await working) if (result.status === 'rejected') history.violate(String(result.reason))
  for (const client of clients) client.close()
  for (const { feature, actor } of actors) {
    for (const [kind, count] of actor.tally) {
      const name = `${feature.name}: ${kind}`
      report.tally.set(name, (report.tally.get(name) ?? 0) + count)
    }
  }
  return [...writers, ...actors.map(({ actor }) => actor)].reduce((sum, { operations }) => sum + operations, 0)
}

function clientOf({ subject, signer }: CrashOptions, bucket = BUCKET): Client {
  return new Client(subject.endpoint, signer, bucket)
}
