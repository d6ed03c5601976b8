// Delivery beside nginx: small public and signed reads, large ones in plain HTTP and over TLS.

import { spawnSync } from 'node:child_process'
import { deliveryBenches } from './delivery-bench.ts'
import { nginxBench } from './nginx-bench.ts'
import { startNginx } from './nginx.ts'
import type { LoadResult } from './load/run-load.ts'
import { keysOf, READ_SETS } from './scenarios/get.ts'
import type { Bench, Scenario } from './scenarios/scenario.ts'

interface Tools {
  readonly command: string
  readonly seconds: number
  readonly repeat: number
  readonly named: (name: string) => Scenario
  readonly alternate: (
    subjects: Record<string, Bench>,
    scenario: Scenario,
    connections: number,
  ) => Promise<Record<string, LoadResult>>
  readonly judge: (what: string, value: number, unit: string, target: number, of: string) => void
  readonly figure: (value: number) => string
}

/** `open` and `closed` are two buckets on a server that speaks TLS, too. */
export async function deliveryFigures(open: Bench, closed: Bench, tools: Tools): Promise<void> {
  const { named, alternate, judge, figure, seconds } = tools
  const nginx = await startNginx()
  try {
    const ceiling = nginxBench(nginx, seconds)
    for (const each of [open, closed]) {
      await named('get-1k').prepare?.(each)
      await named('get-64m').prepare?.(each)
    }
    const benches = await deliveryBenches(open.server!, tools.command, open, closed)
    const small = await alternate(
      { nginx: ceiling, public: benches.public, signed: benches.signed },
      named('get-1k'),
      32,
    )
    for (const [name, target] of [
      ['public', 0.4],
      ['signed', 0.35],
    ] as const) {
      const [ours, theirs] = [small[name] as LoadResult, small['nginx'] as LoadResult]
      const of = `${figure(ours.opsPerSecond)} of ${figure(theirs.opsPerSecond)}/s; ${figure(ours.serverMicroseconds ?? 0)} µs, nginx ${figure(theirs.serverMicroseconds ?? 0)}`
      judge(`delivery get-1k, ${name}, 32 connections`, ours.opsPerSecond / theirs.opsPerSecond, '× nginx', target, of)
    }
    for (const connections of [1, 4]) {
      const large = await alternate({ nginx: ceiling, public: benches.public }, named('get-64m'), connections)
      const [ours, theirs] = [large['public'] as LoadResult, large['nginx'] as LoadResult]
      const of = `${figure(ours.megabytesPerSecond)} of ${figure(theirs.megabytesPerSecond)} MB/s`
      judge(`delivery get-64m, ${connections} connections`, ours.opsPerSecond / theirs.opsPerSecond, '× nginx', 1, of)
    }
    const keys = keysOf(READ_SETS.find(({ name }) => name === 'get-64m')!)
    const ours = keys.map((key) => `${benches.tls}/${open.bucket}/${key}`)
    const theirs = keys.map((key) => `https://${nginx.host}:${nginx.tlsPort}/files/${key}`)
    const speeds: [ours: number[], theirs: number[]] = [[], []]
    for (let round = -1; round < tools.repeat; round++) {
      const [one, other] = [curlSpeed(ours, deliveryHost), curlSpeed(theirs, [])]
      if (round < 0) continue
      speeds[0].push(one)
      speeds[1].push(other)
    }
    const [speed, limit] = [median(speeds[0]), median(speeds[1])]
    const of = `${figure(speed)} of ${figure(limit)} MB/s, by curl`
    judge('delivery get-64m over TLS, 1 connection', speed / limit, '× nginx', 1, of)
  } finally {
    await nginx.stop()
  }
}

/** The TLS listener serves everything: by this host, delivery. */
const deliveryHost = ['-H', 'Host: media-storage.us-east-1.localhost']

/** MB/s of curl, which reads the URLs one after the other over one connection and throws away what it reads. */
function curlSpeed(urls: readonly string[], options: readonly string[]): number {
  const sink = urls.flatMap(() => ['-o', '/dev/null'])
  const told = ['-w', '%{size_download} %{time_total} %{http_code}\\n']
  const args = ['-sSk', '--http1.1', ...told, ...options, ...sink, ...urls]
  const { stdout, stderr, status } = spawnSync('curl', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`curl: ${stderr}`)
  let [bytes, time] = [0, 0]
  for (const line of stdout.trim().split('\n')) {
    const [size = 0, took = 0, code = 0] = line.split(' ').map(Number)
    if (code !== 200) throw new Error(`curl was answered ${code}`)
    bytes += size
    time += took
  }
  return bytes / 1e6 / time
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
