/** Which bucket and key a host and a path are about. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Regions } from '../objects/regions.ts'
import type { Site } from '../sites/site.ts'
import { keyOfPath } from '../objects/key-of-path.ts'
import { addressOf } from './address.ts'
import { Hosts } from './hosts.ts'

const sites: Readonly<Record<string, Site>> = {
  'cdn.shop.test': { kind: 'bucket', bucketName: 'shop', bucketId: '1', accountId: 'a' },
  'media.shop.test': { kind: 'account', accountId: 'a' },
}
const hosts = new Hosts({
  domains: ['example.com', 'media-storage.test', 'x.example.com'],
  regions: new Regions([
    { name: 'us-east-1', aliases: ['Home'] },
    { name: 'eu', aliases: [] },
  ]),
  findSite: (name) => sites[name],
})

describe('hosts', () => {
  const at = (bucket?: string, region?: string, account?: string) =>
    `bucket ${bucket ?? '-'} region ${region ?? '-'} account ${account ?? '-'}`
  const table: readonly (readonly [host: string, place: string | undefined])[] = [
    ['photos.media-storage.us-east-1.example.com', at('photos', 'us-east-1')],
    ['PHOTOS.Media-Storage.US-East-1.Example.COM:8443', at('photos', 'us-east-1')],
    ['photos.media-storage.us-east-1.example.com.', at('photos', 'us-east-1')],
    ['photos.media-storage.home.example.com', at('photos', 'us-east-1')],
    ['photos.media-storage.eu.example.com', at('photos', 'eu')],
    ['photos.media-storage.eu.x.example.com', at('photos', 'eu')],
    ['my.photos.2026.media-storage.eu.example.com', at('my.photos.2026', 'eu')],
    ['media-storage.eu.media-storage.eu.example.com', at('media-storage.eu', 'eu')],
    ['photos.media-storage.eu.media-storage.test', at('photos', 'eu')],
    ['media-storage.eu.example.com', at(undefined, 'eu')],
    ['media-storage.example.com', at()],
    ['example.com', at()],
    ['localhost:9000', at()],
    ['127.0.0.1:9000', at()],
    ['[::1]:9000', at()],
    ['cdn.shop.test', at('shop', undefined, 'a')],
    ['Media.Shop.Test:443', at(undefined, undefined, 'a')],
    ['photos.media-storage.mars.example.com', undefined],
    ['photos.media-storage.example.com', undefined],
    ['photos.example.com', undefined],
    ['.media-storage.eu.example.com', undefined],
    ['xmedia-storage.eu.example.com', undefined],
    ['photos.media-storage.eu.example.com.evil.test', undefined],
    ['www.shop.test', undefined],
    ['', undefined],
    ['a b', undefined],
  ]
  for (const [host, expected] of table) {
    test(`${host} is ${expected ?? 'no site'}`, async () => {
      const place = await hosts.place(host)
      assert.equal(place && at(place.bucket, place.region?.name, place.accountId), expected)
    })
  }
})

describe('paths', () => {
  const place = (bucket?: string) => ({
    ...{ bucket, bucketId: undefined, region: undefined, accountId: undefined, custom: undefined },
  })
  const ofBucket: readonly (readonly [path: string, key: string, token?: string])[] = [
    ['/', ''],
    ['/a/b.txt', 'a/b.txt'],
    ['//a', '/a'],
    ['/a//b', 'a//b'],
    ['/a/', 'a/'],
    ['/a/../b', 'a/../b'],
    ['/a/%2e%2e/b', 'a/../b'],
    ['/a%2fb', 'a/b'],
    ['/a%252fb', 'a%2fb'],
    ['/a+b', 'a+b'],
    ['/%E8%87%AA%E7%94%B1', '自由'],
    ['/~auth=t.o.k/a/b', 'a/b', 't.o.k'],
    ['/%7Eauth=t/a', 'a', 't'],
    ['/%7eauth%3Dt/a', 'a', 't'],
    ['/~auth=t', '', 't'],
    ['/~auth=t/', '', 't'],
    ['/~auth=/a', 'a', ''],
    ['/~auth=t/~auth=u/a', '~auth=u/a', 't'],
    ['/~auth/a', '~auth/a'],
    ['/~authx=t/a', '~authx=t/a'],
    ['/a/~auth=t/b', 'a/~auth=t/b'],
    ['/%25', '%'],
  ]
  for (const [path, key, token] of ofBucket) {
    test(`${path} on the bucket's own host is ${key} with ${token ?? 'no token'}`, () => {
      const address = addressOf(place('photos'), path)
      assert.deepEqual(
        { bucket: address.bucket, root: address.root, key: keyOfPath(address.rawKey), token: address.pathToken },
        { bucket: 'photos', root: '/', key, token },
      )
    })
    test(`/photos${path} is ${key} with ${token ?? 'no token'}`, () => {
      const address = addressOf(place(), `/photos${path}`)
      assert.deepEqual(
        { bucket: address.bucket, root: address.root, key: keyOfPath(address.rawKey), token: address.pathToken },
        { bucket: 'photos', root: '/photos/', key, token },
      )
    })
  }

  for (const [path, bucket] of [
    ['/', ''],
    ['/photos', 'photos'],
    ['//photos/k', ''],
    ['/%70hotos/k', 'photos'],
    ['/a%2Fb/k', 'a/b'],
    ['/~auth=t/photos/k', '~auth=t'],
  ] as const) {
    test(`${path} names the bucket "${bucket}"`, () => assert.equal(addressOf(place(), path).bucket, bucket))
  }

  for (const path of ['/a%', '/a%2', '/a%zz', '/%ff', '/%c0%af', '/a%00', '/\u00e9', '/%ed%a0%80']) {
    test(`${JSON.stringify(path)} is no path`, () => {
      const invalid = { code: 'InvalidURI' }
      assert.throws(() => keyOfPath(addressOf(place('photos'), path).rawKey), invalid)
      assert.throws(() => addressOf(place(), path), invalid)
    })
  }

  test('a key has at most 1,024 bytes', () => {
    assert.equal(keyOfPath('a'.repeat(1024)).length, 1024)
    assert.equal(keyOfPath('%C3%A9'.repeat(512)).length, 512)
    assert.throws(() => keyOfPath('a'.repeat(1025)), { code: 'KeyTooLongError' })
    assert.throws(() => keyOfPath('%C3%A9'.repeat(513)), { code: 'KeyTooLongError' })
  })
})
