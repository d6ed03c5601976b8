import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { serverHealth, type ServerHealth } from './admin/server-health.ts'
import { systemClock, type Clock } from './base/clock.ts'
import type { Config } from './config.ts'
import type { JobFault } from './jobs/job-faults.ts'
import { createServerHealth } from './server-health.ts'
import type { CertificateInfo } from './sites/certificates.ts'

const day = 86_400_000

let folder: string
let config: Config
let jobFaults: JobFault[]
let certificates: CertificateInfo[]
/** How far the monotonic clock was put on. */
let later: number
const clock: Clock = { now: () => systemClock.now(), monotonic: () => systemClock.monotonic() + later }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entrepot-health-'))
  chmodSync(folder, 0o700)
  mkdirSync(join(folder, 'keys'))
  writeFileSync(join(folder, 'keys', 'master.key'), 'ab12'.repeat(16), { mode: 0o600 })
  mkdirSync(join(folder, 'regions', 'us-west'), { recursive: true })
  ;[jobFaults, certificates, later] = [[], [], 0]
  config = {
    ...{ data: folder, masterKeyFile: join(folder, 'keys', 'master.key'), httpThreads: 3 },
    ...{ tlsCertificates: [], tlsSelfSigned: false, regions: [{ name: 'us-west', aliases: [], domains: [] }] },
  } as unknown as Config
})
afterEach(() => rmSync(folder, { recursive: true }))

const make = () =>
  createServerHealth({
    ...{ config, clock, certificates: { list: async () => certificates } },
    jobFaults: () => jobFaults,
    listeners: () => [['s3', 'http://127.0.0.1:9000']],
  })

const check = ({ checks }: ServerHealth, name: string) => checks.find((each) => each.name === name)!
const certificate = (name: string, days: number): CertificateInfo =>
  ({ name, notAfter: clock.now() + days * day }) as CertificateInfo

test('it tells of the process, of the disks of all regions, and of every check', async () => {
  const health = serverHealth.parse(await make()())
  assert.deepEqual([health.threads, health.node], [3, process.versions.node])
  assert(health.memory_bytes > 1024 * 1024 && health.uptime_seconds >= 0)
  assert.deepEqual(
    health.disk.map(({ name, path }) => [name, path]),
    [
      ['data', folder],
      ['us-west', join(folder, 'regions', 'us-west')],
    ],
  )
  for (const { total, free } of health.disk) assert(total > 0 && free <= total)
  assert.deepEqual(
    health.checks.map(({ name }) => name),
    [
      ...['Data folder', 'Master key', 'File system', 'Free space of data', 'Free space of us-west', 'Clock'],
      ...['Certificates of domains', 'Listeners', 'Jobs'],
    ],
  )
  assert.deepEqual(check(health, 'Listeners'), { name: 'Listeners', status: 'ok', detail: 's3 http://127.0.0.1:9000' })
  assert.equal(check(health, 'Jobs').status, 'ok')
})

test('a master key that others can read, a disk that is gone and a job that fails are failures', async () => {
  chmodSync(config.masterKeyFile, 0o644)
  rmSync(join(folder, 'regions'), { recursive: true })
  jobFaults = [{ job: 'sweep', message: 'no room', sinceMs: Date.UTC(2026, 10, 20, 12) }]
  const health = await make()()
  assert.equal(health.status, 'degraded')
  assert.equal(check(health, 'Master key').status, 'failure')
  assert.match(check(health, 'Master key').detail, /mode 0644\)\. Run: chmod 600 /)
  assert.equal(check(health, 'Free space of us-west').status, 'failure')
  assert.deepEqual(
    health.disk.map(({ name }) => name),
    ['data'],
  )
  assert.equal(check(health, 'Jobs').status, 'failure')
  assert.match(check(health, 'Jobs').detail, /^sweep fails since 2026-11-20 12:00:00: no room\. /)
})

test('certificates of domains are told of two weeks before their end', async () => {
  certificates = [certificate('a.test', 100)]
  assert.equal(check(await make()(), 'Certificates of domains').status, 'ok')
  certificates = [certificate('a.test', 100), certificate('b.test', 13)]
  const soon = check(await make()(), 'Certificates of domains')
  assert.deepEqual([soon.status, /b\.test/.test(soon.detail), /a\.test/.test(soon.detail)], ['warning', true, false])
  certificates = Array.from({ length: 8 }, (_, index) => certificate(`${index}.test`, -1))
  const late = check(await make()(), 'Certificates of domains')
  assert.equal(late.status, 'failure')
  assert.match(late.detail, /^expired: 0\.test, .*4\.test and 3 more\./)
})

test('who asks again at once is told the same, and then what is', async () => {
  const health = make()
  const first = health()
  jobFaults = [{ job: 'sweep', message: 'no room', sinceMs: 0 }]
  assert.equal(await health(), await first)
  later += 5000
  const after = await health()
  assert.equal(check(after, 'Jobs').status, 'failure')
  assert(after.uptime_seconds >= 5)
})
