import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

test('GetBucketEncryption answers the default as it was put', async () => {
  const { send, buckets } = await makeFront()
  const bucket = await buckets.get('photos')
  for (const bucketKeyEnabled of [false, true]) {
    const encryption = { algorithm: 'AES256', ...(bucketKeyEnabled && { bucketKeyEnabled }) } as const
    await buckets.update(bucket, (current) => ({ ...current, encryption }))
    const { status, text } = await send('GET /photos?encryption')
    assert.equal(status, 200)
    assert.equal(
      text,
      `<?xml version="1.0" encoding="UTF-8"?>\n<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>${bucketKeyEnabled}</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>`,
    )
  }
})

test('GetBucketEncryption of a bucket without a default is told so, with its name', async () => {
  const { send } = await makeFront()
  const { outcome, element } = await send('GET /photos?encryption')
  assert.equal(outcome, '404 ServerSideEncryptionConfigurationNotFoundError')
  assert.equal(element('BucketName'), 'photos')
  assert.equal((await send('GET /absent?encryption')).outcome, '404 NoSuchBucket')
})
