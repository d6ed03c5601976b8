// The crash test from the command line: mixed writers, SIGKILL at random moments, restart, comparison with the ledger.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ServerProcess } from '../../bench/load/server-process.ts'
import { crashRun } from './crash-run.ts'
import { startDns } from '../harness/dns.ts'
import { environmentFor, featuresOf } from './features/all.ts'
import { SECRET } from './features/encryption.ts'
import { Managers } from './management/managers.ts'
import { plaintextFaults } from './plaintext.ts'
import { linkFaults, readRecords } from './record-links.ts'
import { askDoctor, storageFaults } from './storage-facts.ts'

const HELP = `node test/crash/run.ts [options]

  --cycles N (50)        kills
  --seed N               of all choices; printed, so that a run can be repeated
  --server-command TEXT  default: node src/main.ts serve
  --doctor TEXT          prints JSON with the store's facts (node src/main.ts doctor --json); '' for none
  --kill-after 50,800    milliseconds between which the kill comes
  --features a,b         only the writers of these, besides those of plain objects; '' for none; storage and management are
                         all of theirs
  --keep                 keep the data folder even when all is well
`

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '50' },
    seed: { type: 'string' },
    'server-command': { type: 'string', default: 'node src/main.ts serve' },
    doctor: { type: 'string', default: 'node src/main.ts doctor --json' },
    'kill-after': { type: 'string', default: '50,800' },
    features: { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (values.help) console.log(HELP)
else process.exitCode = await main()

async function main(): Promise<number> {
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed)
  const folder = mkdtempSync(join(tmpdir(), 'entrepot-crash-'))
  const region = 'us-east-1'
  await using dns = await startDns()
  // Compiled modules are kept between starts, which otherwise take most of a cycle.
  // Garbage is collected at once, so that kills strike that too.
  const environment = {
    NODE_COMPILE_CACHE: join(folder, 'compile-cache'),
    ENTREPOT_GARBAGE_GRACE_SECONDS: '0',
    ...environmentFor(dns.address),
  }
  const data = join(folder, 'data')
  const server = new ServerProcess({
    command: values['server-command'],
    data,
    region,
    environment,
  })
  const [shortest = 50, longest = 800] = values['kill-after'].split(',').map(Number)
  const chosen = featuresOf(new Managers(server, dns), values.features?.split(','))
  console.log(`seed ${seed}, folder ${folder}`)
  // They are written down at a graceful end only.
  await server.start()
  await server.stop()
  const report = await crashRun({
    subject: server,
    signer: { accessKey: server.accessKey, secretKey: server.secretKey, region },
    ledgerPath: join(folder, 'ledger.jsonl'),
    cycles: Number(values.cycles),
    seed,
    features: chosen,
    killAfterMilliseconds: [shortest, longest],
    say: (text) => console.log(text),
    glance: () => linkFaults(readRecords(data)),
    async examine() {
      if (values.doctor === '') return []
      const facts = await askDoctor(values.doctor, server.environment)
      if (facts === undefined) return ['the doctor tells nothing about storage']
      console.log(`storage: ${JSON.stringify(facts)}`)
      return [...storageFaults(facts), ...plaintextFaults(data, SECRET)]
    },
  })
  const { cycles, operations, slowestStart, violations, tally, expired, unanswered } = report
  for (const feature of chosen) console.log(tallyOf(feature.name, tally))
  const { done, notDone, inPart } = unanswered
  console.log(`of features' unanswered operations, ${done} were done, ${inPart} in part, ${notDone} not at all`)
  console.log(`lifecycle has removed ${expired}`)
  console.log(`${cycles} cycles, ${operations} operations, slowest start ${slowestStart.toFixed(0)} ms`)
  for (const violation of violations) console.log(`VIOLATION ${violation}`)
  if (violations.length > 0) {
    console.log(`seed ${seed}; everything is kept in ${folder} (data and ledger.jsonl)`)
    return 1
  }
  if (!values.keep) rmSync(folder, { recursive: true, force: true })
  return 0
}

/** One line of what was done and answered, by kind. */
function tallyOf(name: string, tally: ReadonlyMap<string, number>): string {
  const kinds = [...tally.keys()].filter((kind) => kind.startsWith(`${name}: `)).toSorted()
  return `${name}: ${kinds.map((kind) => `${kind.slice(name.length + 2)} ${tally.get(kind)}`).join(', ')}`
}
