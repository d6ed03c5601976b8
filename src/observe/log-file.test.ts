import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openLogFile } from './log-file.ts'

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'entrepot-log-'))
  context.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const faultless = (error: unknown): never => {
  throw error
}

test('lines are appended in their order, to a file that its owner alone can read', async (context) => {
  const destination = join(folder(context), 'requests.log')
  for (const name of ['a', 'b']) {
    const log = openLogFile({ destination, onFault: faultless })
    for (let line = 0; line < 2000; line++) log.write(`${name} ${line} ${'x'.repeat(100)}\n`)
    await log.close()
    assert.equal(log.dropped, 0)
  }
  const lines = readFileSync(destination, 'utf8').split('\n')
  assert.equal(lines.length, 4001)
  assert.deepEqual(
    [lines[0]?.slice(0, 4), lines[1999]?.slice(0, 7), lines[2000]?.slice(0, 4)],
    ['a 0 ', 'a 1999 ', 'b 0 '],
  )
  assert.equal(statSync(destination).mode & 0o777, 0o600)
})

test('lines come to the file without being asked to', async (context) => {
  const destination = join(folder(context), 'requests.log')
  const log = openLogFile({ destination, onFault: faultless })
  log.write('a\n')
  while (readFileSync(destination, 'utf8') !== 'a\n') await new Promise((resolve) => setTimeout(resolve, 10))
  log.write('b\n')
  while (readFileSync(destination, 'utf8') !== 'a\nb\n') await new Promise((resolve) => setTimeout(resolve, 10))
  await log.close()
})

test('what waits is bounded: further lines are dropped and counted, and later ones are written', async (context) => {
  const destination = join(folder(context), 'requests.log')
  const log = openLogFile({ destination, onFault: faultless, waitingMax: 10 })
  for (const line of ['1234\n', '5678\n', '9\n', '0\n']) log.write(line)
  assert.equal(log.dropped, 2)
  await log.flush()
  log.write('later\n')
  await log.close()
  assert.equal(readFileSync(destination, 'utf8'), '1234\n5678\nlater\n')
  log.write('after the end\n')
  assert.equal(log.dropped, 3)
})

test('after a file was renamed, its log goes on in a new one, and no line is lost', async (context) => {
  const path = folder(context)
  const destination = join(path, 'requests.log')
  const log = openLogFile({ destination, onFault: faultless })
  log.write('a\n')
  await log.flush()
  log.write('b\n')
  renameSync(destination, join(path, 'requests.log.1'))
  await log.reopen()
  log.write('c\n')
  await log.close()
  await log.reopen()
  const both = readFileSync(join(path, 'requests.log.1'), 'utf8') + readFileSync(destination, 'utf8')
  assert.equal(both, 'a\nb\nc\n')
  assert.match(readFileSync(destination, 'utf8'), /c\n$/)
})

test('a file that cannot be opened again is told, and the old one is written on', async (context) => {
  const path = folder(context)
  const destination = join(path, 'logs.txt')
  const faults: unknown[] = []
  const log = openLogFile({ destination, onFault: (error) => faults.push(error) })
  renameSync(destination, join(path, 'old.txt'))
  rmSync(path, { recursive: true })
  await log.reopen()
  log.write('a\n')
  await log.close()
  assert.equal((faults[0] as NodeJS.ErrnoException).code, 'ENOENT')
  assert.equal(log.dropped, 0)
})

test('where nothing can be written, lines are lost and counted, and nothing is thrown', async () => {
  const faults: unknown[] = []
  const log = openLogFile({ destination: '/dev/full', onFault: (error) => faults.push(error) })
  log.write('a\n')
  log.write('b\n')
  await log.close()
  assert.equal((faults[0] as NodeJS.ErrnoException).code, 'ENOSPC')
  assert.equal(log.dropped, 2)
})

test('a file that cannot be opened is refused at once', () => {
  assert.throws(() => openLogFile({ destination: '/nowhere/at/all.log', onFault: faultless }), { code: 'ENOENT' })
})
