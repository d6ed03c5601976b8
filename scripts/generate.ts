/**
 * `npm run generate`: writes every generated file anew, by running each `scripts/generate-*.ts`. With `--check` nothing is written, and a file
 * that is not what its generator would write fails.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root, runSteps } from './run-step.ts'

const generators = readdirSync(join(root, 'scripts')).filter((name) => /^generate-.*\.ts$/.test(name))
const flags = process.argv.slice(2)
const steps = generators.map((name) => ({ name, program: process.execPath, args: [join('scripts', name), ...flags] }))
// One after the other: a later one may read what an earlier one writes.
const results = await runSteps(steps, 1, ({ name, ok, output }) => {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}${output === '' ? '' : '\n' + output.trimEnd()}`)
})
if (results.some(({ ok }) => !ok)) process.exitCode = 1
