/**
 * OpenTelemetry traces over OTLP/HTTP: one span for each request, made when it has ended, under the caller's span where its `traceparent`
 * names one (W3C Trace Context). The SDK is loaded by `openTraces` and nowhere else, so that who does not trace does not pay for it.
 */
import type * as OpenTelemetry from '@opentelemetry/api'
import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api'
import type { Sampler, SpanExporter } from '@opentelemetry/sdk-trace'
import type { Clock } from '../base/clock.ts'
import type { RequestEnd } from '../http/listener.ts'
import type { HttpRequest, Served } from '../http/message.ts'
import { redactTarget, redactUrl } from './redact.ts'

export interface TracesOptions {
  /** Base URL of a collector, `http://127.0.0.1:4318`; spans go to `/v1/traces` under it. */
  readonly endpoint: string
  readonly serviceName: string
  readonly version: string
  /** How many of the requests are traced, from 0 to 1; those of signed requests are too whose caller traces them. */
  readonly ratio: number
  readonly clock: Clock
  /** Told of spans that could not be sent; they are lost. */
  onFault(error: unknown): void
  /** How long spans wait for others; 5 seconds unless given. */
  readonly batchMs?: number
}

export interface Traces {
  onRequestEnd(end: RequestEnd): void
  /** Sends what waits. Gives up after a few seconds on a collector that does not answer. Never rejects. */
  close(): Promise<void>
}

const waitingMax = 2048
const batchMax = 512
const sendTimeoutMs = 5000
const closeDeadlineMs = 3000

export async function openTraces(options: TracesOptions): Promise<Traces> {
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ])
  const url = `${options.endpoint.replace(/\/+$/, '')}/v1/traces`
  const exporter = telling(new OTLPTraceExporter({ url, timeoutMillis: sendTimeoutMs }), options)
  const processor = new sdk.BatchSpanProcessor({
    exporter,
    maxQueueSize: waitingMax,
    maxExportBatchSize: batchMax,
    scheduledDelayMillis: options.batchMs ?? 5000,
    exportTimeoutMillis: sendTimeoutMs,
  })
  const byChance = new sdk.TraceIdRatioBasedSampler(options.ratio)
  const byCaller = new sdk.ParentBasedSampler({ root: byChance })
  const isSigned = api.createContextKey('signed')
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': options.serviceName, 'service.version': options.version }),
    sampler: byTrust(byChance, byCaller, (context) => context.getValue(isSigned) === true),
    spanProcessors: [processor],
  })
  const tracer = provider.getTracer('entrepot', options.version)
  return {
    onRequestEnd(end) {
      const { request } = end
      const parent = contextOf(api, request.headers['traceparent'])
      const signed = request.served?.accountId !== undefined
      tellSpan(tracer, signed ? parent.setValue(isSigned, true) : parent, end, options.clock.now(), api)
    },
    async close() {
      const late = new Promise<void>((resolve) => setTimeout(resolve, closeDeadlineMs).unref())
      await Promise.race([provider.shutdown().catch((error: unknown) => options.onFault(error)), late])
    },
  }
}

type Api = typeof OpenTelemetry

/** What anybody may send decides over nothing: strangers who say that they trace are traced by chance, like all others. */
const byTrust = (byChance: Sampler, byCaller: Sampler, isTrusted: (context: Context) => boolean): Sampler => ({
  shouldSample: (context, ...rest) => (isTrusted(context) ? byCaller : byChance).shouldSample(context, ...rest),
  toString: () => `ByTrust{${byCaller.toString()}}`,
})

/** The exporter, which tells what it could not send. */
const telling = (exporter: SpanExporter, { onFault }: TracesOptions): SpanExporter => ({
  export(spans, done) {
    exporter.export(spans, (result) => {
      if (result.error !== undefined) onFault(result.error)
      done(result)
    })
  },
  forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  shutdown: () => exporter.shutdown(),
})

const traceParent = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/

/** Where the request stands under the span that the header names; at the root where it names none (W3C Trace Context 3.2). */
function contextOf({ ROOT_CONTEXT, TraceFlags, trace }: Api, header: string | undefined): Context {
  if (header === undefined || (header.startsWith('00') && header.length !== 55)) return ROOT_CONTEXT
  const [, traceId, spanId, flags] = traceParent.exec(header) ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true })
}

function tellSpan(tracer: Tracer, context: Context, end: RequestEnd, endedMs: number, api: Api): void {
  const { served } = end.request
  const startTime = new Date(endedMs - end.durationMs)
  const name = served === undefined || served.operation === '' ? end.request.method : served.operation
  const span: Span = tracer.startSpan(name, { kind: api.SpanKind.SERVER, startTime }, context)
  // Most are not, where the ratio is small: what follows costs more than all before it.
  if (!span.isRecording()) return
  span.setAttributes(attributesOf(end, end.request, served))
  if (end.status >= 500) span.setStatus({ code: api.SpanStatusCode.ERROR })
  span.end(new Date(endedMs))
}

/** By OpenTelemetry's semantic conventions for HTTP servers and S3; `entrepot.` where they have none. */
function attributesOf(
  { status, bytesIn, bytesOut, complete }: RequestEnd,
  request: HttpRequest,
  served: Served | undefined,
): Attributes {
  const [host = '', port] = request.host.split(/:(\d{1,5})$/)
  const attributes: Attributes = {
    'http.request.method': request.method,
    'http.response.status_code': status,
    'http.request.body.size': bytesIn,
    'http.response.body.size': bytesOut,
    'url.scheme': request.secure ? 'https' : 'http',
    'server.address': redactUrl(host),
    'client.address': request.remoteAddress,
    'aws.request_id': request.id,
    'entrepot.complete': complete,
  }
  const add = (name: string, value: string | number | undefined): void => {
    if (value !== undefined) attributes[name] = value
  }
  // Paths of the management API may bear an API key.
  if (served?.front !== 'management') {
    const [path, query] = redactTarget(request).split(/\?(.*)/s)
    add('url.path', path)
    add('url.query', query)
    add('aws.s3.key', served?.key === undefined ? undefined : redactUrl(served.key))
  }
  const userAgent = request.headers['user-agent']
  add('user_agent.original', userAgent === undefined ? undefined : redactUrl(userAgent))
  add('server.port', port === undefined ? undefined : Number(port))
  add('error.type', served?.errorCode ?? (status >= 500 ? String(status) : undefined))
  add('aws.s3.bucket', served?.bucket?.name)
  add('cloud.region', served?.bucket?.region)
  add('entrepot.front', served?.front)
  add('entrepot.operation', served?.operation)
  add('entrepot.account', served?.accountId)
  return attributes
}
