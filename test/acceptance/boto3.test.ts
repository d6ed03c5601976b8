/** boto3: the samples of vendors' documentation as they stand but for endpoint, keys and bucket names, and what its users do besides. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { bucketName } from '../harness/names.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { missing, run } from '../harness/tools.ts'
import { temporaryFolder } from '../harness/tree.ts'

const skip = missing('python3', '-c', 'import boto3') === false ? false : 'python3 has no boto3 on this machine'
const scripts = join(import.meta.dirname, 'boto3')
const bucket = bucketName('boto3')
let server: TestServer
let folder: string

before(async () => {
  if (skip !== false) return
  server = await startServer({ env: { ENTREPOT_SIG_V2_HEADER: 'true' } })
  folder = temporaryFolder('boto3')
})
after(async () => {
  if (skip !== false) return
  rmSync(folder, { recursive: true, force: true })
  await server.stop()
})

const python = (script: string, region: string, ...args: string[]): Promise<string> =>
  run('python3', [join(scripts, script), ...args], {
    cwd: folder,
    env: {
      ENDPOINT_URL: server.endpoint,
      REGION_NAME: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: server.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      PYTHONDONTWRITEBYTECODE: '1',
    },
  })

test('L-13: Selectel’s sample', { skip }, async () => {
  writeFileSync(join(folder, 'data.docx'), 'what the file holds')
  const printed = await python('selectel_sample.py', server.region, bucket)
  assert.deepEqual(printed.trimEnd().split('\n'), ['ObjectName1', 'ObjectName2', "b'what the file holds'"])
})

// In us-east-1 boto3 signs URLs by version 2, elsewhere by version 4.
test('P-3: Qencode’s scripts for presigned URLs, signed by version 2', { skip }, async () => {
  const [putUrl = '', getUrl = ''] = (await python('qencode_presign.py', 'us-east-1', bucket, 'video 1.mp4')).split(
    '\n',
  )
  assert.match(putUrl, /[?&]AWSAccessKeyId=/)
  const put = await fetch(putUrl, { method: 'PUT', body: Buffer.from('v2 body') })
  assert.equal(put.status, 200, await put.text())
  assert.equal(await (await fetch(getUrl)).text(), 'v2 body')
})

test(
  'P-3: Qencode’s scripts for presigned URLs, signed by version 4 in the server’s own region',
  { skip },
  async () => {
    const west = await startServer({ env: { ENTREPOT_REGION: 'us-west' } })
    try {
      const env = {
        ENDPOINT_URL: west.endpoint,
        AWS_ACCESS_KEY_ID: west.accessKeyId,
        AWS_SECRET_ACCESS_KEY: west.secretAccessKey,
      }
      const all = { ...env, REGION_NAME: 'us-west', AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: '/dev/null' }
      const printed = await run('python3', [join(scripts, 'qencode_presign.py'), bucket, 'video.mp4', 'create'], {
        env: all,
      })
      const [putUrl = '', getUrl = ''] = printed.split('\n')
      assert.match(putUrl, /X-Amz-Credential=[^&]*us-west/)
      const put = await fetch(putUrl, { method: 'PUT', body: Buffer.from('v4 body') })
      assert.equal(put.status, 200, await put.text())
      assert.equal(await (await fetch(getUrl)).text(), 'v4 body')
    } finally {
      if (!west.external) await west.stop()
    }
  },
)

test('files in parts, streams, metadata, pages, versions of the listing and errors', { skip }, async () => {
  await python('everyday.py', server.region, bucketName('everyday'))
})
