import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHost } from './hosts.ts'
import { originForm } from './request-target.ts'

const hosts: readonly [value: string, name: string | undefined, port?: number][] = [
  ['example.com', 'example.com'],
  ['Example.COM:9000', 'example.com', 9000],
  ['bucket_1.s3.example.com.', 'bucket_1.s3.example.com'],
  ['127.0.0.1:80', '127.0.0.1', 80],
  ['[::1]', '::1'],
  ['[2001:DB8::1]:443', '2001:db8::1', 443],
  ['[::ffff:1.2.3.4]', '::ffff:1.2.3.4'],
  // RFC 3986 3.2.3 lets the port be empty.
  ['example.com:', 'example.com'],
  ['', undefined],
  ['.', undefined],
  [':80', undefined],
  ['a.com, b.com', undefined],
  ['a.com,b.com', undefined],
  ['a.com b.com', undefined],
  ['user@a.com', undefined],
  ['a.com:80:80', undefined],
  ['a.com:99999', undefined],
  ['a.com:-1', undefined],
  ['a.com:8o', undefined],
  ['a.com/b', undefined],
  ['a.com?b', undefined],
  ['a.com#b', undefined],
  ['a.com\\b', undefined],
  ['a%2ecom', undefined],
  ['ä.com', undefined],
  ['[::1', undefined],
  ['[]', undefined],
  ['[1]', undefined],
  ['[::1]x', undefined],
  ['[::g]', undefined],
  ['::1', undefined],
  ['a'.repeat(300), undefined],
]
test('a Host is read into name and port, or not at all', () => {
  for (const [value, name, port] of hosts) {
    assert.deepEqual(parseHost(value), name === undefined ? undefined : { name, port }, value)
  }
})

const targets: readonly [target: string, host: string | undefined, origin: string | undefined][] = [
  ['/b/k?x=1', 'a.com', '/b/k?x=1'],
  ['//a.com/k', 'b.com', '//a.com/k'],
  ['/b/../c/%2e%2e//k', 'a.com', '/b/../c/%2e%2e//k'],
  ['http://a.com/k?x', 'a.com', '/k?x'],
  ['HTTP://A.com:80/k', 'a.com', '/k'],
  ['http://a.com', 'a.com:80', '/'],
  ['http://a.com?x', 'a.com', '/?x'],
  ['https://a.com/', 'a.com:443', '/'],
  ['http://b.com/k', 'a.com', undefined],
  ['http://a.com:81/k', 'a.com', undefined],
  ['http://a.com@b.com/k', 'a.com', undefined],
  ['http://a.com/k', undefined, undefined],
  ['ftp://a.com/k', 'a.com', undefined],
  ['*', 'a.com', undefined],
  ['a.com:80', 'a.com', undefined],
  ['/k#fragment', 'a.com', undefined],
  ['', 'a.com', undefined],
]
test('a target is taken in origin-form, and in absolute-form only for the Host', () => {
  for (const [target, host, origin] of targets) assert.equal(originForm(target, host), origin, target)
})
