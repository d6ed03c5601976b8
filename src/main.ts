/** The entry point: gives the command line what the process around it has, and ends with its exit code. */
import { readFileSync } from 'node:fs'
import { systemClock } from './base/clock.ts'
import { checkNode } from './cli/checks/node.ts'
import type { StopSignal, Surroundings } from './cli/surroundings.ts'

const node = checkNode(process.versions.node)
if (node.status === 'failed') {
  process.stderr.write(`entrepot: Node.js ${node.message}. ${node.remedy}\n`)
  process.exit(1)
}

// Whoever reads our output may stop before its end (`entrepot keys list | head -1`): that is no fault.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

const surroundings: Surroundings = {
  arguments: process.argv.slice(2),
  env: process.env,
  folder: process.cwd(),
  version: manifest.version,
  terminal: {
    out: (text) => process.stdout.write(text),
    error: (text) => process.stderr.write(text),
    color: process.stdout.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
  },
  input: () => process.stdin,
  clock: systemClock,
  server: () => import('./server.ts'),
  onStop(callback: (signal: StopSignal) => void) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => callback(signal))
    // The launcher of bin/ is gone without having told us: nobody could stop us any more.
    process.once('disconnect', () => callback('disconnect'))
    process.channel?.unref()
  },
  onReopen: (callback) => void process.on('SIGUSR2', callback),
  exit: (code) => process.exit(code),
}

const { runProgram } = await import('./cli/program.ts')
// Not process.exit: what is still to be written to a pipe would be lost.
process.exitCode = await runProgram(surroundings)
