/** The listeners of the S3 API, as one thread has them: the first, and those that have a profile or a region of their own. */
import type { FindCredential } from './access/credential.ts'
import { createFindKnownKey } from './access/find-known-key.ts'
import type { Clock } from './base/clock.ts'
import type { Logger } from './base/log.ts'
import type { Random } from './base/random.ts'
import type { Values } from './config.ts'
import { serverLayer } from './deployment.ts'
import { createHttpListener, type HttpListener, type RequestEnd } from './http/listener.ts'
import type { HttpRequest, HttpResponse } from './http/message.ts'
import type { MetadataStore } from './metadata/metadata-store.ts'
import { addressOf } from './s3/address.ts'
import type { Services } from './s3/context.ts'
import { createS3Front } from './s3/listener.ts'
import { Endpoints } from './s3/endpoints.ts'
import { createAuthenticator } from './s3/signature/authenticate.ts'
import { createFormAuthenticator } from './s3/signature/post.ts'
import type { ListenerSetting } from './setting-documents.ts'
import { servicesOfListener } from './storage.ts'

export type ListenerSettings = Pick<
  Values,
  | 's3Listen'
  | 's3Listeners'
  | 'domains'
  | 'profile'
  | 'toggles'
  | 'acl'
  | 'sigV2Header'
  | 'sigV2Query'
  | 'allowPlaintext'
  | 'publicOrigins'
  | 'trustedProxies'
  | 'skewSeconds'
  | 'connectionsMax'
  | 'bodyRateMin'
>

export interface S3ListenersParts {
  readonly settings: ListenerSettings
  /** A port for each listener; 0 takes a free one. */
  readonly ports: readonly number[]
  /** How many threads share the ports. */
  readonly threads: number
  readonly services: Services
  readonly metadata: MetadataStore
  readonly findCredential: FindCredential
  readonly hostId: string
  readonly log: Logger
  readonly clock: Clock
  readonly random: Random
  onRequestEnd(end: RequestEnd): void
}

export interface S3Listeners {
  listen(): Promise<void>
  stop(deadlineSeconds: number): Promise<void>
  /** Base URLs, the first listener's first. */
  readonly urls: readonly string[]
  readonly ports: readonly number[]
  readonly listeners: readonly HttpListener[]
}

/** Where each listener is wanted, in the order of `ports`. */
export const listenersOf = ({
  s3Listen,
  s3Listeners,
}: Pick<Values, 's3Listen' | 's3Listeners'>): readonly ListenerSetting[] => [{ listen: s3Listen }, ...s3Listeners]

/** Makes the listeners; they are not listening yet. */
export function createS3Listeners(parts: S3ListenersParts): S3Listeners {
  const listeners = listenersOf(parts.settings).map((setting, index) => createOne(parts, setting, parts.ports[index]!))
  return {
    listeners,
    async listen() {
      for (const listener of listeners) await listener.listen()
    },
    async stop(deadlineSeconds) {
      await Promise.all(listeners.map((listener) => listener.stop(deadlineSeconds)))
    },
    get urls() {
      return listeners.map(({ url }) => url)
    },
    get ports() {
      return listeners.map(({ port }) => port)
    },
  }
}

function createOne(parts: S3ListenersParts, setting: ListenerSetting, port: number): HttpListener {
  const { settings, threads, clock, random, log, onRequestEnd } = parts
  return createHttpListener({
    host: setting.listen.host,
    port,
    reusePort: threads > 1,
    handle: createS3Handle(parts, setting),
    trustedProxies: settings.trustedProxies,
    limits: { connectionsMax: Math.ceil(settings.connectionsMax / threads), bodyRateMin: settings.bodyRateMin },
    clock,
    random,
    onRequestEnd,
    onError: (error, request) => log.error({ err: error, requestId: request?.id }, 'an answer could not be sent'),
  })
}

/** The S3 front of one listener. */
export function createS3Handle(
  parts: S3ListenersParts,
  setting: Omit<ListenerSetting, 'listen'>,
): (request: HttpRequest) => Promise<HttpResponse> {
  const { settings, metadata, clock, random, log } = parts
  const { regions } = parts.services
  const region = setting.region === undefined ? undefined : regions.find(setting.region)
  const endpoints = new Endpoints(settings.domains, regions, region)
  const toggleLayers = [serverLayer(settings), setting]
  const services = servicesOfListener(parts.services, { metadata, clock, random, toggleLayers, endpoints })
  const signing = {
    findCredential: parts.findCredential,
    ...{ clock, random, skewSeconds: settings.skewSeconds },
    regions: regions.namesFrom(region ?? regions.first),
  }
  const authenticator = createAuthenticator({
    ...signing,
    publicHosts: settings.publicOrigins.map(({ host }) => host),
    publicPrefixes: settings.publicOrigins.map(({ prefix }) => prefix),
    // Which requests may be signed so is for the toggles to say.
    v2: { header: true, query: true },
    bucketOfHost: (host) => bucketOfHost(host, endpoints.domains),
    onPlainKey: (accessKeyId, request) =>
      log.warn(plainKeyLine(accessKeyId, request), 'a secret key came in place of a signature'),
  })
  return createS3Front({
    services,
    authenticator,
    forms: { authenticate: createFormAuthenticator(signing), clock },
    plaintextAllowed: settings.allowPlaintext,
    hostId: parts.hostId,
    explain: {
      findKey: createFindKnownKey(metadata),
      publicOrigins: settings.publicOrigins.map(
        ({ secure, host, prefix }) => `${secure ? 'https' : 'http'}://${host}${prefix}`,
      ),
    },
    onFault: (error, request) => log.error({ err: error, requestId: request.id }, 'a request failed'),
  })
}

const plainKeyLine = (accessKeyId: string, { id, method, remoteAddress }: HttpRequest) => ({
  audit: 'auth.plainKey',
  ...{ accessKeyId, requestId: id, method, remoteAddress },
})

function bucketOfHost(host: string, domains: readonly string[]): string | undefined {
  const { bucket, style } = addressOf(host, '/', domains)
  return style === 'virtual-hosted' ? bucket : undefined
}
