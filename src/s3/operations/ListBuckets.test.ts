import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountId, makeFront, otherAccountId } from '../test-bed.ts'

/** Beside `photos`, which is there. */
async function makeBuckets(...names: readonly string[]) {
  const front = await makeFront()
  for (const name of names) assert.equal((await front.send(`PUT /${name}`)).status, 200)
  return front
}

test('ListBuckets tells the owner and the buckets, in order of name', async () => {
  const { send } = await makeBuckets('videos', 'photos-2', 'photos.1', 'audio')
  const answer = await send('GET /')
  assert.equal(answer.status, 200)
  assert.deepEqual(answer.elements('Name'), ['audio', 'photos', 'photos-2', 'photos.1', 'videos'])
  assert.deepEqual(answer.elements('CreationDate'), Array(5).fill('2026-11-20T00:00:00.000Z'))
  assert.deepEqual(answer.elements('BucketRegion'), Array(5).fill('us-east-1'))
  assert.deepEqual([answer.element('ID'), answer.element('DisplayName')], [accountId, 'account a'])
  assert.match(answer.text, /^<\?xml[^]*<ListAllMyBucketsResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/)
  assert.deepEqual([answer.element('ContinuationToken'), answer.element('Prefix')], [undefined, undefined])
})

test('ListBuckets lists an account its own buckets only', async () => {
  const { send } = await makeBuckets()
  await send('PUT /theirs', { account: otherAccountId })
  assert.deepEqual((await send('GET /')).elements('Name'), ['photos'])
  assert.deepEqual((await send('GET /', { account: otherAccountId })).elements('Name'), ['theirs'])
  const none = await send('GET /', { account: 'c'.repeat(64) })
  assert.deepEqual([none.status, none.elements('Name'), none.elements('Buckets')], [200, [], ['']])
})

test('ListBuckets is paged by max-buckets, and ends where the buckets do', async () => {
  const names = ['b-1', 'b-2', 'b-3', 'b-4', 'photos']
  const { send } = await makeBuckets(...names.slice(0, 4))
  for (const size of [1, 2, 3, 4, 5, 10_000]) {
    const pages: string[][] = []
    let token: string | undefined = ''
    while (token !== undefined) {
      const answer = await send(`GET /?max-buckets=${size}${token && `&continuation-token=${token}`}`)
      pages.push([...answer.elements('Name')])
      token = answer.element('ContinuationToken')
    }
    assert.deepEqual(pages.flat(), names)
    assert.equal(pages.length, Math.ceil(names.length / size))
  }
})

test('ListBuckets filters by prefix, which its answer repeats', async () => {
  const { send } = await makeBuckets('photos-2', 'pho', 'phz')
  const answer = await send('GET /?prefix=photos&max-buckets=1')
  assert.deepEqual([answer.elements('Name'), answer.element('Prefix')], [['photos'], 'photos'])
  const rest = await send(`GET /?prefix=photos&continuation-token=${answer.element('ContinuationToken')}`)
  assert.deepEqual([rest.elements('Name'), rest.element('ContinuationToken')], [['photos-2'], undefined])
  for (const prefix of ['x', 'PHO', 'photos-22', '%00']) {
    assert.deepEqual((await send(`GET /?prefix=${prefix}`)).elements('Name'), [], prefix)
  }
})

test('ListBuckets filters by region', async () => {
  const { send } = await makeBuckets()
  assert.deepEqual((await send('GET /?bucket-region=us-east-1')).elements('Name'), ['photos'])
  assert.deepEqual((await send('GET /?bucket-region=eu-west-3')).elements('Name'), [])
})

const refused = ['max-buckets=0', 'max-buckets=10001', 'max-buckets=-1', 'max-buckets=x', 'continuation-token=%21']
for (const query of refused) {
  test(`ListBuckets with ${query} is InvalidArgument`, async () => {
    const { send } = await makeFront()
    assert.equal((await send(`GET /?${query}`)).outcome, '400 InvalidArgument')
  })
}

test('ListBuckets takes an empty token for none', async () => {
  const { send } = await makeFront()
  assert.deepEqual((await send('GET /?continuation-token=&prefix=')).elements('Name'), ['photos'])
})
