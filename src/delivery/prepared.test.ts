/** Answers kept ready are the same as those worked out, and are used no longer than they are true. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Site } from '../sites/site.ts'
import { accountId, makeDelivery, otherAccountId, type Answer, type DeliveryBed, type Sent } from './test-bed.ts'

const film = { host: 'film.media-storage.us-east-1.example.com' }
const cors = [
  { allowedOrigins: ['https://a.example'], allowedMethods: ['GET'], allowedHeaders: [], exposeHeaders: ['etag'] },
]

async function makeFilled() {
  const bed = await makeDelivery()
  const { put, makeBucket } = bed
  await put(bed.photos, 'k', 'tiny')
  await put(bed.photos, 'a/b.ts', 'a segment')
  const secret = await makeBucket('film', { cors, delivery: { enabled: true, policy: 'authenticated' } })
  await put(secret, 'k', 'tiny')
  await put(secret, 'film/seg.ts', 'a segment')
  await put(secret, 'film/a.m3u8', '#EXTM3U\nx')
  return { ...bed, secret }
}

/** Asks until the answer is kept ready. */
async function warm({ send }: Pick<DeliveryBed, 'send'>, line = 'GET /k', sent: Sent = {}): Promise<Answer> {
  await send(line, sent)
  await send(line, sent)
  const answer = await send(line, sent)
  assert(answer.prepared, `${line} is kept ready`)
  return answer
}

test('what is asked for a third time is given without a wait, as it was before', async () => {
  const bed = await makeFilled()
  const first = await bed.send('GET /k')
  const third = await warm(bed)
  assert.deepEqual(third.headers, { ...first.headers, 'cache-status': 'entrepot; hit' })
  assert.equal(third.text, 'tiny')
  assert.deepEqual({ ...third.served, errorCode: undefined }, first.served)
  const head = await bed.send('HEAD /k')
  assert(head.prepared)
  assert.deepEqual(head.headers, third.headers)
})

test('whatever is asked, an answer kept ready is the one that would have been worked out', async () => {
  const warmed = await makeFilled()
  for (const line of ['GET /k', 'GET /a/b.ts']) await warm(warmed, line)
  for (const line of ['GET /k?auth=good', 'GET /film/seg.ts?auth=good', 'GET /film/seg.ts?auth=good'])
    await warm(warmed, line, film)
  await warmed.send('GET /film/a.m3u8', { ...film, headers: { cookie: 'auth=good' } })
  await warm(warmed, 'GET /film/a.m3u8', { ...film, headers: { cookie: 'auth=good' } })
  const etag = (await warmed.send('GET /k')).headers['etag']!

  const option = <T>(...values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined })
  const requests = fc.record({
    method: fc.constantFrom('GET', 'GET', 'HEAD', 'POST', 'OPTIONS'),
    host: fc.constantFrom(undefined, film.host, 'localhost'),
    path: fc.constantFrom(
      '/k',
      '/a/b.ts',
      '/film/seg.ts',
      '/film/a.m3u8',
      '/~auth=good/k',
      '/~auth=expired/k',
      '/k%20',
      '/%',
    ),
    query: option('auth=good', 'auth=film', 'auth=expired', 'x=1', 'x=1&auth=good'),
    secure: fc.constantFrom(true, true, true, false),
    headers: fc
      .array(
        fc.oneof(
          fc.tuple(fc.constant('origin'), fc.constantFrom('https://a.example', 'https://b.example')),
          fc.tuple(fc.constant('range'), fc.constantFrom('bytes=0-1', 'bytes=99-', 'x')),
          fc.tuple(fc.constant('if-none-match'), fc.constantFrom(etag, etag, `W/${etag}`, '*', '"x"')),
          fc.tuple(fc.constant('if-modified-since'), fc.constantFrom('Fri, 20 Nov 2026 00:00:00 GMT', 'x')),
          fc.tuple(fc.constant('accept-encoding'), fc.constantFrom('br', 'gzip')),
          fc.tuple(fc.constant('cookie'), fc.constantFrom('auth=good', 'auth=expired', 'x=y')),
        ),
        { maxLength: 2 },
      )
      .map((pairs): Record<string, string> => Object.fromEntries(pairs)),
  })
  let prepared = 0
  await fc.assert(
    fc.asyncProperty(requests, async ({ method, host, path, query, secure, headers }) => {
      const line = `${method} ${path}${query === undefined ? '' : `?${query}`}`
      const sent = { ...(host !== undefined && { host }), secure, headers }
      const fresh = await makeFilled()
      const expected = await fresh.send(line, sent)
      const got = await warmed.send(line, sent)
      if (got.prepared) prepared++
      assert.deepEqual(shown(got), shown(expected))
    }),
    { numRuns: 500 },
  )
  assert(prepared >= 10, `${prepared} answers were ready`)
})

/** All but what tells where an answer came from, and what differs between two stores. */
const shown = ({ status, headers, text, served }: Answer) => ({
  status,
  headers: { ...headers, 'cache-status': headers['cache-status'] === undefined },
  text,
  served: { ...served, errorCode: served?.errorCode, bucket: served?.bucket?.name, refused: served?.refused?.code },
})

describe('an answer is no longer given', () => {
  const changes: readonly (readonly [
    what: string,
    change: (bed: Awaited<ReturnType<typeof makeFilled>>) => Promise<unknown>,
    status: number,
    text?: string,
  ])[] = [
    ['when its object is replaced', ({ put, photos }) => put(photos, 'k', 'new'), 200, 'new'],
    ['when its object is deleted', ({ objects, photos }) => objects.delete(photos, 'k'), 404],
    [
      'when its object says something else',
      ({ objects, photos }) => objects.amend(photos, 'k', undefined, (head) => ({ ...head, legalHold: true })),
      200,
    ],
    [
      'when tokens are needed',
      ({ buckets, photos }) =>
        buckets.update(photos, (bucket) => ({ ...bucket, delivery: { enabled: true, policy: 'authenticated' } })),
      403,
    ],
    [
      'when its bucket is configured otherwise',
      ({ buckets, photos }) => buckets.update(photos, (bucket) => ({ ...bucket, cors })),
      200,
    ],
    [
      'when its bucket is another',
      async ({ objects, buckets, photos, makeBucket }) => {
        for (const key of ['k', 'a/b.ts']) await objects.delete(photos, key)
        await buckets.delete('photos')
        await makeBucket('photos', { accountId: otherAccountId })
      },
      404,
    ],
  ]
  for (const [what, change, status, text] of changes) {
    test(what, async () => {
      const bed = await makeFilled()
      await warm(bed)
      await change(bed)
      const answer = await bed.send('GET /k')
      assert(!answer.prepared)
      assert.equal(answer.status, status)
      if (text !== undefined) assert.equal(answer.text, text)
      if (status === 200) await warm(bed)
    })
  }

  test('when its custom domain shows another bucket', async () => {
    const bed = await makeFilled()
    const { photos, secret, sites } = bed
    const siteOf = ({ name: bucketName, id: bucketId }: typeof photos): Site => ({
      kind: 'bucket',
      bucketName,
      bucketId,
      accountId,
    })
    const at = { host: 'cdn.shop.test' }
    sites['cdn.shop.test'] = siteOf(photos)
    await warm(bed, 'GET /k', at)
    sites['cdn.shop.test'] = siteOf(secret)
    assert.equal((await bed.send('GET /k', at)).status, 403)
    sites['cdn.shop.test'] = siteOf({ ...photos, id: '0000' })
    assert.equal((await bed.send('GET /k', at)).status, 404)
    sites['cdn.shop.test'] = { kind: 'account', accountId }
    assert.equal((await bed.send('GET /k', at)).status, 404)
    await warm(bed, 'GET /photos/k', at)
    sites['cdn.shop.test'] = { kind: 'account', accountId: otherAccountId }
    assert.equal((await bed.send('GET /photos/k', at)).status, 404)
    delete sites['cdn.shop.test']
    assert.equal((await bed.send('GET /photos/k', at)).status, 404)
    sites['cdn.shop.test'] = siteOf(photos)
    await warm(bed, 'GET /k', at)
  })
})

describe('with a token', () => {
  test('the gate is asked each time', async () => {
    const bed = await makeFilled()
    await warm(bed, 'GET /k?auth=good', film)
    await warm(bed, 'GET /~auth=good/k', film)
    await warm(bed, 'GET /k', { ...film, headers: { cookie: 'auth=good' } })
    const asked = bed.gate.asked.length
    await bed.send('GET /k?auth=good', film)
    assert.equal(bed.gate.asked.length, asked + 1)
    for (const [line, headers] of [
      ['GET /k', {}],
      ['GET /k?auth=expired', {}],
      ['GET /~auth=expired/k', {}],
      ['GET /k', { cookie: 'auth=expired' }],
      ['GET /k?auth=film', {}],
    ] as const)
      assert.equal((await bed.send(line, { ...film, headers })).status, 403)
    bed.gate.grants.delete('good')
    assert.equal((await bed.send('GET /k?auth=good', film)).status, 403)
  })

  test('a gate that has to think is waited for', async () => {
    const bed = await makeFilled()
    await warm(bed, 'GET /k?auth=good', film)
    bed.gate.slow = true
    assert.equal((await bed.send('GET /k?auth=good', film)).status, 200)
    assert.equal((await bed.send('GET /k?auth=expired', film)).status, 403)
    assert.deepEqual(bed.gate.asked.slice(-2), ['good for film/k', 'expired for film/k'], 'asked once each')
    // Meanwhile nobody needs a token any more.
    const pending = bed.send('GET /k?auth=expired', film)
    await bed.buckets.update(bed.secret, (bucket) => ({ ...bucket, delivery: { enabled: true, policy: 'public' } }))
    assert.equal((await pending).status, 403)
    assert.equal((await bed.send('GET /k?auth=expired', film)).status, 200)
  })

  test('one answer serves the holders of all tokens', async () => {
    const bed = await makeFilled()
    await warm(bed, 'GET /film/seg.ts?auth=good', film)
    assert((await bed.send('GET /film/seg.ts?auth=film', film)).prepared)
    assert((await bed.send('GET /~auth=film/film/seg.ts', film)).prepared)
  })
})

test('an answer kept ready is let be read by pages of other origins, each by the rules', async () => {
  const bed = await makeFilled()
  await warm(bed, 'GET /k?auth=good', film)
  for (const [origin, allowed] of [
    ['https://a.example', 'https://a.example'],
    ['https://b.example', undefined],
  ] as const) {
    const answer = await bed.send('GET /k?auth=good', { ...film, headers: { origin } })
    assert(answer.prepared)
    assert.equal(answer.headers['access-control-allow-origin'], allowed)
  }
})

test('answers kept ready are bounded', async () => {
  const bed = await makeFilled()
  for (let host = 0; host < 12_000; host++) {
    const at = { host: `photos.media-storage.us-east-1.example.com:${host + 1}` }
    await bed.send('GET /k', at)
    if (host === 0) await warm(bed, 'GET /k', at)
  }
  // The first was the oldest, and used: it had a second chance.
  assert((await bed.send('GET /k', { host: 'photos.media-storage.us-east-1.example.com:1' })).prepared)
  assert(!(await bed.send('GET /k', { host: 'photos.media-storage.us-east-1.example.com:2' })).prepared)
})
