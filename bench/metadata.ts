/**
 * What a durable put of records costs through the SQLite store: `node bench/metadata.ts [folder]`.
 *
 * A put is a transaction as PutObject's: guarded by its key and its bucket, it reads the head, sets a head of 200 bytes and a body of
 * 1 KiB and adds to two counters. One thread, no HTTP. CPU is the whole thread's for the calling one, and what is left of the
 * process's for the writer and the checkpointer.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openSqliteStore } from '../src/metadata/sqlite.ts'

const seconds = 4
const parent = process.argv[2] ?? tmpdir()

for (const [concurrency, keys] of [
  [1, 'random'],
  [32, 'random'],
  [128, 'random'],
  [32, 'ascending'],
  [128, 'ascending'],
] as const) {
  await measure(concurrency, keys)
}

async function measure(concurrency: number, keys: 'random' | 'ascending'): Promise<void> {
  const folder = mkdtempSync(path.join(parent, 'entrepot-bench-'))
  const store = await openSqliteStore({
    folder,
    onFatal: (error) => {
      throw error
    },
  })
  const head = randomBytes(200)
  const body = randomBytes(1024)
  const bucket = Buffer.from('\x20bucket-1')
  const counters = [Buffer.from('\x70objects of bucket-1'), Buffer.from('\x70bytes of bucket-1')] as const
  const latencies: number[] = []
  let puts = 0
  const put = async () => {
    const number = puts++
    const name = keys === 'random' ? randomBytes(12).toString('hex') : String(number).padStart(24, '0')
    const key = Buffer.from(`\x30bucket-1/bench/${name}`)
    const bodyKey = Buffer.alloc(9, 0x60)
    bodyKey.writeUInt32BE(0, 1)
    bodyKey.writeUInt32BE(number, 5)
    const started = performance.now()
    await store.transact({ exclusive: [key], shared: [bucket] }, (transaction) => {
      transaction.get(key)
      transaction.set(key, head)
      transaction.set(bodyKey, body)
      transaction.add(counters[0], 1)
      transaction.add(counters[1], 1024)
    })
    latencies.push(performance.now() - started)
  }
  const run = async (milliseconds: number) => {
    const end = performance.now() + milliseconds
    const loop = async () => {
      while (performance.now() < end) await put()
    }
    await Promise.all(Array.from({ length: concurrency }, loop))
  }
  await run(500)
  latencies.length = 0
  const [process0, thread0, started] = [process.cpuUsage(), process.threadCpuUsage(), performance.now()]
  await run(seconds * 1000)
  const [all, own] = [process.cpuUsage(process0), process.threadCpuUsage(thread0)]
  const elapsed = (performance.now() - started) / 1000
  const done = latencies.length
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.min(done - 1, Math.floor(done * share))]!.toFixed(1)
  const ownCpu = (own.user + own.system) / done
  const restCpu = (all.user + all.system) / done - ownCpu
  const wal = statSync(path.join(folder, 'records.sqlite-wal')).size / 2 ** 20
  console.log(
    `${String(concurrency).padStart(3)} at once, ${keys} keys: ${Math.round(done / elapsed)} puts/s, ` +
      `p50 ${at(0.5)} p99 ${at(0.99)} p99.9 ${at(0.999)} max ${at(1)} ms, ` +
      `CPU ${ownCpu.toFixed(1)} µs calling, ${restCpu.toFixed(1)} µs others, WAL ${wal.toFixed(0)} MiB`,
  )
  await store.close()
  rmSync(folder, { recursive: true })
}
