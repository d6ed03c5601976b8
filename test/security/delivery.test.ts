/**
 * Attacks on delivery with tokens (cases 41 to 45) that are forged, borrowed or stretched, by every way that one can come and on every host of
 * a bucket.
 *
 * Where the checklist says 401, the answer is 403, as Qencode's, whose signed URLs these are: there is no scheme of HTTP to challenge for.
 */
import assert from 'node:assert/strict'
import { createHash, createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { carrying, comeBy, encodePart, minted, tokenOf, ways, type SigningKey } from '../harness/delivery.ts'
import { assertRefused, everywhere, inSeconds, openWorld, skip, wholeToken, type World } from './delivery-world.ts'

let world: World
before(async () => {
  if (skip === false) world = await openWorld()
})
after(() => world?.stop())

interface Forgery {
  readonly what: string
  readonly token: string
  /** `a` unless given. */
  readonly key?: string
}

/**
 * Each is refused by each way on each host, where the protocols take turns; and a good token, so that the refusal proves something, is not.
 */
async function refusesAll(forgeries: readonly Forgery[], statuses: readonly number[] = [403]): Promise<void> {
  const good = wholeToken(world)
  minted.push(...forgeries.map(({ token }) => token))
  await everywhere(world, async (site, connection) => {
    for (const way of ways) {
      const welcome = await comeBy(connection, way, site, 'a', good)
      assert.deepEqual([welcome.status, welcome.text], [200, 'secret a'], `${site.what}, by ${way}`)
      for (const { what, token, key = 'a' } of forgeries.filter((_, index) => index % site.turns === site.turn)) {
        const answer = await comeBy(connection, way, site, key, token)
        assertRefused(answer, `${what}; ${site.what}, by ${way}`, statuses)
      }
    }
  })
}

const hmac = (signed: string, secret: string | Buffer, hash = 'sha256'): string =>
  `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`
const signedBy = (signed: string, key: SigningKey): string =>
  `${signed}.${sign('sha256', Buffer.from(signed), createPrivateKey(key.private_key)).toString('base64url')}`

test('security 41: alg none in any spelling, and a signature that is empty or left out', { skip }, async () => {
  const { vaultKey } = world
  const signed = (alg: unknown): string =>
    `${encodePart({ alg, typ: 'JWT', kid: vaultKey.id })}.${encodePart({ uri: '' })}`
  const genuine = wholeToken(world)
  const unsigned = genuine.slice(0, genuine.lastIndexOf('.'))
  const forgeries: Forgery[] = [
    'none',
    'None',
    'nOnE',
    'NONE',
    ' none',
    'none\0',
    '',
    null,
    false,
    ['none'],
    ['RS256'],
    undefined,
  ].flatMap((alg) => [
    { what: `alg ${JSON.stringify(alg)}, no signature`, token: `${signed(alg)}.` },
    { what: `alg ${JSON.stringify(alg)}, signed`, token: signedBy(signed(alg), vaultKey) },
  ])
  await refusesAll([
    ...forgeries,
    { what: 'an empty signature', token: `${unsigned}.` },
    { what: 'two parts', token: unsigned },
    { what: 'a signature of one letter', token: `${unsigned}.A` },
    { what: 'the signature of another token', token: `${unsigned}.${tokenOf(vaultKey, { uri: 'a' }).split('.')[2]}` },
    { what: 'a fourth part', token: `${genuine}.A` },
    { what: 'padding', token: `${genuine}=` },
    {
      what: 'a changed header',
      token: `${encodePart({ alg: 'RS256', kid: vaultKey.id })}.${genuine.split('.').slice(1).join('.')}`,
    },
    { what: 'JSON in place of a token', token: '%7B%22payload%22%3A%22e30%22%7D' },
  ])
})

test('security 42: HS256 under the public key in each of its forms, and every other algorithm', { skip }, async () => {
  const { vaultKey } = world
  const publicKey = createPublicKey(createPrivateKey(vaultKey.private_key))
  const spki = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const pkcs1 = publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()
  const jwk = publicKey.export({ format: 'jwk' })
  const secrets: readonly (readonly [string, string | Buffer])[] = [
    ['SPKI', spki],
    ['SPKI without its last line end', spki.trimEnd()],
    ['PKCS#1', pkcs1],
    ['DER', publicKey.export({ type: 'spki', format: 'der' })],
    ['JWK', JSON.stringify(jwk)],
    ['the modulus', Buffer.from(String(jwk.n), 'base64url')],
    ['nothing', ''],
    ['its id', vaultKey.id],
  ]
  const signed = (alg: string): string =>
    `${encodePart({ alg, typ: 'JWT', kid: vaultKey.id })}.${encodePart({ uri: '' })}`
  const others = [
    'HS256',
    'HS384',
    'HS512',
    'RS384',
    'RS512',
    'PS256',
    'ES256',
    'EdDSA',
    'rs256',
    'RS1',
    'RSA-OAEP',
    'dir',
  ]
  await refusesAll([
    ...secrets.flatMap(([form, secret]) => [
      { what: `HS256, ${form}`, token: hmac(signed('HS256'), secret) },
      { what: `an HMAC that says RS256, ${form}`, token: hmac(signed('RS256'), secret) },
      { what: `HS512, ${form}`, token: hmac(signed('HS512'), secret, 'sha512') },
    ]),
    ...others.map((alg) => ({ what: `${alg}, signed with RS256`, token: signedBy(signed(alg), vaultKey) })),
    {
      what: 'an unkeyed digest',
      token: `${signed('RS256')}.${createHash('sha256').update(signed('RS256')).digest('base64url')}`,
    },
    { what: 'the public key itself', token: `${signed('RS256')}.${encodePart(spki)}` },
  ])
})

test('security 43: a kid that is a path, a query or no key of ours, and jku, x5u, jwk and crit', { skip }, async () => {
  const fetched: string[] = []
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const own = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'mine', alg: 'RS256', use: 'sig' }
  const keyServer = createServer(({ url = '' }, response) => {
    fetched.push(url)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ keys: [jwk] }))
  }).listen(0, '127.0.0.1')
  await once(keyServer, 'listening')
  try {
    const here = `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}`
    const file = join(world.server.dataFolder, 'attacker.pem')
    writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }))
    const { vaultKey } = world
    const mine = (kid: unknown): string => tokenOf({ id: '', private_key: own }, { uri: '' }, { kid })
    const kids: readonly unknown[] = [
      ...['../../dev/null', '/dev/null', file, `../../../../../../../../../..${file}`, `file://${file}`, `${here}/key`],
      ...["' OR 1=1 --", "' UNION SELECT 'x", '*', '%', '', ' ', '\0', '__proto__', 'constructor', 'toString'],
      ...[
        `${vaultKey.id}\0`,
        ` ${vaultKey.id}`,
        vaultKey.id.toUpperCase() + '/',
        '00000000-0000-4000-8000-000000000000',
      ],
      ...[null, 0, true, [vaultKey.id], { $ne: null }, undefined],
      'k'.repeat(5000),
    ]
    const beside: readonly object[] = [
      { jku: `${here}/jku` },
      { x5u: `${here}/x5u` },
      { jwk },
      { x5c: [publicKey.export({ type: 'spki', format: 'der' }).toString('base64')] },
      { crit: ['exp'] },
      { crit: [] },
      { b64: false, crit: ['b64'] },
    ]
    await refusesAll([
      ...kids.map((kid) => ({ what: `kid ${JSON.stringify(kid)?.slice(0, 60)}`, token: mine(kid) })),
      { what: 'our own key under a good kid', token: mine(vaultKey.id) },
      {
        what: 'an HMAC of nothing under /dev/null',
        token: hmac(`${encodePart({ alg: 'HS256', kid: '../../dev/null' })}.${encodePart({})}`, ''),
      },
      ...beside.map((header) => ({
        what: `${Object.keys(header).join()}, signed well`,
        token: tokenOf(vaultKey, { uri: '' }, header),
      })),
      ...beside.map((header) => ({
        what: `${Object.keys(header).join()}, by our own key`,
        token: tokenOf({ id: vaultKey.id, private_key: own }, { uri: '' }, header),
      })),
    ])
    // More than a target or the headers may have.
    await everywhere(world, async (site, { ask }) => {
      const huge = `${encodePart({ alg: 'RS256', kid: 'k'.repeat(1_000_000) })}.e30.AA`
      const answer = await ask({ host: site.host, target: `${site.root}a?auth=${huge}` }).catch(
        (error: unknown) => error as Error,
      )
      if (!(answer instanceof Error)) assert.ok([403, 414, 431].includes(answer.status), `a megabyte: ${answer.status}`)
    })
    assert.deepEqual(fetched, [])
  } finally {
    keyServer.close()
    keyServer.closeAllConnections()
  }
})

/** `exp` may be left out, and `aud` is a claim like others (Qencode's rule): what opens too long is not to be signed. */
test(
  "security 44: tokens that expired, are not yet valid, or are of another bucket's or another account's key",
  { skip },
  async () => {
    const { vaultKey, neighbourKey, foreignKey } = world
    const times: readonly object[] = [
      ...[-1, -600, -86_400].flatMap((by) => [{ exp: inSeconds(by) }, { exp: String(inSeconds(by)) }]),
      ...[60, 600].flatMap((by) => [{ nbf: inSeconds(by) }, { nbf: String(inSeconds(by)) }]),
      ...[0, -1, '0', 1e-9, -1e300, '-1'].map((exp) => ({ exp })),
      ...[
        '',
        'tomorrow',
        '1e99',
        'Infinity',
        '0x7fffffff',
        ' 9999999999',
        '9999999999 ',
        '9999999999\n',
        null,
        true,
        {},
        [],
      ].map((exp) => ({ exp })),
      ...[[inSeconds(600)], { toString: 1 }, '2099-01-01T00:00:00Z'].map((exp) => ({ exp })),
      { exp: inSeconds(600), nbf: 'now' },
      { exp: inSeconds(600), nbf: null },
    ]
    const duplicated = `{"uri":"","exp":${inSeconds(600)},"exp":${inSeconds(-600)}}`
    await refusesAll([
      ...times.map((claims) => ({ what: JSON.stringify(claims), token: tokenOf(vaultKey, { uri: '', ...claims }) })),
      { what: 'exp twice, the good one first', token: tokenOf(vaultKey, duplicated) },
      { what: 'exp twice, the good one last', token: tokenOf(vaultKey, `{"exp":1,"uri":"","exp":${inSeconds(600)}}`) },
      { what: "the account's other bucket's key", token: tokenOf(neighbourKey, { uri: '' }) },
      { what: "another account's key", token: tokenOf(foreignKey, { uri: '' }) },
      { what: "another account's key under our kid", token: tokenOf({ ...foreignKey, id: vaultKey.id }, { uri: '' }) },
      { what: "our signature under another's kid", token: tokenOf({ ...vaultKey, id: foreignKey.id }, { uri: '' }) },
      { what: 'a payload that is a list', token: tokenOf(vaultKey, []) },
      { what: 'a payload that is null', token: tokenOf(vaultKey, 'null') },
    ])
  },
)

test('security 45: a token of /a opens /a and what is under it, however others are written', { skip }, async () => {
  const token = tokenOf(world.vaultKey, { uri: '/a', exp: inSeconds(600) })
  const deep = tokenOf(world.vaultKey, { uri: '/private/y', exp: inSeconds(600) })
  const keys = [
    ...['ab', 'A', 'b', 'a%2f..%2fb', 'a/../b', 'a/..%2fb', 'a%2F..%2Fb', 'a/%2e%2e/b', 'a/.%2e/b', 'a/./b'],
    ...[
      'a%2fb',
      'a%5c..%5cb',
      'a/..%5cb',
      'a%20',
      '%20a',
      '%61b',
      '/a',
      '/a/b',
      './a',
      '%2e/a',
      'a;x',
      'a.',
      'private/x',
      'a%23',
      'a%3f',
      '%ef%bd%81',
    ],
    ...['../vault/b', '..%2fb', '%2e%2e/neighbour/a', '', 'a%09', 'a%2f', 'a%2f%2fb'],
  ]
  await refusesAll(
    [
      ...keys.map((key) => ({ what: `/a asked for ${key}`, token, key })),
      ...['private/x', 'private/y/../x', 'private/y%2f..%2fx', 'private/yz', 'private'].map((key) => ({
        what: `/private/y asked for ${key}`,
        token: deep,
        key,
      })),
      ...['/a*', '/*', '*', '/a/..', '/A', '/a%2f', '/%61', '/ab/../a', 'a?', '/a b', '//a', '/./a', '\\a', '/a\0'].map(
        (uri) => ({
          what: `uri ${JSON.stringify(uri)} asked for a`,
          token: tokenOf(world.vaultKey, { uri }),
        }),
      ),
      ...[null, 1, true, ['/a'], { a: 1 }].map((uri) => ({
        what: `uri ${JSON.stringify(uri)}`,
        token: tokenOf(world.vaultKey, { uri }),
      })),
    ],
    [403, 400],
  )
  // What it does open: the segment itself, by any spelling of its letters, and what is under it.
  await everywhere(world, async (site, connection) => {
    for (const [key, body] of [
      ['a', 'secret a'],
      ['%61', 'secret a'],
      ['a/b', 'secret a/b'],
      ['a/%62', 'secret a/b'],
    ] as const)
      for (const way of ways) {
        const { status, text } = await comeBy(connection, way, site, key, token)
        assert.deepEqual([status, text], [200, body], `${key}: ${site.what}, by ${way}`)
      }
    // Decoded once, so that `%252e` is a part of a name.
    for (const key of ['a/none', 'a/%252e%252e/b', 'a//b']) {
      const missing = await connection.ask({ host: site.host, ...carrying('query', site.root, key, token) })
      assert.deepEqual([missing.status, missing.headers['cache-control']], [404, 'no-store'], key)
    }
  })
})
