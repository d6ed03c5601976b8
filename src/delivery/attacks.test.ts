/** What attackers try on delivery and its caches: the cases 45 to 50 of the checklist, by the front alone. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeDelivery } from './test-bed.ts'

const host = 'secret.media-storage.us-east-1.example.com'
const token = 'eyJhbGciOiJSUzI1NiJ9.eyJ1cmkiOiIifQ.c2lnbmF0dXJl'

async function makeFilled() {
  const bed = await makeDelivery()
  await bed.put(bed.photos, 'k', 'tiny')
  const secret = await bed.makeBucket('secret', { delivery: { enabled: true, policy: 'authenticated' } })
  for (const key of ['private/x', 'a/b', 'ab']) await bed.put(secret, key, 'tiny')
  await bed.put(secret, 'a.m3u8', '#EXTM3U\nx')
  bed.gate.grants.set(token, {}).set('a', { uri: 'a' })
  return { ...bed, secret }
}

test('45: the gate is given the key that is read, decoded once and never resolved', async () => {
  const { send, gate } = await makeFilled()
  for (const [path, status, key] of [
    ['/a/b', 200, 'a/b'],
    ['/ab', 403, 'ab'],
    ['/A/b', 403, 'A/b'],
    ['/a%2fb', 200, 'a/b'],
    ['/a%252fb', 403, 'a%2fb'],
    ['/a/../ab', 404, 'a/../ab'],
    ['/a/..%2fab', 404, 'a/../ab'],
    ['/x/../a/b', 403, 'x/../a/b'],
    ['//a/b', 403, '/a/b'],
  ] as const) {
    for (let time = 0; time < 3; time++) assert.equal((await send(`GET ${path}?auth=a`, { host })).status, status, path)
    assert(gate.asked.includes(`a for secret/${key}`), path)
  }
})

test('46: what was let in by a token is nobody’s without one, however the path is written', async () => {
  const { send } = await makeFilled()
  for (let time = 0; time < 3; time++) assert.equal((await send('GET /private/x?auth=good', { host })).status, 200)
  for (const path of [
    '/private/x',
    '/private/x?cb=1',
    '/private/x;.css',
    '/private/x/.css',
    '/private/x?auth=expired',
    '/private/x?auth',
    '/private/x?auth=',
    '/~auth=/private/x',
    '/~auth=expired/private/x',
  ]) {
    const { status, headers } = await send(`GET ${path}`, { host })
    assert.equal(status, 403, path)
    assert.equal(headers['cache-status'], undefined)
    assert.equal(headers['cache-control'], 'no-store')
  }
  assert.equal((await send('GET /private/x%00.css', { host })).status, 400)
})

describe('47: what a request says of itself beside its target changes nothing, then or later', () => {
  for (const headers of [
    { 'x-forwarded-host': host },
    { 'x-forwarded-proto': 'http' },
    { 'x-original-url': '/private/x' },
    { 'x-rewrite-url': '/private/x' },
    { 'x-http-method-override': 'DELETE' },
    { 'content-length': '5', 'content-type': 'text/html' },
  ]) {
    test(JSON.stringify(headers), async () => {
      const { send } = await makeFilled()
      const plain = await send('GET /k')
      for (let time = 0; time < 4; time++) {
        const answer = await send('GET /k', time < 3 ? { headers, body: 'hello' } : {})
        assert.equal(answer.text, 'tiny')
        assert.deepEqual({ ...answer.headers, 'cache-status': '' }, { ...plain.headers, 'cache-status': '' })
      }
    })
  }
})

test('48: what was given out to the holder of a token is refused as soon as that is refused', async () => {
  const { send, gate } = await makeFilled()
  for (const path of ['/private/x', '/a.m3u8']) {
    gate.grants.set(token, {})
    for (let time = 0; time < 3; time++) assert.equal((await send(`GET ${path}?auth=${token}`, { host })).status, 200)
    gate.grants.delete(token)
    for (const line of [`GET ${path}?auth=${token}`, `GET /~auth=${token}${path}`, `HEAD ${path}?auth=${token}`]) {
      const { status, headers } = await send(line, { host })
      assert.equal(status, 403)
      assert.equal(headers['cache-status'], undefined)
    }
  }
})

test('49: a token stands in no log and no header, its address is told to nobody, and no shared cache keeps what it opened', async () => {
  const { send } = await makeFilled()
  for (const line of [
    `GET /private/x?auth=${token}`,
    `GET /private/x?auth=${token}`,
    `GET /private/x?auth=${token}`,
    `GET /~auth=${token}/private/x`,
    `HEAD /a.m3u8?auth=${token}`,
    `GET /none?auth=${token}`,
    `GET /none?auth=expired&was=${token}`,
    `PUT /private/x?auth=${token}`,
  ]) {
    const { headers, served, text } = await send(line, { host })
    assert.equal(headers['referrer-policy'], 'no-referrer', line)
    assert.match(headers['cache-control']!, /^(private|no-store)/)
    assert(!JSON.stringify([headers, served]).includes(token))
    assert(!text.includes(token))
  }
})

test('50: a page that was uploaded is of no origin, and what it is called is not shown as markup', async () => {
  const { send, photos, put } = await makeFilled()
  const name = '<img src=x onerror=alert(1)>'
  for (const [key, contentType] of [
    [name, 'text/html'],
    ['a.svg', 'image/svg+xml'],
    ['a.xhtml', 'application/xhtml+xml'],
  ] as const) {
    await put(photos, key, '<script>alert(document.cookie)</script>', { contentType })
    const { headers } = await send(`GET /${encodeURIComponent(key)}`)
    assert.match(headers['content-security-policy']!, /^sandbox; default-src 'none';/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
  }
  const missing = await send(`GET /${encodeURIComponent(`${name}/none`)}`)
  assert.equal(missing.headers['content-type'], 'text/plain; charset=utf-8')
  assert(!missing.text.includes('<'))
})
