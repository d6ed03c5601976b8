/** "S3 Presigned URLs" of Qencode's documentation, requirement by requirement: s3cmd, boto3 and curl over TLS, on a server with that profile. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { element, presign, type RawRequest } from '../../harness/request.ts'
import { noBoto3, placeSample, runSample, sampleFolder } from '../../harness/samples.ts'
import { missing, run } from '../../harness/tools.ts'
import { noVendor as skip, noVendorTls, outcomeOf, vendor } from '../../harness/vendor.ts'

const domain = 'qencode.test'
const [west, central] = [`us-west.s3.${domain}`, `eu-central.s3.${domain}`]
let folder: string
const qencode = vendor('qencode', {
  env: {
    ENTREPOT_DOMAIN: domain,
    ENTREPOT_REGION: 'us-west',
    ENTREPOT_REGIONS: JSON.stringify([{ name: 'eu-central' }]),
  },
  tlsNames: [west, central].flatMap((host) => [host, `*.${host}`]),
  async prepare() {
    folder = sampleFolder('presigned')
    writeFileSync(join(folder, 'upload.txt'), 'uploaded by curl')
    await ask({ method: 'PUT', path: '/media-bucket' })
    await ask({ method: 'PUT', path: '/central-bucket', headers: { host: central }, region: 'eu-central' })
  },
})
const { ask, outcome, curl } = qencode
const noS3cmd = noVendorTls === false ? missing('s3cmd') : noVendorTls
const noPython = noVendorTls === false ? noBoto3() : noVendorTls
after(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

/** A URL for the proxy, signed for the host of us-west. */
const url = (request: RawRequest): string =>
  presign(qencode.server, { ...request, headers: { host: west } }).replace('http://', 'https://')

test(
  'P-1: an URL lets its holder, who has no key, download an object, or upload one',
  { skip: noVendorTls },
  async () => {
    const path = '/media-bucket/folder/video%201.mp4'
    const put = await curl('-X', 'PUT', '--data-binary', 'by its holder', url({ method: 'PUT', path }))
    assert.equal(put, '')
    assert.equal(await curl(url({ path })), 'by its holder')
    assert.match(await curl(`https://${west}${path}`), /<Code>AccessDenied<\/Code>/)
  },
)

describe('s3cmd', { skip: noS3cmd }, () => {
  const key = { west: '/media-bucket/dir/a%20file%2B.txt', central: '/central-bucket/dir/a%20file%2B.txt' }
  before(async () => {
    if (noS3cmd !== false) return
    await ask({ method: 'PUT', path: key.west, body: 'in the west' })
    await ask({ method: 'PUT', path: key.central, body: 'in Europe', region: 'eu-central' })
    writeFileSync(join(folder, 'https.s3cfg'), '[default]\nsignurl_use_https = True\n')
  })
  const signurl = async (host: string, hostBucket: string, target: string, seconds: string, config = '/dev/null') => {
    const { accessKeyId, secretAccessKey } = qencode.server
    const keys = [`--access_key=${accessKeyId}`, `--secret_key=${secretAccessKey}`]
    const hosts = [`--host=${host}`, `--host-bucket=${hostBucket}`]
    const args = [`--config=${config}`, ...keys, ...hosts, 'signurl', target, seconds]
    return (await run('s3cmd', args, { cwd: folder, env: { LC_ALL: 'C.UTF-8' } })).trim()
  }

  test('P-2: the recipe as written, at both endpoints', async () => {
    for (const [host, bucket, expected] of [
      [west, 'media-bucket', 'in the west'],
      [central, 'central-bucket', 'in Europe'],
    ] as const) {
      const target = `s3://${bucket}/dir/a file+.txt`
      const signed = await signurl(`https://${host}`, `https://${bucket}.${host}`, target, '+3600')
      assert.match(signed, new RegExp(`^http://${host}/${bucket}/dir/.*[?&]AWSAccessKeyId=.*Expires=\\d+&Signature=`))
      // It is signed for plain HTTP, from where the server sends its holder to HTTPS.
      assert.match(await curl('--include', signed), /^HTTP\/1\.1 307 [\s\S]*\nlocation: https:\/\//i)
      assert.equal(await curl('--location', signed), expected)
    }
  })

  test('P-2: by virtual host, and with signurl_use_https', async () => {
    const target = 's3://media-bucket/dir/a file+.txt'
    const byHost = await signurl(west, `%(bucket)s.${west}`, target, '+3600')
    assert.ok(byHost.startsWith(`http://media-bucket.${west}/dir/`), byHost)
    assert.equal(await curl('--location', byHost), 'in the west')
    const secure = await signurl(west, `%(bucket)s.${west}`, target, '+3600', 'https.s3cfg')
    assert.ok(secure.startsWith(`https://media-bucket.${west}/dir/`), secure)
    assert.equal(await curl(secure), 'in the west')
  })

  test('P-2: without a plus, seconds are those since 1970, and the URL has expired', async () => {
    const target = 's3://media-bucket/dir/a file+.txt'
    const signed = await signurl(west, `${west}`, target, '3600')
    assert.match(signed, /Expires=3600&/)
    assert.match(await curl('--location', signed), /<Message>Request has expired<\/Message>/)
  })
})

test('P-2: requests by virtual host, of every kind', { skip }, async () => {
  const host = `media-bucket.${west}`
  const rows: [method: string, sign: 'header4' | 'query4', body: string, expected: string][] = [
    ['PUT', 'header4', 'by host', '200'],
    ['GET', 'header4', '', '200'],
    ['PUT', 'query4', 'by host', '200'],
    ['GET', 'query4', '', '200'],
    ['DELETE', 'header4', '', '204'],
  ]
  for (const [method, sign, body, expected] of rows)
    assert.equal(await outcome({ method, path: '/by-host', headers: { host }, sign, body }), expected, method)
})

describe('boto3', { skip: noPython }, () => {
  const scripts = async (region: string, endpoint: string, bucket: string): Promise<{ get: string; put: string }> => {
    const { accessKeyId, secretAccessKey } = qencode.server
    const settings = { '<access_key>': accessKeyId, '<secret_key>': secretAccessKey }
    placeSample(folder, 'qencode_settings.py', 'settings.py', {
      ...settings,
      '<region>': region,
      '<endpoint>': endpoint,
    })
    const filling = { '<bucket_name>': bucket, '<object_key>': 'dir/video 1.mp4', '<expiration_seconds>': 3600 }
    for (const name of ['gen_get_url.py', 'gen_put_url.py']) placeSample(folder, `qencode_${name}`, name, filling)
    const [get, put] = await Promise.all(
      ['gen_get_url.py', 'gen_put_url.py'].map((name) => runSample(qencode, folder, name)),
    )
    assert.ok(get !== undefined && put !== undefined)
    return { get: get.trim(), put: put.trim() }
  }

  for (const [region, endpoint, bucket] of [
    ['us-west', west, 'media-bucket'],
    ['eu-central', central, 'central-bucket'],
  ] as const) {
    test(`P-3: gen_get_url.py and gen_put_url.py in ${region}, signed by Version 4`, async () => {
      const { get, put } = await scripts(region, `https://${endpoint}`, bucket)
      for (const signed of [get, put]) assert.match(signed, new RegExp(`X-Amz-Credential=[^&]*%2F${region}%2Fs3`))
      assert.equal(await curl('-X', 'PUT', '-T', join(folder, 'upload.txt'), put), '')
      assert.equal(await curl('-X', 'GET', get), 'uploaded by curl')
    })
  }

  test('P-3: for us-east-1 boto3 signs by Version 2, which is taken for reading', async () => {
    await ask({ method: 'PUT', path: '/media-bucket/dir/video%201.mp4', body: 'by Version 2' })
    const { get, put } = await scripts('us-east-1', `https://${west}`, 'media-bucket')
    for (const signed of [get, put]) assert.match(signed, /[?&]AWSAccessKeyId=/)
    assert.equal(await curl(get), 'by Version 2')
    assert.match(await curl('-X', 'PUT', '-T', join(folder, 'upload.txt'), put), /<Code>InvalidRequest<\/Code>/)
  })

  test('P-3: where Version 2 signs all URLs, those of us-east-1 upload too', async () => {
    const { server, order } = qencode
    assert.equal(server.env['ENTREPOT_PROFILE'], 'qencode')
    await order('buckets', 'settings', 'media-bucket', '--toggle', 'sig.v2.query=on')
    const { get, put } = await scripts('us-east-1', `https://${west}`, 'media-bucket')
    assert.equal(await curl('-X', 'PUT', '-T', join(folder, 'upload.txt'), put), '')
    assert.equal(await curl(get), 'uploaded by curl')
    await order('buckets', 'settings', 'media-bucket', '--toggle', 'sig.v2.query=inherit')
  })
})

test('P-4: an object that is there is replaced', { skip: noVendorTls }, async () => {
  const path = '/media-bucket/replaced'
  assert.equal(await outcome({ method: 'PUT', path, body: 'before' }), '200')
  await curl('-X', 'PUT', '--data-binary', 'after', url({ method: 'PUT', path }))
  assert.equal((await ask({ path })).text, 'after')
})

describe('curl', { skip: noVendorTls }, () => {
  const file = (): string => join(folder, 'upload.txt')
  const path = '/media-bucket/by-curl'

  test('P-5: download with -X GET, upload with -X PUT -T, and either without a type', async () => {
    assert.equal(await curl('-X', 'PUT', '-T', file(), url({ method: 'PUT', path })), '')
    assert.equal(await curl('-X', 'GET', url({ path })), 'uploaded by curl')
  })

  test('P-5: an upload that waits for 100-continue is told to go on, also through the proxy', async () => {
    const waiting = ['-X', 'PUT', '-T', file(), '-H', 'Expect: 100-continue', '--expect100-timeout', '20']
    const answered = await curl('--include', '--http1.1', ...waiting, url({ method: 'PUT', path }))
    assert.match(answered, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/)
  })

  test('P-5: any type that the holder sends is kept', async () => {
    await curl('-X', 'PUT', '-T', file(), '-H', 'Content-Type: video/mp2t', url({ method: 'PUT', path }))
    assert.equal((await ask({ method: 'HEAD', path })).headers['content-type'], 'video/mp2t')
  })
})

test('P-6: an URL is good again and again, until the time that was set when it was made', { skip }, async () => {
  const path = '/media-bucket/reused'
  assert.equal(await outcome({ method: 'PUT', path, body: 'x' }), '200')
  const made = { sign: 'query4', expires: '60', date: new Date(Date.now() - 30_000) } as const
  for (let time = 0; time < 3; time++) {
    assert.equal(await outcome({ method: 'PUT', path, body: `${time}`, ...made }), '200')
    assert.equal((await ask({ path, ...made })).text, `${time}`)
  }
  const expired = await ask({ path, sign: 'query4', expires: '60', date: new Date(Date.now() - 62_000) })
  assert.equal(outcomeOf(expired), '403 AccessDenied')
  assert.equal(element(expired.text, 'Message'), 'Request has expired')
  const prolonged = await ask({
    path,
    sign: 'query4',
    expires: '60',
    date: new Date(Date.now() - 62_000),
    tamper: (wire) => (wire.query = wire.query.replace('X-Amz-Expires=60', 'X-Amz-Expires=600')),
  })
  assert.equal(outcomeOf(prolonged), '403 SignatureDoesNotMatch')
})

test('P-7: 1 to 604,800 seconds in Version 4, a time since 1970 in Version 2', { skip }, async () => {
  const path = '/media-bucket/limited'
  assert.equal(await outcome({ method: 'PUT', path, body: 'x' }), '200')
  const now = Math.floor(Date.now() / 1000)
  const rows: [sign: 'query4' | 'query2', expires: string, expected: string][] = [
    ['query4', '1', '200'],
    ['query4', '604800', '200'],
    ['query4', '604801', '400 AuthorizationQueryParametersError'],
    ['query4', '0', '400 AuthorizationQueryParametersError'],
    ['query4', '-1', '400 AuthorizationQueryParametersError'],
    ['query4', 'soon', '400 AuthorizationQueryParametersError'],
    ['query2', String(now + 60), '200'],
    ['query2', String(now + 10 * 365 * 86_400), '200'],
    ['query2', String(now - 1), '403 AccessDenied'],
    ['query2', '3600', '403 AccessDenied'],
    ['query2', 'soon', '403 AccessDenied'],
  ]
  for (const [sign, expires, expected] of rows) {
    // One second is over soon: the clock of the request is put forward a little.
    const date = new Date(Date.now() + (expires === '1' ? 5000 : 0))
    assert.equal(await outcome({ path, sign, expires, date }), expected, `${sign} ${expires}`)
  }
})
