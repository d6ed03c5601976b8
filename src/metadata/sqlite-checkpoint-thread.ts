/** The thread that moves pages from the write-ahead log into the database, beside readers and the writer, whenever it is told to. */
import { parentPort, workerData } from 'node:worker_threads'
import { openForCheckpoints, sqliteCodeOf } from './sqlite-database.ts'

const database = openForCheckpoints(workerData as string)
const passive = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')

parentPort!.on('message', () => {
  try {
    passive.get()
  } catch (error) {
    // The disk is full or failing: the log keeps everything, and the next checkpoint tries again.
    if (sqliteCodeOf(error) === undefined) throw error
  }
  parentPort!.postMessage('done')
})
