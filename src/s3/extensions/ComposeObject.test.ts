import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { makeFront, otherAccountId } from '../test-bed.ts'

const large = (text: string): string => text.repeat(30)
const component = (key: string, more = ''): string => `<Component><Name>${key}</Name>${more}</Component>`
const documentOf = (...components: readonly string[]): string =>
  `<ComposeRequest>${components.join('')}</ComposeRequest>`

describe('ComposeObject', () => {
  test('makes one object of several, by XML or JSON', async () => {
    const { send, assertLedger } = await makeFront()
    await send('PUT /photos/a', { body: 'one,', headers: { 'content-type': 'text/csv', 'x-amz-meta-a': 'b' } })
    await send('PUT /photos/b%20%26', { body: large('two,') })
    const xml = documentOf(component('a'), component('b &amp;'), component('a'))
    const json = JSON.stringify({ sources: [{ key: 'a' }, { key: 'b &' }, { key: 'a' }] })
    for (const [body, type] of [
      [xml, 'application/xml'],
      [json, 'application/json; charset=utf-8'],
    ] as const) {
      const headers = { 'content-type': type, 'x-amz-meta-c': 'd' }
      const answer = await send('PUT /photos/all?compose', { body, headers })
      assert.equal(answer.status, 200, answer.text)
      assert.deepEqual([answer.element('Key'), answer.element('Size')], ['all', '128'])
      const read = await send('GET /photos/all')
      assert.equal(read.text, `one,${large('two,')}one,`)
      assert.equal(answer.element('ETag')?.replaceAll('&quot;', '"'), read.headers['etag'])
      assert.deepEqual(
        [read.headers['content-type'], read.headers['x-amz-meta-a'], read.headers['x-amz-meta-c']],
        ['text/csv', undefined, 'd'],
      )
    }
    await send('PUT /photos/typed?compose', { body: xml, headers: { 'content-type': 'video/mp2t' } })
    assert.equal((await send('HEAD /photos/typed')).headers['content-type'], 'video/mp2t')
    await assertLedger()
  })

  test('onto itself is an append', async () => {
    const { send, assertLedger } = await makeFront()
    await send('PUT /photos/a', { body: 'a' })
    await send('PUT /photos/b', { body: 'b' })
    for (const text of ['ab', 'abb']) {
      await send('PUT /photos/a?compose', { body: documentOf(component('a'), component('b')) })
      assert.equal((await send('GET /photos/a')).text, text)
    }
    await assertLedger()
  })

  test('checks the sources, and each one’s condition', async () => {
    const { send } = await makeFront()
    const { headers } = await send('PUT /photos/a', { body: 'a' })
    const compose = async (...components: readonly string[]) =>
      (await send('PUT /photos/all?compose', { body: documentOf(...components) })).outcome
    assert.equal(await compose(component('a'), component('none')), '404 NoSuchKey')
    assert.equal(await compose(component('a', '<IfMatch>"other"</IfMatch>')), '412 PreconditionFailed')
    assert.equal(await compose(component('a', `<IfMatch>${headers['etag']}</IfMatch>`)), '200')
    assert.equal(await compose(component('a', `<VersionId>${'0'.repeat(32)}</VersionId>`)), '404 NoSuchVersion')
    assert.equal(await compose(component('a', '<VersionId>null</VersionId>')), '200')
  })

  test('is guarded by the conditions of a write', async () => {
    const { send } = await makeFront()
    await send('PUT /photos/a', { body: 'a' })
    const headers = { 'if-none-match': '*' }
    const body = documentOf(component('a'))
    assert.equal((await send('PUT /photos/all?compose', { body, headers })).outcome, '200')
    assert.equal((await send('PUT /photos/all?compose', { body, headers })).outcome, '412 PreconditionFailed')
  })

  const malformed: readonly (readonly [body: string, outcome: string])[] = [
    ['', '400 MissingRequestBodyError'],
    ['<ComposeRequest/>', '400 InvalidRequest'],
    ['<Other/>', '400 MalformedXML'],
    [documentOf('<Component/>'), '400 MalformedXML'],
    [documentOf(component('a', '<Name>b</Name>')), '400 MalformedXML'],
    [documentOf(component('a', '<Generation>5</Generation>')), '501 NotImplemented'],
    ['{', '400 InvalidRequest'],
    ['{}', '400 InvalidRequest'],
    ['{"sources":[]}', '400 InvalidRequest'],
    ['{"sources":[{"key":5}]}', '400 InvalidRequest'],
    ['{"sources":[null]}', '400 InvalidRequest'],
    ['{"sources":[{"key":"a","versionId":5}]}', '400 InvalidRequest'],
    ['{"sources":[{"key":"a","generation":5}]}', '501 NotImplemented'],
    [JSON.stringify({ sources: Array.from({ length: 10_001 }, () => ({ key: 'a' })) }), '400 InvalidRequest'],
    [documentOf(...Array.from({ length: 10_001 }, () => component('a'))), '400 InvalidRequest'],
  ]
  for (const [body, outcome] of malformed) {
    test(`a document ${body.slice(0, 60)} is ${outcome}`, async () => {
      const { send } = await makeFront()
      await send('PUT /photos/a', { body: 'a' })
      assert.equal((await send('PUT /photos/all?compose', { body })).outcome, outcome)
      assert.equal((await send('HEAD /photos/all')).status, 404)
    })
  }

  test('takes 10,000 sources', async () => {
    const { send, assertLedger } = await makeFront()
    await send('PUT /photos/a', { body: 'a' })
    const body = documentOf(...Array.from({ length: 10_000 }, () => component('a')))
    assert.equal((await send('PUT /photos/all?compose', { body })).element('Size'), '10000')
    assert.equal((await send('PUT /photos/all?append', { body: 'x' })).outcome, '400 TooManyParts')
    const two = documentOf(component('all'), component('a'))
    assert.equal((await send('PUT /photos/more?compose', { body: two })).outcome, '400 TooManyParts')
    await assertLedger()
  })

  test('encrypts what is to be encrypted, and what is composed of what is', async () => {
    const { send, keyring, assertLedger } = await makeFront()
    await keyring.ensure()
    await send('PUT /photos/plain', { body: large('p') })
    await send('PUT /photos/sealed', { body: large('s'), headers: { 'x-amz-server-side-encryption': 'AES256' } })
    const body = documentOf(component('plain'), component('sealed'))
    const answer = await send('PUT /photos/all?compose', { body })
    assert.equal(answer.headers['x-amz-server-side-encryption'], 'AES256')
    assert.equal((await send('GET /photos/all')).text, large('p') + large('s'))
    const key = 'K'.repeat(32)
    const headers = {
      'x-amz-server-side-encryption-customer-algorithm': 'AES256',
      'x-amz-server-side-encryption-customer-key': Buffer.from(key).toString('base64'),
      'x-amz-server-side-encryption-customer-key-md5': createHash('md5').update(key).digest('base64'),
    }
    assert.equal((await send('PUT /photos/own?compose', { body, headers, secure: true })).status, 200)
    assert.equal((await send('GET /photos/own', { headers, secure: true })).text, large('p') + large('s'))
    const own = documentOf(component('own'), component('plain'))
    assert.equal((await send('PUT /photos/x?compose', { body: own })).outcome, '400 InvalidRequest')
    assert.equal((await send('PUT /photos/x?compose', { body: own, headers, secure: true })).status, 200)
    await assertLedger()
  })

  test('needs to be allowed to read every source, and to write', async () => {
    const { send, buckets } = await makeFront()
    await send('PUT /photos/a', { body: 'a' })
    await send('PUT /photos/b', { body: 'b' })
    const allow = (action: string, resource: string) => ({
      ...{ Effect: 'Allow', Principal: { AWS: otherAccountId }, Action: action },
      Resource: `arn:aws:s3:::photos/${resource}`,
    })
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [allow('s3:PutObject', 'all'), allow('s3:GetObject', 'a')],
    })
    await buckets.update(await buckets.get('photos'), (current) => ({ ...current, policy }))
    const compose = async (key: string, ...sources: readonly string[]) => {
      const body = documentOf(...sources.map((source) => component(source)))
      return (await send(`PUT /photos/${key}?compose`, { body, account: otherAccountId })).outcome
    }
    assert.equal(await compose('all', 'a'), '200')
    assert.equal(await compose('all', 'a', 'b'), '403 AccessDenied')
    assert.equal(await compose('other', 'a'), '403 AccessDenied')
  })

  test('is not there where it is switched off', async () => {
    const { send } = await makeFront({ toggles: { 'ext.compose': false } })
    await send('PUT /photos/a', { body: 'a' })
    assert.equal(
      (await send('PUT /photos/all?compose', { body: documentOf(component('a')) })).outcome,
      '501 NotImplemented',
    )
  })
})
