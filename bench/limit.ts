// The ceiling of this machine: nginx serving the same files to the same generator, the disk alone, the hashes alone.

import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { diskSpeeds } from './disk-limit.ts'
import { hashSpeeds } from './hash-limit.ts'
import { cells, errorLines, figure, HEADINGS, table, writeJson, type Measurement } from './load/report.ts'
import { measure } from './measure.ts'
import { nginxBench } from './nginx-bench.ts'
import { startNginx } from './nginx.ts'
import { getScenarios } from './scenarios/get.ts'

const HELP = `npm run bench:limit -- [options]

  --seconds N (5)         of each run      --repeat N (5)     runs; the median is shown
  --connections 1,32,128  for files up to 1 MiB
  --folder PATH           where to measure the disk (the temporary folder)
  --disk-size BYTES (1 GiB)                --json FILE
`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    repeat: { type: 'string', default: '5' },
    connections: { type: 'string', default: '' },
    folder: { type: 'string', default: tmpdir() },
    'disk-size': { type: 'string', default: String(2 ** 30) },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (values.help) console.log(HELP)
else process.exitCode = await main()

async function main(): Promise<number> {
  const repeat = Number(values.repeat)
  const measurements: Measurement[] = []
  const nginx = await startNginx()
  try {
    const bench = nginxBench(nginx, Number(values.seconds))
    const connections = values.connections === '' ? [] : values.connections.split(',').map(Number)
    for (const scenario of getScenarios) {
      bench.say(`${scenario.name} …`)
      measurements.push(...(await measure(bench, scenario, { subject: 'nginx', connections, repeat })))
    }
  } finally {
    await nginx.stop()
  }
  const disk = diskSpeeds(values.folder, Number(values['disk-size']))
  const hashes = hashSpeeds(repeat)

  console.log(`\n${table([HEADINGS, ...measurements.map(cells)])}\n`)
  const direct = disk.directReadMegabytesPerSecond
  console.log(
    table([
      ['disk', 'sequential write and fdatasync', figure(disk.writeMegabytesPerSecond), 'MB/s'],
      ['', 'sequential read, cached', figure(disk.cachedReadMegabytesPerSecond), 'MB/s'],
      ['', 'sequential read, not cached', direct === undefined ? '–' : figure(direct), 'MB/s'],
      ['', 'append of 4 KiB and fdatasync', figure(disk.durableAppendsPerSecond), 'per second'],
      ['hashes', 'MD5', figure(hashes.md5), 'MB/s'],
      ['', 'SHA-256', figure(hashes.sha256), 'MB/s'],
      ['', 'CRC32', figure(hashes.crc32), 'MB/s'],
    ]),
  )
  const errors = errorLines(measurements)
  for (const line of errors) console.log(line)
  if (values.json !== undefined) writeJson(values.json, { options: values, measurements, disk, hashes })
  return errors.length === 0 ? 0 : 1
}
