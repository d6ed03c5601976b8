import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTrust, plainAddress, readForwarded } from './forwarded.ts'

const isTrusted = createTrust(['10.0.0.0/8', '192.168.1.1', '2001:db8::/32'])

test('trust is of addresses and networks, of either version', () => {
  for (const address of ['10.1.2.3', '192.168.1.1', '2001:db8::1']) assert.ok(isTrusted(address), address)
  for (const address of ['11.0.0.1', '192.168.1.2', '2001:db9::1', '', 'proxy', '::1'])
    assert.ok(!isTrusted(address), address)
  assert.ok(!createTrust([])('10.0.0.1'))
  assert.ok(createTrust(['0.0.0.0/0'])('1.2.3.4'))
})

test('what is no CIDR is refused', () => {
  for (const cidr of ['', 'proxy', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0/8', '::/129', '10.0.0.0/8/8']) {
    assert.throws(() => createTrust([cidr]), RangeError, cidr)
  }
})

test('an IPv4 client of an IPv6 socket has its IPv4 address', () => {
  assert.equal(plainAddress('::ffff:10.0.0.1'), '10.0.0.1')
  assert.equal(plainAddress('::1'), '::1')
  assert.equal(plainAddress('fe80::1%eth0'), 'fe80::1')
  assert.equal(plainAddress('::ffff:1'), '::ffff:1')
})

type Headers = Record<string, string>
const clients: readonly [Headers, address: string][] = [
  [{}, '10.0.0.1'],
  [{ 'x-forwarded-for': '1.2.3.4' }, '1.2.3.4'],
  [{ 'x-forwarded-for': '6.6.6.6, 1.2.3.4' }, '1.2.3.4'],
  [{ 'x-forwarded-for': '6.6.6.6, 1.2.3.4, 10.9.9.9' }, '1.2.3.4'],
  [{ 'x-forwarded-for': '10.0.0.3,10.0.0.2' }, '10.0.0.3'],
  [{ 'x-forwarded-for': '6.6.6.6, unknown' }, '10.0.0.1'],
  [{ 'x-forwarded-for': '6.6.6.6,' }, '10.0.0.1'],
  [{ 'x-forwarded-for': '6.6.6.6, nonsense, 10.0.0.2' }, '10.0.0.2'],
  [{ 'x-forwarded-for': '1.2.3.4:5678' }, '1.2.3.4'],
  [{ 'x-forwarded-for': '[2001:DB9::1]:5678' }, '2001:db9::1'],
  [{ 'x-forwarded-for': '2001:db9::1' }, '2001:db9::1'],
  [{ 'x-forwarded-for': '::ffff:1.2.3.4' }, '1.2.3.4'],
  [{ 'x-forwarded-for': '6.6.6.6, fe80::1%eth0' }, 'fe80::1'],
  [{ forwarded: 'for=1.2.3.4' }, '1.2.3.4'],
  [{ forwarded: 'For="[2001:db9::1]:80";proto=https' }, '2001:db9::1'],
  [{ forwarded: 'for=6.6.6.6, for=1.2.3.4;by=10.0.0.9, for=10.0.0.2' }, '1.2.3.4'],
  [{ forwarded: 'for=_hidden' }, '10.0.0.1'],
  [{ forwarded: 'for=6.6.6.6', 'x-forwarded-for': '1.2.3.4' }, '1.2.3.4'],
  [{ forwarded: 'for=6.6.6.6', 'x-forwarded-proto': 'https' }, '10.0.0.1'],
]
test('the client is the right-most address that is no trusted proxy', () => {
  for (const [headers, address] of clients) {
    assert.equal(readForwarded('10.0.0.1', false, headers, isTrusted).remoteAddress, address, JSON.stringify(headers))
  }
})

test('a proxy tells protocol, host and prefix; the nearest is heard', () => {
  const told = readForwarded(
    '10.0.0.1',
    false,
    {
      'x-forwarded-proto': 'http, HTTPS',
      'x-forwarded-host': 'evil.com, S3.example.com:8443',
      'x-forwarded-prefix': '/storage/s3/',
    },
    isTrusted,
  )
  assert.deepEqual(told, {
    remoteAddress: '10.0.0.1',
    secure: true,
    host: 'S3.example.com:8443',
    prefix: '/storage/s3',
  })
  const standard = readForwarded(
    '10.0.0.1',
    true,
    { forwarded: 'host=evil.com, proto=http;host="s3.example.com"' },
    isTrusted,
  )
  assert.deepEqual(standard, { remoteAddress: '10.0.0.1', secure: false, host: 's3.example.com', prefix: undefined })
})

test('a host or prefix that is none is not passed on', () => {
  for (const [host, prefix] of [
    ['a b', '//evil.com'],
    ['a.com/x', 'storage'],
    ['', '/'],
    ['a@b', '/a?b'],
    ['[', '/a\r\nb'],
  ] as const) {
    const told = readForwarded('10.0.0.1', false, { 'x-forwarded-host': host, 'x-forwarded-prefix': prefix }, isTrusted)
    assert.equal(told.host, undefined, host)
    assert.equal(told.prefix, undefined, prefix)
  }
})
