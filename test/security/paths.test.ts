/** Attacks by names: keys and targets that a file system, a proxy or a second decoding would take for another bucket’s. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { elements, send, type RawRequest, type Wire } from '../harness/request.ts'
import { escapeKey } from '../harness/sign.ts'
import {
  contentOf,
  exchange,
  keysIn,
  refuses,
  skip,
  startTwoAccounts,
  succeeds,
  type TwoAccounts,
} from './two-accounts.ts'

let there: TwoAccounts
let held: Record<string, string>

const md5 = (body: string | Uint8Array): string => createHash('md5').update(body).digest('base64')
const escapeXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const asAttacker = (request: RawRequest): RawRequest => ({ ...request, credentials: there.attacker })

/** Has this target sent in place of the one that is signed: for such as no signer takes. */
const sending =
  (target: string) =>
  (wire: Wire): void => {
    wire.path = target
  }

async function unchanged(): Promise<void> {
  assert.deepEqual(await contentOf(there.server, there.theirs), held)
}
const keysOfMine = (): Promise<string[]> => keysIn(there.server, there.mine, there.attacker)

before(async () => {
  if (skip !== false) return
  there = await startTwoAccounts('paths')
  const { server, theirs } = there
  for (const key of ['k', 'x', 'a/../k']) {
    await succeeds(server, { method: 'PUT', path: `/${theirs}/${escapeKey(key)}`, body: 'of the victim' })
  }
  held = await contentOf(server, theirs)
})
after(() => there?.server.stop())

describe('keys that look like paths', { skip }, () => {
  const deletion = (keys: readonly string[], quiet = false): RawRequest => {
    const objects = keys.map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`)
    const body = `<Delete>${quiet ? '<Quiet>true</Quiet>' : ''}${objects.join('')}</Delete>`
    const headers = { 'content-md5': md5(body) }
    return asAttacker({ method: 'POST', path: `/${there.mine}`, query: 'delete', body, headers })
  }

  test('security 23: DeleteObjects deletes the literal keys of its own bucket, whatever they look like (CVE-2026-58372)', async () => {
    const { server, mine, theirs } = there
    const keys = [
      '../V/x',
      '/V/x',
      '%2e%2e/V/x',
      '..%2fV%2fx',
      '..\\V\\x',
      'V/x',
      '/../V/x',
      './../V/x',
      '//V/x',
      '..',
      'x',
    ]
      .map((key) => key.replace('V', theirs))
      .concat(
        `http://${server.host}:${server.port}/${theirs}/x`,
        `/${theirs}/x?versionId=null`,
        `arn:aws:s3:::${theirs}/x`,
      )
    const put = (key: string) =>
      succeeds(server, asAttacker({ method: 'PUT', path: `/${mine}/${escapeKey(key)}`, body: 'mine' }))
    for (const key of keys) await put(key)
    for (const key of keys) {
      const before = await keysOfMine()
      assert.ok(before.includes(key), key)
      const { text } = await succeeds(server, deletion([key]))
      assert.deepEqual([elements(text, 'Key'), text.includes('<Error>')], [[key], false], text)
      assert.deepEqual(
        await keysOfMine(),
        before.filter((other) => other !== key),
      )
    }
    await unchanged()
    // All at once, and of keys that are not there: the same.
    for (const key of keys) await put(key)
    await succeeds(server, deletion([...keys, ...keys.map((key) => `${key}/../${key}`)], true))
    assert.deepEqual(await keysOfMine(), [])
    await unchanged()
  })

  test('security 23: what else a document says of a bucket is passed over, and to another’s bucket it is AccessDenied', async () => {
    const { server, mine, theirs } = there
    const target = `<Bucket>${theirs}</Bucket>`
    const body = `<Delete xmlns:v="${theirs}">${target}<Object v:Bucket="${theirs}">${target}<Key>x</Key></Object></Delete>`
    const headers = { 'content-md5': md5(body) }
    const query = 'delete'
    await succeeds(server, asAttacker({ method: 'POST', path: `/${mine}`, query, body, headers }))
    for (const path of [`/${theirs}`, `/${theirs}/`]) {
      const { text } = await succeeds(server, asAttacker({ method: 'POST', path, query, body, headers }))
      assert.deepEqual([elements(text, 'Key'), elements(text, 'Code')], [['x'], ['AccessDenied']])
      assert.ok(!text.includes('<Deleted>'))
    }
    for (const key of ['x', `/${theirs}/x`, '../x']) {
      const wire = sending(`/${theirs}`)
      await refuses(server, { ...deletion([key]), tamper: wire }, 403, 'SignatureDoesNotMatch')
    }
    await unchanged()
  })

  /** Targets, in which A stands for the attacker's bucket and B for the victim's, and the key in A that each is. */
  const literal: readonly (readonly [target: string, key: string])[] = [
    ['/A/../B/k', '../B/k'],
    ['/A/%2e%2e/B/k', '../B/k'],
    ['/A/.%2E/B/k', '../B/k'],
    ['/A/%2e%2e%2fB%2fk', '../B/k'],
    ['/A/%2f../B/k', '/../B/k'],
    ['/A/x/../../B/k', 'x/../../B/k'],
    ['/A/./../B/k', './../B/k'],
    ['/A//B/k', '/B/k'],
    ['/A//../B/k', '/../B/k'],
    ['/A/..%5cB%5ck', '..\\B\\k'],
    ['/A/..\\B\\k', '..\\B\\k'],
    ['/A/..;/B/k', '..;/B/k'],
    ['/A/..;x=y/B/k', '..;x=y/B/k'],
    ['/A/..%3f/B/k', '..?/B/k'],
    ['/A/..%23/B/k', '..#/B/k'],
    ['/A/http://B/k', 'http://B/k'],
    ['/A/../../../../../../../../etc/passwd', '../../../../../../../../etc/passwd'],
    ['/A/..', '..'],
    ['/A/.', '.'],
    ['/A/%2f', '/'],
    ['/A/..%0a/B/k', '..\n/B/k'],
  ]
  const targetOf = (target: string): string => target.replaceAll('A', there.mine).replaceAll('B', there.theirs)

  for (const [pattern, keyPattern] of literal) {
    test(`security 31: ${pattern} is a key of bucket A, and nothing of bucket B (CVE-2026-54917)`, async () => {
      const { server } = there
      const [path, key] = [targetOf(pattern), targetOf(keyPattern)]
      await refuses(server, asAttacker({ path }), 404, 'NoSuchKey')
      await succeeds(server, asAttacker({ method: 'PUT', path, body: 'mine' }))
      assert.deepEqual(await keysOfMine(), [key])
      assert.equal((await succeeds(server, asAttacker({ path }))).text, 'mine')
      await succeeds(server, asAttacker({ method: 'HEAD', path }))
      await succeeds(server, asAttacker({ method: 'DELETE', path }))
      assert.deepEqual(await keysOfMine(), [])
      await unchanged()
    })
  }

  const nothing = [
    ...['//B/k', '//A/../B/k', '///', '//'],
    ...[
      '/../B/k',
      '/%2e%2e/B/k',
      '/./B/k',
      '/.;/B/k',
      '/A%2f..%2fB/k',
      '/A%2f%2e%2e%2fB',
      '/B%2fk',
      '/A%5c..%5cB/k',
      '/A\\..\\B\\k',
    ],
    ...['/A%00/../B/k', '/A/..%00/B/k', '/A/../B/k%00', '/%00B/k', '/A#/../B/k', '/A/..#/B/k'],
    ...[
      '\\B\\k',
      '../B/k',
      './B/k',
      '*',
      'B/k',
      '%2fB%2fk',
      'http:/B/k',
      'http:///B/k',
      'file:///B/k',
      'http://B/k',
      '@B/k',
    ],
  ]
  for (const pattern of nothing) {
    test(`security 31: ${pattern} is nothing of bucket B, for any method`, async () => {
      const { server } = there
      const target = targetOf(pattern)
      // Signed for another target where no signature can be made for this one; else for what is sent.
      const signable = target.startsWith('/') && !target.includes('#')
      for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'POST']) {
        for (const path of signable ? ['/', target] : ['/']) {
          const request = asAttacker({ method, path, body: method === 'PUT' ? 'mine' : '', tamper: sending(target) })
          const text = await exchange(server, request)
          assert.match(text, /^HTTP\/1\.1 4\d\d /, method)
          assert.ok(!text.includes('of the victim'))
        }
      }
      assert.deepEqual(await keysOfMine(), [])
      await unchanged()
    })
  }

  test('security 31: the absolute form of a target is read like any other', async () => {
    const { server, mine, theirs } = there
    const path = `/${mine}/../${theirs}/k`
    const tamper = sending(`http://${server.host}:${server.port}${path}`)
    await refuses(server, asAttacker({ path, tamper }), 404, 'NoSuchKey')
    const other = sending(`http://${theirs}.${server.domain}:${server.port}/k`)
    const { status } = await send(server, asAttacker({ path, tamper: other }))
    assert.equal(status, 400)
  })

  test('security 31: a bucket in the host is as fixed as one in the target', async () => {
    const { server, mine, theirs } = there
    const hostOf = (name: string): string => `${name}.${server.domain}:${server.port}`
    for (const [path, key] of [
      ['/../B/k', '../B/k'],
      ['/%2e%2e/B/k', '../B/k'],
      ['/B/k', 'B/k'],
      ['//B/k', '/B/k'],
      ['/..%5cB%5ck', '..\\B\\k'],
    ] as const) {
      const request = asAttacker({ path: targetOf(path), headers: { host: hostOf(mine) } })
      await succeeds(server, { ...request, method: 'PUT', body: 'mine' })
      assert.deepEqual(await keysOfMine(), [targetOf(key)])
      await succeeds(server, { ...request, method: 'DELETE' })
    }
    await refuses(server, asAttacker({ path: '/k', headers: { host: hostOf(theirs) } }), 403, 'AccessDenied')
    const hosts = [
      `${theirs}.${mine}`,
      `${mine}.${theirs}`,
      `.${theirs}`,
      `..${theirs}`,
      `${mine}%2f..%2f${theirs}`,
      `${mine}/${theirs}`,
      `${mine}@${theirs}`,
      `${mine},${theirs}`,
      `${theirs}%00`,
      `%2e${theirs}`,
    ]
    for (const host of hosts) {
      const answer = await send(server, asAttacker({ path: '/k', headers: { host: hostOf(host) } }))
      assert.ok(answer.status >= 400 && answer.status < 500, `${host}: ${answer.status} ${answer.text}`)
      assert.ok(!answer.text.includes('of the victim'))
    }
    await unchanged()
  })

  test('security 31: a source of a copy is as fixed as a target', async () => {
    const { server, mine, theirs } = there
    const sources = [
      `${mine}/../${theirs}/k`,
      `${mine}%2f..%2f${theirs}%2fk`,
      `/${mine}/%2e%2e/${theirs}/k`,
      `//${theirs}/k`,
      `../${theirs}/k`,
      `./${theirs}/k`,
      `${mine}\\..\\${theirs}\\k`,
      `${mine}%00/../${theirs}/k`,
      `http://${theirs}/k`,
    ]
    for (const source of sources) {
      const headers = { 'x-amz-copy-source': source }
      const answer = await send(server, asAttacker({ method: 'PUT', path: `/${mine}/copy`, headers }))
      assert.ok(answer.status === 404 || answer.status === 400, `${source}: ${answer.status} ${answer.text}`)
    }
    assert.deepEqual(await keysOfMine(), [])
  })

  test('security 32: what is escaped twice is decoded once, in a target, a query, a source and a document', async () => {
    const { server, mine } = there
    const bodies: readonly (readonly [path: string, key: string])[] = [
      ['%252e%252e/k', '%2e%2e/k'],
      ['%2e%2e/k', '../k'],
      ['%252f', '%2f'],
      ['%25252f', '%252f'],
      ['%2500', '%00'],
      ['100%25', '100%'],
      ['a+b', 'a+b'],
      ['a%20b', 'a b'],
      ['a%2Bb%252B', 'a+b%2B'],
    ]
    for (const [path, key] of bodies)
      await succeeds(server, asAttacker({ method: 'PUT', path: `/${mine}/${path}`, body: key }))
    assert.deepEqual((await keysOfMine()).toSorted(), bodies.map(([, key]) => key).toSorted())
    for (const [path, key] of bodies) {
      assert.equal((await succeeds(server, asAttacker({ path: `/${mine}/${path}` }))).text, key)
      const query = `prefix=${path.replaceAll('+', '%2B')}&list-type=2`
      const { text } = await succeeds(server, asAttacker({ path: `/${mine}`, query }))
      assert.equal(elements(text, 'Key')[0], key, query)
      const headers = { 'x-amz-copy-source': `${mine}/${path}` }
      await succeeds(server, asAttacker({ method: 'PUT', path: `/${mine}/copy`, headers }))
      assert.equal((await succeeds(server, asAttacker({ path: `/${mine}/copy` }))).text, key)
    }
    // The bucket's name, too.
    const [first = '', ...rest] = mine
    const once = `%${first.charCodeAt(0).toString(16)}${rest.join('')}`
    assert.equal((await succeeds(server, asAttacker({ path: `/${once}/%2e%2e/k` }))).text, '../k')
    await refuses(server, asAttacker({ path: `/${once.replace('%', '%25')}/%2e%2e/k` }), 404, 'NoSuchBucket')
    for (const [, key] of bodies) await succeeds(server, deletion([key]))
    assert.deepEqual(await keysOfMine(), ['copy'])
    await succeeds(server, deletion(['copy']))
  })
})
