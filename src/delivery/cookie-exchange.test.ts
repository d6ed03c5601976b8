/** A token in an address, changed for one in a cookie. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeDelivery, type Sent } from './test-bed.ts'

const host = 'secret.media-storage.us-east-1.example.com'

async function makeSecret(options: Parameters<typeof makeDelivery>[0] = {}) {
  const bed = await makeDelivery(options)
  const secret = await bed.makeBucket('secret', { delivery: { enabled: true, policy: 'authenticated' } })
  await bed.put(secret, 'film/a.m3u8', 'small')
  bed.gate.grants.set('hour', { uri: 'film', expiresMs: bed.clock.ms + 3_600_500 })
  bed.gate.grants.set('file', { uri: 'film/a.m3u8' })
  bed.gate.grants.set('odd', { uri: 'ä b;c/d' })
  return { ...bed, secret }
}

describe('the cookie', () => {
  const table: readonly (readonly [what: string, line: string, sent: Sent, location: string, cookie: string])[] = [
    [
      'of a directory',
      'GET /~auth?auth=hour&to=/film/a.m3u8',
      { host },
      '/film/a.m3u8',
      'auth=hour; Path=/film; Max-Age=3600; HttpOnly; Secure; SameSite=None; Partitioned',
    ],
    [
      'of a file, for good',
      'GET /~auth?to=%2Ffilm%2Fa.m3u8&auth=file',
      { host },
      '/film/a.m3u8',
      'auth=file; Path=/film/a.m3u8; HttpOnly; Secure; SameSite=None; Partitioned',
    ],
    [
      'of a bucket',
      'GET /~auth?auth=good&to=/film/a.m3u8?x=1',
      { host },
      '/film/a.m3u8?x=1',
      'auth=good; Path=/; HttpOnly; Secure; SameSite=None; Partitioned',
    ],
    [
      'of a bucket in the path',
      'GET /secret/~auth?auth=film&to=/secret/film/a.m3u8',
      { host: 'localhost' },
      '/secret/film/a.m3u8',
      'auth=film; Path=/secret/film; HttpOnly; Secure; SameSite=None; Partitioned',
    ],
    [
      'behind a proxy that takes a prefix off',
      'GET /secret/~auth?auth=film&to=/cdn/secret/film/a.m3u8',
      { host: 'localhost', forwarded: { prefix: '/cdn' } },
      '/cdn/secret/film/a.m3u8',
      'auth=film; Path=/cdn/secret/film; HttpOnly; Secure; SameSite=None; Partitioned',
    ],
    [
      'in the escapes of the address, without what would end it',
      'GET /~auth?auth=odd&to=%2F%25C3%25A4%2520b%3Bc%2Fd%2Fe',
      { host },
      '/%C3%A4%20b;c/d/e',
      'auth=odd; Path=/; HttpOnly; Secure; SameSite=None; Partitioned',
    ],
    [
      'over plain HTTP',
      'GET /~auth?auth=film&to=/film/a.m3u8',
      { host, secure: false },
      '/film/a.m3u8',
      'auth=film; Path=/film; HttpOnly; SameSite=Lax',
    ],
  ]
  for (const [what, line, sent, location, cookie] of table) {
    test(what, async () => {
      const { send } = await makeSecret({ toggles: { http: 'allow' } })
      const { status, headers, text } = await send(line, sent)
      assert.equal(status, 303, text)
      assert.equal(headers['location'], location)
      assert.equal(headers['set-cookie'], cookie)
      assert.equal(headers['cache-control'], 'no-store')
      assert.equal(headers['referrer-policy'], 'no-referrer')
    })
  }
})

test('what is not escaped in the address that follows is escaped', async () => {
  const { send } = await makeSecret()
  const { headers } = await send(`GET /~auth?auth=good&to=${encodeURIComponent('/film/ä "<b>^`{|}.m3u8')}`, { host })
  assert.equal(headers['location'], '/film/%C3%A4%20%22%3Cb%3E%5E%60%7B%7C%7D.m3u8')
})

describe('nobody is led elsewhere', () => {
  for (const to of [
    '',
    'film/a.m3u8',
    '//evil.test/a',
    '/\\evil.test',
    '\\\\evil.test',
    '/\t/evil.test',
    '/a\r\nset-cookie: x=y',
    'https://evil.test/',
    'javascript:alert(1)',
    '/film/a.m3u8#x',
    ' /film/a.m3u8',
  ]) {
    test(JSON.stringify(to), async () => {
      const { send } = await makeSecret()
      const { status, headers } = await send(`GET /~auth?auth=good&to=${encodeURIComponent(to)}`, { host })
      assert.equal(status, 400)
      assert.equal(headers['location'], undefined)
      assert.equal(headers['set-cookie'], undefined)
    })
  }
  test('or into another bucket', async () => {
    const { send } = await makeSecret()
    const resolved = ['/secret/../photos/k', '/secret/%2e%2E/photos/k', '/secret/a/.%2e/..?x', '/secret/./k']
    for (const to of ['/photos/k', '/secretx/k', '/secret', '/', ...resolved]) {
      const line = `GET /secret/~auth?auth=good&to=${encodeURIComponent(to)}`
      assert.equal((await send(line, { host: 'localhost' })).status, 400, to)
    }
  })
})

test('the token is held against what follows', async () => {
  const { send, gate } = await makeSecret()
  for (const [line, status] of [
    ['GET /~auth?auth=film&to=/other/a.m3u8', 403],
    ['GET /~auth?auth=expired&to=/film/a.m3u8', 403],
    ['GET /~auth?to=/film/a.m3u8', 403],
    ['GET /~auth?auth=film&to=/film/a.m3u8', 303],
    ['POST /~auth?auth=film&to=/film/a.m3u8', 405],
  ] as const) {
    const { status: got, headers } = await send(line, { host })
    assert.equal(got, status, line)
    assert.equal('set-cookie' in headers, status === 303)
  }
  assert(gate.asked.includes('film for secret/other/a.m3u8'))
})

test('the cookie lets its holder in', async () => {
  const { send } = await makeSecret()
  const { headers } = await send('GET /~auth?auth=film&to=/film/a.m3u8', { host })
  const [cookie = ''] = headers['set-cookie']!.split(';')
  assert.equal((await send(`GET ${headers['location']!}`, { host, headers: { cookie } })).text, 'small')
})

test('a public bucket needs no cookie', async () => {
  const { send } = await makeSecret()
  const { status, headers } = await send('GET /~auth?auth=whatever&to=/k')
  assert.equal(status, 303)
  assert.equal(headers['set-cookie'], undefined)
})

test('an object may be called ~auth, too', async () => {
  const { send, put, secret } = await makeSecret()
  await put(secret, '~auth', 'small one')
  for (let time = 0; time < 3; time++) {
    assert.equal((await send('GET /~auth?auth=good', { host })).text, 'small one')
    assert.equal((await send('GET /~auth?auth=good&to=/film/a.m3u8', { host })).status, 303)
  }
})
