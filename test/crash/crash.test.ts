// Fifty kills of the real server. A failure prints its seed and keeps the data; `node test/crash/run.ts --seed N` makes the same choices.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const ROOT = join(import.meta.dirname, '../..')

test('50 SIGKILLs lose, tear and invent nothing, be it versioned, locked, encrypted, appended, renamed or managed', async (t) => {
  const child = spawn(process.execPath, [join(ROOT, 'test/crash/run.ts'), '--cycles', '50'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const status = await new Promise((resolve) => child.once('close', resolve))
  const lines = output.trimEnd().split('\n')
  for (const line of lines) if (!line.startsWith('cycle ')) t.diagnostic(line)
  assert.equal(status, 0, output)
})
