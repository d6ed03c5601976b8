/** Other people's programs in tests: found or skipped with a reason, run with an end in time, their output kept. */
import { spawn, spawnSync } from 'node:child_process'
import { cleanEnvironment } from './server.ts'

const timeoutSecondsDefault = 120

export interface Run {
  /** The exit code; -1 where a signal ended it. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly input?: string | Uint8Array
  readonly timeoutSeconds?: number
}

/** Where the program is missing, the reason to skip the tests that need it; false where it is there. For node:test's `skip`. */
export function missing(program: string, ...probe: string[]): string | false {
  const { error, status } = spawnSync(program, probe.length === 0 ? ['--version'] : probe, {
    stdio: 'ignore',
    timeout: 30_000,
  })
  return error === undefined && status === 0 ? false : `${program} ${probe.join(' ')} does not run on this machine`
}

/** Runs a program and gives what it did, whatever its exit code. It is killed, and this throws, when it takes too long. */
export function tryRun(program: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { promise, resolve, reject } = Promise.withResolvers<Run>()
  const timeoutSeconds = options.timeoutSeconds ?? timeoutSecondsDefault
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...cleanEnvironment(), ...options.env },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(options.input)
  let late = false
  const timer = setTimeout(() => {
    late = true
    child.kill('SIGKILL')
  }, timeoutSeconds * 1000)
  child.on('error', reject)
  child.on('close', (code) => {
    clearTimeout(timer)
    const run = { code: code ?? -1, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }
    if (late) reject(new Error(`${told(program, args, run)}\nwas killed after ${timeoutSeconds} s`))
    else resolve(run)
  })
  return promise
}

/** Runs a program that must succeed and gives its output. Throws, with all it said, when it fails. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const done = await tryRun(program, args, options)
  if (done.code !== 0) throw new Error(`${told(program, args, done)}\nended with code ${done.code}`)
  return done.stdout
}

const told = (program: string, args: readonly string[], { stdout, stderr }: Run): string =>
  [`${program} ${args.join(' ')}`, stdout, stderr].join('\n')
