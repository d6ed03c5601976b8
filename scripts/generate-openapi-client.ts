/** Writes console/src/api/schema.generated.ts, the types of the management API, of docs/openapi.json. With `--check` it only compares. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run-step.ts'

const program = join(root, 'console/node_modules/.bin/openapi-typescript')
const path = 'console/src/api/schema.generated.ts'
const { status, stdout, stderr } = spawnSync(process.execPath, [program, join(root, 'docs/openapi.json')], {
  encoding: 'utf8',
  maxBuffer: 16 * 1024 * 1024,
})
if (status !== 0) {
  console.log(stderr)
  process.exitCode = 1
} else if (!process.argv.includes('--check')) writeFileSync(join(root, path), stdout)
else if (readFileSync(join(root, path), 'utf8') !== stdout) {
  console.log(`${path} is stale: run npm run generate`)
  process.exitCode = 1
}
