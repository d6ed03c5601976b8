// The figures the server is held to: measures each beside its ceiling in the same minutes, and says whether it is reached.

import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { cleanUp } from './clean-up.ts'
import { deliveryFigures } from './delivery-figures.ts'
import { Connection } from './load/connection.ts'
import { mustCall, parseEndpoint } from './load/endpoint.ts'
import { errorLines, figure, medianRun, table, writeJson, type Measurement } from './load/report.ts'
import type { LoadResult } from './load/run-load.ts'
import { ServerProcess } from './load/server-process.ts'
import { hashSpeeds } from './hash-limit.ts'
import { nginxBench } from './nginx-bench.ts'
import { startNginx } from './nginx.ts'
import { scenariosNamed } from './scenarios/all.ts'
import type { Bench, Scenario } from './scenarios/scenario.ts'
import { enableVersioning } from './scenarios/versions.ts'

const GROUPS = ['get', 'delivery', 'threads', 'put', 'access', 'encryption', 'list', 'big', 'start'] as const
type Group = (typeof GROUPS)[number]

const HELP = `node bench/figures.ts [options]

  --server-command TEXT  default: node src/main.ts serve
  --only A,B             of ${GROUPS.join(', ')}
  --data FOLDER          keep the data here, so that the large bucket is filled only once
  --two NAME=VALUE       environment that makes two HTTP threads (ENTREPOT_HTTP_THREADS=2)
  --seconds N (5)   --repeat N (5)   --objects N (1000000)   --big-size N (5 GiB)   --json FILE
`

const { values } = parseArgs({
  options: {
    'server-command': { type: 'string', default: 'node src/main.ts serve' },
    only: { type: 'string', default: GROUPS.join(',') },
    data: { type: 'string' },
    two: { type: 'string', default: 'ENTREPOT_HTTP_THREADS=2' },
    seconds: { type: 'string', default: '5' },
    repeat: { type: 'string', default: '5' },
    objects: { type: 'string', default: '1000000' },
    'big-size': { type: 'string', default: String(5 * 2 ** 30) },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const seconds = Number(values.seconds)
const repeat = Number(values.repeat)
const measurements: Measurement[] = []
const rows: string[][] = [['what', 'at least', 'measured', 'of', '']]

if (values.help) console.log(HELP)
else process.exitCode = await main()

async function main(): Promise<number> {
  const groups = values.only.split(',')
  const unknown = groups.find((group) => !GROUPS.includes(group as Group))
  if (unknown !== undefined) throw new Error(`no group ${unknown}`)
  const steps: Record<Group, (bench: Bench) => Promise<void>> = {
    get: compareGets,
    delivery,
    threads: compareThreads,
    put: puts,
    access,
    encryption,
    list: lists,
    big,
    start,
  }
  await withServer({}, async (bench) => {
    for (const group of GROUPS) {
      if (!groups.includes(group)) continue
      bench.say(`${group} …`)
      await steps[group](bench)
    }
  })
  console.log(`\n${table(rows)}`)
  const errors = errorLines(measurements)
  for (const line of errors) console.log(line)
  if (values.json !== undefined) writeJson(values.json, { options: values, rows, measurements })
  return errors.length === 0 && rows.every((row) => row[4] !== 'MISSED') ? 0 : 1
}

/** Starts the server, gives the work a bench on it, and stops it. */
async function withServer(environment: Record<string, string>, work: (bench: Bench) => Promise<void>): Promise<void> {
  const region = 'us-east-1'
  const data = Object.keys(environment).length === 0 ? values.data : undefined
  const server = new ServerProcess({ command: values['server-command'], data, region, environment, tls: true })
  await server.start()
  try {
    const endpoint = parseEndpoint(server.endpoint, {
      accessKey: server.accessKey,
      secretKey: server.secretKey,
      region,
    })
    const bench: Bench = {
      endpoint,
      control: new Connection(endpoint, 65536),
      bucket: `bench-${randomBytes(6).toString('hex')}`,
      seconds,
      objects: Number(values.objects),
      bigSize: Number(values['big-size']),
      payload: undefined,
      pid: server.pid,
      server,
      say: (text) => console.error(text),
    }
    await mustCall(endpoint, bench.control, { method: 'PUT', bucket: bench.bucket })
    await work(bench)
    await cleanUp(bench)
    bench.control.close()
  } finally {
    await server.stop()
    server.remove()
  }
}

/** Runs one scenario on several subjects in turn, so that a slow minute hits all of them; returns the median of each. */
async function alternate(
  subjects: Record<string, Bench>,
  scenario: Scenario,
  connections: number,
): Promise<Record<string, LoadResult>> {
  const names = Object.keys(subjects)
  const runs = new Map<string, LoadResult[]>(names.map((name) => [name, []]))
  const times = scenario.once === true ? 1 : repeat
  // Round −1 warms up.
  for (let round = scenario.once === true || connections === 0 ? 0 : -1; round < times; round++) {
    for (const name of names) {
      const bench = subjects[name] as Bench
      if (round < 0) await scenario.run({ ...bench, seconds: Math.min(1, seconds) }, connections, round)
      else runs.get(name)?.push(await scenario.run(bench, connections, round))
    }
  }
  const medians: Record<string, LoadResult> = {}
  for (const [subject, all] of runs) {
    const median = medianRun(all)
    medians[subject] = median
    measurements.push({ subject, scenario: scenario.name, connections, median, runs: all })
  }
  return medians
}

function named(name: string): Scenario {
  return scenariosNamed([name])[0] as Scenario
}

async function alone(bench: Bench, name: string, connections: number): Promise<LoadResult> {
  const medians = await alternate({ server: bench }, named(name), connections)
  return medians['server'] as LoadResult
}

/** Adds a row: reached when `value` is at least (or, with `most`, at most) the target. */
function judge(what: string, value: number, unit: string, target: number, of: string, most = false): void {
  const reached = most ? value <= target : value >= target
  rows.push([
    what,
    `${most ? '≤' : '≥'} ${figure(target)} ${unit}`,
    `${figure(value)} ${unit}`,
    of,
    reached ? 'ok' : 'MISSED',
  ])
}

async function compareGets(bench: Bench): Promise<void> {
  const nginx = await startNginx()
  try {
    const ceiling = nginxBench(nginx, seconds)
    await named('get-1k').prepare?.(bench)
    await named('get-64m').prepare?.(bench)
    for (const [name, connections, target] of [
      ['get-1k', 32, 0.33],
      ['get-64m', 1, 1],
      ['get-64m', 4, 1],
    ] as const) {
      const medians = await alternate({ nginx: ceiling, server: bench }, named(name), connections)
      const ours = medians['server'] as LoadResult
      const theirs = medians['nginx'] as LoadResult
      const of =
        name === 'get-1k'
          ? `${figure(ours.opsPerSecond)} of ${figure(theirs.opsPerSecond)}/s; ${figure(ours.serverMicroseconds ?? 0)} µs, nginx ${figure(theirs.serverMicroseconds ?? 0)}`
          : `${figure(ours.megabytesPerSecond)} of ${figure(theirs.megabytesPerSecond)} MB/s`
      judge(`${name}, ${connections} connections`, ours.opsPerSecond / theirs.opsPerSecond, '× nginx', target, of)
    }
  } finally {
    await nginx.stop()
  }
}

async function delivery(bench: Bench): Promise<void> {
  const closed = await besides(bench, 'closed')
  const command = values['server-command']
  await deliveryFigures(bench, closed, { command, seconds, repeat, named, alternate, judge, figure })
  await removeWhole(closed)
}

async function compareThreads(bench: Bench): Promise<void> {
  const [name, value] = values.two.split('=') as [string, string]
  await withServer({ [name]: value }, async (two) => {
    for (const each of [bench, two]) await named('get-1k').prepare?.(each)
    const medians = await alternate({ server: bench, 'server, two': two }, named('get-1k'), 32)
    const one = medians['server'] as LoadResult
    const both = medians['server, two'] as LoadResult
    const of = `${figure(both.opsPerSecond)} of ${figure(one.opsPerSecond)}/s`
    judge('get-1k, 32 connections, two HTTP threads', both.opsPerSecond / one.opsPerSecond, '× one', 1.5, of)
  })
}

async function puts(bench: Bench): Promise<void> {
  const small = await alone(bench, 'put-1k', 32)
  judge('put-1k, 32 connections', small.opsPerSecond, '/s', 12_000, `${figure(small.serverMicroseconds ?? 0)} µs each`)
  judge('put-1k, 32 connections, p99', small.p99, 'ms', 25, `max ${figure(small.max)} ms`, true)
  judge('put-1k, 128 connections', (await alone(bench, 'put-1k', 128)).opsPerSecond, '/s', 18_000, '')
  judge('put-16k, 32 connections', (await alone(bench, 'put-16k', 32)).opsPerSecond, '/s', 6000, '')
  const { md5 } = hashSpeeds(repeat)
  for (const connections of [1, 4]) {
    const large = await alone(bench, 'put-64m', connections)
    const of = `${figure(large.megabytesPerSecond)} of ${figure(md5)} MB/s`
    judge(`put-64m, ${connections} connections`, large.megabytesPerSecond / md5, '× MD5', 0.5, of)
  }
}

async function lists(bench: Bench): Promise<void> {
  for (const [name, target] of [
    ['list-1000', 5],
    ['list-prefixes', 20],
    ['list-versions', 10],
  ] as const) {
    await named(name).prepare?.(bench)
    const listing = await alone(bench, name, 1)
    const among = name === 'list-versions' ? '4,000 versions' : `${bench.objects.toLocaleString('en-US')} keys`
    const of = `of ${among}; p99 ${figure(listing.p99)} ms, CPU ${figure((listing.serverMicroseconds ?? 0) / 1000)} ms`
    judge(`${name}, median`, listing.p50, 'ms', target, of, true)
  }
}

/** A bucket of its own, beside the bench's. */
async function besides(bench: Bench, name: string): Promise<Bench> {
  const bucket = `${bench.bucket}-${name}`
  await mustCall(bench.endpoint, bench.control, { method: 'PUT', bucket })
  return { ...bench, bucket }
}

/** What versions and a policy cost: the same requests in a bucket that has both. */
async function access(bench: Bench): Promise<void> {
  const ruled = await besides(bench, 'ruled')
  const { endpoint, control, bucket } = ruled
  await enableVersioning(ruled, bucket)
  const policy = Buffer.from(JSON.stringify({ Version: '2012-10-17', Statement: statements(bucket) }))
  await mustCall(endpoint, control, { method: 'PUT', bucket, query: [['policy', '']], body: policy }, [200, 204])
  for (const each of [bench, ruled]) await named('get-1k').prepare?.(each)
  for (const name of ['get-1k', 'put-1k']) {
    const medians = await alternate({ plain: bench, ruled }, named(name), 32)
    const [plain, with_] = [medians['plain'] as LoadResult, medians['ruled'] as LoadResult]
    const of = `${figure(with_.opsPerSecond)} of ${figure(plain.opsPerSecond)}/s`
    judge(`${name}, 32 connections, versions and a policy`, with_.opsPerSecond / plain.opsPerSecond, '× plain', 0.7, of)
  }
  await removeWhole(ruled)
}

/** With all that is in it. */
async function removeWhole({ endpoint, control, bucket }: Bench): Promise<void> {
  await mustCall(endpoint, control, { method: 'DELETE', bucket, query: [['force_delete', 'true']] }, [202, 204])
}

/** Ten statements, of which none is about the owner's requests. */
function statements(bucket: string): object[] {
  return Array.from({ length: 10 }, (_, index) => ({
    Sid: `s${index}`,
    Effect: index % 2 === 0 ? 'Deny' : 'Allow',
    Principal: { AWS: '*' },
    Action: ['s3:GetObject', 's3:PutObject'],
    Resource: `arn:aws:s3:::${bucket}/private-${index}/*`,
    Condition: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
  }))
}

async function encryption(bench: Bench): Promise<void> {
  const sealed = await besides(bench, 'sealed')
  const rule =
    '<ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>'
  const body = Buffer.from(
    `<ServerSideEncryptionConfiguration><Rule>${rule}</Rule></ServerSideEncryptionConfiguration>`,
  )
  const { endpoint, control, bucket } = sealed
  await mustCall(endpoint, control, { method: 'PUT', bucket, query: [['encryption', '']], body })
  for (const each of [bench, sealed]) await named('get-64m').prepare?.(each)
  for (const name of ['get-64m', 'put-64m']) {
    for (const connections of [1, 4]) {
      const medians = await alternate({ plain: bench, 'SSE-S3': sealed }, named(name), connections)
      const [plain, encrypted] = [medians['plain'] as LoadResult, medians['SSE-S3'] as LoadResult]
      const of = `${figure(encrypted.megabytesPerSecond)} of ${figure(plain.megabytesPerSecond)} MB/s`
      const ratio = encrypted.megabytesPerSecond / plain.megabytesPerSecond
      judge(`${name}, ${connections} connections, SSE-S3`, ratio, '× plain', 0.7, of)
    }
  }
  await removeWhole(sealed)
}

/** On a server started for it: what its memory held before would count too. */
async function big(bench: Bench): Promise<void> {
  await bench.server?.stop()
  await bench.server?.start()
  bench.pid = bench.server?.pid
  for (const scenario of scenariosNamed(['big*'])) {
    const connections = scenario.connections[0] as number
    const result = await alone(bench, scenario.name, connections)
    const of = `${figure(bench.bigSize / 2 ** 30)} GiB at ${figure(result.megabytesPerSecond)} MB/s`
    judge(`${scenario.name}, peak RSS`, (result.serverPeakMemory ?? 0) / 2 ** 20, 'MiB', 256, of, true)
  }
}

async function start(bench: Bench): Promise<void> {
  const result = await alone(bench, 'start', 0)
  judge(
    'start',
    result.p50,
    'ms',
    1000,
    `with ${bench.objects.toLocaleString('en-US')} objects if the listing ran`,
    true,
  )
  judge('idle RSS', (result.serverPeakMemory ?? 0) / 2 ** 20, 'MiB', 120, '', true)
}
