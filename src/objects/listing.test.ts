import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createMemoryStore } from '../metadata/memory.ts'
import { headKey, headsUnder, keyOfHead } from './keys.ts'
import { list, type Page } from './listing.ts'

const bucketId = '0123456789abcdef'

async function storeOf(keys: readonly string[]) {
  const metadata = createMemoryStore()
  await metadata.transact({ exclusive: [headKey(bucketId, '')] }, (transaction) => {
    for (const key of keys) transaction.set(headKey(bucketId, key), Buffer.from('head'))
    // Neighbours that no listing may touch.
    transaction.set(headKey('0123456789abcdee', 'zzz'), Buffer.from('other'))
    transaction.set(headKey('0123456789abcdf0', 'aaa'), Buffer.from('other'))
  })
  return metadata
}

interface Asked {
  readonly prefix: string
  readonly delimiter: string
  readonly after: string
  readonly limit: number
}

const names = ({ items }: Page): string[] =>
  items.map((item) => ('prefix' in item ? `${keyOfHead(item.prefix)}*` : keyOfHead(item.entry[0])))

async function ask(
  keys: readonly string[],
  { prefix, delimiter, after, limit }: Asked,
): Promise<{ names: string[]; truncated: boolean }> {
  const page = await list(await storeOf(keys), {
    range: headsUnder(bucketId, prefix),
    offset: 9,
    prefixSize: Buffer.byteLength(prefix),
    delimiter,
    after: after === '' ? undefined : headKey(bucketId, after),
    limit,
  })
  return { names: names(page), truncated: page.truncated }
}

/** What S3 documents, done the slow way. */
function model(
  keys: readonly string[],
  { prefix, delimiter, after, limit }: Asked,
): { names: string[]; truncated: boolean } {
  const found: string[] = []
  const sorted = [...new Set(keys)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  for (const key of sorted) {
    if (!key.startsWith(prefix)) continue
    if (Buffer.compare(Buffer.from(key), Buffer.from(after)) <= 0) continue
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    const common = at < 0 ? undefined : key.slice(0, at + delimiter.length)
    if (common !== undefined && common === after) continue
    const name = common === undefined ? key : `${common}*`
    if (found.at(-1) !== name) found.push(name)
  }
  return { names: found.slice(0, limit), truncated: limit > 0 && found.length > limit }
}

const segment = fc.constantFrom('a', 'b', '/', '//', 'é', '\u{1F600}', '\uFFFD', 'ab/', '.')
const key = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''))

test('a listing is what S3 documents, for all keys, prefixes, delimiters, markers and limits', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(key, { maxLength: 40 }),
      fc.record({
        prefix: fc.oneof(fc.constant(''), key),
        delimiter: fc.constantFrom('', '/', '//', 'b', 'ab/'),
        after: fc.oneof(fc.constant(''), key),
        limit: fc.integer({ min: 0, max: 12 }),
      }),
      async (keys, asked) => assert.deepEqual(await ask(keys, asked), model(keys, asked)),
    ),
    { numRuns: 2000 },
  )
})

test('page after page shows every key and prefix once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(key, { maxLength: 60 }),
      fc.constantFrom('', '/', 'b'),
      fc.integer({ min: 1, max: 7 }),
      async (keys, delimiter, limit) => {
        const all = model(keys, { prefix: '', delimiter, after: '', limit: 1000 }).names
        const seen: string[] = []
        let after = ''
        for (;;) {
          const page = await ask(keys, { prefix: '', delimiter, after, limit })
          seen.push(...page.names)
          if (!page.truncated) break
          after = page.names.at(-1)!.replace(/\*$/, '')
        }
        assert.deepEqual(seen, all)
      },
    ),
    { numRuns: 300 },
  )
})

test('common prefixes are sought past, not waded through', async () => {
  const keys = Array.from({ length: 20 }, (_, prefix) =>
    Array.from({ length: 200 }, (__, index) => `p${prefix}/${index}`),
  ).flat()
  const metadata = await storeOf(keys)
  let entriesRead = 0
  const counting: typeof metadata = {
    ...metadata,
    read: (body) =>
      metadata.read((snapshot) =>
        body({
          get: (k) => snapshot.get(k),
          async scan(...scan) {
            const entries = await snapshot.scan(...scan)
            entriesRead += entries.length
            return entries
          },
        }),
      ),
  }
  const page = await list(counting, {
    range: headsUnder(bucketId, ''),
    offset: 9,
    prefixSize: 0,
    delimiter: '/',
    limit: 1000,
  })
  assert.equal(page.items.length, 20)
  assert.ok(entriesRead < 60, `${entriesRead} records were read for 20 prefixes`)
})
