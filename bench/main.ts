// The benchmark: loads any S3 endpoint, or a server it starts itself, with the scenarios asked for.

import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { cleanUp } from './clean-up.ts'
import { Connection } from './load/connection.ts'
import { mustCall, parseEndpoint } from './load/endpoint.ts'
import { cells, errorLines, HEADINGS, table, writeJson, type Measurement } from './load/report.ts'
import { ServerProcess } from './load/server-process.ts'
import { measure } from './measure.ts'
import { SCENARIOS, scenariosNamed } from './scenarios/all.ts'
import type { Bench, Payload, Scenario } from './scenarios/scenario.ts'

const HELP = `npm run bench -- (--endpoint URL --access-key ID --secret-key SECRET | --server-command COMMAND)

  --endpoint URL         an S3 endpoint, http, path style
  --access-key, --secret-key, --region NAME (us-east-1)
  --pid PID              the server's process, for its processor time and memory
  --server-command TEXT  start this with ENTREPOT_* set to a folder, ports and a key of its own, and measure it
  --data FOLDER          … with this data folder, which is kept
  --scenarios A,B        default: all but big* and start; a trailing * takes all that begin so
  --connections 1,32     instead of what each scenario prefers
  --seconds N (5)        of each run           --repeat N (5)     runs; the median is shown
  --objects N (1000000)  keys to list          --big-size N (5 GiB)  bytes of big*
  --payload signed|unsigned                    --json FILE        all runs
  --subject NAME         what to call the server in the table

Scenarios:
${SCENARIOS.map((one) => `  ${one.name.padEnd(18)} ${one.about}`).join('\n')}
`

const { values } = parseArgs({
  options: {
    endpoint: { type: 'string' },
    'access-key': { type: 'string' },
    'secret-key': { type: 'string' },
    region: { type: 'string', default: 'us-east-1' },
    pid: { type: 'string' },
    'server-command': { type: 'string' },
    data: { type: 'string' },
    scenarios: { type: 'string' },
    connections: { type: 'string', default: '' },
    seconds: { type: 'string', default: '5' },
    repeat: { type: 'string', default: '5' },
    objects: { type: 'string', default: '1000000' },
    'big-size': { type: 'string', default: String(5 * 2 ** 30) },
    payload: { type: 'string' },
    json: { type: 'string' },
    subject: { type: 'string', default: 'server' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (values.help || (values.endpoint === undefined && values['server-command'] === undefined)) {
  console.log(HELP)
  process.exit(values.help ? 0 : 2)
}
process.exitCode = await main()

async function main(): Promise<number> {
  const scenarios = chosen()
  const server = await startServer()
  const measurements: Measurement[] = []
  try {
    const bench = openBench(server)
    await mustCall(bench.endpoint, bench.control, { method: 'PUT', bucket: bench.bucket })
    for (const scenario of scenarios) await runScenario(bench, scenario, measurements)
    await cleanUp(bench)
    bench.control.close()
  } finally {
    await server?.stop()
    server?.remove()
  }
  console.log(`\n${table([HEADINGS, ...measurements.map(cells)])}`)
  for (const { scenario, note } of measurements) if (note !== undefined) console.log(`${scenario}: ${note}`)
  const errors = errorLines(measurements)
  for (const line of errors) console.log(line)
  if (values.json !== undefined) writeJson(values.json, { options: values, measurements })
  return errors.length === 0 ? 0 : 1
}

function chosen(): Scenario[] {
  const all = values.scenarios?.split(',')
  return all === undefined ? SCENARIOS.filter((one) => one.once !== true && one.name !== 'start') : scenariosNamed(all)
}

async function startServer(): Promise<ServerProcess | undefined> {
  const command = values['server-command']
  if (command === undefined) return undefined
  const server = new ServerProcess({ command, data: values.data, region: values.region })
  const milliseconds = await server.start()
  console.error(`server ready after ${milliseconds.toFixed(0)} ms on ${server.endpoint}`)
  return server
}

function openBench(server: ServerProcess | undefined): Bench {
  const signer = {
    accessKey: server?.accessKey ?? values['access-key'] ?? '',
    secretKey: server?.secretKey ?? values['secret-key'] ?? '',
    region: values.region,
  }
  const endpoint = parseEndpoint(server?.endpoint ?? values.endpoint ?? '', signer)
  return {
    endpoint,
    control: new Connection(endpoint, 65536),
    bucket: `bench-${randomBytes(6).toString('hex')}`,
    seconds: positive('seconds'),
    objects: positive('objects'),
    bigSize: positive('big-size'),
    payload: values.payload as Payload | undefined,
    pid: server?.pid ?? (values.pid === undefined ? undefined : positive('pid')),
    server,
    say: (text) => console.error(text),
  }
}

async function runScenario(bench: Bench, scenario: Scenario, measurements: Measurement[]): Promise<void> {
  bench.say(`${scenario.name} …`)
  await scenario.prepare?.(bench)
  const connections = values.connections === '' ? [] : values.connections.split(',').map(Number)
  const options = { subject: values.subject, connections, repeat: positive('repeat') }
  measurements.push(...(await measure(bench, scenario, options)))
}

function positive(name: 'seconds' | 'repeat' | 'objects' | 'big-size' | 'pid'): number {
  const value = Number(values[name])
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0`)
  return value
}
