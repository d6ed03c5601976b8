/** The composition root: the only file that knows implementations. It opens the data folder, puts the parts together, and takes them apart again. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AccessKeys } from './access/access-keys.ts'
import { Accounts } from './access/accounts.ts'
import { AuditLog } from './access/audit-log.ts'
import { ensureFirstAccount } from './access/first-account.ts'
import { openMasterKey } from './access/master-key.ts'
import { Keyring } from './objects/encryption/keyring.ts'
import { openLockClock } from './objects/lock-clock.ts'
import type { MasterKey } from './access/sealing.ts'
import { runCommand } from './admin/commands.ts'
import { listenForControl } from './admin/control-server.ts'
import type { ManageOrder } from './admin/manage.ts'
import type { ManagementServices } from './admin/services.ts'
import type { State } from './admin/state.ts'
import { systemClock } from './base/clock.ts'
import { createLogger, type Logger } from './base/log.ts'
import { systemRandom } from './base/random.ts'
import { Secret } from './base/secret.ts'
import { createAdminFront } from './admin-listener.ts'
import type { RunningServer, ServerHooks } from './cli/surroundings.ts'
import type { Config } from './config.ts'
import { activeKeysMax, deliveryDomainsOf, serverLayer } from './deployment.ts'
import { assembleDomain, frontSettings, openBlobs, openFront, type Front, type FrontOrder } from './front.ts'
import { createHttpListener, type HttpListener } from './http/listener.ts'
import { openEpoch, openEpochs } from './jobs/epochs.ts'
import { emptyBucketsJob } from './jobs/empty-buckets.ts'
import { garbageJob } from './jobs/garbage.ts'
import { lifecycleJob } from './jobs/lifecycle.ts'
import { checkLedger } from './objects/ledger.ts'
import { createFindToggles } from './objects/toggles.ts'
import { lockClockJob } from './jobs/lock-clock.ts'
import { certificatesJob } from './jobs/certificates.ts'
import { JobFaults } from './jobs/job-faults.ts'
import { runJobs, type Job } from './jobs/runner.ts'
import { storageOfDayJob } from './jobs/storage-of-day.ts'
import { usageRetentionJob } from './jobs/usage-retention.ts'
import { refusalRetentionJob } from './jobs/refusal-retention.ts'
import { portsOf } from './listeners.ts'
import { sweepJob } from './jobs/sweep.ts'
import { openSqliteStore, type SqliteStore } from './metadata/sqlite.ts'
import { Buckets } from './objects/buckets.ts'
import { originsOf } from './origins.ts'
import { createServerHealth } from './server-health.ts'
import { AcmeIssuer } from './sites/acme.ts'
import { Certificates } from './sites/certificates.ts'
import { storageMetrics } from './storage-metrics.ts'
import { startThreads, type Threads } from './threads.ts'
import { openOwn } from './tls.ts'
import { version } from './version.ts'

const clock = systemClock
const random = systemRandom

interface OpenedState extends State {
  readonly metadata: SqliteStore
  readonly masterKey: MasterKey
  readonly keyring: Keyring
}

/** Opens the data folder, made if it is not there. Throws Refusal where it may not be opened as configured. */
export const openState = (config: Config): Promise<State> => open(config, () => undefined)

async function open(config: Config, onFatal: (error: Error) => void): Promise<OpenedState> {
  await mkdir(config.data, { recursive: true, mode: 0o700 })
  const metadata = await openSqliteStore({ folder: join(config.data, 'records'), onFatal })
  try {
    const source = { key: config.masterKey, file: config.masterKeyFile }
    const masterKey = await openMasterKey({ store: metadata, source, random })
    const toggleLayers = [serverLayer(config)]
    return {
      metadata,
      masterKey,
      accounts: new Accounts({ store: metadata, clock, random }),
      accessKeys: new AccessKeys({ store: metadata, masterKey, clock, random, activeMax: activeKeysMax(config) }),
      buckets: new Buckets(metadata, clock, random, createFindToggles(metadata, toggleLayers)),
      toggleLayers,
      keyring: new Keyring({ metadata, masterKey, clock, random }),
      region: config.region,
      auditLog: new AuditLog({ store: metadata, clock, masterKey }),
      manage: (order) => manageFolder(config, metadata, masterKey, order),
      async audit() {
        const blobs = await openBlobs(config, 0)
        try {
          return await checkLedger(metadata, blobs, await openEpochs(metadata))
        } finally {
          await blobs.close()
        }
      },
      close: () => metadata.close(),
    }
  } catch (error) {
    await metadata.close()
    throw error
  }
}

/** Starts everything; resolves when requests are answered. */
export async function startServer(config: Config, { onFatal }: ServerHooks): Promise<RunningServer> {
  const log = createLogger(config.logLevel)
  const state = await open(config, onFatal)
  const opened: (() => Promise<void>)[] = [() => state.close()]
  /** Whatever fails to close, the rest is closed. */
  const closeAll = async (): Promise<void> => {
    const faults: unknown[] = []
    for (const close of opened.toReversed()) await close().catch((error: unknown) => void faults.push(error))
    if (faults.length > 0) throw faults[0]
  }
  try {
    return await assemble(config, state, log, opened, closeAll, onFatal)
  } catch (error) {
    await closeAll()
    throw error
  }
}

/** What is opened is pushed on `opened`, to be closed in the opposite order. */
async function assemble(
  config: Config,
  state: OpenedState,
  log: Logger,
  opened: (() => Promise<void>)[],
  closeAll: () => Promise<void>,
  onFatal: (error: unknown) => void,
): Promise<RunningServer> {
  const { metadata, accounts, accessKeys } = state
  const { madeKey } = await ensureFirstAccount({ store: metadata, accounts, accessKeys, chosen: config.firstKey })
  await state.keyring.ensure()
  const ended = await openEpochs(metadata)
  const epochs: number[] = []
  for (let thread = 0; thread < config.httpThreads; thread++) epochs.push(await openEpoch(metadata))
  let unready: string | undefined = 'starting'

  const order = frontOrderOf(config, state, epochs)
  /** What listens, once it does. */
  let listening: readonly (readonly [name: string, url: string])[] = []
  const faults = new JobFaults(clock)
  const health = createServerHealth({
    ...{ config, clock, certificates: new Certificates({ store: metadata, masterKey: state.masterKey, clock }) },
    jobFaults: () => faults.current,
    listeners: () => listening,
  })
  const front = await openFront(order, metadata, log, health)
  opened.push(() => front.close())
  const deadline = config.stopDeadlineSeconds
  await front.listeners.listen()
  opened.push(() => front.listeners.stop(0))
  const orders = epochs.slice(1).map((epoch, index) => ({
    ...order,
    ...{ epoch, thread: String(index + 2), ports: front.listeners.ports },
  }))
  const threads = await startThreads(orders, { handle: () => metadata.handle(), health, onFatal })
  opened.push(() => threads.stop(0))

  const admin = createAdmin({ config, front, threads, accounts, log, unready: () => unready })
  front.observer.watch('management', admin)
  await admin.listen()
  opened.push(() => admin.stop(0))
  front.adminListens(admin.port)
  listening = [...front.listeners.watched, ['management', admin] as const].map(([name, { url }]) => [name, url])

  const onFault = (job: string, error: unknown): void =>
    log.error({ job, err: error }, 'a job failed; it will be tried again')
  const lockClock = await openLockClock(metadata, clock)
  const all = await jobsOf({ config, front, state, log, ended, lockClock })
  opened.push(() => lockClock.keep())
  const jobs = runJobs(
    all.map((job) => faults.watch(job)),
    { idleSeconds: 1, onFault },
  )
  opened.push(() => jobs.stop())

  const control = await listenForControl({
    dataFolder: config.data,
    version,
    run: (name, parameters) =>
      runCommand({ ...state, manage: (order) => manage(order, front.management) }, name, parameters),
    onFault: (error) => log.error({ err: error }, 'a command failed'),
  })
  opened.push(() => control.close())
  const { setupLinks } = front.management
  const setupLink = (await setupLinks.isNeeded()) ? await setupLinks.createFirst() : undefined
  unready = undefined
  return {
    endpoints: endpointsOf(front, admin.url),
    firstKey: madeKey,
    // Behind the `#`, which is in no log and no Referer.
    setupUrl: setupLink && new Secret(`${admin.url}/#/setup?token=${setupLink.token.reveal()}`),
    async reopenLogs() {
      threads.reopenLogs()
      await front.observer.reopen()
    },
    async stop() {
      unready = 'stopping'
      // Requests drain while the admin listener still says that no more should come.
      await Promise.all([front.listeners.stop(deadline), threads.stop(deadline)])
      await closeAll()
    },
  }
}

/** What the main thread's front is opened with; the other threads' have their own epochs. */
const frontOrderOf = (config: Config, { masterKey }: OpenedState, epochs: readonly number[]): FrontOrder => ({
  epoch: epochs[0]!,
  epochsOpen: epochs,
  masterKey: masterKey.secret.reveal(),
  hostId: masterKey.derive('host id').toString('base64'),
  ports: portsOf(config),
  thread: 'main',
  ticketKeys: random.bytes(48).toString('hex'),
  threads: config.httpThreads,
  settings: frontSettings(config),
})

function endpointsOf(front: Front, admin: string): RunningServer['endpoints'] {
  const { s3: s3Urls, delivery, tls, http } = front.listeners.urls
  const [s3, ...s3Further] = s3Urls
  return {
    ...{ s3: s3!, admin, delivery },
    ...(tls !== undefined && { tls }),
    ...(http !== undefined && { http }),
    ...(s3Further.length > 0 && { s3Further }),
  }
}

interface AdminParts {
  readonly config: Config
  readonly front: Front
  readonly threads: Pick<Threads, 'snapshots'>
  readonly accounts: Accounts
  readonly log: Logger
  /** Why it is not ready; undefined where it is. */
  unready(): string | undefined
}

/** The listener for health, metrics, management and the console; it does not listen yet. */
function createAdmin({ config, front, threads, accounts, log, unready }: AdminParts): HttpListener {
  const { management, services, observer } = front
  return createHttpListener({
    host: config.adminListen.host,
    port: config.adminListen.port,
    handle: createAdminFront({
      console: front.answerConsole,
      health: { unready },
      management: front.answerManagement,
      services: management,
      metricsToken: config.metricsToken,
      metrics: {
        exposition: async () =>
          (await import('./observe/metrics.ts')).createExposition({
            version,
            further: storageMetrics({ accounts, buckets: services.buckets }),
            onFault: (error) => log.warn({ err: error }, 'a metric is missing'),
          }),
        snapshots: async () => [observer.snapshot(), ...(await threads.snapshots())],
      },
    }),
    trustedProxies: config.trustedProxies,
    limits: { bodyRateMin: config.bodyRateMin },
    onRequestEnd: front.onRequestEnd,
    clock,
    random,
  })
}

interface JobParts {
  readonly config: Config
  readonly front: Front
  readonly state: OpenedState
  readonly log: Logger
  /** Epochs of writers that have ended: what they left behind may be swept. */
  readonly ended: Parameters<typeof sweepJob>[0]['ended']
  readonly lockClock: Parameters<typeof lockClockJob>[0]
}

/** What happens later. */
async function jobsOf({ config, front, state, log, ended, lockClock }: JobParts): Promise<readonly Job[]> {
  const { services, blobs, management } = front
  const { metadata } = state
  const { uploads, emptier } = services
  return [
    garbageJob({ metadata, blobs, uploads, clock, random, graceSeconds: config.garbageGraceSeconds }),
    lifecycleJob(services),
    emptyBucketsJob(emptier),
    sweepJob({ metadata, blobs, ended }),
    lockClockJob(lockClock, clock),
    storageOfDayJob({ metadata, clock }),
    usageRetentionJob({ metadata, clock }),
    refusalRetentionJob(management.refusals, clock),
    await certificates(config, front, state, log),
  ]
}

/** Gets and renews the certificates of custom domains, and the server's own. */
async function certificates(config: Config, front: Front, state: OpenedState, log: Logger): Promise<Job> {
  const { domains, certificates: kept } = front.management
  const { metadata, masterKey } = state
  const deliveryDomains = deliveryDomainsOf(config)
  const selfSigned = config.tlsSelfSigned
    ? await openOwn({ settings: config, services: front.services, deliveryDomains, clock, random })
    : undefined
  const { acmeDirectory: directoryUrl, acmeEmail: email, acmeCaFile: caFile } = config
  const issuer =
    directoryUrl === undefined
      ? undefined
      : new AcmeIssuer({
          ...{ store: metadata, masterKey, clock, certificates: kept },
          settings: { directoryUrl, email, caFile, termsOfServiceAgreed: true },
        })
  return certificatesJob({
    ...{ domains, certificates: kept, clock, issuer, selfSigned },
    onIssued: (name) => log.info({ name }, 'a certificate was obtained'),
    onFailed: (name, reason) => log.warn({ name, reason }, 'no certificate was obtained; it will be tried again'),
  })
}

/** The operations of management are loaded when one is ordered. */
async function manage(order: ManageOrder, services: ManagementServices): Promise<object> {
  return (await import('./admin/manage.ts')).manage(order, services)
}

/** An operation of management while no server runs: on the data folder itself. */
async function manageFolder(
  config: Config,
  metadata: SqliteStore,
  masterKey: MasterKey,
  order: ManageOrder,
): Promise<object> {
  const settings = frontSettings(config)
  const blobs = await openBlobs(settings, 0)
  try {
    const { s3Listen, deliveryListen, tlsListen, adminListen } = config
    const [s3, delivery, admin] = [s3Listen.port, deliveryListen.port, adminListen.port]
    const ports = () => ({ s3, delivery, admin, tls: tlsListen?.port })
    const origins = originsOf(config, ports)
    const { management } = await assembleDomain({ settings, metadata, blobs, masterKey, origins })
    return await manage(order, management)
  } finally {
    await blobs.close()
  }
}
