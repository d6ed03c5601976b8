import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Regions, type Region } from '../objects/regions.ts'
import { Endpoints } from './endpoints.ts'
import { makeFront, type Sent } from './test-bed.ts'

const home: Region = { name: 'us-east-1', aliases: ['home'] }
const west: Region = { name: 'us-west', aliases: ['west', 'pacific'] }
const eu: Region = { name: 'eu-central', aliases: [], domains: ['storage.example.eu'] }
const regions = new Regions([home, west, eu])

test('a region is found by its name and its aliases; a bucket of one that is gone is in the first', () => {
  assert.equal(regions.find('us-west'), west)
  assert.equal(regions.find('pacific'), west)
  assert.equal(regions.find('mars'), undefined)
  assert.equal(regions.of({ region: 'eu-central' }), eu)
  assert.equal(regions.of({ region: 'renamed-since' }), home)
  assert.deepEqual(regions.namesOf(west), ['us-west', 'west', 'pacific'])
  assert.deepEqual(regions.namesFrom(eu), ['eu-central', 'us-east-1', 'home', 'us-west', 'west', 'pacific'])
})

/** Which region each host names; none: all are served there. */
const hosts: readonly (readonly [host: string, region: string | undefined])[] = [
  ['example.com', undefined],
  ['s3.example.com', undefined],
  ['us-west.s3.example.com', 'us-west'],
  ['s3.us-west.example.com:9000', 'us-west'],
  ['us-west.example.com', 'us-west'],
  ['photos.us-west.s3.example.com', 'us-west'],
  ['US-WEST.S3.EXAMPLE.COM', 'us-west'],
  ['us-east-1.s3.example.com', 'us-east-1'],
  ['photos.s3.example.com', undefined],
  ['storage.example.eu', 'eu-central'],
  ['photos.storage.example.eu', 'eu-central'],
  ['pacific.s3.example.com', undefined],
  ['127.0.0.1:9000', undefined],
]
for (const [host, region] of hosts) {
  test(`${host} names ${region ?? 'no region'}`, () => {
    assert.equal(new Endpoints(['example.com'], regions).regionOfHost(host)?.name, region)
  })
}

test('a domain that is configured serves all regions, though another makes it a region of its own', () => {
  const endpoints = new Endpoints(['example.com', 'us-west.example.com'], regions)
  assert.equal(endpoints.regionOfHost('us-west.example.com'), undefined)
})

test('on a listener of one region, hosts that name none are of that region', () => {
  const endpoints = new Endpoints(['example.com'], regions, west)
  assert.equal(endpoints.regionOfHost('127.0.0.1:9000'), west)
  assert.equal(endpoints.regionOfHost('example.com'), west)
  assert.equal(endpoints.regionOfHost('s3.eu-central.example.com'), eu)
})

describe('in a deployment of three regions', () => {
  const deploy = () => makeFront({ region: home.name, otherRegions: [west, eu] })
  const constraint = (name: string): Sent => ({
    body: `<CreateBucketConfiguration><LocationConstraint>${name}</LocationConstraint></CreateBucketConfiguration>`,
  })
  const westHost = 'us-west.s3.s3.test'

  const created: readonly (readonly [title: string, sent: Sent, outcome: string, region?: string])[] = [
    ['without a constraint', {}, '200', 'us-east-1'],
    ['without a constraint on the host of a region', { host: westHost }, '200', 'us-west'],
    ['with a constraint', constraint('us-west'), '200', 'us-west'],
    ['with an alias for a constraint', constraint('pacific'), '200', 'us-west'],
    ['with the constraint of the host', { ...constraint('us-west'), host: westHost }, '200', 'us-west'],
    ['with an alias of the host', { ...constraint('west'), host: westHost }, '200', 'us-west'],
    ['with an unknown constraint', constraint('mars'), '400 InvalidLocationConstraint'],
    [
      'with the constraint of another region than the host',
      { ...constraint('eu-central'), host: westHost },
      '400 IllegalLocationConstraintException',
    ],
    [
      'with the constraint of the first on the host of another',
      { ...constraint('us-east-1'), host: westHost },
      '400 IllegalLocationConstraintException',
    ],
  ]
  for (const [title, sent, outcome, region] of created) {
    test(`a bucket created ${title}: ${outcome}, in ${region ?? 'none'}`, async () => {
      const { send, buckets } = await deploy()
      assert.equal((await send('PUT /videos', sent)).outcome, outcome)
      const bucket = await buckets.get('videos').catch(() => undefined)
      assert.equal(bucket?.region, region)
      if (region === undefined) return
      const head = await send('HEAD /videos')
      assert.equal(head.headers['x-amz-bucket-region'], region)
    })
  }

  test('GetBucketLocation answers as the bucket was created, and ListBuckets has all with their regions', async () => {
    const { send } = await deploy()
    await send('PUT /videos', constraint('eu-central'))
    await send('PUT /westerns', { host: westHost })
    assert.match((await send('GET /videos?location')).text, />eu-central</)
    assert.match((await send('GET /westerns?location')).text, />us-west</)
    const listed = await send('GET /', { host: westHost })
    assert.deepEqual(listed.elements('Name'), ['photos', 'videos', 'westerns'])
    assert.deepEqual(listed.elements('BucketRegion'), ['us-east-1', 'eu-central', 'us-west'])
    assert.deepEqual((await send('GET /?bucket-region=us-west')).elements('Name'), ['westerns'])
  })

  const asked: readonly (readonly [line: string, host: string, outcome: string, endpoint?: string])[] = [
    ['GET /videos/a', 'localhost', '200'],
    ['GET /videos/a', 's3.test', '200'],
    ['GET /a', 'videos.s3.test', '200'],
    ['GET /videos/a', 'storage.example.eu', '200'],
    ['GET /a', 'videos.storage.example.eu', '200'],
    ['GET /a', 'videos.eu-central.s3.s3.test', '200'],
    ['GET /videos/a', 'us-west.s3.s3.test', '301 PermanentRedirect', 'eu-central.s3.s3.test'],
    ['GET /videos/a', 's3.us-west.s3.test', '301 PermanentRedirect', 's3.eu-central.s3.test'],
    ['PUT /videos/b', 'us-west.s3.test:9000', '301 PermanentRedirect', 'eu-central.s3.test:9000'],
    ['GET /a', 'videos.us-west.s3.test', '301 PermanentRedirect', 'videos.eu-central.s3.test'],
    ['GET /photos/a', 'storage.example.eu', '301 PermanentRedirect', 'us-east-1.s3.s3.test'],
    ['HEAD /videos', 'us-west.s3.s3.test', '301'],
    ['HEAD /videos/a', 'us-west.s3.s3.test', '301'],
    ['GET /absent/a', 'us-west.s3.s3.test', '404 NoSuchBucket'],
  ]
  for (const [line, host, outcome, endpoint] of asked) {
    test(`${line} of a bucket in eu-central, on ${host}: ${outcome}`, async () => {
      const { send, served } = await deploy()
      await send('PUT /videos', constraint('eu-central'))
      await send('PUT /videos/a', { body: 'x' })
      const answer = await send(line, { host })
      assert.equal(answer.outcome, outcome)
      if (answer.status !== 301) return
      assert.equal(answer.headers['x-amz-bucket-region'], line.includes('photos') ? 'us-east-1' : 'eu-central')
      assert.equal(answer.headers['location'], undefined)
      assert.equal(served.at(-1)?.accountId, undefined, 'nobody was asked who signed')
      if (endpoint === undefined) return assert.equal(answer.text, '')
      assert.equal(answer.element('Endpoint'), endpoint)
      assert.equal(answer.element('Bucket'), line.includes('photos') ? 'photos' : 'videos')
    })
  }

  test('a bucket can be created under a name that is taken in another region, on a host of a region: it is taken', async () => {
    const { send } = await deploy()
    await send('PUT /videos', constraint('eu-central'))
    const { outcome } = await send('PUT /videos', { host: westHost })
    assert.equal(outcome, '409 BucketAlreadyOwnedByYou')
  })
})
