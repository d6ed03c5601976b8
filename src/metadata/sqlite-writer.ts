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
/** Where the log has grown to so many times its bound, commits wait until it is smaller. */
const walExcessMax = 4
/** How long they may wait for it, each time that the log has grown by its bound. */
const excessWaitMilliseconds = 1000
const pageSize = 4096

const { folder, guards, checkpointSize, walSizeMax } = workerData as WriterSettings
const parent = parentPort!
const writer = open()
const ports = new Set<MessagePort>()
let checkpointer: Worker | undefined
let checkpointing = false
/** The pages in the log when the last checkpoint began. */
let pagesBefore = 0
/** From this size of the log on, commits wait. */
let excess = walExcessMax * walSizeMax

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
  // A rejection ends this thread with the error, which rejects the owner's close.
  else void close()
})

function join(port: MessagePort): void {
  ports.add(port)
  port.on('message', (submission: Submission) => commitWaiting(port, submission))
  port.on('close', () => ports.delete(port))
}

interface Part {
  readonly port: MessagePort
  readonly submission: Submission
  readonly transactions: readonly PackedTransaction[]
}

/** Commits what one port has brought together with whatever else waits, on any port. */
function commitWaiting(port: MessagePort, first: Submission): void {
  const parts = [partOf(port, first), ...takeWaiting(batchSizeMax - sizeOf(first))]
  const outcomes = writer!.commit(parts.flatMap(({ transactions }) => transactions))
  let at = 0
  for (const part of parts) answer(part, outcomes.slice(at, (at += part.transactions.length)))
  checkpointIfDue()
}

/** Takes one submission of each port in turn, until nothing waits or `size` is reached. */
function takeWaiting(size: number): readonly Part[] {
  const parts: Part[] = []
  let taken = 0
  for (;;) {
    const before = parts.length
    for (const port of ports) {
      if (taken >= size) return parts
      const waiting: { message: Submission } | undefined = receiveMessageOnPort(port)
      if (waiting === undefined) continue
      taken += sizeOf(waiting.message)
      parts.push(partOf(port, waiting.message))
    }
    if (parts.length === before) return parts
  }
}

const partOf = (port: MessagePort, submission: Submission): Part => ({
  port,
  submission,
  transactions: submission.chunks.flatMap(unpack),
})

const sizeOf = ({ chunks }: Submission) => chunks.reduce((sum, { size }) => sum + size, 0)

function answer({ port, submission: { chunks } }: Part, outcomes: readonly Outcome[]): void {
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

function checkpointIfDue(): void {
  const { pages, moved } = writer!.log()
  const logSize = pageSize * pages
  if (logSize >= excess) {
    writer!.restartLog('TRUNCATE', excessWaitMilliseconds)
    excess = logSize + walSizeMax
  } else if (logSize < walSizeMax) {
    excess = walExcessMax * walSizeMax
  }
  if (checkpointing) return
  if (pages < pagesBefore) pagesBefore = 0
  if (pageSize * (pages - Math.max(moved, pagesBefore)) < checkpointSize) return
  checkpointing = true
  pagesBefore = pages
  checkpointer ??= startCheckpointer()
  checkpointer.postMessage('checkpoint')
}

function startCheckpointer(): Worker {
  const started = new Worker(siblingModule(import.meta.url, './sqlite-checkpoint-thread'), {
    workerData: folder,
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 },
  })
  started.on('message', () => {
    checkpointing = false
    const logSize = pageSize * writer!.log().pages
    // The larger the log, the longer a commit may wait for readers so that it can start anew.
    if (logSize >= walSizeMax) writer!.restartLog('RESTART', Math.ceil(20 * (logSize / walSizeMax) ** 2))
  })
  // It could not open the database, as when there are too many open files. The log keeps everything until another tries again.
  started.on('error', () => {
    checkpointing = false
    checkpointer = undefined
  })
  return started
}

async function close(): Promise<void> {
  for (const port of ports) port.close()
  await checkpointer?.terminate()
  writer!.close()
  parent.close()
}
