/**
 * The SQLite database of the records: its file, tables, format version and connections.
 *
 * `records` holds every key but those of bodies, which have a table of their own with the body's number as its key, so that they are
 * appended. docs/decisions/0002-record-store.md says why.
 */
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** The format this version writes, and the newest that it reads. 0 is a database without tables. */
export const formatVersion = 1

/** How long a statement waits for a lock of another connection of this process. */
const busyTimeoutMilliseconds = 5000

const fileOf = (folder: string) => path.join(folder, 'records.sqlite')

/** A connection that writes. Creates what is absent; throws if the format is newer. */
export function openForWriting(folder: string): DatabaseSync {
  const database = new DatabaseSync(fileOf(folder), { timeout: busyTimeoutMilliseconds })
  try {
    checkFormat(database, folder)
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA fullfsync = 1;
      PRAGMA checkpoint_fullfsync = 1;
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA cache_size = -16384;
      PRAGMA temp_store = MEMORY;
    `)
    if (versionOf(database) === 0) create(database)
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

/** A connection that only reads; `cacheSizeKibibytes` bounds its memory. */
export function openForReading(folder: string, cacheSizeKibibytes: number): DatabaseSync {
  const database = new DatabaseSync(fileOf(folder), { timeout: busyTimeoutMilliseconds, readOnly: true })
  database.exec(`PRAGMA cache_size = -${cacheSizeKibibytes}`)
  return database
}

/** A connection that moves pages from the write-ahead log into the database. */
export function openForCheckpoints(folder: string): DatabaseSync {
  const database = new DatabaseSync(fileOf(folder), { timeout: 0 })
  database.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = 1;
    PRAGMA checkpoint_fullfsync = 1;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA cache_size = -256;
  `)
  return database
}

/** Creates the folder where it is absent, durably. */
export function createFolder(folder: string): void {
  const created = mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (created === undefined) return
  const top = path.dirname(path.resolve(created))
  for (let at = path.resolve(folder); at !== top; at = path.dirname(at)) syncFolder(path.dirname(at))
}

/**
 * Makes this process the only one that uses the folder, until the returned function is called or the process ends, however it ends.
 * Throws if another process does.
 */
export function lockFolder(folder: string): () => void {
  const lock = new DatabaseSync(path.join(folder, 'lock'), { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (sqliteCodeOf(error) !== sqliteCode.busy) throw error
    throw new Error(`The folder ${folder} is in use by another process.`, { cause: error })
  }
  return () => lock.close()
}

/** Primary result codes: https://sqlite.org/rescode.html */
export const sqliteCode = {
  busy: 5,
  noMemory: 7,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  protocol: 15,
  notADatabase: 26,
} as const

/** SQLite's primary result code; undefined if the error is not SQLite's. */
export function sqliteCodeOf(error: unknown): number | undefined {
  const extended = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  return typeof extended === 'number' ? extended & 0xff : undefined
}

function checkFormat(database: DatabaseSync, folder: string): void {
  const version = versionOf(database)
  if (version <= formatVersion) return
  throw new Error(
    `The records in ${folder} have format ${version}, and this version of entrepot reads format ${formatVersion} and older ones: ` +
      `start a version that reads format ${version}.`,
  )
}

const versionOf = (database: DatabaseSync) =>
  Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)

function create(database: DatabaseSync): void {
  database.exec(`
    BEGIN IMMEDIATE;
    CREATE TABLE records (key BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE bodies (id INTEGER PRIMARY KEY, value BLOB NOT NULL);
    PRAGMA user_version = ${formatVersion};
    COMMIT;
  `)
  syncFolder(path.dirname(database.location()!))
}

/** Makes the entries of a folder durable. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
