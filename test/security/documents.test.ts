/** Attacks by policies and other JSON: what is too large, too deep, named like what every object has, or takes for ever to compare. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { send, sendBytes, type RawAnswer, type RawRequest } from '../harness/request.ts'
import type { TestServer } from '../harness/server.ts'
import { exchange, skip, startTwoAccounts, succeeds, type TwoAccounts } from './two-accounts.ts'
import { accountIdOf, makeUser, policyOf, type Statement } from './users.ts'

const mebibyte = 1024 * 1024
/** Long enough for a slow machine, and by far too short for a comparison that grows faster than its texts. */
const timeout = 120_000

let there: TwoAccounts
let server: TestServer
let bucket: string
const key = 'a'.repeat(1000)

before(async () => {
  if (skip !== false) return
  there = await startTwoAccounts('documents')
  server = there.server
  bucket = there.theirs
  await succeeds(server, { method: 'PUT', path: `/${bucket}/k`, body: 'x' })
  await succeeds(server, { method: 'PUT', path: `/${bucket}/${key}`, body: 'x' })
})
after(() => there?.server.stop())

const policyRequest = (body: string): RawRequest => ({ method: 'PUT', path: `/${bucket}`, query: 'policy', body })
const composeRequest = (body: string): RawRequest => ({
  method: 'PUT',
  path: `/${bucket}/composed`,
  query: 'compose',
  body,
})

const nested = (opening: string, closing: string, depth: number, core = '1'): string =>
  opening.repeat(depth) + core + closing.repeat(depth)

/** In the place of a policy, of a statement, of an action, of a condition. */
const policies = (value: string): string[] => [
  value,
  `{"Version":"2012-10-17","Statement":${value}}`,
  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":${value},"Resource":"arn:aws:s3:::${bucket}/*"}]}`,
  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::${bucket}/*","Condition":${value}}]}`,
  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":${value},"Action":"s3:GetObject","Resource":"arn:aws:s3:::${bucket}/*"}]}`,
]
const compositions = (value: string): string[] => [value, `{"sources":${value}}`, `{"sources":[{"key":${value}}]}`]

/** The server's resident memory in bytes; undefined where the system does not tell. */
function residentSize(): number | undefined {
  const file = `/proc/${server.pid}/status`
  const [, kilobytes] = (existsSync(file) && /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))) || []
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

async function assertRefused(request: RawRequest, codes: RegExp): Promise<void> {
  const { status, code } = await send(server, request)
  const what = String(request.body).slice(0, 200)
  assert.equal(status, 400, what)
  assert.match(code, codes, what)
}

describe('JSON', { skip, timeout }, () => {
  test('security 38: 20 MB are refused before they are read, and memory stays flat', async () => {
    const large = 20_000_000
    const bodies = [
      `{"Version":"2012-10-17","Id":"${'x'.repeat(large)}","Statement":[]}`,
      nested('[', ']', large / 2),
      nested('{"a":', '}', large / 6),
      ' '.repeat(large),
      `{"sources":[${'{"key":"k"},'.repeat(large / 12)}{"key":"k"}]}`,
    ]
    const all = (): Promise<string[]> =>
      Promise.all(
        bodies.flatMap((body) => [exchange(server, policyRequest(body)), exchange(server, composeRequest(body))]),
      )
    await all()
    const start = residentSize()
    for (const answer of await all()) assert.match(answer, /^(?:HTTP\/1\.1 400 |$)/)
    const end = residentSize()
    if (start !== undefined && end !== undefined)
      assert.ok(
        end - start < 100 * mebibyte,
        `${(end - start) / mebibyte} MiB more for ${(10 * large) / mebibyte} MiB sent`,
      )
    await stillThere()
  })

  test('security 38: what is nested 10,000 deep, or as deep as there is room, is 400', async () => {
    for (const depth of [9, 100, 5000, 10_000]) {
      for (const [opening, closing] of [
        ['[', ']'],
        ['{"a":', '}'],
        ['{"Statement":', '}'],
        ['{"sources":[', ']}'],
      ] as const) {
        const value = nested(opening, closing, depth)
        for (const body of policies(value)) await assertRefused(policyRequest(body), /^MalformedPolicy$/)
        for (const body of compositions(value))
          await assertRefused(composeRequest(body), /^(?:InvalidRequest|MalformedXML)$|^$/)
      }
    }
    // As much as such a document may have: what is read is bounded all the same.
    const room = 15 * mebibyte
    for (const value of [nested('[', ']', room / 2), `[${'1,'.repeat(room / 2)}1]`, `[${'{},'.repeat(room / 3)}{}]`])
      await assertRefused(composeRequest(`{"sources":${value}}`), /^InvalidRequest$/)
    await stillThere()
  })

  test('security 38: a name that every object has is a name like any other, and nothing is polluted', async () => {
    const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__']
    const pollution = '{"isAdmin":true,"Effect":"Allow","everybody":true,"sources":[{"key":"k"}],"key":"k"}'
    for (const name of names) {
      const value = `{"${name}":${pollution}}`
      for (const body of policies(value)) await assertRefused(policyRequest(body), /^MalformedPolicy$/)
      for (const condition of [`{"StringEquals":{"${name}":"x"}}`, `{"${name}":{"aws:SourceIp":"127.0.0.1"}}`])
        await assertRefused(policyRequest(policies(condition)[3]!), /^MalformedPolicy$/)
      for (const body of compositions(value)) {
        const { status } = await send(server, composeRequest(body))
        assert.ok(status === 400 || status === 501, body)
      }
    }
    const body = policyOf({
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${bucket}/k`,
    })
    await assertRefused(
      policyRequest(body.replace('"Effect"', '"__proto__":{"Effect":"Deny"},"Effect"')),
      /^MalformedPolicy$/,
    )
    await stillThere()
    // Tags and metadata may have such names, and have no other effect.
    for (const name of names) {
      const headers = { 'x-amz-tagging': `${name}=x`, [`x-amz-meta-${name.toLowerCase()}`]: 'x' }
      const path = `/${bucket}/named`
      await succeeds(server, { method: 'PUT', path, body: 'x', headers })
      const { text } = await succeeds(server, { path, query: 'tagging' })
      assert.match(text, new RegExp(`<Key>${name}</Key><Value>x</Value>`))
      const condition = { StringEquals: { [`s3:ExistingObjectTag/${name}`]: 'x' } }
      const resource = `arn:aws:s3:::${bucket}/*`
      await succeeds(
        server,
        policyRequest(
          policyOf({
            Effect: 'Allow',
            Principal: '*',
            Action: 's3:GetObject',
            Resource: resource,
            Condition: condition,
          }),
        ),
      )
      await succeeds(server, { path, sign: 'none' })
      assert.equal((await send(server, { path: `/${bucket}/k`, sign: 'none' })).status, 403)
    }
    await succeeds(server, { method: 'DELETE', path: `/${bucket}`, query: 'policy' })
  })

  async function stillThere(): Promise<void> {
    assert.equal((await send(server, { path: `/${bucket}`, query: 'policy' })).code, 'NoSuchBucketPolicy')
    assert.equal((await send(server, { path: `/${bucket}/k`, sign: 'none' })).status, 403)
    assert.equal((await send(server, { path: `/${bucket}/composed` })).status, 404)
  }
})

describe('patterns', { skip, timeout }, () => {
  const get = (header: Record<string, string> = {}): Promise<RawAnswer> =>
    send(server, { path: `/${bucket}/${key}`, sign: 'none', headers: header })
  const arn = (pattern: string): string => `arn:aws:s3:::${bucket}/${pattern}`
  const allow: Statement = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: arn('*') }

  /** As many statements, or patterns, as a policy has room for. */
  const cruel = ['a*', '*a', 'a?*', '*a?', '?*', 'aa*', 'a*?a*', '*?a?a'].flatMap((piece) =>
    [10, 100, 1000, 6000].map((count) => piece.repeat(Math.min(count, Math.floor(15_000 / piece.length)))),
  )
  const put = (...statements: readonly Statement[]): Promise<RawAnswer> =>
    send(server, policyRequest(policyOf(...statements)))

  /** Put or refused at once; and where it is put, asked. Answers whether it was put. */
  async function asked(statement: Statement, headers: Record<string, string>, status: number): Promise<boolean> {
    const answer = await put(statement)
    if (answer.status === 400) assert.equal(answer.code, 'MalformedPolicy')
    else {
      assert.equal(answer.status, 204)
      assert.equal((await get(headers)).status, status)
    }
    return answer.status === 204
  }

  test('security 38: in a Resource, wildcards over and over against a long key', async () => {
    let taken = 0
    for (const pattern of cruel) {
      if (await asked({ ...allow, Resource: arn(`${pattern}b`) }, {}, 403)) taken++
      const none: Statement = { ...allow, Resource: undefined, NotResource: arn(`${pattern}b`) } as unknown as Statement
      await asked(none, {}, 200)
    }
    assert.ok(taken > cruel.length / 2, 'the attack is on what is compared')
    const Resource = Array.from({ length: 400 }, (_, at) => arn(`${'a*'.repeat(5 + (at % 9))}b`))
    await asked({ ...allow, Resource: Resource.slice(0, 300) }, {}, 403)
    await asked({ ...allow, Resource: arn(`${'a*'.repeat(500)}`) }, {}, 200)
  })

  test('security 38: in a Condition, against headers as long as there may be', async () => {
    const long = 'a'.repeat(7000)
    const headers = { referer: long, 'user-agent': long }
    for (const pattern of cruel) {
      for (const operator of ['StringLike', 'ForAnyValue:StringLike', 'StringLikeIfExists', 'ForAllValues:StringLike'])
        await asked({ ...allow, Condition: { [operator]: { 'aws:Referer': `${pattern}b` } } }, headers, 403)
      await asked({ ...allow, Condition: { StringNotLike: { 'aws:UserAgent': `${pattern}b` } } }, headers, 200)
      await asked(
        { ...allow, Condition: { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam:*:${pattern}b:${pattern}` } } },
        headers,
        403,
      )
    }
    const many = Array.from({ length: 500 }, (_, at) => `${'*a'.repeat(8)}${at}b`)
    await asked({ ...allow, Condition: { StringLike: { 'aws:Referer': many } } }, headers, 403)
    // Texts of the request in the place of the policy's.
    const variables = '*${aws:Referer}*${aws:UserAgent}?'.repeat(20)
    await asked({ ...allow, Condition: { StringLike: { 'aws:UserAgent': `${variables}b` } } }, headers, 403)
    await asked({ ...allow, Resource: arn(`${variables}b`) }, headers, 403)
    for (const value of ['a*'.repeat(900), '${aws:Referer}'.repeat(100), '*'.repeat(7000)])
      await asked(
        { ...allow, Condition: { StringLike: { 'aws:UserAgent': '*${aws:Referer}*b' } } },
        { ...headers, referer: value },
        403,
      )
  })

  test('security 38: in an Action, and in policies of users, against every operation', async () => {
    const { status } = await put({ ...allow, Action: `s3:${'g*t?'.repeat(4000)}` })
    assert.equal(status, 400)
    const Action = Array.from({ length: 300 }, (_, at) => `s3:${'*e'.repeat(4)}${at}*`)
    const user = await makeUser(server, 'first', 'cruel', {
      Effect: 'Allow',
      Action: ['s3:*e*e*e*e*e*e*e*e*e*e*e*e*z', ...Action],
      Resource: cruel.filter(({ length }) => length < 500).map((pattern) => `arn:aws:s3:::*/${pattern}b`),
    })
    const request = { path: `/${bucket}/${key}`, credentials: user.credentials }
    await Promise.all(Array.from({ length: 50 }, async () => assert.equal((await send(server, request)).status, 403)))
  })

  test('security 38: the server answers others meanwhile, and is none the worse for it', async () => {
    const id = await accountIdOf(server, there.attacker)
    const statements = ['a*', '*a', '*a?'].map((piece): Statement => ({
      ...allow,
      Resource: arn(`${piece.repeat(1000)}b`),
      Condition: { StringLike: { 'aws:Referer': `${piece.repeat(800)}b` }, StringNotEquals: { 'aws:userid': id } },
    }))
    assert.equal((await put(...statements)).status, 204)
    const attacks = Array.from({ length: 200 }, () => get({ referer: 'a'.repeat(7000) }))
    const others = await Promise.all(Array.from({ length: 20 }, () => succeeds(server, { path: `/${bucket}/k` })))
    assert.ok(others.every(({ text }) => text === 'x'))
    for (const { status } of await Promise.all(attacks)) assert.equal(status, 403)
    await succeeds(server, { method: 'DELETE', path: `/${bucket}`, query: 'policy' })
    const health = await sendBytes(
      server,
      `GET / HTTP/1.1\r\nHost: ${server.host}:${server.port}\r\nConnection: close\r\n\r\n`,
    )
    assert.match(health, /^HTTP\/1\.1 403 /)
  })
})
