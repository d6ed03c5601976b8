/** The launcher in bin/, in a package of its own whose program only says what reaches it, run by a Node.js that pretends to be old. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from '../harness/tree.ts'

const program = `
import { writeFileSync } from 'node:fs'
if (process.argv[2] === 'wait') {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { console.log(signal); process.exit(7) })
  process.on('disconnect', () => { writeFileSync('orphaned', ''); process.exit() })
  setInterval(() => undefined, 1000)
  console.log('waiting')
} else if (process.argv[2] === 'die') process.kill(process.pid, 'SIGKILL')
else {
  console.log(JSON.stringify({ args: process.argv.slice(2), old: process.versions.node === '20.1.0' }))
  process.exitCode = 3
}`

const pretendOld =
  'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.1.0"}})'

let folder: string
beforeEach(() => {
  folder = temporaryFolder('launcher')
  mkdirSync(join(folder, 'dist'))
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  cpSync(join(import.meta.dirname, '../../bin'), join(folder, 'bin'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'dist/main.js'), program)
  symlinkSync(process.execPath, join(folder, 'node_modules/.bin/node'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function launch(node: 'old' | 'new', ...args: string[]) {
  const flags = node === 'old' ? ['--import', pretendOld] : []
  const child: ChildProcess = spawn(process.execPath, [...flags, join(folder, 'bin/entrepot.js'), ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  const { promise: talking, resolve: talk } = Promise.withResolvers<void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      talk()
    })
  }
  const { promise: over, resolve } = Promise.withResolvers<{
    code: number | null
    signal: string | null
    out: string
  }>()
  child.on('close', (code, signal) => resolve({ code, signal, out }))
  return { child, talking, over }
}

for (const node of ['old', 'new'] as const) {
  test(`arguments go in and the exit code comes out (${node} Node.js)`, async () => {
    const { code, out } = await launch(node, 'keys', 'a b', '--json').over
    assert.equal(code, 3)
    assert.deepEqual(JSON.parse(out), { args: ['keys', 'a b', '--json'], old: false })
  })

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`${signal} reaches the program (${node} Node.js)`, async () => {
      const { child, talking, over } = launch(node, 'wait')
      await talking
      child.kill(signal)
      assert.deepEqual(await over, { code: 7, signal: null, out: `waiting\n${signal}\n` })
    })
  }

  test(`a program that is killed is seen as killed (${node} Node.js)`, async () => {
    assert.equal((await launch(node, 'die').over).signal, 'SIGKILL')
  })

  test(`what is not compiled says so (${node} Node.js)`, async () => {
    rmSync(join(folder, 'dist'), { recursive: true })
    const { code, out } = await launch(node, 'serve').over
    assert.deepEqual([code, out], [1, 'entrepot: it is not compiled yet; run: npm run build\n'])
  })
}

test('a program whose launcher is killed is told', async () => {
  const { child, talking, over } = launch('old', 'wait')
  await talking
  child.kill('SIGKILL')
  await over
  while (!existsSync(join(folder, 'orphaned'))) await sleep(10)
})

test('an old Node.js without another beside it says what to do', async () => {
  rmSync(join(folder, 'node_modules'), { recursive: true })
  const { code, out } = await launch('old', 'serve').over
  assert.equal(code, 1)
  assert.match(out, /^entrepot: this is Node\.js 20\.1\.0, and 24 is needed; npm ci installs it/)
})
