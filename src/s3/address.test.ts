import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ApiError } from '../base/errors.ts'
import { addressOf } from './address.ts'

const domains = ['s3.example.com', 'eu.s3.example.com', 'example.org']

/** `bucket` and `key` in JSON, or the code. */
function outcomeOf(host: string, path: string): string {
  try {
    const { bucket, key } = addressOf(host, path, domains)
    return [bucket, key].map((part) => (part === undefined ? '-' : JSON.stringify(part))).join(' ')
  } catch (error) {
    assert.ok(error instanceof ApiError)
    return error.code
  }
}

const byPath: readonly (readonly [path: string, expected: string])[] = [
  ['/', '- -'],
  ['/b', '"b" -'],
  ['/b/', '"b" -'],
  ['/b/k', '"b" "k"'],
  ['/b/k/', '"b" "k/"'],
  ['/b//', '"b" "/"'],
  ['/b//k', '"b" "/k"'],
  ['/b/a//k', '"b" "a//k"'],
  ['/b/a/../k', '"b" "a/../k"'],
  ['/a/../b/k', '"a" "../b/k"'],
  ['/a/%2e%2e/b/k', '"a" "../b/k"'],
  ['/a/%2f../b', '"a" "/../b"'],
  ['/a/..%5cb', '"a" "..\\\\b"'],
  ['/a/./k', '"a" "./k"'],
  ['/a/.', '"a" "."'],
  ['/a/..', '"a" ".."'],
  ['/../b/k', '".." "b/k"'],
  ['/a%2fb/k', '"a/b" "k"'],
  ['/a/%252e%252e/b', '"a" "%2e%2e/b"'],
  ['/b/%2525', '"b" "%25"'],
  ['/b/a+b', '"b" "a+b"'],
  ['/b/a%20b', '"b" "a b"'],
  ['/b/a%2Bb', '"b" "a+b"'],
  ['/b/%E6%97%A5', '"b" "日"'],
  ['/b/%F0%9F%98%80', '"b" "😀"'],
  ['/b/%01', '"b" "\\u0001"'],
  ['/b/a;b=c,d&e$f@g:h', '"b" "a;b=c,d&e$f@g:h"'],
  ['/b/a#b', '"b" "a#b"'],
  ['//', 'InvalidURI'],
  ['//b/k', 'InvalidURI'],
  ['/b/%', 'InvalidURI'],
  ['/b/%2', 'InvalidURI'],
  ['/b/%zz', 'InvalidURI'],
  ['/%/k', 'InvalidURI'],
  ['/b/%ff', 'InvalidURI'],
  ['/b/%c0%af', 'InvalidURI'],
  ['/b/%ed%a0%80', 'InvalidURI'],
  ['/b/%f5%80%80%80', 'InvalidURI'],
  ['/b/%00', 'InvalidURI'],
  ['/b/a%00b', 'InvalidURI'],
  ['/b%00/k', 'InvalidURI'],
  ['/b/\u00e9', 'InvalidURI'],
  ['', 'InvalidURI'],
  ['*', 'InvalidURI'],
  ['b/k', 'InvalidURI'],
  ['http://localhost/b/k', '"b" "k"'],
  ['HTTP://LOCALHOST/b/k', '"b" "k"'],
  ['http://localhost', '- -'],
  ['http://other/b/k', 'InvalidURI'],
  ['http://localhost:80/b/k', 'InvalidURI'],
  ['http://localhost@other/b/k', 'InvalidURI'],
  ['http:///b/k', 'InvalidURI'],
  ['ftp://localhost/b/k', 'InvalidURI'],
]
for (const [path, expected] of byPath)
  test(`${path} on another host is ${expected}`, () => assert.equal(outcomeOf('localhost', path), expected))

const byHost: readonly (readonly [host: string, path: string, expected: string])[] = [
  ['s3.example.com', '/b/k', '"b" "k"'],
  ['s3.example.com:9000', '/b/k', '"b" "k"'],
  ['b.s3.example.com', '/', '"b" -'],
  ['b.s3.example.com', '/k', '"b" "k"'],
  ['b.s3.example.com:9000', '/a/k', '"b" "a/k"'],
  ['b.s3.example.com', '//', '"b" "/"'],
  ['b.s3.example.com', '//k', '"b" "/k"'],
  ['b.s3.example.com', '/../k', '"b" "../k"'],
  ['b.s3.example.com', '/%2e%2e%2fk', '"b" "../k"'],
  ['B.S3.Example.COM', '/K', '"b" "K"'],
  ['b.s3.example.com.', '/k', '"b" "k"'],
  ['my.bucket.s3.example.com', '/k', '"my.bucket" "k"'],
  ['eu.s3.example.com', '/b/k', '"b" "k"'],
  ['b.eu.s3.example.com', '/k', '"b" "k"'],
  ['a.b.eu.s3.example.com', '/k', '"a.b" "k"'],
  ['us.s3.example.com', '/k', '"us" "k"'],
  ['b.example.org', '/k', '"b" "k"'],
  ['bs3.example.com', '/b/k', '"b" "k"'],
  ['.s3.example.com', '/b/k', '"b" "k"'],
  ['example.com', '/b/k', '"b" "k"'],
  ['b.s3.example.com.evil.net', '/b/k', '"b" "k"'],
  ['127.0.0.1:9000', '/b/k', '"b" "k"'],
  ['[::1]:9000', '/b/k', '"b" "k"'],
  ['[::1]', '/b/k', '"b" "k"'],
  ['', '/b/k', '"b" "k"'],
  ['b.s3.example.com', 'http://b.s3.example.com/k', '"b" "k"'],
  ['b.s3.example.com', 'http://c.s3.example.com/k', 'InvalidURI'],
]
for (const [host, path, expected] of byHost)
  test(`${path} on ${host} is ${expected}`, () => assert.equal(outcomeOf(host, path), expected))

test('the style is told', () => {
  assert.equal(addressOf('b.s3.example.com', '/k', domains).style, 'virtual-hosted')
  assert.equal(addressOf('s3.example.com', '/b/k', domains).style, 'path')
})

test('a key has at most 1,024 bytes, however they are written', () => {
  for (const path of ['/b/' + 'a'.repeat(1024), '/b/' + '%61'.repeat(1024), '/b/' + '%E6%97%A5'.repeat(341) + 'a']) {
    assert.equal(Buffer.byteLength(addressOf('h', path, []).key ?? ''), 1024)
    assert.throws(() => addressOf('h', path + 'a', []), {
      code: 'KeyTooLongError',
      details: { Size: '1025', MaxSizeAllowed: '1024' },
    })
  }
})

/** Any character, those below 256 often. */
const character = fc
  .oneof(fc.nat(0xff), fc.nat(0x10ffff))
  .map((point) => String.fromCodePoint(point >= 0xd800 && point <= 0xdfff ? point - 0xd800 : point))

test('any key that is escaped comes back, whatever is in it', () => {
  const key = fc.string({ unit: character, minLength: 1, maxLength: 256 }).filter((text) => !text.includes('\0'))
  fc.assert(
    fc.property(key, fc.boolean(), (sent, slashes) => {
      const escaped = slashes ? encodeURIComponent(sent) : encodeURIComponent(sent).replaceAll('%2F', '/')
      assert.equal(addressOf('h', `/b/${escaped}`, domains).key, sent)
      assert.equal(addressOf('b.example.org', `/${escaped}`, domains).key, sent)
    }),
  )
})

test('no path of one bucket is an address in another', () => {
  const piece = fc.constantFrom('..', '.', '/', '%2e', '%2E%2e', '%2f', '%5c', '\\', ';', '%25', 'victim', '+', '?')
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      assert.equal(addressOf('h', `/mine/${pieces.join('')}`, domains).bucket, 'mine')
      assert.equal(addressOf('mine.example.org', `/${pieces.join('')}`, domains).bucket, 'mine')
    }),
  )
})
