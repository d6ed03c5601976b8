/** The composition root: the only file that knows implementations. It opens the data folder, puts the parts together, and takes them apart again. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AccessKeys } from './access/access-keys.ts'
import { Accounts } from './access/accounts.ts'
import { createFindCredential } from './access/find-credential.ts'
import { ensureFirstAccount } from './access/first-account.ts'
import { openMasterKey } from './access/master-key.ts'
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
import type { RunningServer, ServerHooks } from './cli/surroundings.ts'
import type { Config } from './config.ts'
import { createHttpListener, type HttpListener } from './http/listener.ts'
import { openEpoch, openEpochs } from './jobs/epochs.ts'
import { garbageJob } from './jobs/garbage.ts'
import { checkLedger } from './objects/ledger.ts'
import { runJobs } from './jobs/runner.ts'
import { sweepJob } from './jobs/sweep.ts'
import type { MetadataStore } from './metadata/metadata-store.ts'
import { joinSqliteStore, openSqliteStore, type SqliteHandle, type SqliteStore } from './metadata/sqlite.ts'
import { Buckets } from './objects/buckets.ts'
import { addressOf } from './s3/address.ts'
import type { Services } from './s3/context.ts'
import { createS3Front } from './s3/listener.ts'
import { createAuthenticator } from './s3/signature/authenticate.ts'
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
  readonly port: number
  /** How many threads share the port. */
  readonly threads: number
  readonly settings: FrontSettings
}

type FrontSettings = Pick<
  Config,
  | 'data'
  | 's3Listen'
  | 'region'
  | 'regionAliases'
  | 'domains'
  | 'publicOrigins'
  | 'trustedProxies'
  | 'skewSeconds'
  | 'sigV2Header'
  | 'sigV2Query'
  | 'inlineSizeMax'
  | 'cacheSize'
  | 'connectionsMax'
  | 'bodyRateMin'
  | 'logLevel'
>

export interface Front {
  readonly listener: HttpListener
  readonly services: Services
  readonly blobs: BlobStore
}

interface OpenedState extends State {
  readonly metadata: SqliteStore
  readonly masterKey: MasterKey
}

/** Opens the data folder, made if it is not there. Throws Refusal where it may not be opened as configured. */
export const openState = (config: Config): Promise<State> => open(config, () => undefined)

async function open(config: Config, onFatal: (error: Error) => void): Promise<OpenedState> {
  await mkdir(config.data, { recursive: true, mode: 0o700 })
  const metadata = await openSqliteStore({ folder: join(config.data, 'records'), onFatal })
  try {
    const source = { key: config.masterKey, file: config.masterKeyFile }
    const masterKey = await openMasterKey({ store: metadata, source, random })
    return {
      metadata,
      masterKey,
      accounts: new Accounts({ store: metadata, clock, random }),
      accessKeys: new AccessKeys({ store: metadata, masterKey, clock, random }),
      buckets: new Buckets(metadata, clock, random),
      region: config.region,
      async audit() {
        const blobs = await openDiskStore({ folder: join(config.data, 'blobs'), epoch: 0, random })
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
  const ended = await openEpochs(metadata)
  const epochs: number[] = []
  for (let thread = 0; thread < config.httpThreads; thread++) epochs.push(await openEpoch(metadata))
  let unready: string | undefined = 'starting'

  const order: FrontOrder = {
    epoch: epochs[0]!,
    epochsOpen: epochs,
    masterKey: state.masterKey.secret.reveal(),
    hostId: state.masterKey.derive('host id').toString('base64'),
    port: config.s3Listen.port,
    threads: config.httpThreads,
    settings: frontSettings(config),
  }
  const front = await openFront(order, metadata, log)
  opened.push(() => front.blobs.close())
  const deadline = config.stopDeadlineSeconds
  await front.listener.listen()
  opened.push(() => front.listener.stop(0))
  const orders = epochs.slice(1).map((epoch) => ({ ...order, epoch, port: front.listener.port }))
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
  const jobs = runJobs([garbageJob(parts), sweepJob({ metadata, blobs: front.blobs, ended })], {
    idleSeconds: 1,
    onFault,
  })
  opened.push(() => jobs.stop())

  const control = await listenForControl({
    dataFolder: config.data,
    version,
    run: (name, parameters) => runCommand(state, name, parameters),
    onFault: (error) => log.error({ err: error }, 'a command failed'),
  })
  opened.push(() => control.close())
  unready = undefined
  return {
    endpoints: { s3: front.listener.url, admin: admin.url },
    firstKey: madeKey,
    async stop() {
      unready = 'stopping'
      // Requests drain while the admin listener still says that no more should come.
      await Promise.all([front.listener.stop(deadline), threads.stop(deadline)])
      await closeAll()
    },
  }
}

/** One thread's part in answering S3 requests; the listener is not listening yet. */
async function openFront(order: FrontOrder, metadata: MetadataStore, log: Logger): Promise<Front> {
  const { settings, masterKey: secret } = order
  const masterKey = new MasterKey(new Secret(secret), random)
  const { epoch, epochsOpen } = order
  const blobs = await openDiskStore({ folder: join(settings.data, 'blobs'), epoch, epochsOpen, random })
  const accounts = new Accounts({ store: metadata, clock, random })
  const services = assembleServices({ ...settings, metadata, blobs, accounts, clock, random })
  const domains = endpointDomains(settings)
  const authenticator = createAuthenticator({
    findCredential: createFindCredential(metadata, masterKey),
    clock,
    regions: [settings.region, ...settings.regionAliases],
    publicHosts: settings.publicOrigins.map(({ host }) => host),
    publicPrefixes: settings.publicOrigins.map(({ prefix }) => prefix),
    v2: { header: settings.sigV2Header, query: settings.sigV2Query },
    skewSeconds: settings.skewSeconds,
    bucketOfHost: (host) => bucketOfHost(host, domains),
    random,
  })
  const handle = createS3Front({
    services,
    authenticator,
    domains,
    hostId: order.hostId,
    onFault: (error, request) => log.error({ err: error, requestId: request.id }, 'a request failed'),
  })
  const listener = createHttpListener({
    host: settings.s3Listen.host,
    port: order.port,
    reusePort: order.threads > 1,
    handle,
    trustedProxies: settings.trustedProxies,
    limits: { connectionsMax: Math.ceil(settings.connectionsMax / order.threads), bodyRateMin: settings.bodyRateMin },
    clock,
    random,
    onError: (error, request) => log.error({ err: error, requestId: request?.id }, 'an answer could not be sent'),
  })
  return { listener, services, blobs }
}

/** The hosts of S3 endpoints under the configured domains: `<domain>`, `s3.<domain>`, and by region `<region>.s3.<domain>` and `s3.<region>.<domain>`. */
function endpointDomains({ domains, region }: FrontSettings): readonly string[] {
  return domains.flatMap((domain) => [
    domain,
    `s3.${domain}`,
    `${region}.s3.${domain}`,
    `s3.${region}.${domain}`,
    `${region}.${domain}`,
  ])
}

function bucketOfHost(host: string, domains: readonly string[]): string | undefined {
  const { bucket, style } = addressOf(host, '/', domains)
  return style === 'virtual-hosted' ? bucket : undefined
}

/** As openFront, in another thread of the process. */
export async function joinFront(
  order: FrontOrder,
  handle: SqliteHandle,
): Promise<Front & { readonly metadata: MetadataStore }> {
  const metadata = joinSqliteStore(handle)
  return { ...(await openFront(order, metadata, createLogger(order.settings.logLevel))), metadata }
}

function frontSettings(config: Config): FrontSettings {
  const { data, s3Listen, region, regionAliases, domains, publicOrigins, trustedProxies, skewSeconds } = config
  const { sigV2Header, sigV2Query, inlineSizeMax, cacheSize, connectionsMax, bodyRateMin, logLevel } = config
  return {
    data,
    s3Listen,
    region,
    regionAliases,
    domains,
    publicOrigins,
    trustedProxies,
    skewSeconds,
    sigV2Header,
    sigV2Query,
    inlineSizeMax,
    cacheSize,
    connectionsMax,
    bodyRateMin,
    logLevel,
  }
}
