import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront, otherAccountId } from '../test-bed.ts'

const configuration = (content: string): string =>
  `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</CreateBucketConfiguration>`
const constraint = (region: string): string => configuration(`<LocationConstraint>${region}</LocationConstraint>`)

test('CreateBucket answers where the bucket is, which is then empty', async () => {
  const { send } = await makeFront()
  const { status, headers, text } = await send('PUT /videos')
  assert.deepEqual([status, headers['location'], text], [200, '/videos', ''])
  const list = await send('GET /videos')
  assert.deepEqual([list.status, list.elements('Contents')], [200, []])
})

const longest = 'a'.repeat(63)
const good = ['abc', '0ab', 'ab0', 'aaa.111', 'aaa-111', 'a-b.c-d', '1.2.3', '1.2.3.4.5', '256.1.1.1a', 'a--b', longest]
for (const name of good) {
  test(`CreateBucket takes the name ${name}`, async () => {
    const { send } = await makeFront()
    assert.equal((await send(`PUT /${name}`)).outcome, '200')
    assert.equal((await send(`HEAD /${name}`)).status, 200)
  })
}

/** Amazon S3 User Guide, "General purpose bucket naming rules". */
const bad = [
  ...['a', 'ab', `${longest}a`, 'Photos2', 'phoTos', 'pho_tos', 'pho%20tos', 'pho%2Ftos', 'pho%C3%A9tos', 'photos%0A'],
  ...['-photos', 'photos-', '.photos', 'photos.', '_photos', 'pho..tos', 'pho.-tos', 'pho-.tos', '192.168.5.4'],
  ...['xn--photos', 'sthree-photos', 'sthree-configurator', 'amzn-s3-demo-photos'],
  ...['photos-s3alias', 'photos--ol-s3', 'photos.mrap', 'photos--x-s3', 'photos--table-s3'],
]
for (const name of bad) {
  test(`CreateBucket refuses the name ${name}`, async () => {
    const { send } = await makeFront()
    const { outcome, element } = await send(`PUT /${name}`)
    assert.equal(outcome, '400 InvalidBucketName')
    assert.equal(element('BucketName'), decodeURIComponent(name))
  })
}

test('CreateBucket again by its owner changes nothing in us-east-1, and is 409 elsewhere', async () => {
  const front = await makeFront()
  await front.send('PUT /photos/k', { body: 'kitten' })
  assert.equal((await front.send('PUT /photos')).outcome, '200')
  assert.equal((await front.send('GET /photos/k')).text, 'kitten')
  const { send } = await makeFront({ region: 'eu-west-3' })
  assert.equal((await send('PUT /videos')).outcome, '200')
  assert.equal((await send('PUT /videos')).outcome, '409 BucketAlreadyOwnedByYou')
})

test('CreateBucket of a name that another account has is 409', async () => {
  const { send } = await makeFront()
  const { outcome, element } = await send('PUT /photos', { account: otherAccountId })
  assert.equal(outcome, '409 BucketAlreadyExists')
  assert.equal(element('BucketName'), 'photos')
  assert.equal((await send('GET /photos')).status, 200)
  assert.equal((await send('GET /photos', { account: otherAccountId })).outcome, '403 AccessDenied')
})

test('of many who create a bucket at once, one has it', async () => {
  const { send } = await makeFront()
  const accounts = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(64))
  const answers = await Promise.all(accounts.map((account) => send('PUT /videos', { account })))
  assert.deepEqual(answers.map(({ outcome }) => outcome).toSorted(), [
    '200',
    ...Array<string>(4).fill('409 BucketAlreadyExists'),
  ])
})

const documents: readonly (readonly [body: string, outcome: string])[] = [
  ['', '200'],
  ['  \n', '200'],
  [configuration(''), '200'],
  [constraint('us-east-1'), '200'],
  [constraint('home'), '200'],
  [constraint(''), '200'],
  [constraint('eu-west-3'), '400 InvalidLocationConstraint'],
  [constraint('US-EAST-1'), '400 InvalidLocationConstraint'],
  ['<CreateBucketConfiguration>', '400 MalformedXML'],
  ['<Other/>', '400 MalformedXML'],
  ['{}', '400 MalformedXML'],
  [`<!DOCTYPE a [<!ENTITY b "c">]>${configuration('')}`, '400 MalformedXML'],
  [configuration('<Location><Type>AvailabilityZone</Type></Location>'), '501 NotImplemented'],
  [
    configuration('<Bucket><Type>Directory</Type><DataRedundancy>SingleAvailabilityZone</DataRedundancy></Bucket>'),
    '501 NotImplemented',
  ],
  [configuration('<Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags>'), '200'],
]
for (const [body, outcome] of documents) {
  test(`CreateBucket with the document ${JSON.stringify(body)} is ${outcome}`, async () => {
    const { send } = await makeFront()
    assert.equal((await send('PUT /videos', { body })).outcome, outcome)
    assert.equal((await send('HEAD /videos')).status, outcome === '200' ? 200 : 404)
  })
}

const headers: readonly (readonly [name: string, value: string, outcome: string])[] = [
  ['x-amz-acl', 'private', '200'],
  ['x-amz-acl', 'public-read', '400 AccessControlListNotSupported'],
  ['x-amz-acl', 'public-read-write', '400 AccessControlListNotSupported'],
  ['x-amz-acl', 'authenticated-read', '400 AccessControlListNotSupported'],
  ['x-amz-acl', 'everybody', '400 InvalidArgument'],
  ['x-amz-grant-read', 'id=x', '400 AccessControlListNotSupported'],
  ['x-amz-grant-write', 'id=x', '400 AccessControlListNotSupported'],
  ['x-amz-grant-read-acp', 'id=x', '400 AccessControlListNotSupported'],
  ['x-amz-grant-write-acp', 'id=x', '400 AccessControlListNotSupported'],
  ['x-amz-grant-full-control', 'id=x', '400 AccessControlListNotSupported'],
  ['x-amz-object-ownership', 'BucketOwnerEnforced', '200'],
  ['x-amz-object-ownership', 'BucketOwnerPreferred', '200'],
  ['x-amz-object-ownership', 'ObjectWriter', '200'],
  ['x-amz-bucket-object-lock-enabled', 'false', '200'],
  ['x-amz-bucket-object-lock-enabled', 'true', '200'],
  ['x-amz-bucket-object-lock-enabled', 'maybe', '400 InvalidArgument'],
]
for (const [name, value, outcome] of headers) {
  test(`CreateBucket with ${name}: ${value} is ${outcome}`, async () => {
    const { send } = await makeFront()
    assert.equal((await send('PUT /videos', { headers: { [name]: value } })).outcome, outcome)
    assert.equal((await send('HEAD /videos')).status, outcome === '200' ? 200 : 404)
  })
}

test('CreateBucket with an ACL and ownership controls keeps both', async () => {
  const { send } = await makeFront()
  const headers = { 'x-amz-object-ownership': 'ObjectWriter', 'x-amz-acl': 'public-read' }
  assert.equal((await send('PUT /videos', { headers })).outcome, '200')
  assert.deepEqual((await send('GET /videos?ownershipControls')).elements('ObjectOwnership'), ['ObjectWriter'])
  assert.deepEqual((await send('GET /videos?acl')).elements('Permission'), ['READ', 'FULL_CONTROL'])
  assert.equal((await send('GET /videos', { account: otherAccountId })).outcome, '200')
})

test('CreateBucket again is BucketAlreadyExists where it would change its ACL', async () => {
  const { send } = await makeFront({ toggles: { acl: 'full' } })
  const publicRead = { headers: { 'x-amz-acl': 'public-read' } }
  assert.equal((await send('PUT /photos', publicRead)).outcome, '409 BucketAlreadyExists')
  assert.equal((await send('PUT /photos', { headers: { 'x-amz-acl': 'private' } })).outcome, '200')
  assert.equal((await send('PUT /videos', publicRead)).outcome, '200')
  assert.equal((await send('PUT /videos')).outcome, '409 BucketAlreadyExists')
  assert.equal((await send('PUT /videos', publicRead)).outcome, '200')
})
