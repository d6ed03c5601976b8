import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountId, formKey, makeFront, otherAccountId, type Answer, type Send, type Sent } from '../test-bed.ts'
import { form, signed2, signed4, type PolicyParts } from './test-bed.ts'

const bucket = { bucket: 'photos' }
const anyKey = ['starts-with', '$key', '']
const free: PolicyParts = { conditions: [bucket, anyKey] }
const key = { key: 'k' }

const post = (send: Send, sent: Sent): Promise<Answer> => send('POST /photos', sent)
const keys = async (send: Send): Promise<readonly string[]> => (await send('GET /photos')).elements('Key')

for (const [version, signed] of Object.entries({ 4: signed4, 2: signed2 })) {
  test(`a form signed by Version ${version} is kept as PutObject would keep it, and answered 204 with its ETag and its URL`, async () => {
    const { send, faults, served, assertLedger } = await makeFront()
    const fields = {
      key: 'a/ö b',
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Disposition': 'inline',
      'Content-Encoding': 'br',
      Expires: 'Thu, 01 Jan 2026 00:00:00 GMT',
      'x-amz-meta-Name': 'ä',
      'x-amz-storage-class': 'STANDARD',
    }
    const conditions = [bucket, ...Object.entries(fields).map(([name, value]) => ({ [name]: value }))]
    const { status, headers, text } = await post(send, form(signed(fields, { conditions }), 'content'))
    assert.deepEqual([status, text], [204, ''])
    assert.equal(headers['etag'], '"9a0364b9e99bb480dd25e1f0284c8555"')
    assert.equal(headers['location'], 'http://localhost/photos/a/%C3%B6%20b')
    const read = await send('GET /photos/a/%C3%B6%20b')
    assert.equal(read.text, 'content')
    assert.equal(read.headers['content-type'], 'text/plain; charset=utf-8')
    assert.equal(read.headers['cache-control'], 'no-store')
    assert.equal(read.headers['content-disposition'], 'inline')
    assert.equal(read.headers['content-encoding'], 'br')
    assert.equal(read.headers['expires'], 'Thu, 01 Jan 2026 00:00:00 GMT')
    assert.equal(read.headers['x-amz-meta-name'], Buffer.from('ä').toString('latin1'))
    assert.deepEqual(faults, [])
    const [told] = served
    assert.deepEqual([told?.operation, told?.bucket?.name, told?.key], ['PostObject', 'photos', 'a/ö b'])
    assert.deepEqual([told?.accountId, told?.accessKeyId], [accountId, formKey.accessKeyId])
    await assertLedger()
  })
}

const fileNames: readonly (readonly [key: string, fileName: string, kept: string])[] = [
  ['${filename}', 'f.txt', 'f.txt'],
  ['user/${filename}', 'f.txt', 'user/f.txt'],
  ['${filename}/${filename}', 'f', 'f/f'],
  ['user/${filename}', '../../etc/passwd', 'user/passwd'],
  ['user/${filename}', 'C:\\dir\\f.txt', 'user/f.txt'],
  ['user/${filename}', '..', 'user/..'],
  ['user/${filename}', '${filename}', 'user/${filename}'],
  ['user/$filename', 'f.txt', 'user/$filename'],
  ['user/${filename}', '', 'user/'],
]
for (const [written, fileName, kept] of fileNames) {
  test(`a file called ${fileName || 'nothing'} for the key ${written} is kept as ${kept}`, async () => {
    const { send } = await makeFront()
    const sent = form(signed4({ key: written }, free), 'x', fileName)
    assert.equal((await post(send, sent)).status, 204)
    assert.deepEqual(await keys(send), [kept])
  })
}

test('the policy is held against the key that the file gets, not against the variable', async () => {
  const { send } = await makeFront()
  const policy: PolicyParts = { conditions: [bucket, ['eq', '$key', 'a']] }
  assert.equal((await post(send, form(signed4({ key: '${filename}' }, policy), 'x', 'b'))).outcome, '403 AccessDenied')
  assert.equal((await post(send, form(signed4({ key: '${filename}' }, policy), 'x', 'a'))).outcome, '204')
})

const successes: readonly (readonly [fields: Readonly<Record<string, string>>, status: number, location: string])[] = [
  [{}, 204, 'http://localhost/photos/k'],
  [{ success_action_status: '200' }, 200, 'http://localhost/photos/k'],
  [{ success_action_status: '204' }, 204, 'http://localhost/photos/k'],
  [{ success_action_status: '404' }, 204, 'http://localhost/photos/k'],
  [
    { success_action_redirect: 'https://a.example/done' },
    303,
    'https://a.example/done?bucket=photos&key=k&etag=%22ETAG%22',
  ],
  [{ redirect: 'https://a.example/done' }, 303, 'https://a.example/done?bucket=photos&key=k&etag=%22ETAG%22'],
  [
    { success_action_redirect: 'https://a.example/?a=b#c' },
    303,
    'https://a.example/?a=b&bucket=photos&key=k&etag=%22ETAG%22#c',
  ],
  [
    { success_action_redirect: 'https://a.example/', redirect: 'https://b.example/', success_action_status: '201' },
    303,
    'https://a.example/?bucket=photos&key=k&etag=%22ETAG%22',
  ],
  [{ success_action_redirect: 'javascript:alert(1)' }, 204, 'http://localhost/photos/k'],
  [{ success_action_redirect: '/done' }, 204, 'http://localhost/photos/k'],
  [{ success_action_redirect: '//a.example/' }, 204, 'http://localhost/photos/k'],
  [{ success_action_redirect: 'https://a.example/\r\nX-Injected: 1' }, 204, 'http://localhost/photos/k'],
  [{ success_action_redirect: 'https://[' }, 204, 'http://localhost/photos/k'],
]
for (const [fields, status, location] of successes) {
  test(`success is told with ${status} for ${JSON.stringify(fields)}`, async () => {
    const { send } = await makeFront()
    const conditions = [...free.conditions, ...Object.keys(fields).map((name) => ['starts-with', `$${name}`, ''])]
    const answer = await post(send, form(signed4({ ...key, ...fields }, { conditions }), 'content'))
    const etag = '9a0364b9e99bb480dd25e1f0284c8555'
    assert.deepEqual([answer.status, answer.text], [status, ''])
    assert.equal(answer.headers['location'], location.replace('ETAG', etag))
    assert.equal(answer.headers['etag'], `"${etag}"`)
  })
}

test('success_action_status 201 is answered with a document', async () => {
  const { send } = await makeFront()
  const conditions = [...free.conditions, { success_action_status: '201' }]
  const fields = signed4({ key: 'a<b', success_action_status: '201' }, { conditions })
  const { status, headers, text } = await post(send, form(fields, 'content'))
  assert.deepEqual([status, headers['content-type']], [201, 'application/xml'])
  assert.equal(
    text,
    '<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>http://localhost/photos/a%3Cb</Location><Bucket>photos</Bucket><Key>a&lt;b</Key><ETag>&quot;9a0364b9e99bb480dd25e1f0284c8555&quot;</ETag></PostResponse>',
  )
})

test('in virtual-hosted style the URL is on the host of the bucket', async () => {
  const { send } = await makeFront()
  const answer = await send('POST /', { ...form(signed4(key, free), 'x'), host: 'photos.s3.test' })
  assert.deepEqual([answer.status, answer.headers['location']], [204, 'http://photos.s3.test/k'])
})

const range = (min: number, max: number): PolicyParts => ({
  conditions: [...free.conditions, ['content-length-range', min, max]],
})
const refused: readonly (readonly [what: string, sent: Sent, outcome: string])[] = [
  ['no signature', form(key, 'x'), '403 AccessDenied'],
  ['a policy and no signature', form({ ...key, policy: signed4(key, free)['Policy'] }, 'x'), '400 InvalidArgument'],
  ['no key', form(signed4({}, { conditions: [bucket] }), 'x'), '400 InvalidArgument'],
  ['an empty key', form(signed4({ key: '' }, free), 'x'), '400 InvalidArgument'],
  ['an empty key, by an empty file name', form(signed4({ key: '${filename}' }, free), 'x', ''), '400 InvalidArgument'],
  ['NUL in its key', form(signed4({ key: 'a\0b' }, free), 'x'), '400 InvalidArgument'],
  ['a key of 1,025 bytes', form(signed4({ key: 'k'.repeat(1025) }, free), 'x'), '400 KeyTooLongError'],
  [
    'a key that the name of its file makes too long',
    form(signed4({ key: '${filename}' }, free), 'x', 'ä'.repeat(513)),
    '400 KeyTooLongError',
  ],
  [
    'a name of its file that is put in too often',
    form(signed4({ key: '${filename}'.repeat(100) }, free), 'x', 'n'.repeat(300)),
    '400 MaxPostPreDataLengthExceeded',
  ],
  ['no file', form(signed4(key, free), undefined), '400 InvalidArgument'],
  [
    'a policy for another bucket',
    form(signed4(key, { conditions: [{ bucket: 'videos' }, anyKey] }), 'x'),
    '403 AccessDenied',
  ],
  [
    'a policy for another bucket that a field names',
    form(signed4({ ...key, bucket: 'videos' }, { conditions: [{ bucket: 'videos' }, anyKey] }), 'x'),
    '403 AccessDenied',
  ],
  ['a policy that names no bucket', form(signed4(key, { conditions: [anyKey] }), 'x'), '403 AccessDenied'],
  ['a policy that does not name the key', form(signed4(key, { conditions: [bucket] }), 'x'), '403 AccessDenied'],
  [
    'a field that its policy does not name',
    form({ ...signed4(key, free), 'x-amz-meta-a': '1' }, 'x'),
    '403 AccessDenied',
  ],
  [
    'a policy that has expired',
    form(signed4(key, { ...free, expiration: '2026-11-20T00:00:00Z' }), 'x'),
    '403 AccessDenied',
  ],
  ['a policy that is none', form(signed4(key, { ...free, expiration: 'soon' }), 'x'), '400 InvalidPolicyDocument'],
  ['a file that is too large', form(signed4(key, range(0, 3)), 'four'), '400 EntityTooLarge'],
  ['a large file that is too large', form(signed4(key, range(0, 200_000)), 'x'.repeat(200_001)), '400 EntityTooLarge'],
  ['a file that is too small', form(signed4(key, range(5, 9)), 'four'), '400 EntityTooSmall'],
  [
    'a large file that is too small',
    form(signed4(key, range(200_001, 300_000)), 'x'.repeat(200_000)),
    '400 EntityTooSmall',
  ],
  [
    "a checksum that is not its file's",
    form({ ...signed4(key, free), 'x-amz-checksum-crc32': 'AAAAAA==' }, 'x'),
    '400 BadDigest',
  ],
  [
    'a line end in a header',
    form(
      signed4(
        { ...key, 'x-amz-meta-a': 'a\r\nX-Injected: 1' },
        { conditions: [...free.conditions, ['starts-with', '$x-amz-meta-a', '']] },
      ),
      'x',
    ),
    '400 InvalidArgument',
  ],
]
for (const [what, sent, outcome] of refused) {
  test(`a form with ${what} is ${outcome}, and nothing is kept`, async () => {
    const { send, faults, assertLedger } = await makeFront()
    assert.equal((await post(send, sent)).outcome, outcome)
    assert.deepEqual(await keys(send), [])
    assert.deepEqual(faults, [])
    await assertLedger()
  })
}

test('a form that breaks off or goes on after its file keeps nothing', async () => {
  const { send, assertLedger } = await makeFront()
  const whole = form(signed4(key, free), 'x'.repeat(100_000))
  const body = String(whole.body)
  const second = body.replace(
    /--b0--\r\n$/,
    '--b0\r\nContent-Disposition: form-data; name="file"\r\n\r\ny\r\n--b0--\r\n',
  )
  assert.equal((await post(send, { ...whole, body: body.slice(0, 50_000) })).outcome, '400 MalformedPOSTRequest')
  assert.equal((await post(send, { ...whole, body: body.slice(0, -6) })).outcome, '400 MalformedPOSTRequest')
  assert.equal((await post(send, { ...whole, body: second })).outcome, '400 InvalidArgument')
  assert.deepEqual(await keys(send), [])
  await assertLedger()
})

test("a form that is signed for one bucket is no key to another account's", async () => {
  const { send } = await makeFront()
  assert.equal((await send('PUT /theirs', { account: otherAccountId })).status, 200)
  const conditions = [{ bucket: 'theirs' }, anyKey]
  assert.equal((await send('POST /theirs', form(signed4(key, { conditions }), 'x'))).outcome, '403 AccessDenied')
  const none = signed4(key, { conditions: [{ bucket: 'none' }, anyKey] })
  assert.equal((await send('POST /none', form(none, 'x'))).outcome, '404 NoSuchBucket')
})

test('fields that as headers would say how a body is sent, or where it is taken from, say nothing', async () => {
  const { send } = await makeFront()
  await send('PUT /photos/other', { body: 'other' })
  const fields = {
    ...key,
    'x-amz-copy-source': 'photos/other',
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': '0',
    'x-amz-trailer': 'x-amz-checksum-crc32',
    'content-length': '0',
    'transfer-encoding': 'chunked',
    submit: 'Upload',
  }
  const conditions = [bucket, ...Object.keys(fields).map((name) => ['starts-with', `$${name}`, ''])]
  assert.equal((await post(send, form(signed4(fields, { conditions }), 'content'))).outcome, '204')
  assert.equal((await send('GET /photos/k')).text, 'content')
})

test("headers of the request are not the object's", async () => {
  const { send } = await makeFront()
  const { headers, ...sent } = form(signed4(key, free), 'content')
  const more = {
    'x-amz-meta-a': '1',
    'content-md5': 'x',
    'x-amz-checksum-crc32': 'AAAAAA==',
    'if-none-match': '*',
    'content-encoding': 'gzip',
  }
  assert.equal((await post(send, { ...sent, headers: { ...headers, ...more } })).outcome, '204')
  const read = await send('GET /photos/k')
  assert.deepEqual([read.headers['x-amz-meta-a'], read.headers['content-encoding']], [undefined, undefined])
  assert.equal(read.headers['content-type'], 'binary/octet-stream')
})

test('a form beside a signature in the header, a form for an object and a form with a query are refused', async () => {
  const { send } = await makeFront()
  const { headers, ...sent } = form(signed4(key, free), 'x')
  const both = { ...sent, headers: { ...headers, authorization: 'AWS4-HMAC-SHA256 …' } }
  assert.equal((await post(send, both)).outcome, '400 InvalidArgument')
  assert.equal((await send('POST /photos/k', { ...sent, headers: headers! })).outcome, '405 MethodNotAllowed')
  assert.equal((await send('POST /photos?acl', { ...sent, headers: headers! })).status, 501)
  assert.deepEqual(await keys(send), [])
})

test('where forms are switched off they are 501, and Version 2 of them where only that is, 400', async () => {
  const off = await makeFront({ toggles: { 'post.object': false } })
  assert.equal((await post(off.send, form(signed4(key, free), 'x'))).outcome, '501 NotImplemented')
  const no2 = await makeFront({ toggles: { 'sig.v2.post': false } })
  assert.equal((await post(no2.send, form(signed2(key, free), 'x'))).outcome, '400 InvalidRequest')
  assert.equal((await post(no2.send, form(signed4(key, free), 'x'))).outcome, '204')
})
