/** Heads of HTTP/2 requests: as those of HTTP/1.1 have it, or refused with the status that those are. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Http2Head, readHttp2Head } from './http2-request.ts'
import { defaultLimits } from './limits.ts'

function read(...fields: string[]): Http2Head {
  return readHttp2Head(fields, defaultLimits)
}

const sound = [':method', 'GET', ':scheme', 'https', ':authority', 'a.com', ':path', '/']

/** The sound one with another value, or without one. */
const withField = (name: string, value: string | undefined): string[] => {
  const fields = [...sound]
  const at = fields.indexOf(name)
  if (value === undefined) fields.splice(at, 2)
  else fields[at + 1] = value
  return fields
}

const targets: readonly [target: string, path: string, query: string][] = [
  ['/', '/', ''],
  ['/k?', '/k', ''],
  ['/b/../c/%2e%2e//f?x=%20&y?z', '/b/../c/%2e%2e//f', 'x=%20&y?z'],
  ['//a.com/b', '//a.com/b', ''],
  ['/a|b"<>\\^`{}', '/a|b"<>\\^`{}', ''],
]
test('path and query are those of :path, byte for byte', () => {
  for (const [target, path, query] of targets) {
    const head = read(...withField(':path', target))
    assert.deepEqual([head.path, head.query, head.fault], [path, query, 0], target)
  }
})

const faults: readonly [what: string, fields: string[], status: number][] = [
  ['an asterisk', withField(':path', '*'), 400],
  ['an absolute target', withField(':path', 'https://a.com/'), 400],
  ['an authority as target', withField(':path', 'a.com:443'), 400],
  ['no target', withField(':path', undefined), 400],
  ['an empty target', withField(':path', ''), 400],
  ['a fragment', withField(':path', '/a#b'), 400],
  ['a space in the target', withField(':path', '/a b'), 400],
  ['a control character in the target', withField(':path', '/a\tb'), 400],
  ['bytes above 0x7F in the target', withField(':path', '/\xc3\xa4'), 400],
  ['a target that is too long', withField(':path', `/${'a'.repeat(9000)}`), 414],
  ['CONNECT', [':method', 'CONNECT', ':authority', 'a.com:443'], 400],
  ['CONNECT with a target', withField(':method', 'CONNECT'), 400],
  ['an unknown method', withField(':method', 'BREW'), 400],
  ['a method in lower case', withField(':method', 'get'), 400],
  ['no host', withField(':authority', undefined), 400],
  ['an empty host', withField(':authority', ''), 400],
  ['user information', withField(':authority', 'u@a.com'), 400],
  ['a host with a path', withField(':authority', 'a.com/b'), 400],
  ['two hosts', [...sound, 'host', 'b.com'], 400],
  ['two hosts that differ in case', [...sound, 'host', 'A.com'], 400],
  ['two hosts, one of them empty', [...sound, 'host', ''], 400],
  ['host twice', [...withField(':authority', undefined), 'host', 'a.com', 'host', 'a.com'], 400],
  ['many header lines', [...sound, ...Array.from({ length: 257 }, (_, i) => [`x-${i}`, '1']).flat()], 431],
  ['large headers', [...sound, 'x-a', 'a'.repeat(17 * 1024)], 431],
]
test('what is in doubt is refused as of HTTP/1.1, and nothing of its target is shown', () => {
  for (const [what, fields, status] of faults) {
    const { fault, path, query } = read(...fields)
    assert.deepEqual([fault, path, query], [status, '/', ''], what)
  }
})

test('the host is :authority, which host may repeat', () => {
  for (const fields of [sound, [...sound, 'host', 'a.com'], [...withField(':authority', undefined), 'host', 'a.com']]) {
    const { host, headers, rawHeaders, fault } = read(...fields)
    assert.deepEqual([host, headers['host'], rawHeaders, fault], ['a.com', 'a.com', ['host', 'a.com'], 0])
  }
})

test('headers are joined when repeated, cookies as one, and pseudo-header fields are none of them', () => {
  const { headers, rawHeaders } = read(
    ...sound,
    ...['x-a', '1', 'x-a', '2', 'authorization', 'one', 'authorization', 'two'],
    ...['cookie', 'a=1', 'cookie', 'b=2', '__proto__', 'x', 'set-cookie', 'a', 'set-cookie', 'b'],
  )
  assert.deepEqual(Object.entries(headers), [
    ['x-a', '1, 2'],
    ['authorization', 'one, two'],
    ['cookie', 'a=1; b=2'],
    ['__proto__', 'x'],
    ['set-cookie', 'a, b'],
    ['host', 'a.com'],
  ])
  assert.equal(headers['constructor'], undefined)
  assert.deepEqual(rawHeaders.slice(0, 6), ['host', 'a.com', 'x-a', '1', 'x-a', '2'])
})
