/** How a running server is: by the checks of `entrepot doctor`, and by what only its process knows. Told by `GET /v1/health`. */
import { statfs } from 'node:fs/promises'
import { showTime } from './admin/schemas.ts'
import type { ServerHealth } from './admin/server-health.ts'
import type { Clock } from './base/clock.ts'
import { checkCertificates, checkDomainCertificates } from './cli/checks/certificates.ts'
import { failed, ok, type Finding } from './cli/checks/check.ts'
import { checkClock } from './cli/checks/clock.ts'
import { checkFileSystem, checkSpace } from './cli/checks/disk.ts'
import { checkFolder, checkMasterKey } from './cli/checks/folder.ts'
import type { Config } from './config.ts'
import { regionFolders } from './deployment.ts'
import type { JobFault } from './jobs/job-faults.ts'
import type { Certificates } from './sites/certificates.ts'
import { version } from './version.ts'

interface Parts {
  readonly config: Config
  readonly clock: Clock
  readonly certificates: Pick<Certificates, 'list'>
  jobFaults(): readonly JobFault[]
  /** What listens, as name and URL. */
  listeners(): readonly (readonly [name: string, url: string])[]
}

/** The checks read the disk and watch the clock: who asks again so soon is told the same. */
const freshMilliseconds = 5000

/** Begins to count how long the server is up. */
export function createServerHealth(parts: Parts): () => Promise<ServerHealth> {
  const { clock } = parts
  const started = { wall: clock.now(), monotonic: clock.monotonic() }
  let last: { readonly health: Promise<ServerHealth>; readonly at: number } | undefined
  return () => {
    const now = clock.monotonic()
    if (last === undefined || now - last.at >= freshMilliseconds) last = { health: look(parts, started), at: now }
    return last.health
  }
}

async function look(
  parts: Parts,
  started: { readonly wall: number; readonly monotonic: number },
): Promise<ServerHealth> {
  const { config, clock } = parts
  const places = [['data', config.data] as const, ...regionFolders(config)]
  const findings = await findAll(parts, places)
  const checks = findings.map(({ name, status, message, remedy }) => ({
    name,
    status: status === 'failed' ? ('failure' as const) : status,
    detail: remedy === undefined ? message : `${message}. ${remedy}`,
  }))
  return {
    status: checks.every(({ status }) => status === 'ok') ? 'ok' : 'degraded',
    version,
    node: process.versions.node,
    started: showTime(started.wall),
    uptime_seconds: Math.max(0, clock.monotonic() - started.monotonic) / 1000,
    threads: config.httpThreads,
    memory_bytes: process.memoryUsage.rss(),
    disk: await disksOf(places),
    checks,
  }
}

type Places = readonly (readonly [name: string, folder: string])[]

async function findAll(
  { config, clock, certificates, jobFaults, listeners }: Parts,
  places: Places,
): Promise<Finding[]> {
  const findings = [await checkFolder(config.data), await checkMasterKey(config), await checkFileSystem(config.data)]
  for (const [name, folder] of places) findings.push(await checkSpaceOf(name, folder))
  findings.push(await checkClock(clock, config.data), ...(await checkCertificates(config, clock)))
  findings.push(await checkDomainCertificates(certificates, clock))
  findings.push(
    ok(
      'Listeners',
      listeners()
        .map(([name, url]) => `${name} ${url}`)
        .join(', '),
    ),
  )
  findings.push(checkJobs(jobFaults()))
  return findings
}

async function checkSpaceOf(name: string, folder: string): Promise<Finding> {
  const title = `Free space of ${name}`
  try {
    return { ...(await checkSpace(folder)), name: title }
  } catch (error) {
    return failed(title, `${folder} cannot be looked at (${(error as Error).message})`, 'Put the disk back.')
  }
}

const checkJobs = (faults: readonly JobFault[]): Finding =>
  faults.length === 0
    ? ok('Jobs', 'none of them fails')
    : failed('Jobs', faults.map(tellFault).join('; '), 'The log has the whole error. It is tried again and again.')

const tellFault = ({ job, message, sinceMs }: JobFault): string => `${job} fails since ${showTime(sinceMs)}: ${message}`

/** Those that can be looked at; a check tells of the others. */
async function disksOf(places: Places): Promise<ServerHealth['disk']> {
  const disks: ServerHealth['disk'] = []
  for (const [name, folder] of places) {
    const found = await statfs(folder).catch(() => undefined)
    if (found === undefined) continue
    const { bavail, blocks, bsize } = found
    disks.push({ name, path: folder, total: blocks * bsize, free: bavail * bsize })
  }
  return disks
}
