import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createIsContentHost, withContent } from './content-hosts.ts'
import { Hosts } from './delivery/hosts.ts'
import type { HttpRequest, HttpResponse } from './http/message.ts'
import { Regions } from './objects/regions.ts'

for (const [host, is] of [
  ['uc.media-storage.us-east-1.example.com', true],
  ['UC.media-storage.us.example.com:443', true],
  ['content.example.net', true],
  ['127.0.0.1:9002', true],
  ['[::1]', true],
  ['localhost', true],
  ['nas.lan', true],
  ['media-storage.us-east-1.example.com', true],
  ['photos.media-storage.us-east-1.example.com', false],
  ['uc.photos.media-storage.us-east-1.example.com', false],
  ['uc.media-storage.none.example.com', false],
  ['photos.s3.example.com', false],
  ['photos.example.com', false],
  ['console.example.com', false],
  ['api.example.com', false],
  ['cdn.customer.test', false],
  ['films.customer.test', false],
  ['bad host', false],
] as const) {
  test(`${host} is ${is ? 'a' : 'no'} content host`, async () => {
    assert.equal(await makeIsContentHost()(host), is)
  })
}

function makeIsContentHost() {
  const regions = new Regions([{ name: 'us-east-1', aliases: ['us'] }])
  const sites = new Map([
    ['cdn.customer.test', { kind: 'account', accountId: 'A' }],
    ['films.customer.test', { kind: 'bucket', accountId: 'A', bucketId: 'B', bucketName: 'films' }],
  ])
  const hosts = new Hosts({ domains: ['example.com'], regions, findSite: ((name: string) => sites.get(name)) as never })
  return createIsContentHost({
    contentUrl: 'https://content.example.net:8443',
    ...{ domains: ['example.com'], s3Domains: ['example.com', 's3.example.com'], hosts },
  })
}

test('a request is asked about only where its path says so', async () => {
  const asked: string[] = []
  const answering = (text: string) => (): HttpResponse => ({ status: 200, headers: [], body: text })
  const front = withContent(answering('other'), answering('content'), (host) => {
    asked.push(host)
    return Promise.resolve(host === 'uc')
  })
  const ask = async (path: string, host: string) =>
    (await front({ path, host, forwarded: { host: undefined, prefix: undefined } } as HttpRequest)).body
  assert.equal(await ask('/photos/a', 'uc'), 'other')
  assert.equal(await ask('/~contents/a', 'uc'), 'other')
  assert.equal(await ask('/%7econtent/a', 'uc'), 'other')
  assert.deepEqual(asked, [])
  assert.equal(await ask('/~content/a/b', 'uc'), 'content')
  assert.equal(await ask('/~content/a/b', 'photos'), 'other')
})
