import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bodyOf, putOptions } from '../../objects/test-bed.ts'
import { makeManagement, type ManagementOptions } from '../test-bed.ts'

const base = '/v1/buckets/photos'

async function photos(options: ManagementOptions = {}) {
  const bed = await makeManagement(options)
  const { done, send } = bed
  for (const name of ['photos', 'films']) await done('POST /v1/buckets', { body: { name } })
  const at = (key: string, more = ''): string => `${base}/object?key=${encodeURIComponent(key)}${more}`
  return {
    ...bed,
    at,
    put: (key: string, raw: string | Uint8Array = key, headers = {}) => done(`PUT ${at(key)}`, { raw, headers }),
    show: async (key: string, more = '') =>
      (await done(`GET ${at(key, more)}`)).pick<Record<string, unknown>>('object'),
    keys: async (query = '') =>
      (await done(`GET ${base}/objects?${query}`)).pick<{ key: string }[]>('objects').map(({ key }) => key),
    text: async (key: string, bucket = 'photos', versionId?: string) => {
      const found = await bed.s3.objects.find(await bed.s3.buckets.get(bucket), key, versionId)
      const body = await bed.s3.objects.read(
        { bucket: await bed.s3.buckets.get(bucket), key, head: found },
        { start: 0, end: found.size },
      )
      if (body instanceof Uint8Array) return Buffer.from(body).toString()
      const chunks: Buffer[] = []
      for await (const chunk of body!) chunks.push(Buffer.from(chunk))
      return Buffer.concat(chunks).toString()
    },
    versioning: () => done(`PUT ${base}/settings/versioning`, { body: { Status: 'Enabled' } }),
    /** Gives mia a policy that denies. */
    deny: (Action: string | string[], Resource = '*') =>
      done('PUT /v1/users/mia/policies/p', {
        body: { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action, Resource }] },
      }),
    post: (path: string, body: object) => send(`POST ${base}/${path}`, { body }),
  }
}

/** Markup, 1,024 bytes, marks that turn text, paths, spaces, controls and their pictures, escapes. */
const hostileKeys = [
  ...[
    '<img src=x onerror=alert(1)>',
    '"&\'</script>',
    'é'.repeat(512),
    'x'.repeat(1024),
    'a\u202egpj.exe',
    '\u200fשלום',
  ],
  ...[
    '..',
    '../..',
    'a/../../b',
    '/',
    '//',
    '/a',
    'a//b',
    'a/',
    ' a',
    'a ',
    'a\u0001\u001f\u007f',
    '␀␤',
    '%00',
    '%2e%2e',
    '+',
    'a+b c',
  ],
  ...['?x=1#y', '\\', '__proto__', '😀', 'a\u0301', 'á'],
]

describe('objects', () => {
  test('are put, shown, listed and deleted under whatever key', async () => {
    const { put, show, text, keys, done } = await photos()
    for (const key of hostileKeys) {
      const { json } = await put(key, `of ${key}`, { 'content-type': 'text/plain' })
      assert.deepEqual(Object.keys(json as object), ['version_id', 'etag', 'size'])
      const { key: told, size, content_type } = await show(key)
      assert.deepEqual([told, size, content_type], [key, Buffer.byteLength(`of ${key}`), 'text/plain'])
      assert.equal(await text(key), `of ${key}`)
    }
    const inOrder = hostileKeys
      .map((key) => Buffer.from(key))
      .toSorted((a, b) => Buffer.compare(a, b))
      .map(String)
    assert.deepEqual(await keys('limit=1000'), inOrder)
    const objects = hostileKeys.map((key) => ({ key }))
    const { json } = await done(`POST ${base}/objects/delete`, { body: { objects } })
    assert.deepEqual(json, {
      deleted: objects.map(({ key }) => ({ key, version_id: null, delete_marker: false })),
      errors: [],
    })
    assert.deepEqual(await keys(), [])
  })

  test('have no keys that S3 has not', async () => {
    const { send, at, post } = await photos()
    for (const [key, outcome] of [
      ['é'.repeat(513), '400 KeyTooLongError'],
      ['a\0b', '400 InvalidArgument'],
      ['', '400 InvalidArgument'],
    ] as const) {
      assert.equal((await send(`PUT ${at(key)}`, { raw: 'x' })).outcome, outcome)
      assert.equal((await send(`GET ${at(key)}`)).outcome, outcome)
      assert.equal((await post('uploads', { key })).outcome, outcome)
      assert.equal((await post('objects/copy', { key, to_key: 'b' })).outcome, outcome)
    }
    for (const query of ['key=%ff', 'key=%', 'key=a&key=b'])
      assert.match((await send(`PUT ${base}/object?${query}`, { raw: 'x' })).outcome, /^400 Invalid/)
    // What comes as JSON must be Unicode.
    const raw = Buffer.from('{"key":"\\ud800","to_key":"b"}')
    const answer = await send(`POST ${base}/objects/copy`, { raw, headers: { 'content-type': 'application/json' } })
    assert.equal(answer.outcome, '400 InvalidRequest')
  })

  test('that are there are not replaced where that is not wanted', async () => {
    const { send, at, put, text } = await photos()
    await put('a', 'first')
    assert.equal(
      (await send(`PUT ${at('a', '&overwrite=false')}`, { raw: 'second' })).outcome,
      '412 PreconditionFailed',
    )
    assert.equal(await text('a'), 'first')
    assert.equal((await send(`PUT ${at('b', '&overwrite=false')}`, { raw: 'second' })).outcome, '200')
    await put('a', 'third')
    assert.equal(await text('a'), 'third')
  })

  test('are listed by pages, with a delimiter as folders', async () => {
    const { put, done } = await photos()
    for (const key of ['a', 'd/', 'd/1', 'd/2', 'e/x/y', 'f']) await put(key, '')
    const pages: unknown[] = []
    let after = ''
    do {
      const answer = await done(`GET ${base}/objects?delimiter=%2F&limit=2${after}`)
      pages.push([answer.pick<{ key: string }[]>('objects').map(({ key }) => key), answer.pick('prefixes')])
      const next = answer.pick<string | null>('next')
      after = next === null ? '' : `&after=${encodeURIComponent(next)}`
    } while (after !== '')
    assert.deepEqual(pages, [
      [['a'], ['d/']],
      [['f'], ['e/']],
    ])
    const { json } = await done(`GET ${base}/objects?delimiter=%2F&prefix=d%2F`)
    const { objects, prefixes } = json as { objects: { key: string }[]; prefixes: string[] }
    assert.deepEqual([objects.map(({ key }) => key), prefixes], [['d/', 'd/1', 'd/2'], []])
  })

  test('whose place in a list is made up are refused', async () => {
    const { send } = await photos()
    for (const path of ['objects?', 'objects?versions&', 'deleted-objects?', 'uploads?', 'uploads/x/parts?key=a&'])
      for (const after of ['x', '.', '%00', 'a.b.c'])
        assert.match(
          (await send(`GET ${base}/${path}after=${after}`)).outcome,
          /^(400 InvalidArgument|404 NoSuchUpload)$/,
          `${path}${after}`,
        )
    for (const limit of ['0', '1001', 'x', '-1'])
      assert.equal((await send(`GET ${base}/objects?limit=${limit}`)).outcome, '400 InvalidArgument')
  })
})

describe('versions', () => {
  test('are listed newest first among delete markers, page by page, and shown', async () => {
    const { put, done, show, versioning, text } = await photos()
    await put('b', 'null version')
    await versioning()
    const first = (await put('a', 'one')).pick('version_id')
    const second = (await put('a', 'two')).pick('version_id')
    const removed = await done(`POST ${base}/objects/delete`, { body: { objects: [{ key: 'a' }] } })
    const marker = removed.pick('deleted.0.version_id')
    assert.equal(removed.pick('deleted.0.delete_marker'), true)
    await put('b', 'newer')
    const seen: unknown[] = []
    let after = ''
    do {
      const answer = await done(`GET ${base}/objects?versions&limit=1${after}`)
      seen.push(...answer.pick<unknown[]>('objects'))
      const next = answer.pick<string | null>('next')
      after = next === null ? '' : `&after=${encodeURIComponent(next)}`
    } while (after !== '')
    const brief = (seen as Record<string, unknown>[]).map((one) => [
      one['key'],
      one['version_id'],
      one['is_latest'],
      one['delete_marker'],
      one['size'],
    ])
    assert.deepEqual(brief, [
      ['a', marker, true, true, 0],
      ['a', second, false, false, 3],
      ['a', first, false, false, 3],
      ['b', (brief[3] as unknown[])[1], true, false, 5],
      ['b', 'null', false, false, 12],
    ])
    assert.equal((await show('a', `&version_id=${first}`))['size'], 3)
    // Copied to its own key it is the current one again.
    await done(`POST ${base}/objects/copy`, { body: { key: 'a', version_id: first, to_key: 'a', overwrite: true } })
    assert.equal(await text('a'), 'one')
    const gone = await done(`POST ${base}/objects/delete`, { body: { objects: [{ key: 'a', version_id: second }] } })
    assert.deepEqual(gone.pick('deleted'), [{ key: 'a', version_id: second, delete_marker: false }])
  })

  test('that are not there, or are markers, are not shown', async () => {
    const { put, done, send, at, versioning } = await photos()
    await versioning()
    await put('a')
    const marker = (await done(`POST ${base}/objects/delete`, { body: { objects: [{ key: 'a' }] } })).pick(
      'deleted.0.version_id',
    )
    for (const [more, outcome] of [
      ['', '404 NoSuchKey'],
      [`&version_id=${marker}`, '405 MethodNotAllowed'],
      ['&version_id=x', '400 InvalidArgument'],
      [`&version_id=${'0'.repeat(marker.length)}`, '404 NoSuchVersion'],
    ] as const) {
      assert.match((await send(`GET ${at('a', more)}`)).outcome, new RegExp(outcome), more)
    }
  })
})

describe('what is kept with an object', () => {
  test('is changed without a byte, and what is not given stays', async () => {
    const { put, done, show, at, text } = await photos()
    await put('a', 'bytes', { 'content-type': 'image/png' })
    await done(`PUT ${base}/object/tags?key=a`, { body: { tags: [{ key: 'colour', value: 'röt' }] } })
    const changes = {
      cache_control: 'max-age=60',
      content_disposition: 'attachment; filename="ä.png"',
      content_language: 'de',
      metadata: { author: 'Zoë', 'x-y': '' },
    }
    await done(`PATCH ${at('a')}`, { body: changes })
    const shown = await show('a')
    assert.deepEqual(
      { ...shown, modified: '' },
      {
        ...{ key: 'a', version_id: null, size: 5, modified: '', etag: '4b3a6218bb3e3a7303e8a171a60fcf92' },
        ...{ content_type: 'image/png', content_encoding: null, expires: null, ...changes },
        ...{
          checksums: {},
          encryption: null,
          tags: [{ key: 'colour', value: 'röt' }],
          retention: null,
          legal_hold: null,
        },
      },
    )
    await done(`PATCH ${at('a')}`, { body: { cache_control: null, content_type: 'text/plain', metadata: null } })
    const { content_type, cache_control, content_language, metadata, tags } = await show('a')
    assert.deepEqual([content_type, cache_control, content_language, metadata], ['text/plain', null, 'de', {}])
    assert.deepEqual(tags, [{ key: 'colour', value: 'röt' }])
    assert.equal(await text('a'), 'bytes')
    await done(`PUT ${base}/object/tags?key=a`, { body: { tags: [] } })
    assert.deepEqual((await show('a'))['tags'], [])
  })

  test('security 39: is nothing that a header cannot hold', async () => {
    const { put, send, at, post } = await photos()
    await put('a')
    for (const body of [
      { cache_control: 'a\r\nset-cookie: b' },
      { content_disposition: 'a\nb' },
      { content_type: '' },
      { content_type: 'a\0' },
      { metadata: { a: 'b\r\nc: d' } },
      { metadata: { 'a b': 'c' } },
      { metadata: { 'a:b': 'c' } },
      { metadata: { A: 'c' } },
      { metadata: { '': 'c' } },
      { metadata: { a: ' b' } },
      { expires: 'x' },
    ]) {
      assert.equal((await send(`PATCH ${at('a')}`, { body })).outcome, '400 InvalidArgument', JSON.stringify(body))
    }
    assert.equal((await post('uploads', { key: 'a', content_type: 'a\r\nb' })).outcome, '400 InvalidArgument')
    assert.equal(
      (await send(`PATCH ${at('a')}`, { body: { metadata: { a: 'x'.repeat(2048) } } })).outcome,
      '400 MetadataTooLarge',
    )
    assert.equal((await send(`PATCH ${at('none')}`, { body: {} })).outcome, '404 NoSuchKey')
  })

  test('stays encrypted where it was, also as a copy', async () => {
    const { put, done, show, at } = await photos()
    const body = (SSEAlgorithm: string) => ({ Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm } }] })
    await done(`PUT ${base}/settings/encryption`, { body: body('AES256') })
    await put('a', 'secret')
    await done(`DELETE ${base}/settings/encryption`)
    await done(`PATCH ${at('a')}`, { body: { content_type: 'text/plain' } })
    await done(`POST ${base}/objects/copy`, { body: { key: 'a', to_key: 'b' } })
    await done(`POST ${base}/objects/move`, { body: { key: 'a', to_key: 'c' } })
    for (const key of ['b', 'c']) assert.equal((await show(key))['encryption'], 'AES256', key)
  })
})

describe('copies and moves', () => {
  test('replace nothing unless they are told to', async () => {
    const { put, post, text, keys } = await photos()
    await put('a', 'of a')
    await put('b', 'of b')
    for (const path of ['objects/copy', 'objects/move']) {
      assert.equal((await post(path, { key: 'a', to_key: 'b' })).outcome, '412 PreconditionFailed')
      assert.deepEqual([await text('a'), await text('b')], ['of a', 'of b'])
      assert.equal((await post(path, { key: 'none', to_key: 'c' })).outcome, '404 NoSuchKey')
      assert.equal((await post(path, { key: 'a', to_key: 'a', overwrite: true })).outcome, '400 InvalidRequest')
    }
    assert.equal((await post('objects/copy', { key: 'a', to_key: 'b', overwrite: true })).outcome, '200')
    assert.equal(await text('b'), 'of a')
    assert.equal((await post('objects/move', { key: 'a', to_key: 'b', overwrite: true })).outcome, '200')
    assert.deepEqual(await keys(), ['b'])
  })

  test('take any key to any key, of another bucket too', async () => {
    const { put, done, text, keys } = await photos()
    for (const key of hostileKeys) {
      await put(key, 'x')
      const moved = await done(`POST ${base}/objects/move`, { body: { key, to_key: `${key.slice(0, 400)}!` } })
      assert.equal(moved.pick('etag'), '9dd4e461268c8034f5c8564e155c67a6')
      await done(`POST ${base}/objects/copy`, {
        body: { key: `${key.slice(0, 400)}!`, to_bucket: 'films', to_key: key },
      })
      assert.equal(await text(key, 'films'), 'x')
      await done(`POST ${base}/objects/move`, {
        body: { key: `${key.slice(0, 400)}!`, to_bucket: 'films', to_key: key, overwrite: true },
      })
      assert.deepEqual(await keys(), [], key)
    }
  })

  test('of more than S3 copies in one go are made in one go', async () => {
    const { s3, done, show } = await photos()
    // An object of 6 GiB, made of one of 1 MiB that is mentioned again: the record alone is so large.
    const bucket = await s3.buckets.get('photos')
    await s3.objects.put(bucket, 'small', bodyOf('x'), putOptions)
    const huge = 6 * 1024 ** 3
    await s3.objects.amend(bucket, 'small', undefined, (head) => ({ ...head, size: huge }))
    await done(`POST ${base}/objects/copy`, { body: { key: 'small', to_key: 'copy' } })
    assert.equal((await show('copy'))['size'], huge)
  })

  test('leave a delete marker where there are versions, and tell of the new one', async () => {
    const { put, done, versioning, text } = await photos()
    await versioning()
    const before = (await put('a', 'x')).pick('version_id')
    const moved = await done(`POST ${base}/objects/move`, { body: { key: 'a', to_key: 'b' } })
    assert.notEqual(moved.pick('version_id'), null)
    assert.equal(await text('b', 'photos', moved.pick('version_id')), 'x')
    assert.equal(await text('a', 'photos', before), 'x')
    const { json } = await done(`GET ${base}/objects?versions&prefix=a`)
    assert.equal((json as { objects: { delete_marker: boolean }[] }).objects[0]?.delete_marker, true)
  })

  test('to a bucket of another account are to none', async () => {
    const { put, post, services, accountIds } = await photos()
    await services.buckets.create({ name: 'letters', accountId: accountIds.beta, region: 'us-east-1' })
    await put('a')
    for (const path of ['objects/copy', 'objects/move'])
      assert.equal((await post(path, { key: 'a', to_bucket: 'letters', to_key: 'a' })).outcome, '404 NoSuchBucket')
  })
})

describe('object lock', () => {
  async function locked() {
    const bed = await photos()
    await bed.done('POST /v1/buckets', { body: { name: 'vault', object_lock: true } })
    const line = '/v1/buckets/vault/object'
    const version = (await bed.done(`PUT ${line}?key=a`, { raw: 'x' })).pick('version_id')
    const remove = async (as: 'owner' | 'user' = 'owner', bypass_governance = false) => {
      const body = { objects: [{ key: 'a', version_id: version }], bypass_governance }
      const { json } = await bed.done('POST /v1/buckets/vault/objects/delete', { as, body })
      return (json as { errors: { code: string }[] }).errors.map(({ code }) => code)
    }
    const lock = async () => (await bed.done(`GET ${line}?key=a`)).pick<Record<string, unknown>>('object')
    return { ...bed, line, remove, lock }
  }

  test('keeps a version until its time, or until the hold is taken off', async () => {
    const { done, line, remove, lock } = await locked()
    const none = await lock()
    assert.deepEqual([none['retention'], none['legal_hold']], [null, false])
    await done(`PUT ${line}/legal-hold?key=a`, { body: { on: true } })
    assert.equal((await lock())['legal_hold'], true)
    assert.deepEqual(await remove(), ['AccessDenied'])
    await done(`PUT ${line}/legal-hold?key=a`, { body: { on: false } })
    const retention = { mode: 'GOVERNANCE', until: '2027-01-01 00:00:00' }
    await done(`PUT ${line}/retention?key=a`, { body: retention })
    assert.deepEqual((await lock())['retention'], retention)
    assert.deepEqual(await remove(), ['AccessDenied'])
    assert.deepEqual(await remove('owner', true), [])
  })

  test('is shortened by who may bypass it, and in COMPLIANCE mode by nobody', async () => {
    const { done, send, line, deny } = await locked()
    const put = async (body: object, as: 'owner' | 'user' = 'owner') =>
      (await send(`PUT ${line}/retention?key=a`, { as, body })).outcome
    assert.equal(await put({ mode: 'GOVERNANCE', until: '2027-01-01 00:00:00' }), '200')
    assert.equal(await put({ mode: null, until: null }), '403 AccessDenied')
    await deny('s3:BypassGovernanceRetention')
    assert.equal(await put({ mode: null, until: null, bypass_governance: true }, 'user'), '403 AccessDenied')
    assert.equal(await put({ mode: null, until: null, bypass_governance: true }), '200')
    await done(`PUT ${line}/retention?key=a`, { body: { mode: 'COMPLIANCE', until: '2027-01-01 00:00:00' } })
    assert.equal(
      await put({ mode: 'COMPLIANCE', until: '2026-12-01 00:00:00', bypass_governance: true }),
      '403 AccessDenied',
    )
    for (const body of [
      { mode: 'GOVERNANCE', until: null },
      { mode: null, until: '2027-01-01 00:00:00' },
      { mode: 'COMPLIANCE', until: '2027-02-31 00:00:00' },
      { mode: 'COMPLIANCE', until: '2020-01-01 00:00:00' },
      {},
    ]) {
      assert.equal(await put(body), '400 InvalidArgument', JSON.stringify(body))
    }
  })

  test('is not to be had where a bucket has none, and what one may not see is not told', async () => {
    const { send, done, deny, line } = await locked()
    await done(`PUT ${base}/object?key=a`, { raw: 'x' })
    assert.equal(
      (await send(`PUT ${base}/object/legal-hold?key=a`, { body: { on: true } })).outcome,
      '400 InvalidRequest',
    )
    await done(`PUT ${line}/legal-hold?key=a`, { body: { on: true } })
    await deny(['s3:GetObjectLegalHold', 's3:GetObjectRetention'])
    const { json } = await done(`GET ${line}?key=a`, { as: 'user' })
    const { legal_hold, retention } = (json as { object: Record<string, unknown> }).object
    assert.deepEqual([legal_hold, retention], [null, null])
  })
})

test('what was deleted can be had back, or given up for good', async () => {
  const { put, done, keys, text, send } = await photos()
  await done(`PUT ${base}/settings/soft-delete`, { body: { Days: 7 } })
  for (const key of ['a', 'b', 'ä/c']) await put(key)
  await done(`POST ${base}/objects/delete`, { body: { objects: [{ key: 'a' }, { key: 'b' }, { key: 'ä/c' }] } })
  assert.deepEqual(await keys(), [])
  const found: { key: string; version_id: string; size: number; deleted: string; purge_after: string }[] = []
  let after = ''
  do {
    const answer = await done(`GET ${base}/deleted-objects?limit=1${after}`)
    found.push(...answer.pick<typeof found>('objects'))
    const next = answer.pick<string | null>('next')
    after = next === null ? '' : `&after=${encodeURIComponent(next)}`
  } while (after !== '')
  assert.deepEqual(
    found.map(({ key, size, deleted, purge_after }) => [key, size, deleted, purge_after]),
    [
      ['a', 1, '2026-11-20 12:00:00', '2026-11-27 12:00:00'],
      ['b', 1, '2026-11-20 12:00:00', '2026-11-27 12:00:00'],
      ['ä/c', 4, '2026-11-20 12:00:00', '2026-11-27 12:00:00'],
    ],
  )
  const [a, b] = found
  await done(`POST ${base}/deleted-objects/undelete`, { body: { key: 'a', version_id: a!.version_id } })
  assert.equal(await text('a'), 'a')
  await done(`POST ${base}/deleted-objects/purge`, { body: { key: 'b', version_id: b!.version_id } })
  const again = await send(`POST ${base}/deleted-objects/undelete`, { body: { key: 'b', version_id: b!.version_id } })
  assert.equal(again.status, 404)
  const left = await done(`GET ${base}/deleted-objects?prefix=${encodeURIComponent('ä')}`)
  assert.equal(left.pick('objects.0.key'), 'ä/c')
})

describe('a user’s policies decide', () => {
  for (const [action, line, body, raw] of [
    ['s3:ListBucket', `GET ${base}/objects`],
    ['s3:ListBucketVersions', `GET ${base}/objects?versions`],
    ['s3:GetObject', `GET ${base}/object?key=a`],
    ['s3:PutObject', `PUT ${base}/object?key=a`, undefined, 'x'],
    ['s3:PutObject', `PATCH ${base}/object?key=a`, { content_type: 'a/b' }],
    ['s3:GetObject', `PATCH ${base}/object?key=a`, { content_type: 'a/b' }],
    ['s3:PutObjectTagging', `PUT ${base}/object/tags?key=a`, { tags: [] }],
    ['s3:GetObject', `POST ${base}/objects/copy`, { key: 'a', to_key: 'b' }],
    ['s3:PutObject', `POST ${base}/objects/copy`, { key: 'a', to_key: 'b' }],
    ['s3:PutObject', `POST ${base}/objects/move`, { key: 'a', to_key: 'b' }],
    ['s3:DeleteObject', `POST ${base}/objects/move`, { key: 'a', to_key: 'b' }],
    ['s3:DeleteObject', `POST ${base}/objects/move`, { key: 'a', to_key: 'b', to_bucket: 'films' }],
    ['s3:ListDeletedObjects', `GET ${base}/deleted-objects`],
    ['s3:UndeleteObject', `POST ${base}/deleted-objects/undelete`, { key: 'a', version_id: 'x' }],
    ['s3:DeleteObjectVersion', `POST ${base}/deleted-objects/purge`, { key: 'a', version_id: 'x' }],
    ['s3:PutObject', `POST ${base}/uploads`, { key: 'a' }],
    ['s3:ListBucketMultipartUploads', `GET ${base}/uploads`],
    ['s3:ListMultipartUploadParts', `GET ${base}/uploads/x/parts?key=a`],
    ['s3:PutObject', `PUT ${base}/uploads/x/parts/1?key=a`, undefined, 'x'],
    ['s3:PutObject', `POST ${base}/uploads/x/complete`, { key: 'a', parts: [{ number: 1, etag: 'x' }] }],
    ['s3:AbortMultipartUpload', `DELETE ${base}/uploads/x?key=a`],
  ] as const) {
    test(`who is denied ${action} is refused ${line}`, async () => {
      const { put, deny, send, text, keys } = await photos()
      await put('a', 'kept')
      const sent = { as: 'user', body, ...(raw !== undefined && { raw }) } as const
      assert.notEqual((await send(line, sent)).outcome, '403 AccessDenied')
      await put('a', 'kept')
      const before = await keys()
      await deny(action)
      assert.equal((await send(line, sent)).outcome, '403 AccessDenied')
      assert.deepEqual([await text('a'), await keys()], ['kept', before])
    })
  }

  test('key by key where several are deleted', async () => {
    const { put, deny, done, keys } = await photos()
    for (const key of ['a', 'b']) await put(key)
    await deny('s3:DeleteObject', 'arn:aws:s3:::photos/a')
    const objects = [{ key: 'a' }, { key: 'b' }]
    const answer = await done(`POST ${base}/objects/delete`, { as: 'user', body: { objects } })
    assert.equal(answer.pick('errors.0.code'), 'AccessDenied')
    assert.deepEqual([answer.pick('errors.0.key'), answer.pick('deleted.0.key')], ['a', 'b'])
    assert.deepEqual(await keys(), ['a'])
  })
})

test('quotas hold', async () => {
  const { done, send, at, put } = await photos()
  await put('a', 'x'.repeat(600))
  await done('PATCH /v1/buckets/photos', { body: { quota: { bytes_max: 1000 } } })
  assert.equal((await send(`PUT ${at('b')}`, { raw: 'x'.repeat(600) })).outcome, '403 QuotaExceeded')
  assert.equal(
    (await send(`POST ${base}/objects/copy`, { body: { key: 'a', to_key: 'b' } })).outcome,
    '403 QuotaExceeded',
  )
  assert.equal((await send(`POST ${base}/objects/move`, { body: { key: 'a', to_key: 'b' } })).outcome, '200')
})

test('new keys must be as the profile has them, as on the wire', async () => {
  const { send, post, at } = await photos({ toggles: { 'naming.key': 'qencode' } })
  await send(`PUT ${at('ok')}`, { raw: 'x' })
  const refusals = [
    await send(`PUT ${at('a\\b')}`, { raw: 'x' }),
    await post('objects/copy', { key: 'ok', to_key: 'a//b' }),
    await post('objects/move', { key: 'ok', to_key: '/a' }),
    await post('uploads', { key: 'a/' }),
  ]
  assert.deepEqual(
    refusals.map(({ outcome }) => outcome),
    Array(4).fill('400 InvalidArgument'),
  )
})

test('changes to objects are written down, once; their data is not', async () => {
  const { put, done, audited, send } = await photos()
  const before = (await audited()).length
  await put('a')
  const begun = await done(`POST ${base}/uploads`, { body: { key: 'u' } })
  const path = `${base}/uploads/${begun.pick('upload_id')}`
  const part = await done(`PUT ${path}/parts/1?key=u`, { raw: 'x' })
  await done(`POST ${path}/complete`, { body: { key: 'u', parts: [{ number: 1, etag: part.pick('etag') }] } })
  assert.equal((await audited()).length, before)
  await send(`POST ${base}/objects/copy`, { body: { key: 'a', to_key: 'b' } })
  await send(`POST ${base}/objects/move`, { body: { key: 'a', to_key: 'b' } })
  await send(`POST ${base}/objects/delete`, { body: { objects: [{ key: 'a' }, { key: 'b' }] } })
  const entries = (await audited())
    .slice(before)
    .map(({ action, target, outcome }) => `${action} ${outcome}: ${target}`)
  assert.deepEqual(entries, [
    'CopyObject begun: object photos/a to photos/b',
    'CopyObject done: object photos/a to photos/b',
    'MoveObject begun: object photos/a to photos/b',
    'MoveObject PreconditionFailed: object photos/a to photos/b',
    'DeleteObjects begun: 2 objects of bucket photos',
    'DeleteObjects done: 2 objects of bucket photos',
  ])
})
