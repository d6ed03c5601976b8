/** The thread that moves pages from the write-ahead log into the database, beside readers and the writer, whenever it is told to. */
import { parentPort, workerData } from 'node:worker_threads'
import { openForCheckpoints } from './sqlite-database.ts'

export interface CheckpointReport {
  /** Pages in the log, moved ones too; 0 if the checkpoint failed. */
  readonly logPages: number
}

const database = openForCheckpoints(workerData as string)
const passive = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')

parentPort!.on('message', () => parentPort!.postMessage(checkpoint()))

function checkpoint(): CheckpointReport {
  try {
    return { logPages: Math.max(0, Number(passive.get()?.['log'])) }
  } catch {
    // The disk is full or failing: the log keeps everything, and the next checkpoint tries again.
    return { logPages: 0 }
  }
}
