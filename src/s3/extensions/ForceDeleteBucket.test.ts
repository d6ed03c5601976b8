import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { emptyBucketsJob } from '../../jobs/empty-buckets.ts'
import { makeFront, otherAccountId, type FrontOptions } from '../test-bed.ts'

const signal = new AbortController().signal

async function filled(options: FrontOptions = {}) {
  const front = await makeFront(options)
  await front.send('PUT /photos?versioning', {
    body: '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  })
  for (const key of ['a', 'b', 'b', 'c']) await front.send(`PUT /photos/${key}`, { body: key.repeat(40) })
  await front.send('DELETE /photos/c')
  await front.send('POST /photos/u?uploads')
  return front
}

describe('DELETE ?force_delete=true', () => {
  test('deletes the bucket with all that is in it', async () => {
    const { send, assertLedger } = await filled()
    assert.equal((await send('DELETE /photos')).outcome, '409 BucketNotEmpty')
    const answer = await send('DELETE /photos?force_delete=true')
    assert.deepEqual([answer.status, answer.text], [204, ''])
    assert.equal((await send('HEAD /photos')).status, 404)
    assert.equal((await send('PUT /photos')).status, 200)
    assert.equal((await send('GET /photos?versions')).elements('Key').length, 0)
    await assertLedger()
  })

  for (const [profile, outcome] of [
    ['aws', '202'],
    ['kontenum', '503 SlowDown'],
  ] as const) {
    test(`that takes longer than a client waits is ${outcome} in ${profile}, and goes on`, async () => {
      const { send, extensions, assertLedger } = await filled({ profile, toggles: { 'forceDelete.waitSeconds': 0 } })
      const answer = await send('DELETE /photos?force_delete=true')
      assert.equal(answer.outcome, outcome)
      assert.match(answer.headers['x-entrepot-job-id']!, /^[0-9a-f]{16}$/)
      for (const line of ['GET /photos', 'GET /photos/a', 'HEAD /photos', 'PUT /photos/a', 'DELETE /photos'])
        assert.equal((await send(line)).status, 404, line)
      assert.equal((await send('GET /')).elements('Name').length, 0)
      assert.equal((await send('PUT /photos')).outcome, '409 OperationAborted')
      assert.equal((await send('PUT /photos', { account: otherAccountId })).outcome, '409 BucketAlreadyExists')
      // Asked again, it is waited for again.
      assert.equal((await send('DELETE /photos?force_delete=true')).outcome, outcome)
      const job = emptyBucketsJob(extensions.emptier)
      while ((await job.work(signal)) === 'busy');
      assert.equal((await send('DELETE /photos?force_delete=true')).outcome, '404 NoSuchBucket')
      assert.equal((await send('PUT /photos')).status, 200)
      await assertLedger()
    })
  }

  test('is refused where an object is locked, and changes nothing', async () => {
    const { send, assertLedger } = await filled()
    await send('PUT /locked', { headers: { 'x-amz-bucket-object-lock-enabled': 'true' } })
    await send('PUT /locked/a', { body: 'a' })
    const body = '<LegalHold><Status>ON</Status></LegalHold>'
    await send('PUT /locked/b', { body: 'b' })
    assert.equal((await send('PUT /locked/b?legal-hold', { body, headers: { 'content-md5': 'x' } })).status, 400)
    const md5 = (await import('node:crypto')).createHash('md5').update(body).digest('base64')
    assert.equal((await send('PUT /locked/b?legal-hold', { body, headers: { 'content-md5': md5 } })).status, 200)
    assert.equal((await send('DELETE /locked?force_delete=true')).outcome, '403 AccessDenied')
    assert.equal((await send('GET /locked/a')).text, 'a')
    await assertLedger()
  })

  test('needs to be allowed to delete the bucket, its objects and their versions', async () => {
    const all = ['s3:DeleteBucket', 's3:DeleteObject', 's3:DeleteObjectVersion']
    for (const missing of [...all, undefined]) {
      const { send, buckets } = await filled()
      const policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          ...{ Effect: 'Allow', Principal: { AWS: otherAccountId } },
          ...{ Action: [...all, 's3:ListBucket'].filter((action) => action !== missing) },
          Resource: ['arn:aws:s3:::photos', 'arn:aws:s3:::photos/*'],
        },
      })
      await buckets.update(await buckets.get('photos'), (current) => ({ ...current, policy }))
      const answer = await send('DELETE /photos?force_delete=true', { account: otherAccountId })
      assert.equal(answer.outcome, missing === undefined ? '204' : '403 AccessDenied')
    }
  })

  test('is not there where it is switched off, nor with another value', async () => {
    const { send } = await filled({ toggles: { 'ext.forceDelete': false } })
    assert.equal((await send('DELETE /photos?force_delete=true')).outcome, '501 NotImplemented')
    const on = await filled()
    for (const query of ['force_delete', 'force_delete=false', 'force_delete=TRUE'])
      assert.equal((await on.send(`DELETE /photos?${query}`)).outcome, '501 NotImplemented')
    assert.equal((await send('HEAD /photos')).status, 200)
  })
})
