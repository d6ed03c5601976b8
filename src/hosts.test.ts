import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hosts } from './delivery/hosts.ts'
import { frontOfHosts, type Front } from './hosts.ts'
import type { HttpRequest } from './http/message.ts'
import { Regions } from './objects/regions.ts'
import type { FindSite } from './sites/site.ts'

const site = { kind: 'account', accountId: 'a'.repeat(64) } as const
const findSite: FindSite = (host) =>
  host === 'media.example.net' ? site : host === 'later.example.net' ? Promise.resolve(site) : undefined
const regions = new Regions([{ name: 'us-east-1', aliases: ['home'] }])
const delivers = new Hosts({ domains: ['example.com'], regions, findSite })
const named =
  (name: string): Front =>
  () => ({ status: 200, headers: [], body: name })
const front = frontOfHosts({
  ...{ s3: named('s3'), delivery: named('delivery'), management: named('management'), console: named('console') },
  ...{ domains: ['example.com'], findSite, isDelivery: (host) => delivers.isOwn(host) },
})

const rows: readonly (readonly [host: string, front: string])[] = [
  ['us-east-1.s3.example.com', 's3'],
  ['photos.us-east-1.s3.example.com:8443', 's3'],
  ['127.0.0.1:8443', 's3'],
  ['example.com', 's3'],
  ['example.org', 's3'],
  ['photos.media-storage.us-east-1.example.com', 'delivery'],
  ['PHOTOS.Media-Storage.home.example.com.', 'delivery'],
  ['a.b.media-storage.us-east-1.example.com', 'delivery'],
  ['media-storage.us-east-1.example.com', 'delivery'],
  ['media-storage.example.com', 'delivery'],
  ['media.example.net', 'delivery'],
  ['later.example.net', 'delivery'],
  ['api-cdn.example.com', 'management'],
  // Kept for delivery, though nothing is there.
  ['photos.media-storage.mars.example.com', 'delivery'],
  ['photos.media-storage.example.com', 'delivery'],
  // Buckets of S3 whose names have the word in them.
  ['media-storage.s3.example.com', 's3'],
  ['photos.media-storage.s3.example.com', 's3'],
  ['media-storage.us-east-1.s3.example.com', 's3'],
]

for (const [host, expected] of rows) {
  test(`${host} is for ${expected}`, async () => {
    const forwarded = { host: undefined, prefix: undefined }
    assert.equal((await front({ host, forwarded, path: '/' } as HttpRequest)).body, expected)
  })
}

const consoleRows: readonly (readonly [host: string, path: string, front: string])[] = [
  ['console.example.com:8443', '/', 'console'],
  ['Console.Example.com.', '/assets/main-01234567.js', 'console'],
  ['console.example.com', '/v1', 'console'],
  ['console.example.com', '/v1/me', 'management'],
  ['api.example.com', '/', 'management'],
  ['api-cdn.example.com', '/assets/main-01234567.js', 'management'],
  ['console.example.org', '/', 's3'],
]

for (const [host, path, expected] of consoleRows) {
  test(`${path} of ${host} is for ${expected}`, async () => {
    const forwarded = { host: undefined, prefix: undefined }
    assert.equal((await front({ host, forwarded, path } as HttpRequest)).body, expected)
  })
}
