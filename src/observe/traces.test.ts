import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { accountId, requestEnd, secretive, secrets, type Ended } from './request-end.fixture.ts'
import { openTraces, type Traces, type TracesOptions } from './traces.ts'

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const clock = { now: () => nowMs, monotonic: () => 0 }

type Value = { stringValue?: string; intValue?: number; boolValue?: boolean }

/** As OTLP's JSON has it. */
interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { readonly key: string; readonly value: Value }[]
  readonly status: { readonly code?: number }
}

interface Collected {
  readonly texts: readonly string[]
  readonly spans: readonly Span[]
  readonly services: readonly unknown[]
}

/** What a collector gets of the requests. */
async function collect(
  context: TestContext,
  ended: readonly Ended[] | ((traces: Traces) => void),
  options: Partial<TracesOptions> = {},
): Promise<Collected> {
  const texts: string[] = []
  const server = createServer((request: IncomingMessage, response) => {
    assert.equal(request.url, '/v1/traces')
    assert.equal(request.headers['content-type'], 'application/json')
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      texts.push(Buffer.concat(pieces).toString())
      response.setHeader('content-type', 'application/json').end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const traces = await openTraces({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    ...{ serviceName: 'store', version: '1.2.3', ratio: 1, clock },
    onFault: (error) => assert.fail(String(error)),
    ...options,
  })
  if (typeof ended === 'function') ended(traces)
  else for (const end of ended) traces.onRequestEnd(requestEnd(end))
  await traces.close()
  const resources = texts.flatMap(
    (text) =>
      (
        JSON.parse(text) as {
          resourceSpans: { resource: { attributes: Span['attributes'] }; scopeSpans: { spans: Span[] }[] }[]
        }
      ).resourceSpans,
  )
  return {
    texts,
    spans: resources.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    services: resources.map(({ resource }) => valuesOf(resource)['service.name']),
  }
}

const valuesOf = ({ attributes }: Pick<Span, 'attributes'>): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

test('a request is a span with its times, what it was and how it ended', async (context) => {
  const { spans, services } = await collect(context, [
    {
      target: '/photos/a%20b?versionId=1',
      host: 's3.test:9000',
      headers: { 'user-agent': 'aws-cli/2' },
      served: { key: 'a b', accountId },
      durationMs: 12,
    },
  ])
  const [span] = spans
  assert.ok(span !== undefined && spans.length === 1)
  assert.deepEqual([span.name, span.kind, services], ['GetObject', 2, ['store']])
  assert.equal(BigInt(span.endTimeUnixNano), BigInt(nowMs) * 1_000_000n)
  assert.equal(BigInt(span.startTimeUnixNano), BigInt(nowMs - 12) * 1_000_000n)
  assert.deepEqual(valuesOf(span), {
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'http.request.body.size': 0,
    'http.response.body.size': 7,
    'url.scheme': 'http',
    'url.path': '/photos/a%20b',
    'url.query': 'versionId=1',
    'server.address': 's3.test',
    'server.port': 9000,
    'client.address': '192.0.2.3',
    'user_agent.original': 'aws-cli/2',
    'aws.request_id': '0123456789ABCDEF',
    'aws.s3.bucket': 'photos',
    'aws.s3.key': 'a b',
    'cloud.region': 'us-east-1',
    'entrepot.front': 's3',
    'entrepot.operation': 'GetObject',
    'entrepot.account': accountId,
    'entrepot.complete': true,
  })
})

const traceId = '0af7651916cd43dd8448eb211c80319c'
const parentId = 'b7ad6b7169203331'

const parents: readonly (readonly [traceparent: string, isParent: boolean])[] = [
  [`00-${traceId}-${parentId}-01`, true],
  [`01-${traceId}-${parentId}-01-what-is-to-come`, true],
  [`00-${traceId}-${parentId}-01-more`, false],
  [`ff-${traceId}-${parentId}-01`, false],
  [`00-${'0'.repeat(32)}-${parentId}-01`, false],
  [`00-${traceId}-${'0'.repeat(16)}-01`, false],
  [`00-${traceId.toUpperCase()}-${parentId}-01`, false],
  ['nonsense', false],
]
for (const [traceparent, isParent] of parents) {
  test(`traceparent: ${traceparent} names ${isParent ? 'the parent' : 'nothing'}`, async (context) => {
    const { spans } = await collect(context, [{ headers: { traceparent } }])
    const [span] = spans
    assert.equal(span?.traceId === traceId, isParent)
    assert.equal(span?.parentSpanId === parentId, isParent)
  })
}

test('whom the caller traces is traced where the caller has signed, and by chance where anybody may have called', async (context) => {
  const sampled = { traceparent: `00-${traceId}-${parentId}-01` }
  const unsampled = { traceparent: `00-${traceId}-${parentId}-00` }
  const signed = { accountId }
  const ended: readonly Ended[] = [
    { headers: sampled, served: { ...signed, operation: 'Traced' } },
    { headers: unsampled, served: { ...signed, operation: 'Untraced' } },
    { headers: sampled, served: { operation: 'Stranger' } },
    { served: { ...signed, operation: 'Root' } },
  ]
  const names = async (ratio: number): Promise<readonly string[]> =>
    (await collect(context, ended, { ratio })).spans.map(({ name }) => name).toSorted()
  assert.deepEqual(await names(0), ['Traced'])
  assert.deepEqual(await names(1), ['Root', 'Stranger', 'Traced'])
})

test("a server's fault is an error of the span, a client's is not", async (context) => {
  const { spans } = await collect(context, [
    { status: 500, served: { errorCode: 'InternalError' } },
    { status: 404, served: { errorCode: 'NoSuchKey' } },
  ])
  assert.deepEqual(
    spans.map((span) => [span.status.code ?? 0, valuesOf(span)['error.type']]),
    [
      [2, 'InternalError'],
      [0, 'NoSuchKey'],
    ],
  )
})

test('no secret is in what is sent, wherever it stood in the request', async (context) => {
  const { texts, spans } = await collect(context, (traces) => {
    for (const end of secretive) traces.onRequestEnd(end)
  })
  assert.equal(spans.length, secretive.length)
  for (const secret of secrets) for (const text of texts) assert.ok(!text.includes(secret), secret)
})

test('a collector that refuses is told, and one that is not there keeps nobody waiting for long', async (context) => {
  const server = createServer((_request, response) => response.writeHead(400).end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const faults: unknown[] = []
  const open = (endpoint: string): Promise<Traces> =>
    openTraces({
      ...{ endpoint, serviceName: 'store', version: '1', ratio: 1, clock },
      onFault: (error) => faults.push(error),
    })
  const refused = await open(`http://127.0.0.1:${port}`)
  refused.onRequestEnd(requestEnd())
  await refused.close()
  assert.match(String(faults), /Bad Request/)
  const absent = await open('http://127.0.0.1:1')
  for (let request = 0; request < 3000; request++) absent.onRequestEnd(requestEnd())
  await absent.close()
  absent.onRequestEnd(requestEnd())
  await absent.close()
})
