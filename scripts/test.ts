/**
 * `npm test`: every test there is, group after group, and at the end what passed, what failed and what was skipped and why. Names of groups
 * as arguments run only those (`npm test -- unit security`).
 */
import { globSync, existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { run } from 'node:test'
import { inspect } from 'node:util'
import { installed, root, runStep } from './run-step.ts'
import { ensureTools } from './test-tools.ts'

const testTimeoutSeconds = 300
// Each test file is a process, and most start servers: what one has compiled, the next need not.
process.env['NODE_COMPILE_CACHE'] ??= join(root, '.cache/compile')

interface Group {
  readonly name: string
  readonly files: readonly string[]
  /** How many files at once. */
  readonly atOnce: number
}

interface Outcome {
  passed: number
  readonly failed: string[]
  /** Reason → how many. */
  readonly skipped: Map<string, number>
}

// They wait for servers, browsers and disks as well as for processors.
const serversAtOnce = availableParallelism() + 1

const groups: readonly Group[] = [
  {
    name: 'unit',
    files: ['src/**/*.test.ts', 'bench/**/*.test.ts', 'scripts/**/*.test.ts'],
    atOnce: availableParallelism(),
  },
  { name: 'security', files: ['test/security/**/*.test.ts'], atOnce: serversAtOnce },
  { name: 'simulation', files: ['test/simulation/**/*.test.ts'], atOnce: availableParallelism() },
  { name: 'acceptance', files: ['test/acceptance/**/*.test.ts'], atOnce: serversAtOnce },
  { name: 'console', files: ['test/console/**/*.test.ts'], atOnce: serversAtOnce },
  { name: 'crash', files: ['test/crash/**/*.test.ts'], atOnce: 1 },
]

const wanted = process.argv.slice(2)
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name)
const unknown = wanted.filter((name) => name !== 'conformance' && !groups.some((group) => group.name === name))
if (unknown.length > 0) {
  console.error(
    `There is no group ${unknown.join(', ')}; there are ${groups.map(({ name }) => name).join(', ')}, conformance.`,
  )
  process.exit(2)
}

const notes = isWanted('acceptance') || isWanted('console') ? ensureTools() : []
for (const note of notes) console.log(note)
if (isWanted('console')) await buildConsole()
const start = performance.now()
const summary: string[] = []
let failures = 0

for (const group of groups) {
  const files = globSync([...group.files], { cwd: root })
    .map((path) => join(root, path))
    .sort()
  if (!isWanted(group.name) || files.length === 0) continue
  const groupStart = performance.now()
  const { passed, failed, skipped } = await runGroup(files, group.atOnce)
  const seconds = ((performance.now() - groupStart) / 1000).toFixed(0)
  const skips = [...skipped.values()].reduce((sum, count) => sum + count, 0)
  summary.push(
    `${failed.length === 0 ? 'ok    ' : 'FAILED'} ${group.name}: ${passed} passed, ${failed.length} failed, ${skips} skipped (${seconds} s)`,
  )
  for (const [reason, count] of skipped) summary.push(`         skipped ${count}: ${reason}`)
  for (const name of failed) summary.push(`         failed: ${name}`)
  failures += failed.length
}
if (isWanted('conformance')) await runConformance()

console.log(`\n${[...notes, ...summary].join('\n')}\n${((performance.now() - start) / 1000).toFixed(0)} s in all`)
process.exit(failures === 0 ? 0 : 1)

/** Runs the files, each in its own process; tells of a failure when it happens. */
async function runGroup(files: readonly string[], atOnce: number): Promise<Outcome> {
  const outcome: Outcome = { passed: 0, failed: [], skipped: new Map() }
  const stderr = new Map<string, string>()
  const events = run({ files: [...files], concurrency: atOnce, timeout: testTimeoutSeconds * 1000, cwd: root })
  for await (const { type, data } of events as AsyncIterable<TestEvent>) {
    if (type === 'test:stderr')
      stderr.set(data.file ?? '', ((stderr.get(data.file ?? '') ?? '') + data.message).slice(-20_000))
    if ((type !== 'test:pass' && type !== 'test:fail') || data.details?.type === 'suite') continue
    const where = data.file === undefined ? '' : `${relative(root, data.file)}: `
    const left = data.skip ?? data.todo ?? false
    if (left !== false) {
      const reason = typeof left === 'string' && left !== '' ? left : 'no reason given'
      outcome.skipped.set(reason, (outcome.skipped.get(reason) ?? 0) + 1)
    } else if (type === 'test:pass') outcome.passed++
    // A parent fails with its child; only the child is worth telling.
    else if (data.details?.error?.failureType !== 'subtestsFailed') {
      outcome.failed.push(where + data.name)
      console.log(`FAILED ${where}${data.name}\n${explain(data.details?.error)}\n${stderr.get(data.file ?? '') ?? ''}`)
    }
  }
  return outcome
}

/** What is read of the events of node:test. */
interface TestEvent {
  readonly type: string
  readonly data: {
    readonly name: string
    readonly file?: string
    readonly message?: string
    readonly skip?: string | boolean
    readonly todo?: string | boolean
    readonly details?: { readonly type?: string; readonly error?: Error & { readonly failureType?: string } }
  }
}

function explain(error: Error | undefined): string {
  return inspect(error?.cause ?? error).replace(/^/gm, '    ')
}

/** What the browser's tests look at is what stands in the sources. */
async function buildConsole(): Promise<void> {
  const { ok, output } = await runStep({ name: 'vite', program: installed('vite'), args: ['build', 'console'] })
  if (ok) return
  console.log(output)
  process.exit(1)
}

/** ceph/s3-tests, where a checkout is at hand; the suite is not part of this project. */
async function runConformance(): Promise<void> {
  const suite = process.env['S3TESTS']
  if (suite === undefined || !existsSync(suite)) {
    summary.push('skip   conformance: set S3TESTS to a checkout of ceph/s3-tests to run it')
    return
  }
  const step = { name: 'conformance', program: installed('node'), args: ['test/conformance/run.ts'] }
  const { ok, output, seconds } = await runStep(step, (text) => process.stdout.write(text))
  const last = output.trimEnd().split('\n').at(-1) ?? ''
  summary.push(`${ok ? 'ok    ' : 'FAILED'} conformance: ${last} (${seconds.toFixed(0)} s)`)
  if (!ok) failures++
}
