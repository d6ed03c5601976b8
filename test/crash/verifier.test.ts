// The crash test's own test: a server in memory that is honest passes, and every lie it is told to tell is found.

import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ToyS3, type Lie } from '../../bench/load/toy-s3.ts'
import { Client } from './client.ts'
import { crashRun, type CrashReport } from './crash-run.ts'
import type { Entry } from './entries.ts'
import { History } from './history.ts'
import { storageFaults } from './storage-facts.ts'
import { verify } from './verify.ts'

const signer = { accessKey: 'a', secretKey: 's', region: 'us-east-1' }

async function crash(lies: readonly Lie[], cycles: number): Promise<CrashReport> {
  const folder = mkdtempSync(join(tmpdir(), 'crash-verifier-'))
  try {
    return await crashRun({
      subject: new ToyS3(lies),
      signer,
      ledgerPath: join(folder, 'ledger.jsonl'),
      cycles,
      seed: 7,
      killAfterMilliseconds: [150, 250],
      say: () => {},
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('an honest server has no violations', async () => {
  const report = await crash([], 4)
  assert.deepEqual(report.violations, [])
  assert.ok(report.operations > 50, `only ${report.operations} operations`)
})

const LIES: readonly { lie: Lie; found: RegExp }[] = [
  { lie: 'loses acknowledged writes', found: /is absent, (but should be|though nobody replaced)/ },
  { lie: 'flips a byte', found: /but should be|which nobody wrote/ },
  { lie: 'serves half a body', found: /reads|but should be|which nobody wrote/ },
  { lie: 'mixes metadata of two writes', found: /but should be|which nobody wrote/ },
  { lie: 'lists what is not there', found: /ghost is listed, but nobody ever wrote it/ },
  { lie: 'omits from the listing', found: /is not listed, but GET says/ },
  { lie: 'ignores conditions', found: /answered 200 while the object was|both replaced|all created/ },
  { lie: 'resurrects deleted objects', found: /but should be|which .* had replaced|nobody replaced|nobody wrote/ },
  { lie: 'keeps completed uploads', found: /is listed, but it was completed|half done/ },
  { lie: 'forgets uploads', found: /is not listed, but it was never completed or aborted|half done/ },
]

for (const { lie, found } of LIES) {
  test(`a server that ${lie} is found out`, async () => {
    const { violations } = await crash([lie], 12)
    assert.ok(violations.length > 0, 'nothing was found')
    assert.match(violations.join('\n'), found)
  })
}

/** Puts one object honestly, then compares with a ledger that says something else. */
async function compareWith(entries: (etag: string) => Entry[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'crash-verifier-'))
  const toy = new ToyS3()
  await toy.start()
  const client = new Client(toy.endpoint, signer, 'crash')
  try {
    await client.call({ method: 'PUT' })
    await client.call({ method: 'PUT', key: 'k', body: Buffer.from('hello'), headers: { 'x-amz-meta-op': 'op-1' } })
    const path = join(folder, 'ledger.jsonl')
    const lines = entries('5d41402abc4b2a76b9719d911017c592').map((entry) => `${JSON.stringify(entry)}\n`)
    // The last line is one that a crash cut short.
    appendFileSync(path, `${lines.join('')}{"type":"int`)
    const history = await History.open(path)
    await verify(history, [client])
    await history.close()
    return history.violations
  } finally {
    client.close()
    await toy.stop()
    rmSync(folder, { recursive: true })
  }
}

const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'

function put(key: string, etag: string, status?: number): Entry[] {
  const state = { sha256, size: 5, etag, op: 'op-1' }
  const intent: Entry = { type: 'intent', id: 'op-1', kind: 'put', key, effects: [{ key, state }] }
  return status === undefined ? [intent] : [intent, { type: 'outcome', id: 'op-1', status, etag }]
}

test('a true ledger agrees with the server, whether the answer is known or not', async () => {
  assert.deepEqual(await compareWith((etag) => put('k', etag, 200)), [])
  assert.deepEqual(await compareWith((etag) => put('k', etag)), [])
  assert.deepEqual(await compareWith((etag) => put('k', etag, 503)), [])
})

test('an acknowledged write that the ledger has and the server has not is found', async () => {
  const violations = await compareWith((etag) => [...put('k', etag, 200), ...put('gone', etag, 200)])
  assert.deepEqual(violations.length, 1)
  assert.match(violations[0] as string, /^gone is absent, but should be 5 bytes of op-1/)
})

test('an object that the server has and the ledger has not is found', async () => {
  assert.deepEqual(await compareWith(() => []), ['k is listed, but nobody ever wrote it'])
})

test('an object is found that should have been deleted, or was refused', async () => {
  const deleted = await compareWith((etag) => [
    ...put('k', etag, 200),
    { type: 'intent', id: 'op-2', kind: 'delete', key: 'k', effects: [{ key: 'k', state: null }] },
    { type: 'outcome', id: 'op-2', status: 204 },
  ])
  assert.match(deleted.join('\n'), /k is 5 bytes of op-1, .* but should be absent/)
  const refused = await compareWith((etag) => put('k', etag, 412))
  assert.match(refused.join('\n'), /k is 5 bytes of op-1, .* but should be absent/)
})

test('blobs that nobody accounts for, and blobs that are missing, break the ledger invariant', () => {
  const facts = { onDisk: 10, referenced: 7, queued: 2, young: 1 }
  assert.deepEqual(storageFaults(facts), [])
  assert.match(storageFaults({ ...facts, onDisk: 12 })[0] ?? '', /^2 blobs nobody knows of/)
  assert.match(storageFaults({ ...facts, onDisk: 9 })[0] ?? '', /^1 blobs are missing/)
})
