import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createInterface } from 'node:readline'
import { it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { decodeCounter } from './counter.ts'
import type { MetadataStore } from './metadata-store.ts'
import { openSqliteStore, type SqliteStoreOptions } from './sqlite.ts'
import type { ThreadLoad } from './sqlite.fixture.ts'
import { testMetadataStore } from './suite.ts'

const fixture = new URL('./sqlite.fixture.ts', import.meta.url)
const bytes = (text: string) => Buffer.from(text)
const createFolder = () => mkdtempSync(path.join(tmpdir(), 'entrepot-records-'))
const remove = (folder: string) => rmSync(folder, { recursive: true, force: true })

function open(folder: string, options: Partial<SqliteStoreOptions> = {}) {
  return openSqliteStore({
    folder,
    onFatal: (error) => {
      throw error
    },
    ...options,
  })
}

async function opened(t: TestContext, options: Partial<SqliteStoreOptions> = {}) {
  const folder = createFolder()
  const store = await open(folder, options)
  t.after(async () => {
    await store.close()
    remove(folder)
  })
  return { folder, store }
}

const set = (store: MetadataStore, key: string, value: Uint8Array) =>
  store.transact({ exclusive: [bytes(key)] }, (transaction) => transaction.set(bytes(key), value))

testMetadataStore('SQLite', async () => {
  const folder = createFolder()
  return { open: () => open(folder), remove: async () => remove(folder) }
})

it('SQLite: two threads lose no update, and see the same stamps', async (t) => {
  const { store } = await opened(t)
  const times = 300
  const workers = [1, 2].map(() => {
    const handle = store.handle()
    const load: ThreadLoad = { handle, key: 'n', times }
    return new Worker(fixture, { workerData: load, transferList: [handle.port] })
  })
  const stamps = workers.map((worker) => once(worker, 'message'))
  await Promise.all(workers.map((worker) => once(worker, 'exit')))
  assert.equal(Buffer.from((await store.get(bytes('n')))!).toString(), String(2 * times))
  assert.equal(Math.max(...(await Promise.all(stamps)).flat().map(Number)), store.stamp(bytes('n')))
})

it('SQLite: a process killed at any time loses nothing that it acknowledged, and tears nothing', async (t) => {
  const folder = createFolder()
  t.after(() => remove(folder))
  const acknowledged = new Set<string>()
  for (const [cycle, lines] of [400, 50, 900].entries()) {
    const child = spawn(process.execPath, [fileURLToPath(fixture), folder, `cycle-${cycle}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit')
    let left = lines
    for await (const line of createInterface(child.stdout)) {
      acknowledged.add(line)
      if (--left === 0) child.kill('SIGKILL')
    }
    assert.deepEqual(await ended, [null, 'SIGKILL'], 'the load ended by itself')
    const store = await open(folder)
    const keys = await store.read((snapshot) => snapshot.scan(bytes('cycle'), bytes('cyclf'), { limit: 1e6 }))
    const found = new Set(keys.map(([key]) => Buffer.from(key).toString()))
    for (const key of found) assert.notEqual(await store.get(bytes(`copy of ${key}`)), undefined, `${key} is torn`)
    assert.equal(decodeCounter(await store.get(bytes('count'))), found.size)
    assert.deepEqual(
      [...acknowledged].filter((key) => !found.has(key)),
      [],
    )
    await store.close()
  }
})

it('SQLite: a second process, or a second store in this one, is refused while the first lives', async (t) => {
  const { folder } = await opened(t)
  await assert.rejects(open(folder), /is in use by another process/)
  const { stderr, status } = spawnSync(process.execPath, [fileURLToPath(fixture), folder, 'x'], { encoding: 'utf8' })
  assert.notEqual(status, 0)
  assert.match(stderr, /is in use by another process/)
})

it('SQLite: a newer format is refused, and the version named that is needed', async (t) => {
  const folder = createFolder()
  t.after(() => remove(folder))
  await (await open(folder)).close()
  const database = new DatabaseSync(path.join(folder, 'records.sqlite'))
  database.exec('PRAGMA user_version = 99')
  database.close()
  await assert.rejects(open(folder), /have format 99, and this version of entrepot reads format 1/)
  await assert.rejects(open(folder), /format 99/, 'and the lock is free again')
})

it('SQLite: a transaction that cannot be applied fails alone', async (t) => {
  const { store } = await opened(t)
  await set(store, 'no counter', bytes('abc'))
  const outcomes = await Promise.allSettled([
    set(store, 'a', bytes('1')),
    store.transact({ exclusive: [] }, (transaction) => {
      transaction.set(bytes('with it'), bytes('1'))
      transaction.add(bytes('no counter'), 1)
    }),
    store.transact({ exclusive: [] }, (transaction) => transaction.set(Buffer.of(0x60, 1), bytes('not a number'))),
    set(store, 'b', bytes('1')),
    store.transact({ exclusive: [] }, (transaction) => transaction.set(bytes('large'), new Uint8Array(65 * 2 ** 20))),
  ])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled', 'rejected'],
  )
  assert.notEqual(await store.get(bytes('a')), undefined)
  assert.notEqual(await store.get(bytes('b')), undefined)
  assert.equal(await store.get(bytes('with it')), undefined)
})

it('SQLite: large transactions and many small ones pass whole', async (t) => {
  const { store } = await opened(t)
  const sizes = Array.from({ length: 300 }, (_, index) => (index % 50 === 0 ? 1_000_000 : index * 37))
  await Promise.all(sizes.map((size, index) => set(store, `${index}`, Buffer.alloc(size, index))))
  for (const [index, size] of sizes.entries()) {
    assert.ok(Buffer.alloc(size, index).equals((await store.get(bytes(`${index}`)))!), `${index}`)
  }
})

it('SQLite: the write-ahead log stays bounded under load, with readers', async (t) => {
  const { store, folder } = await opened(t, { checkpointSize: 2 ** 18, walSizeMax: 2 ** 20 })
  let largest = 0
  const done = new AbortController()
  const read = async () => {
    while (!done.signal.aborted) {
      await store.read(async (snapshot) => {
        await snapshot.get(bytes('1-1'))
        await new Promise((resolve) => setImmediate(resolve))
        await snapshot.get(bytes('1-2'))
      })
    }
  }
  const readers = Promise.all([read(), read()])
  for (let round = 0; round < 40; round++) {
    await Promise.all(Array.from({ length: 32 }, (_, n) => set(store, `${round}-${n}`, Buffer.alloc(16_384, n))))
    largest = Math.max(largest, statSync(path.join(folder, 'records.sqlite-wal')).size)
  }
  done.abort()
  await readers
  assert.ok(largest < 10 * 2 ** 20, `${largest} bytes for 20 MiB written`)
})

it('SQLite: closing leaves no log behind', async (t) => {
  const folder = createFolder()
  t.after(() => remove(folder))
  const store = await open(folder)
  await set(store, 'a', bytes('1'))
  await store.close()
  assert.deepEqual(readdirSync(folder).sort(), ['lock', 'records.sqlite'])
})

it('SQLite: when the writer ends unasked, all that awaits it is rejected and the owner is told', async (t) => {
  const folder = createFolder()
  t.after(() => remove(folder))
  const fatal = Promise.withResolvers<Error>()
  const store = await open(folder, { onFatal: fatal.resolve })
  await set(store, 'a', bytes('1'))
  const pending = set(store, 'b', bytes('1'))
  store.handle().port.postMessage('nonsense')
  await fatal.promise
  const [outcome] = await Promise.allSettled([pending])
  if (outcome.status === 'rejected') assert.equal((outcome.reason as { code: string }).code, 'ServiceUnavailable')
  await assert.rejects(set(store, 'c', bytes('1')), { code: 'ServiceUnavailable' })
  assert.notEqual(await store.get(bytes('a')), undefined, 'reads go on')
  await store.close()
  const again = await open(folder)
  assert.notEqual(await again.get(bytes('a')), undefined)
  await again.close()
})

it('SQLite: a full disk gives InsufficientStorage, reads go on, and it recovers when there is space', async (t) => {
  const folder = createFolder()
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]).status !== 0) {
    remove(folder)
    t.skip('no tmpfs can be mounted here')
    return
  }
  t.after(() => {
    spawnSync('umount', [folder])
    remove(folder)
  })
  writeFileSync(path.join(folder, 'ballast'), new Uint8Array(2 ** 20))
  let store = await open(folder, { checkpointSize: 2 ** 18, walSizeMax: 2 ** 20 })
  const kept: string[] = []
  const fill = async () => {
    for (let n = 0; n < 1000; n++) {
      await set(store, `key ${n}`, Buffer.alloc(10_000, 1))
      kept.push(`key ${n}`)
    }
  }
  await assert.rejects(fill(), { code: 'InsufficientStorage', status: 507 })
  assert.ok(kept.length > 10)
  await assert.rejects(set(store, 'large', Buffer.alloc(500_000)), { code: 'InsufficientStorage' })
  assert.equal((await store.get(bytes(kept[0]!)))?.length, 10_000)
  rmSync(path.join(folder, 'ballast'))
  await set(store, 'after', bytes('1'))
  await store.close()
  store = await open(folder)
  for (const key of [...kept, 'after']) assert.notEqual(await store.get(bytes(key)), undefined, key)
  assert.equal(await store.get(bytes('large')), undefined)
  await store.close()
})
