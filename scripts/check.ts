/** `npm run check`: everything that can be said of the source without starting a server. One line a step, and what failed in full. */
import { availableParallelism } from 'node:os'
import { installed, runSteps, type Step } from './run-step.ts'

const steps: readonly Step[] = [
  { name: 'types', program: installed('tsc'), args: ['-p', 'tsconfig.json'] },
  { name: 'console types', program: installed('tsc'), args: ['-p', 'console/tsconfig.json'] },
  { name: 'console test types', program: installed('tsc'), args: ['-p', 'test/console/tsconfig.json'] },
  { name: 'lint', program: installed('oxlint'), args: ['--type-aware', '--deny-warnings'] },
  { name: 'unused', program: installed('knip'), args: ['--no-progress'] },
  { name: 'generated', program: process.execPath, args: ['scripts/generate.ts', '--check'] },
  { name: 'format', program: installed('oxfmt'), args: ['--check', 'src', 'test', 'bench', 'scripts', 'console/src'] },
  { name: 'architecture', program: process.execPath, args: ['--test', 'src/architecture.test.ts'] },
]

const results = await runSteps(steps, availableParallelism(), ({ name, ok, output, seconds }) => {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`)
  if (!ok) console.log(output.replace(/^/gm, '    '))
})
if (results.some(({ ok }) => !ok)) process.exitCode = 1
