/** What is delivered, to whom, and what is refused, step by step. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { host, makeDelivery, otherAccountId, type Sent } from './test-bed.ts'

const text = 'more than sixteen bytes of text'
const authenticated = { delivery: { enabled: true, policy: 'authenticated' } } as const

async function makeFilled() {
  const bed = await makeDelivery()
  await bed.put(bed.photos, 'a.txt', text)
  await bed.put(bed.photos, 'tiny', 'tiny')
  const film = await bed.makeBucket('secret', authenticated)
  await bed.put(film, 'film/a.ts', text)
  await bed.put(film, 'other/b.ts', text)
  return { ...bed, film }
}

const secretHost = 'secret.media-storage.us-east-1.example.com'

test('an object of a public bucket is given to whoever asks', async () => {
  const { send } = await makeFilled()
  const { status, headers, text: got, served } = await send('GET /a.txt')
  assert.equal(status, 200)
  assert.equal(got, text)
  assert.deepEqual(headers, {
    'content-type': 'text/plain; charset=utf-8',
    etag: headers['etag'],
    'last-modified': 'Fri, 20 Nov 2026 00:00:00 GMT',
    'cache-control': 'public, max-age=60',
    'cache-status': 'entrepot; fwd=miss',
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'cross-origin',
    'content-length': String(text.length),
  })
  assert.match(headers['etag']!, /^"[0-9a-f]{32}"$/)
  assert.equal(served?.front, 'delivery')
  assert.equal(served.operation, 'Deliver')
  assert.equal(served.bucket?.name, 'photos')
  assert.equal(served.key, 'a.txt')
  assert.equal(served.errorCode, undefined)
})

test('HEAD is told the same as GET, without the bytes', async () => {
  const { send } = await makeFilled()
  const got = await send('GET /a.txt')
  const head = await send('HEAD /a.txt')
  assert.deepEqual({ ...head.headers, 'cache-status': '' }, { ...got.headers, 'cache-status': '' })
  assert.equal(head.text, '')
})

describe('refusals', () => {
  const table: readonly (readonly [line: string, sent: Sent, status: number, code: string])[] = [
    ['GET /none', {}, 404, 'NoSuchKey'],
    ['GET /', {}, 404, 'NoSuchKey'],
    ['GET /a.txt', { host: 'www.example.org' }, 404, 'NoSuchSite'],
    ['GET /a.txt', { host: '' }, 404, 'NoSuchSite'],
    ['GET /a.txt', { host: 'nobody.media-storage.us-east-1.example.com' }, 404, 'NoSuchBucket'],
    ['GET /a%zz', {}, 400, 'InvalidURI'],
    ['GET /a%ff', {}, 400, 'InvalidURI'],
    ['GET /a%00.txt', {}, 400, 'InvalidURI'],
    [`GET /${'a'.repeat(1025)}`, {}, 400, 'KeyTooLongError'],
    ['PUT /a.txt', {}, 405, 'MethodNotAllowed'],
    ['POST /a.txt', { headers: { 'x-http-method-override': 'GET' } }, 405, 'MethodNotAllowed'],
    ['DELETE /a.txt', {}, 405, 'MethodNotAllowed'],
    ['GET /film/a.ts', { host: secretHost }, 403, 'TokenMissing'],
    ['GET /none', { host: secretHost }, 403, 'TokenMissing'],
    ['GET /', { host: secretHost }, 403, 'TokenMissing'],
    ['GET /film/a.ts?auth=', { host: secretHost }, 403, 'TokenMissing'],
    ['GET /film/a.ts?auth=expired', { host: secretHost }, 403, 'TokenExpired'],
    ['GET /film/a.ts?auth=not-yet-valid', { host: secretHost }, 403, 'TokenNotYetValid'],
    ['GET /other/b.ts?auth=film', { host: secretHost }, 403, 'TokenUri'],
    ['GET /film/none?auth=film', { host: secretHost }, 404, 'NoSuchKey'],
  ]
  for (const [line, sent, status, code] of table) {
    test(`${line} ${JSON.stringify(sent)} is ${status} ${code}`, async () => {
      const { send, faults } = await makeFilled()
      const answer = await send(line, sent)
      assert.equal(answer.status, status)
      assert.equal(answer.served?.errorCode, code)
      assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8')
      assert.equal(answer.headers['referrer-policy'], 'no-referrer')
      const cached = code === 'NoSuchKey' && sent.host === undefined
      assert.equal(answer.headers['cache-control'], cached ? 'public, max-age=5' : 'no-store')
      assert.deepEqual(faults, [])
    })
  }
})

test('the holder of a token that is refused is told why, and nobody else anything', async () => {
  const { send } = await makeFilled()
  const { status, headers, text } = await send('GET /film/a.ts?auth=expired', { host: secretHost })
  assert.equal(status, 403)
  assert.equal(text, 'expired: This token is expired.\n')
  assert.equal(headers['x-entrepot-refusal'], 'expired')
  assert.equal(headers['etag'], undefined)
})

describe('a bucket that is not delivered is answered as one that is not there', () => {
  const ask = async (change: (bed: Awaited<ReturnType<typeof makeFilled>>) => Promise<unknown>) => {
    const bed = await makeFilled()
    await bed.send('GET /tiny')
    await bed.send('GET /tiny')
    assert((await bed.send('GET /tiny')).prepared)
    await change(bed)
    const { status, headers, text } = await bed.send('GET /tiny?auth=good', {
      headers: { origin: 'https://a.example' },
    })
    const missing = await bed.send('GET /tiny', { host: 'none.media-storage.us-east-1.example.com' })
    assert.deepEqual({ status, headers, text }, { status: 404, headers: missing.headers, text: missing.text })
  }
  const cors = [
    { allowedOrigins: ['*'], allowedMethods: ['GET'], allowedHeaders: [], exposeHeaders: [], maxAgeSeconds: 60 },
  ]
  test('when it is switched off', () =>
    ask(({ buckets, photos }) =>
      buckets.update(photos, (bucket) => ({ ...bucket, cors, delivery: { enabled: false, policy: 'public' } })),
    ))
  test('when it is being deleted', () =>
    ask(({ buckets, photos }) => buckets.update(photos, (bucket) => ({ ...bucket, deleting: true }))))
})

test('a bucket without a record of delivery is read with a token only', async () => {
  const { send, makeBucket, put } = await makeDelivery()
  const old = await makeBucket('old', { delivery: undefined })
  await put(old, 'k', text)
  const at = { host: 'old.media-storage.us-east-1.example.com' }
  assert.equal((await send('GET /k', at)).status, 403)
  assert.equal((await send('GET /k?auth=good', at)).status, 200)
})

describe('a token', () => {
  for (const [where, line, headers] of [
    ['in the query', 'GET /film/a.ts?auth=film', {}],
    ['in the query, among others', 'GET /film/a.ts?cb=1&auth=film&x=2', {}],
    ['in the path', 'GET /~auth=film/film/a.ts', {}],
    ['in the path, escaped by a client', 'GET /%7Eauth%3Dfilm/film/a.ts', {}],
    ['in a cookie', 'GET /film/a.ts', { cookie: 'x=1; auth=film; y=2' }],
    ['in the query, before all others', 'GET /~auth=expired/film/a.ts?auth=film', { cookie: 'auth=expired' }],
    ['in the path, before that in a cookie', 'GET /~auth=film/film/a.ts', { cookie: 'auth=expired' }],
  ] as const) {
    test(`${where} lets its holder in`, async () => {
      const { send, gate } = await makeFilled()
      for (const prepared of [false, false, true]) {
        const answer = await send(line, { host: secretHost, headers })
        assert.equal(answer.status, 200)
        assert.equal(answer.text, text)
        assert.equal(answer.headers['cache-control'], 'private, immutable, max-age=31536000')
        assert.equal(answer.headers['referrer-policy'], 'no-referrer')
        // Larger than what is kept with its record here: read from its blob each time.
        assert.equal(answer.prepared, prepared && text.length <= 16)
      }
      assert.deepEqual([...new Set(gate.asked)], ['film for secret/film/a.ts'])
    })
  }

  for (const [where, line, headers] of [
    ['in the query', 'GET /film/a.ts?auth=expired', { cookie: 'auth=film' }],
    ['in the path', 'GET /~auth=expired/film/a.ts', { cookie: 'auth=film' }],
    ['of another name', 'GET /film/a.ts?xauth=film&Auth=film', { cookie: 'Auth=film; xauth=film' }],
    ['deeper in the path', 'GET /film/~auth=film/a.ts', {}],
  ] as const) {
    test(`${where} that is refused is not made up for by another`, async () => {
      const { send } = await makeFilled()
      assert.equal((await send(line, { host: secretHost, headers })).status, 403)
    })
  }

  test('is not looked at where none is needed', async () => {
    const { send, gate } = await makeFilled()
    const { status, headers } = await send('GET /a.txt?auth=expired')
    assert.equal(status, 200)
    assert.equal(headers['cache-control'], 'public, max-age=60')
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.deepEqual(gate.asked, [])
  })

  test('that has to be thought about is waited for', async () => {
    const { send, gate } = await makeFilled()
    gate.slow = true
    assert.equal((await send('GET /film/a.ts?auth=film', { host: secretHost })).status, 200)
    assert.equal((await send('GET /film/a.ts?auth=expired', { host: secretHost })).status, 403)
  })
})

test('a page of another origin reads answers and refusals alike, where a rule of the bucket says so', async () => {
  const cors = [
    {
      allowedOrigins: ['https://a.example'],
      allowedMethods: ['GET', 'HEAD', 'PUT'],
      allowedHeaders: ['range'],
      exposeHeaders: ['etag'],
      maxAgeSeconds: 60,
    },
  ]
  const { send, makeBucket, put } = await makeDelivery()
  const shared = await makeBucket('shared', { cors, ...authenticated })
  await put(shared, 'k', 'small')
  const at = (headers: Sent['headers'] = {}) => ({ host: 'shared.media-storage.us-east-1.example.com', headers })
  const origin = 'https://a.example'
  const vary = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method'
  for (const line of ['GET /k?auth=good', 'GET /k?auth=good', 'GET /k?auth=good', 'GET /k?auth=expired', 'GET /none']) {
    const { headers } = await send(line, at({ origin }))
    assert.equal(headers['access-control-allow-origin'], origin, line)
    assert.equal(headers['access-control-allow-credentials'], 'true')
    assert.equal(headers['access-control-expose-headers'], 'etag')
    assert.equal(headers['vary'], vary)
    const other = await send(line, at({ origin: 'https://b.example' }))
    assert.equal(other.headers['access-control-allow-origin'], undefined)
    assert.equal(other.headers['vary'], vary)
    assert.equal((await send(line, at())).headers['vary'], vary)
  }
  const ask = (method: string) =>
    send(
      'OPTIONS /k',
      at({ origin, 'access-control-request-method': method, 'access-control-request-headers': 'Range' }),
    )
  const preflight = await ask('GET')
  assert.equal(preflight.status, 204)
  assert.equal(preflight.headers['access-control-allow-headers'], 'range')
  assert.equal(preflight.headers['access-control-max-age'], '60')
  assert.equal((await ask('PUT')).status, 403)
  assert.equal((await send('OPTIONS /k', at())).headers['allow'], 'GET, HEAD, OPTIONS')
})

test('without a rule, no page of another origin is let in', async () => {
  const { send } = await makeFilled()
  const { headers } = await send('GET /a.txt', { headers: { origin: 'https://a.example' } })
  assert.deepEqual(
    Object.keys(headers).filter((name) => name.startsWith('access-control') || name === 'vary'),
    [],
  )
})

describe('plain HTTP', () => {
  const table: readonly (readonly [http: string, sent: Sent, status: number, plaintextAllowed?: boolean])[] = [
    ['allow', {}, 200],
    ['local', { remoteAddress: '127.0.0.1' }, 200],
    ['local', { remoteAddress: '::1' }, 200],
    ['local', {}, 308],
    ['local', {}, 200, true],
    ['redirect', { remoteAddress: '127.0.0.1' }, 308],
    ['deny', { remoteAddress: '127.0.0.1' }, 403, true],
    ['deny', { secure: true }, 200],
  ]
  for (const [http, sent, status, plaintextAllowed = false] of table) {
    test(`is ${status} for ${JSON.stringify(sent)} where it is ${http}${plaintextAllowed ? ' and trusted' : ''}`, async () => {
      const bed = await makeDelivery({ toggles: { http }, plaintextAllowed })
      await bed.put(bed.photos, 'k', 'small')
      for (let time = 0; time < 3; time++) {
        const answer = await bed.send('GET /k?x=1', { secure: false, host: `${host}:8080`, ...sent })
        assert.equal(answer.status, status)
        assert.equal(answer.headers['location'], status === 308 ? `https://${host}/k?x=1` : undefined)
        if (status !== 200) assert.equal(answer.headers['cache-control'], 'no-store')
      }
    })
  }

  test('is not served by what was kept ready for those who came by TLS', async () => {
    const { send } = await makeDelivery({ toggles: { http: 'deny' } }).then(async (bed) => {
      await bed.put(bed.photos, 'k', 'small')
      return bed
    })
    for (let time = 0; time < 3; time++) assert.equal((await send('GET /k')).status, 200)
    assert((await send('GET /k')).prepared)
    assert.equal((await send('GET /k', { secure: false })).status, 403)
  })
})

test('what is encrypted with a key of its owner is not delivered', async () => {
  const { send, photos, objects, put } = await makeDelivery()
  await put(photos, 'k', 'small')
  await objects.amend(photos, 'k', undefined, (head) => ({
    ...head,
    encryption: { kind: 'SSE-C', keyMd5: 'AAAAAAAAAAAAAAAAAAAAAA==' },
  }))
  const { status, text } = await send('GET /k')
  assert.equal(status, 403)
  assert.match(text, /S3 only/)
})

test('a fault of ours is told to us, and its text to nobody else', async () => {
  const gate = {
    admit: () => {
      throw new Error('the secret of the gate')
    },
  }
  const { send, faults, makeBucket } = await makeDelivery({ gate })
  await makeBucket('secret', authenticated)
  const { status, text, served } = await send('GET /k?auth=x', { host: secretHost })
  assert.equal(status, 500)
  assert.doesNotMatch(text, /gate/)
  assert.equal(served?.errorCode, 'InternalError')
  assert.equal(faults.length, 1)
})

test('a token of one bucket’s owner does not reach another bucket through a path', async () => {
  const { send, makeBucket, put, gate } = await makeFilled()
  const theirs = await makeBucket('theirs', { accountId: otherAccountId, ...authenticated })
  await put(theirs, 'film/a.ts', text)
  for (const path of ['/secret/../theirs/film/a.ts', '/secret/%2e%2e/theirs/film/a.ts', '/secret//theirs/film/a.ts'])
    assert.notEqual((await send(`GET ${path}?auth=film`, { host: 'localhost' })).status, 200)
  assert(gate.asked.every((asked) => asked.startsWith('film for secret/')))
})
