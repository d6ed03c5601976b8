import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ApiError } from '../base/errors.ts'
import { checkDomainName } from './domain-name.ts'

const ownDomains = ['s3.test', 'media-storage.us-east-1.test']
const label63 = 'a'.repeat(63)

describe('a custom domain is', () => {
  const taken: readonly (readonly [text: string, name: string])[] = [
    ['media.example.com', 'media.example.com'],
    ['Media.Example.COM.', 'media.example.com'],
    ['example.com', 'example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['МЕДИА.рф', 'xn--80ahcnr.xn--p1ai'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['1.2.3.4.com', '1.2.3.4.com'],
    ['a--b.example.test', 'a--b.example.test'],
    ['tests3.test', 'tests3.test'],
    ['localhost.com', 'localhost.com'],
    [`${label63}.com`, `${label63}.com`],
    [
      `${label63}.${label63}.${label63}.${'a'.repeat(47)}.com`,
      `${label63}.${label63}.${label63}.${'a'.repeat(47)}.com`,
    ],
  ]
  for (const [text, name] of taken) test(text, () => assert.equal(checkDomainName(text, ownDomains), name))
})

describe('a custom domain is not', () => {
  const refused: readonly (readonly [text: string, why: RegExp])[] = [
    ['', /no domain name/],
    ['.', /no domain name/],
    ['com', /not fully qualified/],
    ['a..com', /no domain name/],
    ['.a.com', /no domain name/],
    ['a.com..', /no domain name/],
    ['a_b.example.com', /no domain name/],
    ['-a.example.com', /no domain name/],
    ['a-.example.com', /no domain name/],
    ['a b.example.com', /no domain name/],
    ['a\n.example.com', /no domain name/],
    ['a\0.example.com', /no domain name/],
    ['example.com/path', /no domain name/],
    ['a%2eexample.com', /no domain name/],
    ['user@example.com', /no domain name/],
    ['https://example.com', /is/],
    ['example.com:443', /is/],
    ['example。com/', /no domain name/],
    ['\u2100.com', /no domain name/],
    [`${label63}a.com`, /no domain name/],
    [`${label63}.${label63}.${label63}.${'a'.repeat(48)}.com`, /too long/],
    ['a.'.repeat(200) + 'com', /no domain name/],
    ['*.example.com', /wildcard/],
    ['127.0.0.1', /IP address/],
    ['127.1', /IP address/],
    ['0x7f.1', /IP address/],
    ['0x7f.0x0.0x0.0x1', /IP address/],
    ['0177.0.0.01', /IP address/],
    ['2130706433', /IP address/],
    ['0x7f000001', /IP address/],
    ['169.254.169.254', /IP address/],
    ['１２７.０.０.１', /IP address/],
    ['127。0。0。1', /IP address/],
    ['a.1', /IP address/],
    ['a.0x', /IP address/],
    ['[::1]', /IP address/],
    ['::1', /IP address/],
    ['::ffff:127.0.0.1', /IP address/],
    ['localhost', /this network alone/],
    ['LOCALHOST.', /this network alone/],
    ['a.localhost', /this network alone/],
    ['ｌｏｃａｌｈｏｓｔ', /this network alone/],
    ['localhost.localdomain', /this network alone/],
    ['printer.local', /this network alone/],
    ['metadata.google.internal', /this network alone/],
    ['1.0.0.127.in-addr.arpa', /this network alone/],
    ['a.onion', /this network alone/],
    ['s3.test', /deployment/],
    ['bucket.S3.test', /deployment/],
    ['a.media-storage.us-east-1.test', /deployment/],
  ]
  for (const [text, why] of refused) {
    test(JSON.stringify(text.slice(0, 80)), () => {
      assert.throws(
        () => checkDomainName(text, ownDomains),
        (error) => error instanceof ApiError && error.code === 'InvalidArgument' && why.test(error.message),
      )
    })
  }
})
