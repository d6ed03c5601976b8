/** One thread's part in answering requests: the parts of the domain, the fronts over them, and the listeners that all threads share the ports of. */
import { join } from 'node:path'
import { AccessKeys } from './access/access-keys.ts'
import { Accounts } from './access/accounts.ts'
import { createFindCredential } from './access/find-credential.ts'
import { createFindSigningKey, createRevokedTokens } from './access/find-signing-key.ts'
import { MasterKey } from './access/sealing.ts'
import { createConsole } from './admin/console.ts'
import type { ManagementServices } from './admin/services.ts'
import { systemClock } from './base/clock.ts'
import { createLogger, type Logger } from './base/log.ts'
import { systemRandom } from './base/random.ts'
import { Secret } from './base/secret.ts'
import type { BlobStore } from './blobs/blob-store.ts'
import { openDiskStore } from './blobs/disk.ts'
import { openRegionalStore } from './blobs/regional.ts'
import type { Config } from './config.ts'
import { createDeliveryFront } from './delivery/front.ts'
import { rewritePlaylist } from './delivery/playlist.ts'
import { createTokenGate } from './delivery/token-verifier.ts'
import { activeKeysMax, deliveryDomainsOf, regionFolders, regionsOf, serverLayer } from './deployment.ts'
import type { Front as HostFront } from './hosts.ts'
import type { RequestEnd } from './http/listener.ts'
import { createListeners, type Listeners, type Ports } from './listeners.ts'
import { assembleManagement } from './management.ts'
import { UsageRecorder } from './metering/usage-recorder.ts'
import type { MetadataStore } from './metadata/metadata-store.ts'
import { joinSqliteStore, type SqliteHandle } from './metadata/sqlite.ts'
import { Keyring } from './objects/encryption/keyring.ts'
import { openLockClock } from './objects/lock-clock.ts'
import { createObserver, type Observer, type ObserverSettings } from './observe/observer.ts'
import { originsOf } from './origins.ts'
import { RefusalRecorder } from './refusals/refusal-recorder.ts'
import type { Services } from './s3/context.ts'
import { Endpoints } from './s3/endpoints.ts'
import { createFindSite } from './sites/find-site.ts'
import type { FindSite } from './sites/site.ts'
import { assembleServices } from './storage.ts'
import { version } from './version.ts'

const clock = systemClock
const random = systemRandom

/** What a thread that answers requests needs; all of it can be sent to another thread. */
export interface FrontOrder {
  readonly epoch: number
  readonly epochsOpen: readonly number[]
  /** Hex. Never logged: it travels within the process only. */
  readonly masterKey: string
  readonly hostId: string
  readonly ports: Ports
  /** 48 random bytes in hex, by which any thread resumes a TLS session of another. */
  readonly ticketKeys: string
  /** What the thread is called among what is observed: `main`, or its number. */
  readonly thread: string
  /** How many threads share the ports. */
  readonly threads: number
  readonly settings: FrontSettings
}

/** All but secrets, which other threads have no use for. */
export type FrontSettings = Omit<Config, 'masterKey' | 'firstKey' | 'metricsToken'>

export function frontSettings({ masterKey: _1, firstKey: _2, metricsToken: _3, ...settings }: Config): FrontSettings {
  return settings
}

/** Told of what is no client's fault. */
type FrontFault = (error: unknown, request: { readonly id: string }) => void

export interface Front {
  readonly listeners: Listeners
  readonly services: Services
  readonly management: ManagementServices
  /** Of `/v1`. */
  readonly answerManagement: HostFront
  readonly answerConsole: ReturnType<typeof createConsole>
  readonly blobs: BlobStore
  readonly observer: Observer
  /** Tells the port that the admin listener has taken; the thread that has it is the only one that must know. */
  adminListens(port: number): void
  /** To be told of every request that has ended, of listeners beside these too. */
  onRequestEnd(end: RequestEnd): void
  /** Keeps what was counted, and closes what is open. After the listeners have stopped. */
  close(): Promise<void>
}

/** The blobs of all regions. */
export async function openBlobs(
  settings: Pick<Config, 'data' | 'regions'>,
  epoch: number,
  epochsOpen: readonly number[] = [],
): Promise<BlobStore> {
  const open = (folder: string): Promise<BlobStore> => openDiskStore({ folder, epoch, epochsOpen, random })
  const others = new Map<string, BlobStore>()
  for (const [region, folder] of regionFolders(settings)) others.set(region, await open(folder))
  return openRegionalStore(await open(join(settings.data, 'blobs')), others)
}

/** The listeners are not listening yet. */
export async function openFront(
  order: FrontOrder,
  metadata: MetadataStore,
  log: Logger,
  health: ManagementServices['health'],
): Promise<Front> {
  const { settings, epoch, epochsOpen, ports, threads, hostId } = order
  const masterKey = new MasterKey(new Secret(order.masterKey), random)
  const blobs = await openBlobs(settings, epoch, epochsOpen)
  // Where clients find it is known once the ports are taken.
  let taken: Ports = ports
  let adminPort = settings.adminListen.port
  const origins = originsOf(settings, () => ({
    s3: taken.s3[0]!,
    delivery: taken.delivery,
    tls: settings.tlsListen && taken.tls,
    admin: adminPort,
  }))
  const domain = await assembleDomain({ settings, metadata, blobs, masterKey, origins, health })
  const { services, management, findCredential } = domain
  const recorder = new UsageRecorder({
    metadata,
    clock,
    onFault: (error) => log.warn({ err: error }, 'usage could not be kept; it will be tried again'),
  })
  const observer = await createObserver({
    settings: observerSettings(settings),
    ...{ thread: order.thread, version, hostId, clock },
    onFault: (error, what) => log.warn({ err: error }, `${what}: it could not be written`),
  })
  const onFault: FrontFault = (error, request) => log.error({ err: error, requestId: request.id }, 'a request failed')
  const refusals = new RefusalRecorder({
    ...{ log: management.refusals, clock },
    onFault: (error) => log.warn({ err: error }, 'a refusal could not be kept or explained'),
  })
  const findSite = createFindSite(metadata)
  const deliveryDomains = deliveryDomainsOf(settings)
  const delivery = assembleDelivery(
    { settings, metadata, services, deliveryDomains, findSite, onFault },
    () => taken.tls,
  )
  const answerManagement = onceAsked(async () =>
    (await import('./admin/front.ts')).createManagementFront({ services: management, onFault }),
  )
  const answerContent = onceAsked(async () =>
    (await import('./admin/content/front.ts')).createContentFront({ services: management, onFault }),
  )
  const answerConsole = createConsole({ origins, random })
  const onRequestEnd = (end: RequestEnd): void => {
    observer.onRequestEnd(end)
    recorder.record(end)
    refusals.record(end)
  }
  const listeners = await createListeners({
    ...{ settings, ports, threads, services, metadata, masterKey, findCredential, hostId, findSite, deliveryDomains },
    ticketKeys: Buffer.from(order.ticketKeys, 'hex'),
    ...{ delivery, management: answerManagement, content: answerContent, log, clock, random },
    console: async (request) => (await answerConsole(request)) ?? answerManagement(request),
    onRequestEnd,
    onListening: (listening) => (taken = listening),
  })
  for (const [name, listener] of listeners.watched) observer.watch(name, listener)
  recorder.start()
  refusals.start()
  return {
    ...{ listeners, services, management, answerManagement, answerConsole, blobs, observer, onRequestEnd },
    adminListens: (port) => (adminPort = port),
    async close() {
      await listeners.close()
      await recorder.stop()
      await refusals.stop()
      await observer.close()
      await blobs.close()
    },
  }
}

interface DeliveryParts {
  readonly settings: FrontSettings
  readonly metadata: MetadataStore
  readonly services: Services
  readonly deliveryDomains: readonly string[]
  readonly findSite: FindSite
  readonly onFault: FrontFault
}

/** `tlsTaken` is the port that TLS is served on. */
function assembleDelivery(
  { settings, metadata, services, deliveryDomains, findSite, onFault }: DeliveryParts,
  tlsTaken: () => number,
): HostFront {
  return createDeliveryFront({
    buckets: services.buckets,
    objects: services.objects,
    toggles: services.toggles,
    regions: services.regions,
    domains: deliveryDomains,
    gate: createTokenGate({
      findSigningKey: createFindSigningKey(metadata),
      revokedTokens: createRevokedTokens(metadata),
      toggles: services.toggles,
      clock,
      leewaySeconds: settings.tokenLeewaySeconds,
      countryHeader: settings.countryHeader,
      isTrustedPeer: ({ fromTrustedProxy = false }) => fromTrustedProxy,
    }),
    findSite,
    rewrite: rewritePlaylist,
    plaintextAllowed: settings.allowPlaintext,
    httpsPort: () => settings.tlsListen && (settings.tlsPort ?? tlsTaken()),
    ...{ clock, random, onFault },
  })
}

/** A front that is loaded when it is first asked for: most threads and many servers never are, and it takes memory. */
function onceAsked(load: () => Promise<HostFront>): HostFront {
  let front: Promise<HostFront> | undefined
  return async (request) => (await (front ??= load()))(request)
}

const observerSettings = (settings: FrontSettings): ObserverSettings => ({
  requestLog: { destination: settings.requestLogFile ?? 'stderr', which: settings.requestLog },
  accessLog: settings.accessLog,
  traces:
    settings.otlpEndpoint === undefined
      ? undefined
      : { endpoint: settings.otlpEndpoint, serviceName: 'entrepot', ratio: settings.traceRatio },
})

interface DomainParts {
  readonly settings: FrontSettings
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly masterKey: MasterKey
  readonly origins: ManagementServices['origins']
  /** Absent where no server runs. */
  readonly health?: ManagementServices['health']
}

/** The parts of the domain, for requests or for the command line. */
export async function assembleDomain({ settings, metadata, blobs, masterKey, origins, health }: DomainParts) {
  const accounts = new Accounts({ store: metadata, clock, random })
  const lockClock = await openLockClock(metadata, clock)
  const keyring = new Keyring({ metadata, masterKey, clock, random })
  const regions = regionsOf(settings)
  const toggleLayers = [serverLayer(settings)]
  const services = assembleServices({
    ...settings,
    ...{ metadata, blobs, accounts, clock, lockClock, keyring, random, regions, toggleLayers },
    endpoints: new Endpoints(settings.domains, regions),
  })
  const findCredential = createFindCredential(metadata, masterKey)
  const accessKeys = new AccessKeys({ store: metadata, masterKey, clock, random, activeMax: activeKeysMax(settings) })
  const management = assembleManagement({
    ...{ services, metadata, masterKey, accounts, accessKeys, findCredential, origins, toggleLayers },
    ...{ clock, random, settings, health },
  })
  return { services, management, findCredential }
}

/** As openFront, in another thread of the process. */
export async function joinFront(
  order: FrontOrder,
  handle: SqliteHandle,
  health: ManagementServices['health'],
): Promise<Front & { readonly metadata: MetadataStore }> {
  const metadata = joinSqliteStore(handle)
  return { ...(await openFront(order, metadata, createLogger(order.settings.logLevel), health)), metadata }
}
