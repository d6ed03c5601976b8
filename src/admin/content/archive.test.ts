import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { bodyOf, putOptions } from '../../objects/test-bed.ts'
import { operatorOf } from '../authenticate.ts'
import type { ObjectsOf } from '../objects-of.ts'
import { archiveEntries } from './archive.ts'
import { makeContent } from './test-bed.ts'
import { zipOf, type ZipEntry } from './zip.ts'

/** What Python's zipfile, which is not ours, reads of an archive: `[name, content]`, in its order; it checks every CRC. */
function unzipped(bytes: Uint8Array, t: TestContext): readonly (readonly [string, string])[] {
  const folder = mkdtempSync(join(tmpdir(), 'entrepot-zip-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'a.zip')
  writeFileSync(file, bytes)
  const program = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps([[i.filename, z.read(i).decode()] for i in z.infolist()]))`
  return JSON.parse(execFileSync('python3', ['-c', program, file], { encoding: 'utf8' })) as [string, string][]
}

test('an archive has all below a prefix, by names from its folder on', async (t) => {
  const { put, link, follow } = await makeContent()
  for (const key of [
    'a',
    'photos/',
    'photos/2025/x.txt',
    'photos/2026/',
    'photos/2026/b/ö.txt',
    'photos/2026/c.txt',
    'photos/2026/empty/',
    'photos/20267',
  ])
    await put(key, key.endsWith('/') ? '' : `of ${key}`)
  const path = await link({ prefix: 'photos/2026/', as: 'archive' })
  const { status, headers, bytes, served } = await follow(path)
  assert.deepEqual(
    [status, headers['content-type'], headers['content-disposition']],
    [200, 'application/zip', `attachment; filename="2026.zip"; filename*=UTF-8''2026.zip`],
  )
  assert.match(headers['content-security-policy']!, /^sandbox;/)
  assert.equal(served?.countedAs, 's3')
  assert.deepEqual(unzipped(bytes, t), [
    ['b/ö.txt', 'of photos/2026/b/ö.txt'],
    ['c.txt', 'of photos/2026/c.txt'],
    ['empty/', ''],
  ])
  const head = await follow(path, {}, 'HEAD')
  assert.deepEqual([head.status, head.bytes.length, head.headers['content-type']], [200, 0, 'application/zip'])
  assert.equal((await follow(path.replace(/2026\.zip$/, 'a'))).status, 403)
  const all = unzipped((await follow(await link({ prefix: '', as: 'archive' }))).bytes, t)
  assert.deepEqual(all.map(([name]) => name).slice(0, 3), ['a', 'photos/', 'photos/2025/x.txt'])
  assert.deepEqual(unzipped((await follow(await link({ prefix: 'none/', as: 'archive' }))).bytes, t), [])
})

test('more objects than a page are all there, large ones whole', async (t) => {
  const { s3, link, follow, put } = await makeContent()
  const bucket = await s3.buckets.get('photos')
  for (let number = 0; number < 1005; number++)
    await s3.objects.put(bucket, `n/${String(number).padStart(4, '0')}`, bodyOf(String(number)), putOptions)
  const large = 'x'.repeat(300_000)
  await put('n/large', large)
  const entries = unzipped((await follow(await link({ prefix: 'n', as: 'archive' }))).bytes, t)
  assert.equal(entries.length, 1006)
  assert.deepEqual(entries[1004], ['n/1004', '1004'])
  assert.deepEqual(entries[1005], ['n/large', large])
})

test('what cannot be read is told of at its end', async (t) => {
  const { put, link, follow, done, services, accountIds } = await makeContent()
  for (const key of ['d/a', 'd/b', 'd/NOT-INCLUDED.txt']) await put(key, key)
  // With a key that only its client has.
  const customerKey = Buffer.alloc(32, 1)
  const sealed = {
    ...{ Bucket: 'photos', Key: 'd/sealed', SSECustomerAlgorithm: 'AES256' },
    SSECustomerKey: customerKey.toString('base64'),
    SSECustomerKeyMD5: createHash('md5').update(customerKey).digest('base64'),
  }
  const about = { id: '', remoteAddress: '', secure: true, userAgent: '', host: '', origin: undefined }
  const request = { ...about, signal: new AbortController().signal, found: () => undefined }
  const alpha = operatorOf((await services.accounts.get(accountIds.alpha))!)
  await services.s3('PutObject', sealed, alpha, request, { body: { body: bodyOf('x'), size: 1 } })
  const path = await link({ prefix: 'd/', as: 'archive' })
  const Statement = [{ Effect: 'Deny', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/d/a' }]
  await done('PUT /v1/users/olga/policies/p', { body: { Version: '2012-10-17', Statement } })
  const entries = unzipped((await follow(path)).bytes, t)
  assert.deepEqual(entries.slice(0, 2), [
    ['NOT-INCLUDED.txt', 'd/NOT-INCLUDED.txt'],
    ['b', 'd/b'],
  ])
  const [name, text] = entries[2]!
  assert.equal(name, 'NOT-INCLUDED~0000000000000000.txt')
  assert.match(
    text,
    /^These objects are not in this archive:\n\n"d\/a": AccessDenied: .+\n"d\/sealed": InvalidRequest: .+\n$/,
  )
  // Who may not list is told at once.
  const listing = [{ Effect: 'Deny', Action: 's3:ListBucket', Resource: '*' }]
  await done('PUT /v1/users/olga/policies/p', { body: { Version: '2012-10-17', Statement: listing } })
  assert.equal((await follow(path)).status, 403)
})

describe('an archive of made-up objects', () => {
  const source = (keys: readonly string[], bodyOf: (key: string) => AsyncIterable<Uint8Array>) => ({
    objects: {
      s3: () =>
        Promise.resolve({ Contents: keys.map((Key) => ({ Key, Size: 4, LastModified: '2026-11-20T00:00:00.000Z' })) }),
    } as unknown as ObjectsOf,
    read: (key: string) => Promise.resolve({ status: 200, headers: ['content-length', '4'], body: bodyOf(key) }),
  })

  test('that is full says what is not in it', async () => {
    const entries: ZipEntry[] = []
    const text = async function* () {
      yield Buffer.from('text')
    }
    for await (const entry of archiveEntries('', source(['a', 'b', 'c'], text), 2)) entries.push(entry)
    assert.deepEqual(
      entries.map(({ name }) => name),
      ['a', 'b', 'NOT-INCLUDED.txt'],
    )
    assert.match(entries[2]!.input as string, /"c": the archive is full/)
  })

  test('reads one at a time, no further than it is taken, and lets go of what was begun', async () => {
    const state = { opened: 0, closed: 0, chunks: 0 }
    const endless = async function* () {
      state.opened++
      try {
        for (;;) {
          state.chunks++
          yield Buffer.alloc(65_536, 1)
        }
      } finally {
        state.closed++
      }
    }
    const zip = zipOf(archiveEntries('', source(['a', 'b'], endless)))
    let taken = 0
    for await (const chunk of zip) {
      if (chunk.length === 65_536) taken++
      assert(state.chunks - taken <= 4, `${state.chunks - taken} chunks wait`)
      if (taken === 100) break
    }
    assert.deepEqual([state.opened, state.closed], [1, 1])
  })

  test('fails where a body fails, so that nobody takes a part for the whole', async () => {
    let closed = false
    const broken = async function* () {
      try {
        yield Buffer.from('te')
        throw new Error('the disk')
      } finally {
        closed = true
      }
    }
    await assert.rejects(async () => {
      for await (const _ of zipOf(archiveEntries('', source(['a', 'b'], broken)))) continue
    }, /the disk/)
    assert(closed)
  })

  test('keeps chunks as they were, though they are good only until the next is asked for', async (t) => {
    const shared = Buffer.alloc(4)
    const reused = async function* () {
      for (const text of ['abcd', 'efgh', 'ijkl']) {
        shared.write(text)
        yield shared
      }
    }
    const chunks: Uint8Array[] = []
    for await (const chunk of zipOf(archiveEntries('', source(['a'], reused)))) chunks.push(chunk)
    assert.deepEqual(unzipped(Buffer.concat(chunks), t), [['a', 'abcdefghijkl']])
  })
})
