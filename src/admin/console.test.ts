/** The console as a browser is given it: its headers, what is kept and compressed, and what is not there. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { systemRandom } from '../base/random.ts'
import type { HttpRequest } from '../http/message.ts'
import { createConsole, type Console } from './console.ts'

const html = '<!doctype html><meta property="csp-nonce" content="__CSP_NONCE__"><style nonce="__CSP_NONCE__"></style>'
const script = 'console.log("hello")\n'.repeat(200)
const scriptPath = '/assets/main-Ab_12-3z.js'

let outside: string
let folder: string
let console: Console
before(() => {
  outside = mkdtempSync(join(tmpdir(), 'entrepot-console-'))
  folder = join(outside, 'console')
  mkdirSync(join(folder, 'assets', 'fonts'), { recursive: true })
  writeFileSync(join(outside, 'secret.txt'), 'secret')
  writeFileSync(join(folder, 'index.html'), html)
  writeFileSync(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  writeFileSync(join(folder, scriptPath), script)
  writeFileSync(join(folder, 'assets', 'plain.css'), 'a{}')
  writeFileSync(join(folder, 'assets', 'fonts', 'text-01234567.woff2'), 'font')
  symlinkSync(join(outside, 'secret.txt'), join(folder, 'assets', 'link.txt'))
  console = createConsole({
    folder,
    random: systemRandom,
    origins: { content: ({ host }) => `http://${host}.content` },
  })
})
after(() => rmSync(outside, { recursive: true }))

interface Asked {
  readonly method?: string
  readonly secure?: boolean
  readonly headers?: Readonly<Record<string, string>>
  readonly by?: Console
}

async function ask(path: string, { method = 'GET', secure = false, headers = {}, by = console }: Asked = {}) {
  const forwarded = { host: undefined, prefix: undefined }
  const request = { method, path, query: '', headers, host: 'admin.test', forwarded, secure } as HttpRequest
  const answer = await by(request)
  if (answer === undefined) return { status: 'nothing', headers: {} as Record<string, string>, bytes: Buffer.of() }
  const named: Record<string, string> = {}
  for (let at = 0; at < answer.headers.length; at += 2) {
    assert.equal(named[answer.headers[at]!], undefined, 'twice')
    named[answer.headers[at]!] = answer.headers[at + 1]!
  }
  return { status: answer.status, headers: named, bytes: Buffer.from((answer.body ?? '') as Buffer | string) }
}

describe('the page', () => {
  test('has one nonce in its styles and its policy, and another the next time', async () => {
    const nonces = []
    for (const path of ['/', '/index.html', '/']) {
      const { status, headers, bytes } = await ask(path)
      assert.equal(status, 200)
      assert.equal(headers['content-type'], 'text/html; charset=utf-8')
      assert.equal(headers['content-length'], String(bytes.length))
      const [, nonce = ''] = /style-src 'self' 'nonce-([\w-]{22})';/.exec(headers['content-security-policy']!) ?? []
      assert.equal(bytes.toString(), html.replaceAll('__CSP_NONCE__', nonce))
      nonces.push(nonce)
    }
    assert.equal(new Set(nonces).size, 3)
  })

  test('is asked for anew each time', async () => {
    const { headers } = await ask('/')
    assert.equal(headers['cache-control'], 'no-cache')
    assert.equal(headers['etag'], undefined)
    assert.equal((await ask('/', { headers: { 'if-none-match': '*' } })).status, 200)
  })

  test('may load, send and frame nothing but what its policy names', async () => {
    const { headers } = await ask('/')
    const policy = headers['content-security-policy']!.replace(/nonce-[\w-]+/, 'nonce')
    assert.deepEqual(policy.split('; '), [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'nonce'",
      "img-src 'self' data: blob: http://admin.test.content",
      "media-src 'self' blob: http://admin.test.content",
      "connect-src 'self' http://admin.test.content",
      'frame-src http://admin.test.content',
      "font-src 'self'",
      "worker-src 'self' blob:",
      "form-action 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "manifest-src 'self'",
      "require-trusted-types-for 'script'",
    ])
    assert.match(headers['permissions-policy']!, /camera=\(\), .*clipboard-write=\(self\), fullscreen=\(self\)/)
  })
})

test('every answer says what a browser must not do with it', async () => {
  for (const path of ['/', scriptPath, '/favicon.svg']) {
    const { headers } = await ask(path)
    assert.equal(headers['x-content-type-options'], 'nosniff', path)
    assert.equal(headers['referrer-policy'], 'no-referrer', path)
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin', path)
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin', path)
    assert.equal(headers['x-frame-options'], 'DENY', path)
    assert.doesNotMatch(headers['content-security-policy']!, /unsafe|__CSP|\*/, path)
    assert.equal(headers['strict-transport-security'], undefined, path)
    const secure = await ask(path, { secure: true })
    assert.equal(secure.headers['strict-transport-security'], 'max-age=31536000', path)
  }
})

describe('a file', () => {
  test('whose name is of its content is kept for ever, another is asked for anew', async () => {
    const immutable = 'public, max-age=31536000, immutable'
    assert.equal((await ask(scriptPath)).headers['cache-control'], immutable)
    assert.equal((await ask('/assets/fonts/text-01234567.woff2')).headers['cache-control'], immutable)
    assert.equal((await ask('/assets/plain.css')).headers['cache-control'], 'no-cache')
    assert.equal((await ask('/favicon.svg')).headers['cache-control'], 'no-cache')
  })

  const rows = [
    ['br', 'br', (bytes: Buffer) => brotliDecompressSync(bytes)],
    ['gzip', 'gzip', (bytes: Buffer) => gunzipSync(bytes)],
    ['identity', undefined, (bytes: Buffer) => bytes],
  ] as const
  for (const [accept, coding, decode] of rows) {
    test(`goes as ${coding ?? 'it is'} to who takes ${accept}, with a tag of its own`, async () => {
      const accepting = { 'accept-encoding': accept }
      const { status, headers, bytes } = await ask(scriptPath, { headers: accepting })
      assert.equal(status, 200)
      assert.equal(headers['content-encoding'], coding)
      assert.equal(headers['vary'], 'accept-encoding')
      assert.equal(headers['content-type'], 'text/javascript; charset=utf-8')
      assert.equal(headers['content-length'], String(bytes.length))
      assert.equal(decode(bytes).toString(), script)
      assert.match(headers['etag']!, coding === undefined ? /^"[\w-]{22}"$/ : new RegExp(`^"[\\w-]{22}-${coding}"$`))
      const again = await ask(scriptPath, { headers: { ...accepting, 'if-none-match': headers['etag']! } })
      assert.deepEqual([again.status, again.bytes.length, again.headers['content-type']], [304, 0, undefined])
      assert.equal(again.headers['etag'], headers['etag'])
      assert.equal(again.headers['vary'], 'accept-encoding')
    })
  }

  test('that is small, or compressed already, goes as it is', async () => {
    for (const path of ['/assets/plain.css', '/assets/fonts/text-01234567.woff2']) {
      const { headers } = await ask(path, { headers: { 'accept-encoding': 'br, gzip' } })
      assert.equal(headers['content-encoding'], undefined)
      assert.equal(headers['vary'], undefined)
    }
  })

  test('is not sent to who has another in mind', async () => {
    assert.equal((await ask(scriptPath, { headers: { 'if-none-match': '"other"' } })).status, 200)
    assert.equal((await ask(scriptPath, { headers: { 'if-match': '"other"' } })).status, 412)
  })
})

test('HEAD has the headers of GET and no body', async () => {
  for (const path of ['/', scriptPath]) {
    const headers = { 'accept-encoding': 'gzip' }
    const [get, head] = [await ask(path, { headers }), await ask(path, { headers, method: 'HEAD' })]
    const unlike = ({ 'content-security-policy': _, ...rest }: Record<string, string>) => rest
    assert.deepEqual([head.status, unlike(head.headers), head.bytes.length], [200, unlike(get.headers), 0])
  }
})

test('whatever was not found in the folder is nothing of the console', async () => {
  const paths = [
    '/assets/other-01234567.js',
    '/assets/',
    '/assets',
    '/assets/link.txt',
    '/assets/../index.html',
    '/assets/%2e%2e/index.html',
    '/assets/..%2findex.html',
    '/assets/..%5cindex.html',
    '/assets/../../secret.txt',
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '//index.html',
    '/index.html/',
    '/INDEX.HTML',
    '/index%2ehtml',
    '/index.html%00',
    '/assets/main-Ab_12-3z.js/',
    '/constructor',
    '/__proto__',
    '/buckets',
    '',
  ]
  for (const path of paths) assert.equal((await ask(path)).status, 'nothing', path)
})

test('methods but GET and HEAD are 405', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
    for (const path of ['/', scriptPath]) {
      const { status, headers } = await ask(path, { method })
      assert.deepEqual([status, headers['allow']], [405, 'GET, HEAD'], `${method} ${path}`)
    }
  }
})

test('where nothing is built, it says how to, and the rest is nothing of it; once it is built, it is served', async () => {
  const later = join(outside, 'later')
  const by = createConsole({ folder: later, random: systemRandom, origins: { content: () => 'http://c.test' } })
  for (const path of ['/', '/index.html', scriptPath]) {
    const { status, headers, bytes } = await ask(path, { by })
    assert.deepEqual(
      [status, headers['content-type'], headers['cache-control']],
      [503, 'text/plain; charset=utf-8', 'no-store'],
    )
    assert.match(bytes.toString(), /npm run build/)
  }
  assert.equal((await ask('/favicon.svg', { by })).status, 'nothing')
  mkdirSync(later)
  writeFileSync(join(later, 'index.html'), html)
  assert.equal((await ask('/', { by })).status, 200)
})

test('a folder that is no build of the console is refused', async () => {
  const strange = join(outside, 'strange')
  mkdirSync(strange)
  writeFileSync(join(strange, 'index.html'), html)
  writeFileSync(join(strange, 'a b.js'), '')
  const by = createConsole({ folder: strange, random: systemRandom, origins: { content: () => 'http://c.test' } })
  await assert.rejects(ask('/', { by }), /a b\.js has a name that no file of the console has/)
})
