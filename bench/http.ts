/**
 * What the listener costs over bare node:http: starts either, to be loaded by hand, and says how much CPU each request took.
 *
 *     node bench/http.ts floor|small|put|stream [port]
 *     wrk -c 32 -t 1 -d 5 http://127.0.0.1:9100/    or    curl -so /dev/null -w '%{speed_download}\n' http://127.0.0.1:9100/
 */
import { createServer } from 'node:http'
import { systemClock } from '../src/base/clock.ts'
import { systemRandom } from '../src/base/random.ts'
import { createHttpListener } from '../src/http/listener.ts'
import type { HttpRequest, HttpResponse } from '../src/http/message.ts'

const [mode = 'small', portText = '9100'] = process.argv.slice(2)
const port = Number(portText)
const kibibyte = Buffer.alloc(1024, 'x')
const chunk = Buffer.alloc(256 * 1024, 'x')
const streamSize = 64 * 1024 * 1024
let requests = 0

const headers = (size: number): string[] => [
  'x-amz-request-id',
  '0123456789ABCDEF',
  'Last-Modified',
  'Fri, 20 Nov 2026 09:30:00 GMT',
  'ETag',
  '"0123456789abcdef0123456789abcdef"',
  'Accept-Ranges',
  'bytes',
  'Content-Type',
  'application/octet-stream',
  'Content-Length',
  String(size),
]

async function* stream(): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < streamSize; sent += chunk.length) yield chunk
}

async function put(request: HttpRequest): Promise<HttpResponse> {
  let size = 0
  for await (const piece of request.body) size += piece.length
  return { status: 200, headers: ['x-size', String(size), 'Content-Length', '0'], body: undefined }
}

const handlers: Record<string, (request: HttpRequest) => HttpResponse | Promise<HttpResponse>> = {
  small: () => ({ status: 200, headers: headers(kibibyte.length), body: kibibyte }),
  put,
  stream: () => ({ status: 200, headers: headers(streamSize), body: stream() }),
}

if (mode === 'floor') {
  createServer({ optimizeEmptyRequests: true }, (_, response) => {
    requests++
    response.writeHead(200, headers(kibibyte.length))
    response.end(kibibyte)
  }).listen(port, '127.0.0.1')
} else {
  const handle = handlers[mode]
  if (handle === undefined) throw new Error(`no mode ${mode}`)
  const listener = createHttpListener({
    host: '127.0.0.1',
    port,
    trustedProxies: [],
    clock: systemClock,
    random: systemRandom,
    handle,
    onRequestEnd: () => void requests++,
    onError: (error) => console.error(error),
  })
  await listener.listen()
}
console.log(`${mode} on http://127.0.0.1:${port}`)

let before = process.cpuUsage()
setInterval(() => {
  const used = process.cpuUsage(before)
  before = process.cpuUsage()
  if (requests > 0)
    console.log(`${requests} requests/s, ${((used.user + used.system) / requests).toFixed(1)} µs of CPU each`)
  requests = 0
}, 1000)
