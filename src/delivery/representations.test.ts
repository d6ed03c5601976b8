/** What stands for an object: compressed text, and playlists with a token in them. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { makeDelivery, type DeliveryBedOptions, type Sent } from './test-bed.ts'

const text = 'a text that is longer than sixteen bytes'
const long = 'line of text\n'.repeat(200)
const film = { host: 'film.media-storage.us-east-1.example.com' }

async function makeFilled(options: DeliveryBedOptions = {}) {
  const bed = await makeDelivery(options)
  await bed.put(bed.photos, 'a.txt', text)
  await bed.put(bed.photos, 'tiny', 'tiny')
  await bed.put(bed.photos, 'long.txt', long)
  const secret = await bed.makeBucket('film', { delivery: { enabled: true, policy: 'authenticated' } })
  await bed.put(secret, 'a/master.m3u8', '#EXTM3U\nlow.m3u8\n')
  await bed.put(secret, 'a/long.m3u8', `#EXTM3U\n${'segment.ts\n'.repeat(200)}`)
  await bed.put(secret, 'a/manifest.mpd', '<MPD></MPD><!-- more than sixteen bytes -->')
  await bed.put(secret, 'a/seg.ts', text)
  return { ...bed, secret }
}

describe('compression', () => {
  const takes = (coding: string): Sent => ({ headers: { 'accept-encoding': coding } })

  test('makes less of text for those who take it', async () => {
    const { send } = await makeFilled()
    const plain = await send('GET /long.txt')
    assert.equal(plain.headers['vary'], 'Accept-Encoding')
    assert.equal(plain.text, long)
    for (const [coding, open] of [
      ['br', brotliDecompressSync],
      ['gzip', gunzipSync],
    ] as const) {
      for (const cacheStatus of ['entrepot; fwd=miss', 'entrepot; hit']) {
        const { status, headers, body } = await send('GET /long.txt', takes(coding))
        assert.equal(status, 200)
        assert.equal(headers['content-encoding'], coding)
        assert.equal(headers['vary'], 'Accept-Encoding')
        assert.equal(headers['etag'], `${plain.headers['etag']!.slice(0, -1)}-${coding}"`)
        assert.equal(headers['content-length'], String(body.length))
        assert.equal(headers['cache-status'], cacheStatus)
        assert(body.length < long.length / 4)
        assert.equal(open(body).toString(), long)
      }
    }
  })

  test('has an ETag of its own for conditions', async () => {
    const { send } = await makeFilled()
    const plain = (await send('GET /long.txt')).headers['etag']!
    const ask = (etag: string, coding: string) =>
      send('GET /long.txt', { headers: { 'if-none-match': etag, 'accept-encoding': coding } })
    const packed = plain.replace(/"$/, '-br"')
    assert.equal((await ask(packed, 'br')).status, 304)
    assert.equal((await ask(packed, 'br')).headers['etag'], packed)
    assert.equal((await ask(packed, 'identity')).status, 200)
    assert.equal((await ask(plain, 'br')).status, 200)
    assert.equal((await ask(plain, 'identity')).status, 304)
  })

  test('is not for ranges, small things, media, and what is stored in a coding', async () => {
    const { send, photos, put } = await makeFilled()
    await put(photos, 'film.mp4', long)
    await put(photos, 'packed.txt', long, { contentEncoding: 'zstd' })
    await put(photos, 'as-it-is.txt', long, { cacheControl: 'no-transform' })
    for (const [line, headers, encoding, vary] of [
      ['GET /long.txt', { range: 'bytes=0-' }, undefined, 'Accept-Encoding'],
      ['GET /a.txt', {}, undefined, undefined],
      ['GET /film.mp4', {}, undefined, undefined],
      ['GET /packed.txt', {}, 'zstd', undefined],
      ['GET /as-it-is.txt', {}, undefined, undefined],
    ] as const) {
      const answer = await send(line, { headers: { 'accept-encoding': 'br, gzip', ...headers } })
      assert.equal(answer.headers['content-encoding'], encoding, line)
      assert.equal(answer.headers['vary'], vary, line)
    }
  })

  test('is of the bytes that are there now', async () => {
    const { send, photos, put } = await makeFilled()
    await send('GET /long.txt', takes('br'))
    await put(photos, 'long.txt', long.toUpperCase())
    const { body } = await send('GET /long.txt', takes('br'))
    assert.equal(brotliDecompressSync(body).toString(), long.toUpperCase())
  })

  test('HEAD is told what GET is', async () => {
    const { send } = await makeFilled()
    const got = await send('GET /long.txt', takes('gzip'))
    const { headers } = await send('HEAD /long.txt', takes('gzip'))
    assert.deepEqual({ ...headers, 'cache-status': '' }, { ...got.headers, 'cache-status': '' })
  })
})

describe('playlists', () => {
  test('carry a token on that came by query or path', async () => {
    for (const [line, sent, carry] of [
      [
        'GET /a/master.m3u8?auth=good',
        film,
        { by: 'query', origin: `https://${film.host}`, root: '/', key: 'a/master.m3u8' },
      ],
      [
        'GET /~auth=good/a%2Fmaster.m3u8',
        { host: `${film.host.toUpperCase()}:8443` },
        { by: 'path', origin: `https://${film.host}:8443`, root: '/', key: 'a%2Fmaster.m3u8' },
      ],
      [
        'GET /film/~auth=good/a/manifest.mpd',
        { host: 'localhost:9000' },
        { by: 'path', origin: 'https://localhost:9000', root: '/film/', key: 'a/manifest.mpd' },
      ],
      [
        'GET /film/a/master.m3u8?auth=good',
        { host: 'inner', forwarded: { host: 'Example.com', prefix: '/cdn' } },
        { by: 'query', origin: 'https://example.com', root: '/cdn/film/', key: 'a/master.m3u8' },
      ],
    ] as const) {
      const { send, carried } = await makeFilled()
      for (const cacheStatus of ['entrepot; fwd=miss', 'entrepot; hit']) {
        const answer = await send(line, sent)
        assert.equal(answer.status, 200, answer.text)
        assert.match(answer.text, new RegExp(`(hls|dash) ${carry.root} good$`))
        assert.equal(answer.headers['cache-control'], 'private, max-age=10')
        assert.equal(answer.headers['cache-status'], cacheStatus)
        assert.match(answer.headers['etag']!, /^"[0-9a-f]{32}-[0-9a-f]{16}"$/)
        assert.equal(answer.headers['content-length'], String(answer.body.length))
      }
      assert.deepEqual(carried, [{ token: 'good', ...carry }], 'made once')
    }
  })

  test('are another representation for each token', async () => {
    const { send } = await makeFilled()
    const one = await send('GET /a/master.m3u8?auth=good', film)
    const digest = createHash('sha256').update('good').digest('hex').slice(0, 16)
    assert(one.headers['etag']!.endsWith(`-${digest}"`))
    const ask = (token: string, headers: Sent['headers'] = {}) =>
      send(`GET /a/master.m3u8?auth=${token}`, { ...film, headers })
    assert.equal((await ask('good', { 'if-none-match': one.headers['etag']! })).status, 304)
    const { gate } = await makeFilled()
    assert(gate)
    const range = await ask('good', { range: 'bytes=-4' })
    assert.deepEqual([range.status, range.text], [206, 'good'])
    assert.equal(
      range.headers['content-range'],
      `bytes ${one.body.length - 4}-${one.body.length - 1}/${one.body.length}`,
    )
  })

  test('made for one token are not given to another', async () => {
    const { send, gate } = await makeFilled()
    gate.grants.set('better', {})
    for (let time = 0; time < 3; time++) {
      assert.match((await send('GET /a/master.m3u8?auth=good', film)).text, /good$/)
      assert.match((await send('GET /a/master.m3u8?auth=better', film)).text, /better$/)
      const compressed = { ...film, headers: { 'accept-encoding': 'br' } }
      assert.match(
        brotliDecompressSync((await send('GET /a/long.m3u8?auth=good', compressed)).body).toString(),
        /good$/,
      )
      assert.match(
        brotliDecompressSync((await send('GET /a/long.m3u8?auth=better', compressed)).body).toString(),
        /better$/,
      )
    }
    gate.grants.delete('better')
    assert.equal((await send('GET /a/master.m3u8?auth=better', film)).status, 403)
  })

  test('are as they are stored where the browser has a cookie, and where nobody needs a token', async () => {
    const { send, photos, put, carried } = await makeFilled()
    await put(photos, 'a.m3u8', '#EXTM3U\nx')
    for (let time = 0; time < 3; time++) {
      const answer = await send('GET /a/master.m3u8', { ...film, headers: { cookie: 'auth=good' } })
      assert.equal(answer.text, '#EXTM3U\nlow.m3u8\n')
      assert.equal((await send('GET /a.m3u8?auth=good')).text, '#EXTM3U\nx')
      assert.equal((await send('GET /~auth=good/a.m3u8')).text, '#EXTM3U\nx')
    }
    assert.deepEqual(carried, [])
  })

  test('stored in a coding are as they are stored', async () => {
    const { send, secret, put, carried } = await makeFilled()
    await put(secret, 'packed.m3u8', 'what gzip made of it', { contentEncoding: 'gzip' })
    assert.equal((await send('GET /packed.m3u8?auth=good', film)).text, 'what gzip made of it')
    assert.deepEqual(carried, [])
  })
})
