import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { AuditLog } from '../access/audit-log.ts'
import { systemClock } from '../base/clock.ts'
import { makeCli } from './test-bed.ts'

let cli: ReturnType<typeof makeCli>
beforeEach(() => void (cli = makeCli()))
afterEach(() => cli.remove())

const entry = (seq: number) => ({
  ...{ seq, time: '2026-11-20T16:00:00.123Z', actor: { kind: 'user', id: 'u', name: 'anna' }, account_id: 'a' },
  ...{ action: 'DeleteBucket', target: 'bucket\u001B films', outcome: 'done', request_id: null, address: '10.0.0.1' },
  ...{ details: {}, hash: 'h' },
})

test('list shows the latest, says where to go on, and keeps control characters from the terminal', async () => {
  const entrepot = cli.with(() => ({ entries: [entry(9), entry(8)], next: 8 }))
  const { out } = await entrepot('audit', 'list', '--limit', '2', '--action', 'DeleteBucket', '--all')
  assert.match(
    out,
    /^NO +TIME .*\n 9 {2}2026-11-20T16:00:00Z +anna +DeleteBucket +done +bucket\uFFFD films +10\.0\.0\.1\n/,
  )
  assert.match(out, /\n\nOlder ones: --before 8\n$/)
  assert.deepEqual(cli.orders[0]?.query, { action: 'DeleteBucket', all: 'true', limit: 2 })
})

test('list goes on until it has as many as are asked for', async () => {
  const entrepot = cli.with(({ query }) =>
    query?.['before'] === undefined ? { entries: [entry(9)], next: 9 } : { entries: [entry(3)], next: null },
  )
  const { out } = await entrepot('audit', 'list', '--actor', 'anna', '--json')
  assert.deepEqual(
    (JSON.parse(out) as { entries: { seq: number }[] }).entries.map(({ seq }) => seq),
    [9, 3],
  )
  assert.deepEqual(cli.orders[1]?.query, { actor: 'anna', all: 'false', before: 9, limit: 99 })
})

test('verify shows the head to keep', async () => {
  const answer = { whole: true, entries: 12, head: '12:abc', broken: null }
  const { code, out } = await cli.with(() => answer)('audit', 'verify', '--head', '3:def')
  assert.equal(code, 0)
  assert.match(out, /^The audit log is whole: 12 entries\.\n\n {2}Head {2}12:abc\n/)
  assert.deepEqual(cli.orders[0]?.query, { head: '3:def' })
})

test('verify names the link that is broken, and the exit code is 1, in JSON too', async () => {
  const answer = { whole: false, entries: null, head: null, broken: { seq: 7, why: 'changed' } }
  const entrepot = cli.with(() => answer)
  const { code, out } = await entrepot('audit', 'verify')
  assert.equal(code, 1)
  assert.match(out, /^The audit log is broken at entry 7, which is changed\./)
  const json = await entrepot('audit', 'verify', '--json')
  assert.deepEqual([json.code, JSON.parse(json.out)], [1, answer])
})

/** An exported log of some entries, in a file. */
async function exported(entries: number): Promise<string[]> {
  const log = new AuditLog({ store: cli.store, clock: systemClock, masterKey: cli.masterKey })
  const actor = { kind: 'operator', id: '', name: 'first' } as const
  for (let i = 0; i < entries; i++) await log.append({ actor, action: 'A', target: String(i), outcome: 'done' })
  const { code, out } = await cli.entrepot('audit', 'export')
  assert.equal(code, 0)
  cli.write('audit.jsonl', out)
  cli.writeMasterKey()
  return out.trimEnd().split('\n')
}

test('an exported log is verified with the master key alone', async () => {
  const lines = await exported(3)
  assert.equal(lines.length, 4)
  assert.deepEqual(
    lines.slice(0, 3).map((line) => (JSON.parse(line) as { target: string }).target),
    ['0', '1', '2'],
  )
  const { code, out } = await cli.entrepot('audit', 'verify', '--file', 'audit.jsonl', '--json')
  const verified = JSON.parse(out) as { whole: boolean; entries: number; head: string }
  assert.deepEqual([code, verified.whole, verified.entries], [0, true, 3])
  const again = await cli.entrepot('audit', 'verify', '--file', 'audit.jsonl', '--head', verified.head)
  assert.equal(again.code, 0)
})

const damages: [title: string, damage: (lines: string[]) => string[], why: RegExp][] = [
  ['a changed entry', ([a = '', ...rest]) => [a.replace('"0"', '"x"'), ...rest], /entry 1, which is changed/],
  ['an entry left out', ([a = '', , ...rest]) => [a, ...rest], /entry 2, which is missing/],
  ['an end cut off', (lines) => lines.slice(0, 2), /entry 3, which is cut off/],
]

for (const [title, damage, why] of damages) {
  test(`verify --file finds ${title}`, async () => {
    const lines = await exported(3)
    cli.write('audit.jsonl', damage(lines).join('\n'))
    const { code, out } = await cli.entrepot('audit', 'verify', '--file', 'audit.jsonl')
    assert.equal(code, 1)
    assert.match(out, why)
  })
}

test('a log of many pages is exported as a whole', async () => {
  assert.equal((await exported(1001)).length, 1002)
  assert.equal((await cli.entrepot('audit', 'verify', '--file', 'audit.jsonl')).code, 0)
  assert.equal(readFileSync(join(cli.folder, 'audit.jsonl'), 'utf8').split('\n').length, 1003)
})

test('verify --file wants the file and the master key', async () => {
  const keyless = await cli.entrepot('audit', 'verify', '--file', 'audit.jsonl')
  assert.equal(keyless.code, 1)
  assert.match(keyless.error, /The master key .*master\.key cannot be read \(ENOENT\)\. Say with --master-key-file/)
  cli.writeMasterKey()
  const fileless = await cli.entrepot('audit', 'verify', '--file', 'audit.jsonl')
  assert.equal(fileless.code, 2)
  assert.match(fileless.error, /There is no file .*audit\.jsonl/)
})
