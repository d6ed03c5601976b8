/** Attacks by what a request says of itself: who asks, from where and by which way is not what its headers and its query would like it to be. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { send, sendBytes, type RawRequest } from '../harness/request.ts'
import type { TestServer } from '../harness/server.ts'
import { skip, startTwoAccounts, succeeds, type TwoAccounts } from './two-accounts.ts'
import { accountIdOf, makeUser, putPolicy, type Statement, type TestUser } from './users.ts'

/** Where nobody who asks here is. */
const allowedAddress = '192.0.2.7'
const allowedRange = '192.0.2.0/24'

type As = (request: RawRequest) => RawRequest
type Condition = NonNullable<Statement['Condition']>

/** What a header would be called by those who believe it. */
const spoofedHeaders = (names: string, value: string): Record<string, string>[] =>
  names.split(' ').map((name) => ({ [name]: value }))
const addressHeaders =
  'x-forwarded-for x-real-ip x-client-ip client-ip true-client-ip cf-connecting-ip fastly-client-ip x-cluster-client-ip forwarded-for ' +
  'x-original-forwarded-for x-forwarded x-remote-ip x-remote-addr remote-addr x-host x-amz-source-ip aws-sourceip sourceip x-amz-sourceip'
const userHeaders =
  'userid username user x-user x-remote-user remote-user jwt-sub sub x-jwt-sub x-amz-username x-amz-userid aws-username aws-userid ' +
  'x-amz-principal x-amz-user x-forwarded-user x-auth-request-user principal'

/** A condition that a request does not meet, and what would make it look as if it did. */
interface Spoof {
  readonly what: string
  readonly condition: (names: { readonly admin: string; readonly ownerId: string }) => Condition
  readonly headers: readonly Record<string, string>[]
  readonly queries?: readonly string[]
}

const spoofs: readonly Spoof[] = [
  {
    what: 'aws:SourceIp',
    condition: () => ({ IpAddress: { 'aws:SourceIp': allowedRange } }),
    headers: [
      ...spoofedHeaders(addressHeaders, allowedAddress),
      { 'x-forwarded-for': `${allowedAddress}, 127.0.0.1` },
      { 'x-forwarded-for': `127.0.0.1, ${allowedAddress}` },
      { forwarded: `for=${allowedAddress}` },
      { forwarded: `for="${allowedAddress}:80";by=127.0.0.1` },
      { via: `1.1 ${allowedAddress}` },
    ],
    queries: [`aws:SourceIp=${allowedAddress}`, `sourceip=${allowedAddress}`, `X-Forwarded-For=${allowedAddress}`],
  },
  {
    what: 'aws:SecureTransport',
    condition: () => ({ Bool: { 'aws:SecureTransport': 'true' } }),
    headers: [
      ...spoofedHeaders('x-forwarded-proto x-forwarded-protocol x-url-scheme x-forwarded-scheme x-scheme', 'https'),
      ...spoofedHeaders('x-forwarded-ssl front-end-https https x-https aws-securetransport', 'on'),
      { 'x-forwarded-port': '443' },
      { forwarded: 'proto=https' },
      { 'aws-securetransport': 'true', 'x-forwarded-proto': 'https', 'x-forwarded-host': 's3.example.com' },
    ],
    queries: ['aws:SecureTransport=true', 'X-Forwarded-Proto=https'],
  },
  {
    what: 'aws:username',
    condition: ({ admin }) => ({ StringEquals: { 'aws:username': admin } }),
    headers: spoofedHeaders(userHeaders, 'admin'),
    queries: ['aws:username=admin', 'username=admin', 'userid=admin'],
  },
  {
    what: 'aws:userid',
    condition: ({ ownerId }) => ({ StringEquals: { 'aws:userid': [ownerId, 'admin'] } }),
    headers: spoofedHeaders(userHeaders, 'admin'),
    queries: ['aws:userid=admin', 'userid=admin'],
  },
  {
    what: 'aws:PrincipalAccount',
    condition: ({ ownerId }) => ({ StringEquals: { 'aws:PrincipalAccount': [ownerId, '123456789012'] } }),
    headers: spoofedHeaders('x-amz-account-id x-amz-principal-account aws-principalaccount x-account', '123456789012'),
  },
  {
    what: 'aws:CurrentTime',
    condition: () => ({ DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }),
    headers: [{ 'x-date': 'Tue, 01 Jan 2019 00:00:00 GMT' }, { 'if-modified-since': 'Tue, 01 Jan 2019 00:00:00 GMT' }],
    queries: ['aws:CurrentTime=2019-01-01T00:00:00Z'],
  },
  {
    what: 's3:ExistingObjectTag',
    condition: () => ({ StringEquals: { 's3:ExistingObjectTag/open': 'yes' } }),
    headers: [{ 'x-amz-tagging': 'open=yes' }, { 'x-amz-meta-open': 'yes' }, { 's3-existingobjecttag-open': 'yes' }],
    queries: ['x-amz-tagging=open%3Dyes', 's3:ExistingObjectTag/open=yes'],
  },
  {
    what: 'aws:SourceVpc',
    condition: () => ({ StringEquals: { 'aws:SourceVpc': 'vpc-1' } }),
    headers: spoofedHeaders('x-amz-vpc x-amz-source-vpc aws-sourcevpc x-amzn-vpc-id', 'vpc-1'),
  },
]

describe('what a request says of itself', { skip }, () => {
  let there: TwoAccounts
  let names: { readonly admin: string; readonly ownerId: string }
  /** Of the owner's account, and not called `admin`. */
  let user: TestUser
  const who = (): readonly (readonly [string, As])[] => [
    ['nobody', (request) => ({ ...request, sign: 'none' })],
    ['another account', (request) => ({ ...request, credentials: there.attacker })],
    ['a user of the owner’s', (request) => ({ ...request, credentials: user.credentials })],
  ]
  before(async () => {
    if (skip !== false) return
    there = await startTwoAccounts('spoofing')
    names = { admin: 'admin', ownerId: await accountIdOf(there.server) }
    user = await makeUser(there.server, 'first', 'mallory')
    await succeeds(there.server, { method: 'PUT', path: `/${there.theirs}/k`, body: 'treasure' })
  })
  after(() => there?.server.stop())

  const policyWith = (condition: Condition | undefined, effect: Statement['Effect'] = 'Allow'): Statement => ({
    Effect: effect,
    Principal: '*',
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${there.theirs}/*`,
    ...(condition !== undefined && { Condition: condition }),
  })

  for (const { what, condition, headers, queries = [] } of spoofs) {
    test(`security 27: what headers and query say has no effect on ${what} (GHSA-6r96, CVE-2026-21862)`, async () => {
      const { server, theirs } = there
      const path = `/${theirs}/k`
      await putPolicy(server, theirs, policyWith(condition(names)))
      for (const [whom, as] of who()) {
        // The account's own id is its own: what is asked for is another's.
        for (const request of [
          { path },
          ...headers.map((spoofed) => ({ path, headers: spoofed })),
          ...queries.map((query) => ({ path, query })),
        ]) {
          if (whom.startsWith('a user') && what === 'aws:PrincipalAccount') continue
          const { status, text } = await send(server, as(request))
          assert.equal(status, 403, `${whom}: ${JSON.stringify(request)}: ${text}`)
        }
      }
    })
  }

  test('security 27: nor is a denial evaded by them', async () => {
    const { server, theirs } = there
    const path = `/${theirs}/k`
    const allowed = policyWith(undefined)
    const here = { IpAddress: { 'aws:SourceIp': ['127.0.0.0/8', '::1/128'] } }
    const elsewhere = { NotIpAddress: { 'aws:SourceIp': allowedRange } }
    const inTheClear = { Bool: { 'aws:SecureTransport': 'false' } }
    const notAdmin = { StringNotEquals: { 'aws:username': 'admin' } }
    for (const denial of [here, elsewhere, inTheClear, notAdmin]) {
      await putPolicy(server, theirs, allowed, policyWith(denial, 'Deny'))
      const everyHeader = Object.assign({}, ...spoofs.flatMap(({ headers }) => headers)) as Record<string, string>
      for (const [whom, as] of who()) {
        for (const headers of [{}, everyHeader, ...spoofs.flatMap((spoof) => spoof.headers)]) {
          const { status } = await send(server, as({ path, headers }))
          assert.equal(status, 403, `${whom}: ${JSON.stringify(headers)}`)
        }
      }
    }
    await putPolicy(server, theirs, allowed)
    assert.equal((await succeeds(server, { path, sign: 'none' })).text, 'treasure')
  })

  test('security 27: a header whose name has a colon, or that stands twice, or is folded, is no other', async () => {
    const { server, theirs } = there
    await putPolicy(server, theirs, policyWith({ StringEquals: { 'aws:username': 'admin' } }))
    for (const lines of [
      'userid: admin\r\n',
      'jwt:sub: admin\r\n',
      'aws:username: admin\r\n',
      'ldap:user: admin\r\nldap:username: admin\r\n',
      `X-Forwarded-For: ${allowedAddress}\r\nX-Forwarded-For: ${allowedAddress}\r\n`,
      `X-Forwarded-For:\r\n ${allowedAddress}\r\n`,
    ]) {
      const answer = await sendBytes(
        server,
        `GET /${theirs}/k HTTP/1.1\r\nHost: ${server.host}:${server.port}\r\n${lines}\r\n`,
        0.3,
      )
      assert.match(answer, /^HTTP\/1\.1 40[03] /, lines)
      assert.ok(!answer.includes('treasure'))
    }
  })

  test('security 27: what a write must say to be allowed counts only where it is also done', async () => {
    const { server, theirs } = there
    const asStranger: As = (request) => ({ ...request, credentials: there.attacker })
    const write = (Condition: Condition): Statement => ({
      ...policyWith(Condition),
      Action: ['s3:PutObject', 's3:PutObjectTagging'],
    })
    const put = { method: 'PUT', path: `/${theirs}/written`, body: 'x' }
    const required: readonly (readonly [Condition, query: string, header: Record<string, string>])[] = [
      [
        { StringEquals: { 's3:x-amz-server-side-encryption': 'AES256' } },
        'x-amz-server-side-encryption=AES256',
        { 'x-amz-server-side-encryption': 'AES256' },
      ],
      [{ StringEquals: { 's3:RequestObjectTag/a': 'b' } }, 'x-amz-tagging=a%3Db', { 'x-amz-tagging': 'a=b' }],
      [
        { StringEquals: { 's3:x-amz-storage-class': 'STANDARD' } },
        'x-amz-storage-class=STANDARD',
        { 'x-amz-storage-class': 'STANDARD' },
      ],
      [
        { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
        'x-amz-acl=bucket-owner-full-control',
        { 'x-amz-acl': 'bucket-owner-full-control' },
      ],
      [{ StringEquals: { 's3:if-none-match': '*' } }, 'if-none-match=*', { 'if-none-match': '*' }],
    ]
    for (const [condition, query, headers] of required) {
      await putPolicy(server, theirs, write(condition))
      for (const sign of ['header4', 'none'] as const)
        assert.equal((await send(server, { ...asStranger({ ...put, query }), sign })).status, 403, query)
      const path = `${put.path}-${query}`
      await succeeds(server, asStranger({ ...put, path, headers }))
    }
    // Tags that a copy bears in its header, and does not take.
    const read = { ...policyWith(undefined), Action: ['s3:GetObject', 's3:GetObjectTagging'] }
    await putPolicy(server, theirs, read, write({ StringEquals: { 's3:RequestObjectTag/a': 'b' } }))
    const copied = { 'x-amz-copy-source': `${theirs}/k`, 'x-amz-tagging': 'a=b' }
    for (const directive of ['COPY', undefined, 'REPLACE']) {
      const headers = { ...copied, ...(directive !== undefined && { 'x-amz-tagging-directive': directive }) }
      const { status } = await send(server, asStranger({ method: 'PUT', path: `/${theirs}/copied`, headers }))
      assert.equal(status, directive === 'REPLACE' ? 200 : 403, String(directive))
    }
    // KMS is refused, and no encryption that is required can be had by asking for another.
    const isEncrypted = { StringLike: { 's3:x-amz-server-side-encryption': '*' } }
    await putPolicy(server, theirs, write(isEncrypted))
    for (const algorithm of ['aws:kms', 'aws:kms:dsse', 'aes256', 'AES256 ', 'none', '']) {
      const headers = { 'x-amz-server-side-encryption': algorithm }
      const { status, headers: answered } = await send(server, asStranger({ ...put, headers }))
      const isTaken = algorithm.trim() === 'AES256' && answered['x-amz-server-side-encryption'] === 'AES256'
      assert.ok([400, 403, 501].includes(status) || isTaken, `${algorithm}: ${status}`)
    }
  })
})

describe('what a trusted proxy says of a request', { skip }, () => {
  let server: TestServer
  let path: string
  before(async () => {
    if (skip !== false) return
    const there = await startTwoAccounts('proxied', { env: { ENTREPOT_TRUSTED_PROXIES: '127.0.0.1/32,198.51.100.1' } })
    ;({ server } = there)
    path = `/${there.theirs}/k`
    await succeeds(server, { method: 'PUT', path, body: 'treasure' })
    const resource = { Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${there.theirs}/*` } as const
    const Condition = { IpAddress: { 'aws:SourceIp': allowedRange }, Bool: { 'aws:SecureTransport': 'true' } }
    await putPolicy(server, there.theirs, { Effect: 'Allow', ...resource, Condition })
  })
  after(() => server?.stop())

  const proto = { 'x-forwarded-proto': 'https' }
  const cases: readonly (readonly [status: number, headers: Record<string, string>])[] = [
    [200, { 'x-forwarded-for': allowedAddress, ...proto }],
    [200, { 'x-forwarded-for': `203.0.113.9, ${allowedAddress}`, ...proto }],
    [200, { 'x-forwarded-for': `${allowedAddress}, 198.51.100.1`, ...proto }],
    [200, { forwarded: `for=${allowedAddress};proto=https` }],
    [200, { 'x-forwarded-for': `::ffff:${allowedAddress}`, ...proto }],
    // The client wrote the first, the proxy the last.
    [403, { 'x-forwarded-for': `${allowedAddress}, 203.0.113.9`, ...proto }],
    [403, { 'x-forwarded-for': `${allowedAddress}, 203.0.113.9, 198.51.100.1`, ...proto }],
    [403, { forwarded: `for=${allowedAddress};proto=https, for=203.0.113.9;proto=https` }],
    [403, { 'x-forwarded-for': `${allowedAddress}, unknown`, ...proto }],
    [403, { 'x-forwarded-for': '203.0.113.9', forwarded: `for=${allowedAddress}`, ...proto }],
    [403, { 'x-forwarded-for': allowedAddress, 'x-forwarded-proto': 'https, http' }],
    [403, { 'x-forwarded-for': allowedAddress, 'x-forwarded-proto': 'http' }],
    [403, { 'x-forwarded-for': allowedAddress }],
    [403, { 'x-real-ip': allowedAddress, ...proto }],
    [403, proto],
    [403, {}],
  ]
  for (const [status, headers] of cases) {
    test(`security 27: ${JSON.stringify(headers)} from a trusted proxy is answered ${status}`, async () => {
      assert.equal((await send(server, { path, sign: 'none', headers })).status, status)
    })
  }
})
