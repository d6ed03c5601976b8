/** The listeners of one thread: S3's, delivery's, the one for everything over TLS, and the one that sends plain HTTP there. */
import type { FindCredential } from './access/credential.ts'
import type { MasterKey } from './access/sealing.ts'
import type { Clock } from './base/clock.ts'
import type { Logger } from './base/log.ts'
import type { Random } from './base/random.ts'
import { createIsContentHost, withContent } from './content-hosts.ts'
import { Hosts } from './delivery/hosts.ts'
import { frontOfHosts, type Front } from './hosts.ts'
import { redirectToHttps } from './http/https-redirect.ts'
import { createHttpListener, type HttpListener, type HttpListenerOptions, type RequestEnd } from './http/listener.ts'
import type { FrontSettings } from './front.ts'
import type { MetadataStore } from './metadata/metadata-store.ts'
import { createS3Handle, createS3Listeners, listenersOf, type S3Listeners } from './s3-listeners.ts'
import type { Services } from './s3/context.ts'
import { Endpoints } from './s3/endpoints.ts'
import type { Address } from './setting-kinds.ts'
import { createChallengeAnswer } from './sites/challenge-answer.ts'
import type { FindSite } from './sites/site.ts'
import { openTls, type Tls } from './tls.ts'

/** Of every listener; 0 takes a free one. Where there is none, it is passed over. */
export interface Ports {
  readonly s3: readonly number[]
  readonly delivery: number
  readonly tls: number
  readonly http: number
}

/** As the settings say. */
export const portsOf = (
  settings: Pick<FrontSettings, 's3Listen' | 's3Listeners' | 'deliveryListen' | 'tlsListen' | 'httpListen'>,
): Ports => ({
  s3: listenersOf(settings).map(({ listen }) => listen.port),
  delivery: settings.deliveryListen.port,
  tls: settings.tlsListen?.port ?? 0,
  http: settings.httpListen?.port ?? 0,
})

export interface Listeners {
  readonly ports: Ports
  /** Base URLs. */
  readonly urls: {
    readonly s3: readonly string[]
    readonly delivery: string
    readonly tls: string | undefined
    readonly http: string | undefined
  }
  listen(): Promise<void>
  stop(deadlineSeconds: number): Promise<void>
  /** By what each is for: `s3`, `delivery`, `tls`, `http`. */
  readonly watched: readonly (readonly [name: string, listener: HttpListener])[]
  /** What is open beside the listeners. */
  close(): Promise<void>
}

export interface ListenersParts {
  readonly settings: FrontSettings
  readonly ports: Ports
  readonly threads: number
  readonly services: Services
  readonly metadata: MetadataStore
  readonly masterKey: MasterKey
  readonly findCredential: FindCredential
  readonly hostId: string
  /** 48 bytes. */
  readonly ticketKeys: Buffer
  readonly findSite: FindSite
  readonly deliveryDomains: readonly string[]
  readonly delivery: Front
  readonly management: Front
  readonly console: Front
  /** Users' content as the console shows it. */
  readonly content: Front
  readonly log: Logger
  readonly clock: Clock
  readonly random: Random
  onRequestEnd(end: RequestEnd): void
  /** Told once which ports were taken. */
  onListening(ports: Ports): void
}

/** They are not listening yet. */
export async function createListeners(parts: ListenersParts): Promise<Listeners> {
  const { settings, ports, services, metadata, delivery } = parts
  const s3 = createS3Listeners({ ...parts, ports: ports.s3 })
  const hosts = new Hosts({ domains: parts.deliveryDomains, regions: services.regions, findSite: parts.findSite })
  const s3Domains = new Endpoints(settings.domains, services.regions).domains
  const isContentHost = createIsContentHost({ ...settings, s3Domains, hosts })
  const orContent = (front: Front): Front => withContent(front, parts.content, isContentHost)
  const delivering = createOne(parts, settings.deliveryListen, ports.delivery, orContent(delivery))
  const tls = settings.tlsListen && (await openTls(parts))
  const over = tls && createOne(parts, settings.tlsListen, ports.tls, orContent(everything(parts)), tls)
  const toTls = settings.httpListen && createOne(parts, settings.httpListen, ports.http, onPlain)
  const all = [s3, delivering, ...[over, toTls].filter((listener) => listener !== undefined)]

  const answerChallenge = createChallengeAnswer(metadata)
  function onPlain(request: Parameters<Front>[0]): ReturnType<Front> {
    const port = settings.tlsPort ?? over?.port
    const challenged = answerChallenge(request)
    if (challenged === undefined) return redirectToHttps(request, port)
    if (!('then' in challenged)) return challenged
    return Promise.resolve(challenged).then((answer) => answer ?? redirectToHttps(request, port))
  }

  const taken = (): Ports => ({
    s3: s3.ports,
    delivery: delivering.port,
    tls: over?.port ?? 0,
    http: toTls?.port ?? 0,
  })
  return {
    get ports() {
      return taken()
    },
    get urls() {
      return { s3: s3.urls, delivery: delivering.url, tls: over?.url, http: toTls?.url }
    },
    async listen() {
      for (const listener of all) await listener.listen()
      parts.onListening(taken())
    },
    async stop(deadlineSeconds) {
      await Promise.all(all.map((listener: S3Listeners | HttpListener) => listener.stop(deadlineSeconds)))
    },
    watched: [
      ...s3.listeners.map((listener) => ['s3', listener] as const),
      ['delivery', delivering],
      ...(over === undefined ? [] : [['tls', over] as const]),
      ...(toTls === undefined ? [] : [['http', toTls] as const]),
    ],
    close: async () => tls?.close(),
  }

  function everything({ management, console, findSite }: ListenersParts): Front {
    const { domains } = settings
    const s3Front = createS3Handle({ ...parts, services, ports: ports.s3 }, {})
    return frontOfHosts({
      ...{ domains, findSite, delivery, management, console, s3: s3Front },
      isDelivery: (host) => hosts.isOwn(host),
    })
  }
}

function createOne(
  { settings, threads, ticketKeys, clock, random, log, onRequestEnd }: ListenersParts,
  { host }: Address,
  port: number,
  handle: HttpListenerOptions['handle'],
  tls?: Tls,
): HttpListener {
  return createHttpListener({
    ...{ host, port, handle, clock, random, onRequestEnd },
    ...(tls && { tls: { contextFor: tls.contextFor, ticketKeys } }),
    reusePort: threads > 1,
    trustedProxies: settings.trustedProxies,
    limits: { connectionsMax: Math.ceil(settings.connectionsMax / threads), bodyRateMin: settings.bodyRateMin },
    onError: (error, request) => log.error({ err: error, requestId: request?.id }, 'an answer could not be sent'),
  })
}
