/** Several regions in one deployment: each has its hosts, and its own folder of blobs. */
import {
  CreateBucketCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { clientFor, lookupHere } from '../harness/client.ts'
import { patterned } from '../harness/names.ts'
import { element, send } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] ? 'needs a server of its own' : false
const body = patterned(200_000)

describe('a deployment of three regions', { skip }, () => {
  let server: TestServer
  let west: string
  before(async () => {
    if (skip !== false) return
    west = mkdtempSync(join(tmpdir(), 'entrepot-west-'))
    const regions = [
      { name: 'us-west', aliases: ['pacific'], data: west, displayName: 'Sacramento' },
      { name: 'eu-central', domains: ['eu.example'] },
    ]
    server = await startServer({ env: { ENTREPOT_REGIONS: JSON.stringify(regions) } })
  })
  after(async () => {
    await server?.stop()
    if (west !== undefined) rmSync(west, { recursive: true, force: true })
  })

  const filesIn = (folder: string): number =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length
  const host = (region: string) => ({ host: `${region}.s3.${server.domain}:${server.port}` })
  const client = (region: string) =>
    clientFor(server, {
      region,
      endpoint: `http://${region}.s3.${server.domain}:${server.port}`,
      forcePathStyle: true,
      requestHandler: { httpAgent: new Agent({ lookup: lookupHere(server) }) },
    })

  test('a bucket is where its LocationConstraint says, and so are its bytes', async () => {
    const s3 = client('us-west')
    await s3.send(new CreateBucketCommand({ Bucket: 'westerns' }))
    const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket: 'westerns' }))
    assert.equal(LocationConstraint, 'us-west')
    const blobs = join(server.dataFolder, 'blobs')
    const before = filesIn(blobs)
    await s3.send(new PutObjectCommand({ Bucket: 'westerns', Key: 'film', Body: body }))
    assert.equal(filesIn(blobs), before)
    assert.equal(filesIn(west), 1)
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'westerns', Key: 'film' }))
    assert.ok(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(body))
  })

  test('a copy into another region has its bytes there', async () => {
    await client('eu-central').send(new CreateBucketCommand({ Bucket: 'europe' }))
    const headers = { ...host('eu-central'), 'x-amz-copy-source': '/westerns/film' }
    const copied = await send(server, { method: 'PUT', path: '/europe/film', headers, region: 'eu-central' })
    assert.equal(copied.status, 200, copied.text)
    assert.equal(filesIn(join(server.dataFolder, 'regions', 'eu-central')), 1)
    assert.equal(filesIn(west), 1)
    assert.equal((await send(server, { method: 'DELETE', path: '/westerns/film', region: 'us-west' })).status, 204)
    assert.ok((await send(server, { path: '/europe/film', region: 'eu-central' })).body.equals(body))
  })

  test('on the host of another region the answer is 301, with the right one', async () => {
    const wrong = await send(server, { path: '/europe/film', headers: host('us-west'), region: 'us-west' })
    assert.equal(wrong.status, 301)
    assert.equal(wrong.code, 'PermanentRedirect')
    assert.equal(wrong.headers['x-amz-bucket-region'], 'eu-central')
    assert.equal(element(wrong.text, 'Endpoint'), host('eu-central').host)
    const head = await send(server, { method: 'HEAD', path: '/europe', headers: host('us-west'), region: 'us-west' })
    assert.deepEqual([head.status, head.text], [301, ''])
    assert.equal(head.headers['x-amz-bucket-region'], 'eu-central')
  })

  test('a client that follows regions finds its way by x-amz-bucket-region', async () => {
    const s3 = clientFor(server, {
      region: 'us-east-1',
      forcePathStyle: true,
      followRegionRedirects: true,
    })
    const { BucketRegion } = await s3.send(new HeadBucketCommand({ Bucket: 'europe' }))
    assert.equal(BucketRegion, 'eu-central')
  })

  test('on hosts that name no region, a signature must be for that of the bucket, or an alias', async () => {
    for (const region of ['us-west', 'pacific'])
      assert.equal((await send(server, { path: '/westerns', region })).status, 200, region)
    for (const sign of ['header4', 'query4'] as const) {
      const { status, code, text, headers } = await send(server, { path: '/westerns', region: 'eu-central', sign })
      const expected = sign === 'header4' ? 'AuthorizationHeaderMalformed' : 'AuthorizationQueryParametersError'
      assert.deepEqual([status, code], [400, expected])
      assert.match(text, /the region 'eu-central' is wrong; expecting 'us-west'/)
      assert.equal(element(text, 'Region'), 'us-west')
      assert.equal(headers['x-amz-bucket-region'], 'us-west')
    }
    for (const region of ['us-east-1', 'us-west', 'pacific', 'eu-central'])
      assert.equal((await send(server, { path: '/', region })).status, 200, region)
    assert.equal((await send(server, { path: '/', region: 'mars' })).status, 400)
  })

  test('ListBuckets has the buckets of all regions', async () => {
    const { Buckets = [] } = await client('us-west').send(new ListBucketsCommand({}))
    assert.deepEqual(
      Buckets.map(({ Name, BucketRegion }) => `${Name} ${BucketRegion}`),
      ['europe eu-central', 'westerns us-west'],
    )
  })

  test('everything is there after a new start', async () => {
    await server.restart()
    assert.ok((await send(server, { path: '/europe/film', region: 'eu-central' })).body.equals(body))
  })
})
