#!/usr/bin/env -S node --v8-pool-size=1
/** Starts the compiled program with a Node.js that is new enough: the running one, or the one that npm installed beside it. V8 gets one helper thread: its four
 * would take the time of the threads that answer, on a machine with few cores (docs/decisions/0004). */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const nodeMajorMin = 24
const packageFolder = new URL('../', import.meta.url)
const program = fileURLToPath(new URL('dist/main.js', packageFolder))

/**
 * Writes a sentence and ends.
 * @param {string} sentence
 */
function fail(sentence) {
  process.stderr.write(`entrepot: ${sentence}\n`)
  process.exit(1)
}

/** npm links its Node.js in our own node_modules or, where we are a dependency, in the one that we are in. */
function installedNode() {
  return ['node_modules/.bin/node', '../.bin/node']
    .map((path) => fileURLToPath(new URL(path, packageFolder)))
    .find((path) => existsSync(path))
}

/** @param {string} node */
function runWith(node) {
  // The channel tells the server if this launcher is killed, so that it is never left behind.
  const child = spawn(node, ['--v8-pool-size=1', program, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  child.on('error', (error) => fail(`${node} cannot be run: ${error.message}`))
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

if (!existsSync(program)) fail('it is not compiled yet; run: npm run build')
else if (Number.parseInt(process.versions.node, 10) >= nodeMajorMin)
  await import(new URL('dist/main.js', packageFolder).href)
else {
  const node = installedNode()
  if (node === undefined) {
    fail(
      `this is Node.js ${process.versions.node}, and ${nodeMajorMin} is needed; npm ci installs it beside this program, without touching yours`,
    )
  } else runWith(node)
}
