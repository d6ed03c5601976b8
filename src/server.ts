/** The composition root: the only file that knows implementations. It opens the data folder, puts the parts together, and takes them apart again. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AccessKeys } from './access/access-keys.ts'
import { Accounts } from './access/accounts.ts'
import { createFindCredential } from './access/find-credential.ts'
import { ensureFirstAccount } from './access/first-account.ts'
import { openMasterKey } from './access/master-key.ts'
import { Keyring } from './objects/encryption/keyring.ts'
import { openLockClock } from './objects/lock-clock.ts'
import { MasterKey } from './access/sealing.ts'
import { runCommand } from './admin/commands.ts'
import { listenForControl } from './admin/control-server.ts'
import { answerHealth } from './admin/health.ts'
import type { State } from './admin/state.ts'
import { systemClock } from './base/clock.ts'
import { createLogger, type Logger } from './base/log.ts'
import { systemRandom } from './base/random.ts'
import { Secret } from './base/secret.ts'
import type { BlobStore } from './blobs/blob-store.ts'
import { openDiskStore } from './blobs/disk.ts'
import { openRegionalStore } from './blobs/regional.ts'
import type { RunningServer, ServerHooks } from './cli/surroundings.ts'
import type { Config } from './config.ts'
import { activeKeysMax, regionFolders, regionsOf, serverLayer } from './deployment.ts'
import { createHttpListener } from './http/listener.ts'
import { openEpoch, openEpochs } from './jobs/epochs.ts'
import { emptyBucketsJob } from './jobs/empty-buckets.ts'
import { garbageJob } from './jobs/garbage.ts'
import { lifecycleJob } from './jobs/lifecycle.ts'
import { checkLedger } from './objects/ledger.ts'
import { createFindToggles } from './objects/toggles.ts'
import { lockClockJob } from './jobs/lock-clock.ts'
import { runJobs } from './jobs/runner.ts'
import { sweepJob } from './jobs/sweep.ts'
import type { MetadataStore } from './metadata/metadata-store.ts'
import { joinSqliteStore, openSqliteStore, type SqliteHandle, type SqliteStore } from './metadata/sqlite.ts'
import { Buckets } from './objects/buckets.ts'
import type { Services } from './s3/context.ts'
import { Endpoints } from './s3/regions.ts'
import { createS3Listeners, listenersOf, type S3Listeners } from './s3-listeners.ts'
import { assembleServices } from './storage.ts'
import { startThreads } from './threads.ts'
import { version } from './version.ts'

const clock = systemClock
const random = systemRandom

/** What a thread that answers S3 requests needs; all of it can be sent to another thread. */
export interface FrontOrder {
  readonly epoch: number
  readonly epochsOpen: readonly number[]
  /** Hex. Never logged: it travels within the process only. */
  readonly masterKey: string
  readonly hostId: string
  /** Of the listeners, in their order. */
  readonly ports: readonly number[]
  /** How many threads share the ports. */
  readonly threads: number
  readonly settings: FrontSettings
}

const frontSettingNames = [
  ...([
    'data',
    'region',
    'regionAliases',
    'regions',
    'domains',
    'publicOrigins',
    'trustedProxies',
    'skewSeconds',
  ] as const),
  ...(['s3Listen', 's3Listeners', 'allowPlaintext', 'profile', 'toggles', 'acl', 'sigV2Header', 'sigV2Query'] as const),
  ...(['inlineSizeMax', 'lifecycleDaySeconds', 'cacheSize', 'connectionsMax', 'bodyRateMin', 'logLevel'] as const),
] as const satisfies readonly (keyof Config)[]

type FrontSettings = Pick<Config, (typeof frontSettingNames)[number]>

const frontSettings = (config: Config): FrontSettings =>
  Object.fromEntries(frontSettingNames.map((name) => [name, config[name]])) as unknown as FrontSettings

export interface Front {
  readonly listeners: S3Listeners
  readonly services: Services
  readonly blobs: BlobStore
}

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

  const order: FrontOrder = {
    epoch: epochs[0]!,
    epochsOpen: epochs,
    masterKey: state.masterKey.secret.reveal(),
    hostId: state.masterKey.derive('host id').toString('base64'),
    ports: listenersOf(config).map(({ listen }) => listen.port),
    threads: config.httpThreads,
    settings: frontSettings(config),
  }
  const front = await openFront(order, metadata, log)
  opened.push(() => front.blobs.close())
  const deadline = config.stopDeadlineSeconds
  await front.listeners.listen()
  opened.push(() => front.listeners.stop(0))
  const orders = epochs.slice(1).map((epoch) => ({ ...order, epoch, ports: front.listeners.ports }))
  const threads = await startThreads(orders, () => metadata.handle(), onFatal)
  opened.push(() => threads.stop(0))

  const admin = createHttpListener({
    host: config.adminListen.host,
    port: config.adminListen.port,
    handle: (request) => answerHealth({ unready: () => unready }, request),
    trustedProxies: config.trustedProxies,
    clock,
    random,
  })
  await admin.listen()
  opened.push(() => admin.stop(0))

  const { uploads } = front.services
  const parts = { metadata, blobs: front.blobs, uploads, clock, random, graceSeconds: config.garbageGraceSeconds }
  const onFault = (job: string, error: unknown): void =>
    log.error({ job, err: error }, 'a job failed; it will be tried again')
  const emptying = emptyBucketsJob(front.services.emptier)
  const lockClock = await openLockClock(metadata, clock)
  const all = [
    garbageJob(parts),
    lifecycleJob(front.services),
    emptying,
    sweepJob({ metadata, blobs: front.blobs, ended }),
    lockClockJob(lockClock, clock),
  ]
  opened.push(() => lockClock.keep())
  const jobs = runJobs(all, { idleSeconds: 1, onFault })
  opened.push(() => jobs.stop())

  const control = await listenForControl({
    dataFolder: config.data,
    version,
    run: (name, parameters) => runCommand(state, name, parameters),
    onFault: (error) => log.error({ err: error }, 'a command failed'),
  })
  opened.push(() => control.close())
  unready = undefined
  const [s3, ...s3Further] = front.listeners.urls
  return {
    endpoints: { s3: s3!, admin: admin.url, ...(s3Further.length > 0 && { s3Further }) },
    firstKey: madeKey,
    async stop() {
      unready = 'stopping'
      // Requests drain while the admin listener still says that no more should come.
      await Promise.all([front.listeners.stop(deadline), threads.stop(deadline)])
      await closeAll()
    },
  }
}

/** The blobs of all regions. */
async function openBlobs(
  settings: Pick<Config, 'data' | 'regions'>,
  epoch: number,
  epochsOpen: readonly number[] = [],
): Promise<BlobStore> {
  const open = (folder: string): Promise<BlobStore> => openDiskStore({ folder, epoch, epochsOpen, random })
  const others = new Map<string, BlobStore>()
  for (const [region, folder] of regionFolders(settings)) others.set(region, await open(folder))
  return openRegionalStore(await open(join(settings.data, 'blobs')), others)
}

/** One thread's part in answering S3 requests; the listener is not listening yet. */
async function openFront(order: FrontOrder, metadata: MetadataStore, log: Logger): Promise<Front> {
  const { settings, masterKey: secret } = order
  const masterKey = new MasterKey(new Secret(secret), random)
  const { epoch, epochsOpen } = order
  const blobs = await openBlobs(settings, epoch, epochsOpen)
  const accounts = new Accounts({ store: metadata, clock, random })
  const lockClock = await openLockClock(metadata, clock)
  const keyring = new Keyring({ metadata, masterKey, clock, random })
  const regions = regionsOf(settings)
  const services = assembleServices({
    ...settings,
    ...{ metadata, blobs, accounts, clock, lockClock, keyring, random, regions },
    toggleLayers: [serverLayer(settings)],
    endpoints: new Endpoints(settings.domains, regions),
  })
  const findCredential = createFindCredential(metadata, masterKey)
  const { ports, threads, hostId } = order
  const listeners = createS3Listeners({
    ...{ settings, ports, threads, services, metadata, findCredential, hostId, log, clock, random },
  })
  return { listeners, services, blobs }
}

/** As openFront, in another thread of the process. */
export async function joinFront(
  order: FrontOrder,
  handle: SqliteHandle,
): Promise<Front & { readonly metadata: MetadataStore }> {
  const metadata = joinSqliteStore(handle)
  return { ...(await openFront(order, metadata, createLogger(order.settings.logLevel))), metadata }
}
