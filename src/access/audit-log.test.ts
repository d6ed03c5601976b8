import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import fc from 'fast-check'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { detailsLengthMax, type AuditActor, type AuditEvent } from './audit-entry.ts'
import { AuditLog } from './audit-log.ts'
import { auditHeadKey, auditKey } from './management-records.ts'
import { MasterKey } from './sealing.ts'
import { makeAccess, start, type Access } from './test-bed.ts'

const anna: AuditActor = { kind: 'user', id: 'AIDAANNA', name: 'anna' }
const event = (number: number, more: Partial<AuditEvent> = {}): AuditEvent => ({
  actor: anna,
  action: 'CreateBucket',
  target: `bucket ${number}`,
  outcome: 'done',
  details: { number },
  ...more,
})

let access: Access
let log: AuditLog
beforeEach(() => {
  access = makeAccess()
  log = access.auditLog
})

async function fill(count: number): Promise<void> {
  for (let number = 1; number <= count; number++) {
    access.time.now++
    await log.append(event(number))
  }
}

/** Changes records behind the log's back: undefined deletes. */
async function meddle(...changes: [key: Uint8Array, value: string | undefined][]): Promise<void> {
  await access.store.transact({ exclusive: changes.map(([key]) => key) }, (transaction) => {
    for (const [key, value] of changes) {
      if (value === undefined) transaction.delete(key)
      else transaction.set(key, Buffer.from(value))
    }
  })
}

const textAt = async (seq: number): Promise<string> => Buffer.from((await access.store.get(auditKey(seq)))!).toString()
const headRecord = async (): Promise<string> => Buffer.from((await access.store.get(auditHeadKey))!).toString()
const lines = async (): Promise<string[]> => Array.fromAsync(log.export())

test('an entry says who did what to what, when, from where and how it ended', async () => {
  const full: AuditEvent = {
    actor: anna,
    accountId: 'a'.repeat(64),
    action: 'DeleteBucket',
    target: 'photos',
    outcome: 'AccessDenied',
    requestId: 'r1',
    address: '192.0.2.1',
    details: { force: true, keys: ['a', 1, null, { b: 2 }] },
  }
  const entry = await log.append(full)
  assert.deepEqual(entry, { ...full, seq: 1, at: start, hash: entry.hash })
  assert.match(entry.hash, /^[0-9a-f]{64}$/)
  const { details: _, ...withoutDetails } = event(2)
  const second = await log.append(withoutDetails)
  assert.deepEqual([second.seq, second.details], [2, {}])
  assert.deepEqual((await log.list({ limit: 10 })).entries, [second, entry])
  assert.deepEqual(await log.verify(), { entries: 2, head: `2:${second.hash}` })
})

test('secrets fit into no entry, by type and in fact', async () => {
  const secret = new Secret('x')
  // @ts-expect-error A Secret is no Json.
  await assert.rejects(log.append(event(1, { details: { secret } })), TypeError)
  // @ts-expect-error However deep.
  await assert.rejects(log.append(event(1, { details: { deep: [{ secret }] } })), TypeError)
  assert.deepEqual(await log.verify(), { entries: 0, head: '0:' })
})

test('long texts are cut off, and in place of long details stands how long they are', async () => {
  const details = { text: 'x'.repeat(detailsLengthMax) }
  const entry = await log.append(event(1, { target: 'x'.repeat(1e6), details }))
  assert.equal(entry.target.length, 2048)
  assert.deepEqual(entry.details, { detailsTooLong: detailsLengthMax + 11 })
  const fitting = await log.append(event(2, { details: { text: 'x'.repeat(detailsLengthMax - 11) } }))
  assert.deepEqual(Object.keys(fitting.details), ['text'])
  assert.ok(await log.append(event(3, { target: '\ud800', details: { '\ud800': '\udfff', __proto__: 1 } })))
  assert.ok('entries' in (await log.verify()))
})

test('entries that are appended at once all have their place', async () => {
  const other = new AuditLog(access)
  const entries = await Promise.all(
    Array.from({ length: 60 }, (_, number) => (number % 2 === 0 ? log : other).append(event(number))),
  )
  assert.deepEqual(
    entries.map(({ seq }) => seq).sort((a, b) => a - b),
    Array.from({ length: 60 }, (_, index) => index + 1),
  )
  assert.equal(((await log.verify()) as { entries: number }).entries, 60)
})

for (const fault of ['before', 'after', 'conflict'] as const) {
  test(`the chain holds where commits fail: ${fault}`, async () => {
    access = makeAccess({ fault: (commit) => (commit % 3 === 0 ? fault : undefined) })
    log = access.auditLog
    for (let number = 1; number <= 12; number++) await log.append(event(number)).catch(() => undefined)
    const entries = fault === 'before' ? 8 : 12
    assert.equal(((await log.verify()) as { entries: number }).entries, entries)
  })
}

test('a list goes back from the newest, page by page, and misses nothing', async () => {
  await fill(25)
  const seen: number[] = []
  let before: number | undefined
  for (;;) {
    const { entries, next } = await log.list({ limit: 10, before })
    seen.push(...entries.map(({ seq }) => seq))
    if (next === undefined) break
    assert.equal(entries.length, 10)
    before = next
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 25 }, (_, index) => 25 - index),
  )
  const between = await log.list({ limit: 10, after: 3, before: 7 })
  assert.deepEqual([between.entries.map(({ seq }) => seq), between.next], [[6, 5, 4], undefined])
  assert.deepEqual(await log.list({ limit: 10, after: 25 }), { entries: [] })
  assert.deepEqual(await log.list({ limit: 10, before: 1 }), { entries: [] })
})

test('a list is of one account, one actor and one action where that is asked', async () => {
  const bert: AuditActor = { kind: 'api key', id: 'k1', name: 'bert' }
  await log.append(event(1, { accountId: 'one' }))
  await log.append(event(2, { accountId: 'two', action: 'DeleteBucket' }))
  await log.append(event(3, { actor: bert }))
  await log.append(event(4, { accountId: 'one', actor: bert, action: 'DeleteBucket' }))
  const cases: [query: object, expected: number[]][] = [
    [{}, [4, 3, 2, 1]],
    [{ accountId: 'one' }, [4, 1]],
    [{ accountId: 'three' }, []],
    [{ actor: 'bert' }, [4, 3]],
    [{ actor: 'k1' }, [4, 3]],
    [{ actor: 'AIDAANNA' }, [2, 1]],
    [{ action: 'DeleteBucket' }, [4, 2]],
    [{ accountId: 'one', actor: 'anna', action: 'CreateBucket' }, [1]],
  ]
  for (const [query, expected] of cases) {
    const { entries } = await log.list({ limit: 10, ...query })
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      expected,
      JSON.stringify(query),
    )
  }
})

test('a list of what is rare answers in pages although few entries fit, and verification reads on too', async () => {
  const rare = new Set([7, 600, 1100])
  for (let number = 1; number <= 1200; number++) {
    await log.append(event(number, rare.has(number) ? { action: 'Rare' } : {}))
  }
  const { entries, next } = await log.list({ limit: 10, action: 'Rare' })
  assert.deepEqual([entries.map(({ seq }) => seq), next], [[1100, 600, 7], undefined])
  assert.equal(((await log.verify()) as { entries: number }).entries, 1200)
  assert.equal((await lines()).length, 1201)
  await meddle([auditKey(1001), (await textAt(1001)).replace('1001', '1002')])
  assert.deepEqual(await log.verify(), { broken: { seq: 1001, why: 'changed' } })
})

test('a time is found however long the log is, though the clock was set back meanwhile', async () => {
  const { now } = access.time
  for (let number = 1; number <= 40; number++) {
    // Each third entry is written by a clock that is half an hour behind.
    access.time.now = now + number * 3_600_000 - (number % 3 === 0 ? 1_800_000 : 0)
    await log.append(event(number))
  }
  const targets = async (fromHour: number, untilHour: number) => {
    const [fromMs, untilMs] = [now + fromHour * 3_600_000, now + untilHour * 3_600_000]
    return (await log.list({ limit: 100, fromMs, untilMs })).entries.map(({ target }) => target)
  }
  assert.deepEqual(await targets(7, 10), ['bucket 9', 'bucket 8', 'bucket 7'])
  assert.deepEqual(await targets(9, 11), ['bucket 10'])
  assert.deepEqual(await targets(8.5, 9), ['bucket 9'])
  assert.equal((await targets(0, 100)).length, 40)
  assert.deepEqual(await targets(50, 60), [])
  assert.deepEqual(await targets(-20, -10), [])
  await meddle([auditHeadKey, 'no head'], [auditKey(20), undefined])
  assert.deepEqual(await targets(7, 8), ['bucket 7'])
})

test('verification while entries are appended finds no fault', async () => {
  await fill(600)
  const appending = fill(50)
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => log.verify()))
  await appending
  for (const outcome of outcomes) assert.ok('entries' in outcome)
})

/** A log of nine, meddled with, and the first link that breaks. */
const meddling: [name: string, meddle: () => Promise<void>, seq: number, why: string][] = [
  [
    'an edited entry',
    async () => meddle([auditKey(4), (await textAt(4)).replace('bucket 4', 'bucket 5')]),
    4,
    'changed',
  ],
  ['another time', async () => meddle([auditKey(4), (await textAt(4)).replace(/"at":\d/, '"at":2')]), 4, 'changed'],
  [
    'another hash',
    async () => meddle([auditKey(4), (await textAt(4)).replace(/"hash":"./, '"hash":"x')]),
    4,
    'changed',
  ],
  ['a space', async () => meddle([auditKey(4), `${await textAt(4)} `]), 4, 'changed'],
  [
    'a further member',
    async () => meddle([auditKey(4), (await textAt(4)).replace('{"action"', '{"a":1,"action"')]),
    4,
    'changed',
  ],
  [
    'a member twice',
    async () => meddle([auditKey(4), (await textAt(4)).replace('{"action"', '{"action":"X","action"')]),
    4,
    'changed',
  ],
  ['an emptied entry', () => meddle([auditKey(4), '']), 4, 'changed'],
  ['an entry that is no JSON', () => meddle([auditKey(4), 'nothing']), 4, 'changed'],
  ['an entry that is null', () => meddle([auditKey(4), 'null']), 4, 'changed'],
  ['a removed entry', () => meddle([auditKey(4), undefined]), 4, 'missing'],
  ['a removed first entry', () => meddle([auditKey(1), undefined]), 1, 'missing'],
  ['two removed entries', () => meddle([auditKey(4), undefined], [auditKey(5), undefined]), 4, 'missing'],
  ['an entry before the first', async () => meddle([auditKey(0), await textAt(1)]), 1, 'out of order'],
  [
    'an entry between two',
    async () => meddle([Buffer.concat([auditKey(4), Buffer.of(0)]), await textAt(4)]),
    5,
    'out of order',
  ],
  ['an entry copied over another', async () => meddle([auditKey(4), await textAt(7)]), 4, 'out of order'],
  [
    'two entries exchanged',
    async () => meddle([auditKey(4), await textAt(5)], [auditKey(5), await textAt(4)]),
    4,
    'out of order',
  ],
  [
    'an entry after the last',
    async () => meddle([auditKey(10), (await textAt(9)).replace('"seq":9', '"seq":10')]),
    10,
    'changed',
  ],
  ['the last entry removed', () => meddle([auditKey(9), undefined]), 9, 'cut off'],
  [
    'the last three removed',
    () => meddle([auditKey(7), undefined], [auditKey(8), undefined], [auditKey(9), undefined]),
    7,
    'cut off',
  ],
  ['the head removed', () => meddle([auditHeadKey, undefined]), 10, 'cut off'],
  [
    'the last entry and the head removed',
    () => meddle([auditKey(9), undefined], [auditHeadKey, undefined]),
    9,
    'cut off',
  ],
  [
    'a head that says less',
    async () => meddle([auditKey(9), undefined], [auditHeadKey, (await headRecord()).replace('"seq":9', '"seq":8')]),
    9,
    'cut off',
  ],
]
for (const [name, change, seq, why] of meddling) {
  test(`verification finds the first broken link: ${name}`, async () => {
    await fill(9)
    await change()
    assert.deepEqual(await log.verify(), { broken: { seq, why } })
  })
}

test('an earlier end, head and all, is noticed by who noted a later head', async () => {
  await fill(5)
  const { records } = access.store
  const early = (await log.verify()) as { head: string }
  await fill(4)
  const late = (await log.verify()) as { head: string }
  assert.ok('entries' in (await log.verify(early.head)))
  assert.ok('entries' in (await log.verify(late.head)))
  const rolledBack = makeAccess({ records }).auditLog
  assert.deepEqual(await rolledBack.verify(), { entries: 5, head: early.head })
  assert.deepEqual(await rolledBack.verify(late.head), { broken: { seq: 6, why: 'cut off' } })
  await rolledBack.append(event(6, { target: 'something else' }))
  const seventh = (await rolledBack.append(event(7))).hash
  assert.deepEqual(await rolledBack.verify(late.head), { broken: { seq: 8, why: 'cut off' } })
  assert.deepEqual(await log.verify(`7:${seventh}`), { broken: { seq: 7, why: 'changed' } })
  for (const bad of ['', '7', `7:${seventh}0`, `07:${seventh}`, 'x:y']) {
    await assert.rejects(log.verify(bad), { code: 'InvalidArgument' })
  }
})

test('an entry of another history is noticed, although it was written as it stands and under its number', async () => {
  await fill(5)
  const { records } = access.store
  const other = makeAccess({ records })
  await other.auditLog.append(event(6, { target: 'something else' }))
  await fill(4)
  await meddle([auditKey(6), Buffer.from((await other.store.get(auditKey(6)))!).toString()])
  assert.deepEqual(await log.verify(), { broken: { seq: 7, why: 'changed' } })
})

test('a head that was put back while later entries stay is noticed', async () => {
  await fill(5)
  const early = await headRecord()
  await fill(4)
  await meddle([auditHeadKey, early])
  assert.deepEqual(await log.verify(), { broken: { seq: 6, why: 'out of order' } })
  await assert.rejects(log.append(event(6)), /goes on after its head/)
})

test('nothing is appended to a log whose head was changed', async () => {
  await fill(2)
  await meddle([auditHeadKey, (await headRecord()).replace('"seq":2', '"seq":1')])
  await assert.rejects(log.append(event(3)), /verify the log/)
})

test('under another master key nothing holds', async () => {
  await fill(2)
  const masterKey = new MasterKey(new Secret(systemRandom.bytes(32).toString('hex')), systemRandom)
  const other = new AuditLog({ ...access, masterKey })
  assert.deepEqual(await other.verify(), { broken: { seq: 1, why: 'changed' } })
})

test('an exported log verifies by its lines', async () => {
  assert.deepEqual(await log.verifyLines(await lines()), { entries: 0, head: '0:' })
  await fill(9)
  const verified = await log.verify()
  assert.deepEqual(await log.verifyLines(await lines()), verified)
  assert.deepEqual(await log.verifyLines(log.export()), verified)
  assert.deepEqual(await log.verifyLines(['', ...(await lines()), ''], (verified as { head: string }).head), verified)
  assert.deepEqual(await log.verifyLines(await lines(), `10:${'0'.repeat(64)}`), {
    broken: { seq: 10, why: 'cut off' },
  })
})

const lineMeddling: [name: string, change: (lines: string[]) => string[], seq: number, why: string][] = [
  ['an edited line', (all) => all.with(3, all[3]!.replace('bucket 4', 'bucket 5')), 4, 'changed'],
  ['a removed line', (all) => all.toSpliced(3, 1), 4, 'missing'],
  ['a line twice', (all) => all.toSpliced(3, 0, all[3]!), 5, 'out of order'],
  ['two lines exchanged', (all) => all.with(3, all[4]!).with(4, all[3]!), 4, 'missing'],
  ['a cut tail', (all) => all.toSpliced(7, 2), 8, 'cut off'],
  ['a cut tail, end and all', (all) => all.slice(0, 7), 8, 'cut off'],
  ['no end', (all) => all.slice(0, -1), 10, 'cut off'],
  ['a line after the end', (all) => [...all, all[8]!], 10, 'changed'],
  ['two ends', (all) => [...all, all[9]!], 10, 'changed'],
  ['an edited end', (all) => all.with(9, all[9]!.replace('"seq":9', '"seq":8')), 10, 'changed'],
  ['nothing but the end', (all) => all.slice(-1), 1, 'cut off'],
]
for (const [name, change, seq, why] of lineMeddling) {
  test(`verification of an export finds the first broken link: ${name}`, async () => {
    await fill(9)
    assert.deepEqual(await log.verifyLines(change(await lines())), { broken: { seq, why } })
  })
}

type Change =
  | { readonly kind: 'edit'; readonly at: number; readonly offset: number; readonly by: number }
  | { readonly kind: 'remove'; readonly at: number }
  | { readonly kind: 'move'; readonly at: number; readonly to: number }
  | { readonly kind: 'copy'; readonly at: number; readonly to: number }

const at = fc.nat(1000)
const anyChange: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('edit' as const), at, offset: at, by: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ kind: fc.constant('remove' as const), at }),
  fc.record({ kind: fc.constant('move' as const), at, to: at }),
  fc.record({ kind: fc.constant('copy' as const), at, to: at }),
)

/** The lines with the changes made, one after the other. */
function changed(lines: readonly Buffer[], changes: readonly Change[]): Buffer[] {
  const result = [...lines]
  for (const change of changes) {
    if (result.length === 0) break
    const from = change.at % result.length
    const line = result[from]!
    if (change.kind === 'edit') {
      const edited = Buffer.from(line)
      edited[change.offset % line.length]! ^= change.by
      result[from] = edited
    } else if (change.kind === 'copy') result.splice(change.to % result.length, 0, line)
    else {
      result.splice(from, 1)
      if (change.kind === 'move') result.splice(change.to % (result.length + 1), 0, line)
    }
  }
  return result
}

const sameLines = (a: readonly Buffer[], b: readonly Buffer[]): boolean =>
  a.length === b.length && a.every((line, index) => line.equals(b[index]!))

/** The number of the first line that differs, from 1. */
const firstDifference = (a: readonly Buffer[], b: readonly Buffer[]): number =>
  1 + a.findIndex((line, index) => b[index]?.equals(line) !== true)

test('any edits, removals, moves and copies of records are noticed, at the first that differs', async () => {
  await fill(12)
  const original = await Promise.all(
    Array.from({ length: 12 }, async (_, index) => Buffer.from(await textAt(index + 1))),
  )
  const { records } = access.store
  await fc.assert(
    fc.asyncProperty(fc.array(anyChange, { minLength: 1, maxLength: 4 }), async (changes) => {
      const now = changed(original, changes)
      fc.pre(!sameLines(original, now))
      access = makeAccess({ records })
      const keys = Array.from({ length: Math.max(12, now.length) }, (_, index) => auditKey(index + 1))
      await access.store.transact({ exclusive: keys }, (transaction) => {
        for (const [index, key] of keys.entries()) {
          if (now[index] === undefined) transaction.delete(key)
          else transaction.set(key, now[index])
        }
      })
      const outcome = await access.auditLog.verify()
      assert.ok('broken' in outcome)
      // What is appended to a whole log comes after its twelve.
      assert.equal(outcome.broken.seq, firstDifference(original, now) || 13)
    }),
    { numRuns: 300 },
  )
})

test('any edits, removals, moves and copies of exported lines are noticed', async () => {
  await fill(12)
  const original = (await lines()).map((line) => Buffer.from(line))
  await fc.assert(
    fc.asyncProperty(fc.array(anyChange, { minLength: 1, maxLength: 4 }), async (changes) => {
      const now = changed(original, changes)
      fc.pre(!sameLines(original, now))
      assert.ok('broken' in (await log.verifyLines(now.map((line) => line.toString('latin1')))))
    }),
    { numRuns: 300 },
  )
})
