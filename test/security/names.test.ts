/** Attacks by names that are none: bytes that no text has, broken escapes, zeros, too many of them. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { element, send, type RawRequest, type Wire } from '../harness/request.ts'
import { escapeKey } from '../harness/sign.ts'
import { exchange, keysIn, refuses, skip, startTwoAccounts, succeeds, type TwoAccounts } from './two-accounts.ts'

let there: TwoAccounts

before(async () => {
  if (skip === false) there = await startTwoAccounts('names')
})
after(() => there?.server.stop())

const md5 = (body: Uint8Array): string => createHash('md5').update(body).digest('base64')
const asAttacker = (request: RawRequest): RawRequest => ({ ...request, credentials: there.attacker })
const keysOfMine = (): Promise<string[]> => keysIn(there.server, there.mine, there.attacker)

/** Has this target sent in place of the one that is signed: for such as no signer takes. */
const sending =
  (target: string) =>
  (wire: Wire): void => {
    wire.path = target
  }

describe('keys that are none', { skip }, () => {
  const notUtf8 = [
    '%FF',
    '%80',
    '%C3',
    '%C3%28',
    '%C0%AF',
    '%C0%AE%C0%AE/',
    '%E0%80%AF',
    '%ED%A0%80',
    '%ED%B0%80',
    '%F4%90%80%80',
    '%F8%88%80%80%80',
  ]
  const broken = ['%', '%2', '%zz', '%u002e', '%%35%63', '%2G']
  const zeros = ['%00', 'a%00', 'a%00.txt', '%00/../k', '%25%00']
  const methods = ['GET', 'HEAD', 'PUT', 'DELETE', 'POST']

  for (const key of [...notUtf8, ...broken, ...zeros]) {
    test(`security 33: the key ${JSON.stringify(key)} is InvalidURI, whatever is done with it`, async () => {
      const { server, mine } = there
      for (const method of methods) {
        for (const path of [`/${mine}/${key}`, `/${mine}/before/${key}-after`, `/${key}`]) {
          await refuses(server, asAttacker({ method, path: '/', tamper: sending(path) }), 400, 'InvalidURI')
        }
      }
      const headers = { 'x-amz-copy-source': `${mine}/${key}` }
      const copied = await send(server, asAttacker({ method: 'PUT', path: `/${mine}/copy`, headers }))
      assert.ok(copied.status === 400 || copied.status === 404, `${copied.status} ${copied.text}`)
      assert.deepEqual(await keysOfMine(), [])
    })
  }

  test('security 33: bytes beyond ASCII that are not escaped are no target', async () => {
    const { server, mine } = there
    for (const key of ['\xff', '\xc3', '\xc3\xa4', '\x80', '\xa0', '\x7f']) {
      for (const method of methods) {
        const text = await exchange(server, asAttacker({ method, path: '/', tamper: sending(`/${mine}/${key}`) }))
        assert.match(text, /^HTTP\/1\.1 400 /)
      }
    }
    assert.deepEqual(await keysOfMine(), [])
  })

  test('security 33: a query that is not UTF-8, or broken, is InvalidURI', async () => {
    const { server, mine } = there
    for (const value of [...notUtf8.filter((text) => text.startsWith('%')), ...broken]) {
      for (const name of ['prefix', 'marker', 'delimiter', 'x']) {
        const tamper = (wire: Wire): void => {
          wire.query = `${name}=${value}`
        }
        await refuses(server, asAttacker({ path: `/${mine}`, tamper }), 400, 'InvalidURI')
      }
    }
  })

  test('security 33: a key of 1,024 bytes is the longest; of 1,025, in whatever letters, KeyTooLongError', async () => {
    const { server, mine, attacker } = there
    const longest = ['k'.repeat(1024), 'ü'.repeat(512), '字'.repeat(341) + 'x', '😀'.repeat(256), '/'.repeat(1024)]
    for (const key of longest) {
      const request = asAttacker({ path: `/${mine}/${escapeKey(key)}` })
      await succeeds(server, { ...request, method: 'PUT', body: 'x' })
      for (const method of methods) {
        for (const path of [`/${mine}/${escapeKey(`${key}x`)}`, `/${mine}/x${escapeKey(key)}`])
          await refuses(server, asAttacker({ method, path }), 400, 'KeyTooLongError')
      }
      assert.deepEqual(await keysIn(server, mine, attacker), [key])
      await succeeds(server, { ...request, method: 'DELETE' })
    }
    await refuses(server, asAttacker({ path: `/${mine}/${'k'.repeat(5000)}` }), 400, 'KeyTooLongError')
  })

  test('security 33: such keys in a document are refused, one by one where the document is well formed', async () => {
    const { server, mine, attacker } = there
    await succeeds(server, asAttacker({ method: 'PUT', path: `/${mine}/%EF%BF%BD`, body: 'x' }))
    const deletion = (key: string | Uint8Array): RawRequest => {
      const body = Buffer.concat([
        Buffer.from('<Delete><Object><Key>'),
        Buffer.from(key as Uint8Array),
        Buffer.from('</Key></Object></Delete>'),
      ])
      return asAttacker({
        method: 'POST',
        path: `/${mine}`,
        query: 'delete',
        body,
        headers: { 'content-md5': md5(body) },
      })
    }
    // The replacement character is what careless decoders make of what they cannot read: here it is somebody's key.
    for (const key of ['\xff', '\xc3', '\xed\xa0\x80', '\xc0\xaf'])
      await refuses(server, deletion(Buffer.from(key, 'latin1')), 400, 'MalformedXML')
    for (const key of [
      '&#0;',
      '\0',
      '&#xD800;',
      '&#55296;',
      '&#xDFFF;',
      '&#x110000;',
      '&#xFFFE;',
      '\x01',
      '&#8;',
      '&#99999999999;',
      '&#-1;',
    ])
      await refuses(server, deletion(key), 400, 'MalformedXML')
    const { text } = await succeeds(server, deletion('k'.repeat(1025)))
    assert.equal(element(text, 'Code'), 'KeyTooLongError')
    assert.deepEqual(await keysIn(server, mine, attacker), ['\ufffd'])
    await succeeds(server, deletion('\ufffd'))
  })
})
