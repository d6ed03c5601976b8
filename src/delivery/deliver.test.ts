/** Which bytes go out, and under which headers: conditions, ranges, rates. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { host, makeDelivery, type DeliveryBedOptions } from './test-bed.ts'

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

describe('conditions', () => {
  const since = (seconds: number) => new Date(Date.UTC(2026, 10, 20) + seconds * 1000).toUTCString()
  const table: readonly (readonly [headers: (etag: string) => Record<string, string>, status: number])[] = [
    [(etag) => ({ 'if-none-match': etag }), 304],
    [(etag) => ({ 'if-none-match': `W/${etag}` }), 304],
    [(etag) => ({ 'if-none-match': `"x", ${etag}` }), 304],
    [() => ({ 'if-none-match': '*' }), 304],
    [() => ({ 'if-none-match': '"x"' }), 200],
    [() => ({ 'if-modified-since': since(0) }), 304],
    [() => ({ 'if-modified-since': since(-1) }), 200],
    [(etag) => ({ 'if-match': etag }), 200],
    [() => ({ 'if-match': '"x"' }), 412],
    [() => ({ 'if-unmodified-since': since(0) }), 200],
    [() => ({ 'if-unmodified-since': since(-1) }), 412],
    [(etag) => ({ 'if-none-match': etag, range: 'bytes=0-1' }), 304],
  ]
  for (const key of ['tiny', 'a.txt']) {
    for (const [headersOf, status] of table) {
      test(`${key} with ${JSON.stringify(headersOf('<etag>'))} is ${status}, the first time and later`, async () => {
        const { send } = await makeFilled()
        const { etag = '', ...plain } = (await send(`GET /${key}`)).headers
        for (let time = 0; time < 4; time++) {
          const answer = await send(`GET /${key}`, { headers: headersOf(etag) })
          assert.equal(answer.status, status)
          if (status === 304) {
            assert.equal(answer.text, '')
            assert.equal(answer.headers['etag'], etag)
            assert.equal(answer.headers['cache-control'], plain['cache-control'])
            assert.equal(answer.headers['content-length'], undefined)
          }
          await send(`GET /${key}`)
        }
      })
    }
  }
})

describe('ranges', () => {
  const whole = Buffer.from(text)
  const ranges: readonly (readonly [headers: Record<string, string>, status: number, got: string, range?: string])[] = [
    [{ range: 'bytes=0-3' }, 206, 'a te', `bytes 0-3/${text.length}`],
    [{ range: 'bytes=-5' }, 206, 'bytes', `bytes 35-39/${text.length}`],
    [{ range: 'bytes=38-' }, 206, 'es', `bytes 38-39/${text.length}`],
    [{ range: 'bytes=0-99' }, 206, text, `bytes 0-39/${text.length}`],
    [{ range: 'bytes=9-1' }, 200, text],
    [{ range: 'bytes=x' }, 200, text],
    [{ range: 'lines=0-3' }, 200, text],
    [{ range: 'bytes=0-3', 'if-range': '"other"' }, 200, text],
  ]
  for (const [headers, status, got, range] of ranges) {
    test(`${JSON.stringify(headers)} is ${status}`, async () => {
      const { send } = await makeFilled()
      const answer = await send('GET /a.txt', { headers })
      assert.equal(answer.status, status)
      assert.equal(answer.text, got)
      assert.equal(answer.headers['content-range'], range)
      assert.equal(answer.headers['content-length'], String(got.length))
    })
  }

  test('an If-Range of the very ETag lets the range be', async () => {
    const { send } = await makeFilled()
    const { etag = '' } = (await send('GET /a.txt')).headers
    const { status, text: got } = await send('GET /a.txt', { headers: { range: 'bytes=0-0', 'if-range': etag } })
    assert.deepEqual([status, got], [206, 'a'])
  })

  test('beyond the end there is none', async () => {
    const { send } = await makeFilled()
    const { status, headers, served } = await send('GET /a.txt', { headers: { range: 'bytes=40-' } })
    assert.equal(status, 416)
    assert.equal(headers['content-range'], `bytes */${text.length}`)
    assert.equal(served?.errorCode, 'InvalidRange')
  })

  for (const key of ['a.txt', 'tiny']) {
    test(`several come in one answer, of ${key}`, async () => {
      const { send } = await makeFilled()
      for (let time = 0; time < 2; time++) {
        const { status, headers, text: got } = await send(`GET /${key}`, { headers: { range: 'bytes=0-0,2-3' } })
        assert.equal(status, 206)
        const [, boundary = ''] = /^multipart\/byteranges; boundary=(\w+)$/.exec(headers['content-type']!)!
        assert.equal(headers['content-length'], String(got.length))
        assert.equal(headers['content-range'], undefined)
        const stored = key === 'tiny' ? 'tiny' : text
        const type = key === 'tiny' ? 'application/octet-stream' : 'text/plain; charset=utf-8'
        const part = (first: number, last: number) =>
          `--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: bytes ${first}-${last}/${stored.length}\r\n\r\n${stored.slice(first, last + 1)}\r\n`
        assert.equal(got, `${part(0, 0)}${part(2, 3)}--${boundary}--\r\n`)
      }
    })
  }

  test('are of GET alone', async () => {
    const { send } = await makeFilled()
    const { status, headers } = await send('HEAD /a.txt', { headers: { range: 'bytes=0-3' } })
    assert.deepEqual([status, headers['content-length']], [200, String(whole.length)])
  })
})

describe('with a token', () => {
  test('no answer is fresh for longer than the token is in force', async () => {
    const { send, gate, clock, secret, put } = await makeFilled()
    await put(secret, 'tiny.ts', 'tiny')
    gate.grants.set('short', { expiresMs: clock.ms + 5_900 })
    for (let time = 0; time < 4; time++) {
      for (const key of ['a/seg.ts', 'tiny.ts']) {
        const { headers } = await send(`GET /${key}?auth=short`, film)
        assert.equal(headers['cache-control'], `private, immutable, max-age=${5 - time}`, key)
        assert.match((await send(`GET /${key}?auth=good`, film)).headers['cache-control']!, /max-age=31536000/)
      }
      const playlist = await send('GET /a/master.m3u8?auth=short', film)
      assert.equal(playlist.headers['cache-control'], `private, max-age=${5 - time}`)
      clock.ms += 1000
    }
  })

  test('what the object says for shared caches is not said', async () => {
    const { send, secret, put } = await makeFilled()
    await put(secret, 'k', 'tiny', {
      cacheControl: 'public, s-maxage=60, max-age=30',
      expires: 'Fri, 20 Nov 2027 00:00:00 GMT',
    })
    for (let time = 0; time < 3; time++) {
      const { headers } = await send('GET /k?auth=good', film)
      assert.equal(headers['cache-control'], 'private, max-age=30')
      assert.equal(headers['expires'], undefined)
    }
  })

  test('the rate that it allows is kept', async () => {
    const { send, gate, slept, secret, put } = await makeFilled()
    await put(secret, 'k', 'x'.repeat(1000))
    gate.grants.set('slow', { rate: 100 })
    for (let time = 0; time < 3; time++) {
      slept.length = 0
      const { text: got } = await send('GET /k?auth=slow', film)
      assert.equal(got.length, 1000)
      const total = slept.reduce((sum, ms) => sum + ms, 0)
      assert(total > 9500 && total < 10_000, String(total))
    }
    slept.length = 0
    await send('GET /k?auth=good', film)
    await send('HEAD /k?auth=slow', film)
    assert.deepEqual(slept, [])
  })
})

describe('headers', () => {
  test('that were stored go out, and user metadata does not', async () => {
    const { send, photos, objects } = await makeFilled()
    const system = {
      contentType: 'video/mp4',
      cacheControl: 'max-age=1',
      contentDisposition: 'attachment; filename="a.mp4"',
      contentEncoding: 'gzip',
      contentLanguage: 'de',
      expires: 'Fri, 20 Nov 2027 00:00:00 GMT',
    }
    const body = (async function* () {
      yield Buffer.from('tiny')
    })()
    await objects.put(photos, 'k', body, { system, metadata: { secret: 'of the owner' }, sizeMax: 100 })
    const { headers } = await send('GET /k')
    assert.equal(headers['content-type'], 'video/mp4')
    assert.equal(headers['cache-control'], 'max-age=1')
    assert.equal(headers['content-disposition'], 'attachment; filename="a.mp4"')
    assert.equal(headers['content-encoding'], 'gzip')
    assert.equal(headers['content-language'], 'de')
    assert.equal(headers['expires'], system.expires)
    assert(!Object.keys(headers).some((name) => name.startsWith('x-amz')))
  })

  for (const [key, contentType, sandboxed] of [
    ['a.html', undefined, true],
    ['a.svg', undefined, true],
    ['a.png', 'text/html', true],
    ['a.png', 'application/pdf', false],
    ['a.xml', undefined, true],
    ['<img src=x onerror=alert(1)>', 'application/xhtml+xml', true],
    ['a', 'application/x-new', true],
    ['a.png', undefined, false],
    ['a.txt', undefined, false],
    ['a.m3u8', undefined, false],
  ] as const) {
    test(`${key} of ${contentType ?? 'no type'} ${sandboxed ? 'runs nothing' : 'needs no sandbox'}, and nothing is sniffed`, async () => {
      const { send, photos, put } = await makeFilled()
      await put(photos, key, 'tiny', { contentType })
      for (let time = 0; time < 3; time++) {
        const { status, headers } = await send(`GET /${encodeURIComponent(key)}`)
        assert.equal(status, 200)
        assert.equal(headers['x-content-type-options'], 'nosniff')
        assert.equal(headers['content-security-policy']?.startsWith("sandbox; default-src 'none';") ?? false, sandboxed)
      }
    })
  }
})

test('a version that is replaced between being found and being read is found again', async () => {
  const { send, photos, put, objects } = await makeFilled()
  const read = objects.read.bind(objects)
  let times = 0
  objects.read = async (...given) => {
    if (times++ > 0) return read(...given)
    await put(photos, 'tiny', 'new')
    return undefined
  }
  const { status, text: got, headers } = await send('GET /tiny')
  assert.deepEqual([status, got, headers['content-length']], [200, 'new', '3'])
})

test('a version whose bytes go again and again is answered with 503', async () => {
  const { send, objects } = await makeFilled()
  objects.read = () => Promise.resolve(undefined)
  for (const [line, headers] of [
    ['GET /tiny', {}],
    ['GET /long.txt', { 'accept-encoding': 'br' }],
    ['GET /tiny', { range: 'bytes=0-0,2-3' }],
  ] as const)
    assert.equal((await send(line, { headers })).status, 503)
})

test('everything goes as well in the path of a shared host', async () => {
  const { send } = await makeFilled()
  assert.equal((await send('GET /photos/a.txt', { host: '127.0.0.1:9000' })).text, text)
  assert.equal((await send('GET /film/a/seg.ts?auth=good', { host: 'localhost' })).text, text)
  assert.equal((await send('GET /film/~auth=good/a/seg.ts', { host: 'localhost' })).text, text)
  assert.equal((await send('GET /photos', { host: 'localhost' })).status, 404)
  assert.equal((await send('GET /photos/a.txt', { host })).status, 404)
})
