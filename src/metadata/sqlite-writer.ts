/**
 * The thread that writes the records: takes the transactions of all threads, commits whatever waits in one go, and answers.
 *
 * It also decides when the write-ahead log is moved into the database: another thread does most of that work beside the commits, and
 * this one only the short rest, when the log is to be started anew.
 */
import { type MessagePort, parentPort, receiveMessageOnPort, Worker, workerData } from 'node:worker_threads'
import { siblingModule } from '../base/sibling-module.ts'
import { GuardTable } from './guard-table.ts'
import { BatchWriter, type Outcome } from './sqlite-batch.ts'
import type { CheckpointReport } from './sqlite-checkpointer.ts'
import {
  type Answer,
  type Failure,
  outcome,
  type PackedTransaction,
  type Submission,
  unpack,
  type WriterOrder,
  type WriterReport,
  type WriterSettings,
} from './sqlite-protocol.ts'

/** A commit takes no more from the queue once it has so many bytes, so that it stays short. */
const batchSizeMax = 16 * 2 ** 20
/** How long the writer, and so every commit, may wait for readers when it starts the log anew. */
const restartWaitMilliseconds = 20
const pageSize = 4096

const { folder, guards, checkpointSize, walSizeMax } = workerData as WriterSettings
const parent = parentPort!
const writer = open()
const ports = new Set<MessagePort>()
let checkpointer: Worker | undefined
let checkpointing = false
/** Bytes written to the log since the last checkpoint began, about. */
let logged = 0

function open(): BatchWriter | undefined {
  try {
    const opened = new BatchWriter(folder, new GuardTable(guards))
    report('ready')
    return opened
  } catch (error) {
    report({ fault: error instanceof Error ? error.message : String(error) })
    parent.close()
    return undefined
  }
}

function report(message: WriterReport): void {
  parent.postMessage(message)
}

parent.on('message', (order: WriterOrder) => {
  if ('join' in order) join(order.join)
  else close()
})

function join(port: MessagePort): void {
  ports.add(port)
  port.on('message', (submission: Submission) => commitWaiting(port, submission))
  port.on('close', () => ports.delete(port))
}

/** Commits what one port has brought together with whatever else waits, on any port. */
function commitWaiting(from: MessagePort, first: Submission): void {
  const batch: { port: MessagePort; submission: Submission; transactions: PackedTransaction[] }[] = []
  let size = 0
  const take = (port: MessagePort, submission: Submission) => {
    batch.push({ port, submission, transactions: submission.chunks.flatMap(unpack) })
    for (const chunk of submission.chunks) size += chunk.size
  }
  take(from, first)
  for (let found = true; found && size < batchSizeMax;) {
    found = false
    for (const port of ports) {
      const waiting: { message: Submission } | undefined = receiveMessageOnPort(port)
      if (waiting === undefined) continue
      found = true
      take(port, waiting.message)
    }
  }
  const transactions = batch.flatMap((part) => part.transactions)
  const outcomes = writer!.commit(transactions)
  let at = 0
  for (const { port, submission, transactions: own } of batch) {
    answer(port, submission, outcomes.slice(at, (at += own.length)))
  }
  for (const { ranges, points } of transactions) logged += pageSize * (ranges.length + points.length)
  if (logged + size >= checkpointSize) checkpoint()
}

function answer(port: MessagePort, { chunks }: Submission, outcomes: readonly Outcome[]): void {
  const codes = new Uint8Array(outcomes.length)
  const failures: Failure[] = []
  for (const [index, what] of outcomes.entries()) {
    if (typeof what === 'string') {
      codes[index] = outcome[what]
    } else {
      codes[index] = outcome.failed
      failures.push(what)
    }
  }
  const memories = chunks.map(({ memory }) => memory)
  const answered: Answer = { outcomes: codes, failures, memories }
  port.postMessage(answered, memories)
}

function checkpoint(): void {
  if (checkpointing) return
  checkpointing = true
  logged = 0
  checkpointer ??= startCheckpointer()
  checkpointer.postMessage('checkpoint')
}

function startCheckpointer(): Worker {
  const started = new Worker(siblingModule(import.meta.url, './sqlite-checkpointer'), {
    workerData: folder,
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 },
  })
  started.on('message', ({ logPages }: CheckpointReport) => {
    checkpointing = false
    const logSize = logPages * pageSize
    if (logSize >= walSizeMax)
      writer!.restartLog(logSize >= 4 * walSizeMax ? 'TRUNCATE' : 'RESTART', restartWaitMilliseconds)
  })
  return started
}

async function close(): Promise<void> {
  for (const port of ports) port.close()
  await checkpointer?.terminate()
  writer!.close()
  parent.close()
}
