/** AWS's SDK for JavaScript: every checksum algorithm S3 knows is checked, kept and given back. */
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  type ChecksumAlgorithm,
  type ChecksumType,
} from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { clientFor } from '../harness/client.ts'
import { bucketName, patterned } from '../harness/names.ts'
import { send } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { signedChunks, unsignedChunks, signHeader4 } from '../harness/sign.ts'

const MiB = 1024 * 1024
const Bucket = bucketName('checksums')
let server: TestServer
let s3: ReturnType<typeof clientFor>

before(async () => {
  server = await startServer()
  s3 = clientFor(server)
  await s3.send(new CreateBucketCommand({ Bucket }))
})
after(async () => {
  s3?.destroy()
  await server?.stop()
})

const hash = (algorithm: string): string => createHash(algorithm).update('123456789').digest('hex')

/** Checksums of the text `123456789`: the check values that the definitions of the CRCs give, the others as their authors' programs do. */
const checkValues: Readonly<Record<string, string>> = {
  crc32: 'cbf43926',
  crc32c: 'e3069283',
  crc64nvme: 'ae8b14860a799888',
  sha1: hash('sha1'),
  sha256: hash('sha256'),
  sha512: hash('sha512'),
  md5: hash('md5'),
  xxhash64: '8cb841db40e6ae83',
  xxhash3: '72dcb18b67a17dff',
  xxhash128: '33119477ede5dcd5e9716427681d5860',
}
const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')
const wrong = (hex: string): string => base64(hex.replace(/^../, (byte) => (byte === '00' ? '01' : '00')))

for (const [name, value] of Object.entries(checkValues)) {
  const header = `x-amz-checksum-${name}`

  test(`${name} as a header is checked, kept and given back when asked for`, async () => {
    const path = `/${Bucket}/header-${name}`
    const put = await send(server, { method: 'PUT', path, headers: { [header]: base64(value) }, body: '123456789' })
    assert.equal(put.status, 200, put.text)
    assert.equal(put.headers[header], base64(value))
    const asked = await send(server, { method: 'HEAD', path, headers: { 'x-amz-checksum-mode': 'ENABLED' } })
    assert.equal(asked.headers[header], base64(value))
    assert.equal(asked.headers['x-amz-checksum-type'], 'FULL_OBJECT')
    const unasked = await send(server, { method: 'HEAD', path })
    assert.equal(unasked.headers[header], undefined)
  })

  test(`${name} that differs is refused and nothing is kept`, async () => {
    const path = `/${Bucket}/wrong-${name}`
    const put = await send(server, { method: 'PUT', path, headers: { [header]: wrong(value) }, body: '123456789' })
    assert.deepEqual([put.status, put.code], [400, 'BadDigest'], put.text)
    assert.equal((await send(server, { method: 'HEAD', path })).status, 404)
  })

  test(`${name} that is no such checksum is refused`, async () => {
    const path = `/${Bucket}/malformed-${name}`
    const put = await send(server, { method: 'PUT', path, headers: { [header]: 'AAAA' }, body: '123456789' })
    assert.deepEqual([put.status, put.code], [400, 'InvalidRequest'], put.text)
  })

  test(`${name} as a trailer of unsigned chunks is checked`, async () => {
    const putTrailer = (key: string, checksum: string) =>
      send(server, {
        method: 'PUT',
        path: `/${Bucket}/${key}`,
        headers: { 'x-amz-trailer': header, 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '9' },
        payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        body: unsignedChunks([Buffer.from('1234'), Buffer.from('56789')], { [header]: checksum }),
      })
    const good = await putTrailer(`trailer-${name}`, base64(value))
    assert.equal(good.status, 200, good.text)
    const bad = await putTrailer(`trailer-wrong-${name}`, wrong(value))
    assert.deepEqual([bad.status, bad.code], [400, 'BadDigest'], bad.text)
    assert.equal((await send(server, { method: 'HEAD', path: `/${Bucket}/trailer-wrong-${name}` })).status, 404)
  })

  test(`${name} as a signed trailer of signed chunks is checked`, async () => {
    const scope = {
      credentials: server,
      region: server.region,
      date: new Date(),
      payload: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
    }
    const headers = {
      host: `${server.host}:${server.port}`,
      'x-amz-trailer': header,
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': '9',
    }
    const path = `/${Bucket}/signed-trailer-${name}`
    const seed = signHeader4({ method: 'PUT', path, query: '', headers }, scope)
    const body = signedChunks(seed, [Buffer.from('123456789')], { trailers: { [header]: base64(value) } })
    const put = await send(server, { method: 'PUT', path, headers: seed.headers, sign: 'none', body })
    assert.equal(put.status, 200, put.text)
    assert.equal((await send(server, { path })).text, '123456789')
  })
}

for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
  test(`the SDK puts with ${ChecksumAlgorithm} and verifies it when it gets`, async () => {
    const Key = `sdk-${ChecksumAlgorithm}`
    const put = await s3.send(new PutObjectCommand({ Bucket, Key, Body: '123456789', ChecksumAlgorithm }))
    assert.equal(put[`Checksum${ChecksumAlgorithm}`], base64(checkValues[ChecksumAlgorithm.toLowerCase()] ?? ''))
    const got = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
    assert.equal(got[`Checksum${ChecksumAlgorithm}`], put[`Checksum${ChecksumAlgorithm}`])
    assert.equal(await got.Body?.transformToString(), '123456789')
  })
}

/** Puts an object of three parts with the SDK and gives what Complete and HEAD say of it. */
async function putParts(Key: string, ChecksumAlgorithm: ChecksumAlgorithm, ChecksumType: ChecksumType) {
  const body = patterned(11 * MiB, 3)
  const bodies = [body.subarray(0, 5 * MiB), body.subarray(5 * MiB, 10 * MiB), body.subarray(10 * MiB)]
  const created = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm, ChecksumType }))
  assert.equal(created.ChecksumType, ChecksumType)
  const upload = { Bucket, Key, UploadId: created.UploadId }
  const Parts = await Promise.all(
    bodies.map(async (Body, i) => {
      const PartNumber = i + 1
      const part = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm }))
      const { ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 } = part
      return { PartNumber, ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 }
    }),
  )
  const input = { ...upload, ChecksumType, MultipartUpload: { Parts } }
  const completed = await s3.send(new CompleteMultipartUploadCommand(input))
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
  return { bodies, completed, head }
}

test('a COMPOSITE checksum is the checksum of the parts’ checksums', async () => {
  const { bodies, completed, head } = await putParts('composite', 'SHA256', 'COMPOSITE')
  const digests = bodies.map((body) => createHash('sha256').update(body).digest())
  const expected = createHash('sha256').update(Buffer.concat(digests)).digest('base64') + '-3'
  assert.equal(completed.ChecksumSHA256, expected)
  assert.deepEqual([head.ChecksumSHA256, head.ChecksumType], [expected, 'COMPOSITE'])
})

for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME'] as const) {
  test(`a FULL_OBJECT ${algorithm} of parts is that of the whole body`, async () => {
    const { bodies, completed, head } = await putParts(`full-${algorithm}`, algorithm, 'FULL_OBJECT')
    const Body = Buffer.concat(bodies)
    const Key = `whole-${algorithm}`
    const whole = await s3.send(new PutObjectCommand({ Bucket, Key, Body, ChecksumAlgorithm: algorithm }))
    const expected = whole[`Checksum${algorithm}`]
    assert.deepEqual([completed[`Checksum${algorithm}`], head.ChecksumType], [expected, 'FULL_OBJECT'])
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: `full-${algorithm}`, ChecksumMode: 'ENABLED' }))
    assert.equal((await got.Body?.transformToByteArray())?.length, Body.length)
  })
}

test('GetObjectAttributes gives the checksum of the object and of its parts', async () => {
  const ObjectAttributes = ['Checksum' as const, 'ObjectParts' as const]
  const answer = await s3.send(new GetObjectAttributesCommand({ Bucket, Key: 'composite', ObjectAttributes }))
  assert.equal(answer.Checksum?.ChecksumType, 'COMPOSITE')
  assert.match(answer.Checksum?.ChecksumSHA256 ?? '', /=(-3)?$/)
  assert.deepEqual(
    answer.ObjectParts?.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]),
    [
      [1, 5 * MiB],
      [2, 5 * MiB],
      [3, MiB],
    ],
  )
  assert.ok(answer.ObjectParts?.Parts?.every(({ ChecksumSHA256 }) => ChecksumSHA256?.length === 44))
})

test('a copy keeps the checksum, or takes that of the algorithm asked for', async () => {
  const CopySource = `${Bucket}/sdk-SHA256`
  const kept = await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy-kept', CopySource }))
  assert.equal(kept.CopyObjectResult?.ChecksumSHA256, base64(checkValues['sha256'] ?? ''))
  const input = { Bucket, Key: 'copy-new', CopySource, ChecksumAlgorithm: 'CRC32C' as const }
  const changed = await s3.send(new CopyObjectCommand(input))
  assert.equal(changed.CopyObjectResult?.ChecksumCRC32C, base64(checkValues['crc32c'] ?? ''))
})

test('Content-MD5 that differs or is malformed is refused', async () => {
  const put = (md5: string) =>
    send(server, { method: 'PUT', path: `/${Bucket}/md5`, headers: { 'content-md5': md5 }, body: '123456789' })
  assert.equal((await put(wrong(checkValues['md5'] ?? ''))).code, 'BadDigest')
  assert.equal((await put('not base64')).code, 'InvalidDigest')
  assert.equal((await put(base64(checkValues['md5'] ?? ''))).status, 200)
})
