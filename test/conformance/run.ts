/**
 * `npm run conformance`: runs ceph/s3-tests against a server of its own and compares the outcome with known-failures.txt, which only shrinks.
 *
 * The suite is no part of this project: S3TESTS names a checkout. CONFORMANCE names the folder with what configures and counts it (its
 * template, plugin and shims); where absent, `../shared/conformance` beside this project. Arguments are passed on to pytest instead of
 * covered.txt, and then nothing is compared: `npm run conformance -- s3tests/functional/test_s3.py -k copy`.
 *
 * The suite is Ceph's: where Ceph and AWS differ, it is run with the toggles that say so. A line of covered.txt may add toggles of its own.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, startServer, type TestServer } from '../harness/server.ts'
import { run, tryRun } from '../harness/tools.ts'

const here = import.meta.dirname
const testTimeoutSeconds = 60
const runTimeoutSeconds = 900

interface Account {
  readonly id: string
  readonly displayName: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

interface Result {
  readonly name: string
  readonly file: string
  readonly outcome: string | null
  readonly msg?: string
}

/** What the suite expects of every server: ACLs, Version 2 in headers, and what Ceph does otherwise than AWS. */
const togglesOfCeph = [
  ...['acl=full', 'sig.v2.header=on', 'http=allow', 'buckets.max=1000', 'presign.expiresOutOfRange=403'],
  ...['anonymous.listBuckets=empty', 'policy.validation=lenient', 'checksums.malformed=BadDigest'],
]

/** Lines that say something. */
const lines = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))

/** Ends with a sentence; the suite cannot be run here. */
function give(up: string): never {
  console.error(up)
  process.exit(2)
}

async function ensurePython(): Promise<void> {
  const works = async (code: string): Promise<boolean> =>
    (await tryRun('python3', ['-c', code]).catch(() => ({ code: 1 }))).code === 0
  const modern = 'import boto3; assert tuple(map(int, boto3.__version__.split(".")[:2])) >= (1, 36)'
  if (!(await works(modern))) give('python3 has no boto3 of 1.36 or later, which the suite wants.')
  if (await works('import pytest, requests, yaml')) return
  console.log('Installing pytest, requests and PyYAML with pip.')
  await run('python3', ['-m', 'pip', 'install', '--quiet', 'pytest', 'requests', 'PyYAML'])
}

async function createAccount(server: TestServer, name: string): Promise<Account> {
  const [program = '', ...args] = command
  const env = server.env
  const email = `${name}@qa.example`
  return JSON.parse(
    await run(program, [...args, 'accounts', 'create', name, '--email', email, '--json'], { env, cwd: tmpdir() }),
  ) as Account
}

async function writeConfiguration(server: TestServer, template: string, path: string): Promise<void> {
  const values: Record<string, string> = {
    HOST: server.host,
    PORT: String(server.port),
    SECURE: 'False',
    REGION: server.region,
    TENANT: '',
  }
  for (const [letters, name] of [
    ['MAIN', 'main'],
    ['ALT', 'alt'],
    ['TEN', 'tenant'],
  ] as const) {
    const { id, displayName, accessKeyId, secretAccessKey } = await createAccount(server, name)
    Object.assign(values, { [`${letters}_ID`]: id, [`${letters}_NAME`]: displayName })
    Object.assign(values, { [`${letters}_AK`]: accessKeyId, [`${letters}_SK`]: secretAccessKey })
  }
  const text = readFileSync(template, 'utf8')
  writeFileSync(
    path,
    text.replace(/@(\w+)@/g, (whole, name: string) => values[name] ?? whole),
  )
}

/** Runs the suite on a server of its own, with further toggles, and gives what became of each test. */
async function runSuite(
  suite: string,
  tools: string,
  pytestArguments: readonly string[],
  toggles: readonly string[] = [],
): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'entrepot-conformance-'))
  const server = await startServer({
    env: { ENTREPOT_LOG_LEVEL: 'warn', ENTREPOT_TOGGLES: [...togglesOfCeph, ...toggles].join(',') },
  })
  try {
    const configuration = join(folder, 's3tests.conf')
    const output = join(folder, 'results.jsonl')
    await writeConfiguration(server, join(tools, 's3tests.conf.template'), configuration)
    const done = await tryRun('bash', [join(tools, 'run_s3tests.sh'), configuration, output, ...pytestArguments], {
      env: { S3TESTS: suite, QA_TIMEOUT: String(testTimeoutSeconds), PYTHONDONTWRITEBYTECODE: '1' },
      timeoutSeconds: runTimeoutSeconds,
    })
    if (!existsSync(output)) throw new Error(`the suite did not run:\n${done.stdout}\n${done.stderr}`)
    return lines(output)
      .map((line) => JSON.parse(line) as Result)
      .filter(({ name }) => name !== 'CLEANUP')
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What keeps the list from being true: one sentence each. */
function compare(results: readonly Result[], covered: readonly string[], known: ReadonlyMap<string, string>): string[] {
  const faults: string[] = []
  const seen = new Set<string>()
  for (const { name, file, outcome, msg = '' } of results) {
    const test = `s3tests/functional/${file}::${name}`
    seen.add(test)
    if (outcome === 'pass' && known.has(test)) faults.push(`${test} passes now: take it off known-failures.txt`)
    if (outcome !== 'pass' && !known.has(test)) faults.push(`${test}: ${outcome ?? 'no outcome'}: ${msg}`)
  }
  for (const test of covered) if (!seen.has(test)) faults.push(`${test} did not run`)
  for (const test of known.keys())
    if (!covered.includes(test)) faults.push(`${test} is in known-failures.txt and not in covered.txt`)
  return faults
}

const suite = process.env['S3TESTS'] ?? give('Set S3TESTS to a checkout of ceph/s3-tests.')
const tools = process.env['CONFORMANCE'] ?? join(here, '../../../shared/conformance')
if (!existsSync(join(tools, 'run_s3tests.sh')))
  give(`There is no ${tools}/run_s3tests.sh; set CONFORMANCE to its folder.`)
await ensurePython()

/** Tests by the toggles that they want beside those of Ceph. */
const groups = new Map<string, string[]>()
for (const line of lines(join(here, 'covered.txt'))) {
  const [test = '', toggles = ''] = line.split(/\s+/)
  groups.set(toggles, [...(groups.get(toggles) ?? []), test])
}
const covered = [...groups.values()].flat()
const own = process.argv.slice(2)
const results: Result[] = []
if (own.length > 0) results.push(...(await runSuite(suite, tools, own)))
else
  for (const [toggles, tests] of groups) {
    results.push(...(await runSuite(suite, tools, tests, toggles === '' ? [] : toggles.split(','))))
  }
const passed = results.filter(({ outcome }) => outcome === 'pass').length
if (own.length > 0) {
  for (const { name, outcome, msg = '' } of results) if (outcome !== 'pass') console.log(`${outcome} ${name}: ${msg}`)
} else {
  const known = new Map(
    lines(join(here, 'known-failures.txt')).map((line): [string, string] => {
      const [test = '', ...reason] = line.split(/\s+/)
      return [test, reason.join(' ')]
    }),
  )
  const faults = compare(results, covered, known)
  for (const fault of faults) console.log(fault)
  if (faults.length > 0) process.exitCode = 1
}
console.log(`${passed} of ${results.length} pass`)
