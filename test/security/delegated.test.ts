/** Attacks with what is signed for others to use: presigned URLs and forms may do what their signer may when they are used, and nothing else. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { postForm, signForm, signForm2, type FormFields } from '../harness/form.ts'
import { elements, send, type RawAnswer, type RawRequest } from '../harness/request.ts'
import type { TestServer } from '../harness/server.ts'
import { keysIn, refuses, skip, startTwoAccounts, succeeds, type TwoAccounts } from './two-accounts.ts'
import { allOf, makeUser, putPolicy, type Statement, type TestUser } from './users.ts'

let there: TwoAccounts
let server: TestServer
let bucket: string
let user: TestUser

const arn = (key: string): string => `arn:aws:s3:::${bucket}/${key}`
const allow = (action: string | readonly string[], key: string, more: Partial<Statement> = {}): Statement => ({
  Effect: 'Allow',
  Action: action,
  Resource: arn(key),
  ...more,
})
const deny = (action: string, key: string, more: Partial<Statement> = {}): Statement =>
  allow(action, key, { Effect: 'Deny', ...more })

before(async () => {
  if (skip !== false) return
  there = await startTwoAccounts('delegated', { env: { ENTREPOT_TOGGLES: 'http=allow', ENTREPOT_ACL: 'full' } })
  server = there.server
  bucket = there.theirs
  user = await makeUser(server, 'first', 'signer')
  await succeeds(server, { method: 'PUT', path: `/${bucket}/k`, body: 'treasure' })
})
after(() => there?.server.stop())

describe('a presigned URL', { skip }, () => {
  const presigned = (request: Partial<RawRequest> = {}): RawRequest => ({
    path: `/${bucket}/k`,
    sign: 'query4',
    credentials: user.credentials,
    ...request,
  })

  test('security 17: it does what its signer may do now, and not when it was signed', async () => {
    const statements: readonly (readonly [status: number, ...statements: readonly Statement[]])[] = [
      [403],
      [200, allow('s3:GetObject', 'k')],
      [403, allow('s3:GetObject', 'other')],
      [403, allow('s3:GetObjectVersion', 'k')],
      [200, allow('s3:*', '*')],
      [403, allow('s3:*', '*'), deny('s3:GetObject', 'k')],
    ]
    const ways = [presigned(), presigned({ sign: 'query2' })]
    for (const [status, ...policy] of statements) {
      await user.may(...policy)
      for (const way of ways) assert.equal((await send(server, way)).status, status)
    }
    await user.may(allow('s3:GetObject', 'k'))
    await putPolicy(server, bucket, { Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: arn('k') })
    for (const way of ways) await refuses(server, way, 403, 'AccessDenied')
    await putPolicy(server, bucket)
    for (const way of ways) await succeeds(server, way)
  })

  test('security 17: a policy may forbid such URLs, and those that were signed long ago', async () => {
    await user.may(allow('s3:*', '*'))
    const Condition = { StringEquals: { 's3:authType': 'REST-QUERY-STRING' } }
    await user.may(allow('s3:*', '*'), deny('s3:GetObject', '*', { Condition }))
    for (const sign of ['query4', 'query2'] as const) await refuses(server, presigned({ sign }), 403, 'AccessDenied')
    await succeeds(server, presigned({ sign: 'header4' }))
    const old = { NumericGreaterThan: { 's3:signatureAge': '600000' } }
    await user.may(allow('s3:*', '*'), deny('s3:GetObject', '*', { Condition: old }))
    const minutesAgo = (minutes: number) =>
      presigned({ date: new Date(Date.now() - minutes * 60_000), expires: '86400' })
    await succeeds(server, minutesAgo(1))
    await refuses(server, minutesAgo(11), 403, 'AccessDenied')
    // Said in the header too, which nobody has signed.
    const headers = { 'x-amz-date': new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '') }
    const lied = await send(server, { ...minutesAgo(11), tamper: (wire) => Object.assign(wire.headers, headers) })
    assert.equal(lied.status, 403)
    const v2 = { StringNotEquals: { 's3:signatureversion': 'AWS4-HMAC-SHA256' } }
    await user.may(allow('s3:*', '*'), deny('s3:*', '*', { Condition: v2 }))
    await refuses(server, presigned({ sign: 'query2' }), 403, 'AccessDenied')
    await succeeds(server, presigned())
  })

  test('security 17: what is added to it is not done: no sub-resource, no version, no other operation', async () => {
    await user.may(allow('s3:*', '*'), { Effect: 'Allow', Action: 's3:*', Resource: allOf(bucket) })
    const added =
      'acl tagging versionId=null uploads append compose renameObject retention legal-hold undelete deleted attributes x-id=PutObject'
    for (const more of added.split(' ')) {
      for (const method of ['GET', 'PUT', 'POST', 'DELETE', 'HEAD']) {
        const tampered = presigned({ method, tamper: (wire) => void (wire.query = `${more}&${wire.query}`) })
        const answer = await send(server, { ...tampered, body: method === 'PUT' ? 'x' : '' })
        assert.equal(answer.status, 403, `${method} ${more}: ${answer.text}`)
      }
    }
    assert.equal((await succeeds(server, { path: `/${bucket}/k` })).text, 'treasure')
  })
})

describe('a form', { skip }, () => {
  const post = (fields: FormFields, sign: typeof signForm | 'none' = signForm, file = 'x'): Promise<RawAnswer> => {
    const conditions = [{ bucket }, ...Object.entries(fields).map(([name]) => ['starts-with', `$${name}`, ''])]
    const scope = { conditions, credentials: user.credentials }
    return send(server, postForm(bucket, sign === 'none' ? fields : sign(server, fields, scope), file))
  }
  const outcomes = async (fields: FormFields): Promise<number[]> => [
    (await post(fields)).status,
    (await post(fields, signForm2)).status,
  ]

  test('security 18: it stores what its signer may store: the key, the tags, the ACL, the lock', async () => {
    const tagging = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>'
    const key = 'up/k'
    const put = allow('s3:PutObject', 'up/*')
    await user.may(put)
    assert.deepEqual(await outcomes({ key }), [204, 204])
    assert.deepEqual(await outcomes({ key: 'k' }), [403, 403])
    assert.deepEqual(await outcomes({ key: 'up/../k' }), [204, 204])
    assert.deepEqual(await outcomes({ key, tagging }), [403, 403])
    assert.deepEqual(await outcomes({ key, acl: 'public-read' }), [403, 403])
    await user.may(put, allow(['s3:PutObjectTagging', 's3:PutObjectAcl'], 'up/*'))
    assert.deepEqual(await outcomes({ key, tagging }), [204, 204])
    assert.deepEqual(await outcomes({ key, acl: 'public-read' }), [204, 204])
    const until = new Date(Date.now() + 86_400_000).toISOString()
    const lock = { 'x-amz-object-lock-mode': 'GOVERNANCE', 'x-amz-object-lock-retain-until-date': until }
    const locked = await post({ key, ...lock, 'Content-MD5': 'nUYNfP4+iaSQWbNM+HwzKw==' })
    assert.ok(locked.status === 403 || locked.status === 400, locked.text)
    await user.may(allow('s3:*', '*'), deny('s3:PutObject', 'up/*'))
    assert.deepEqual(await outcomes({ key }), [403, 403])
    const isForm = { StringEquals: { 's3:authType': 'POST' } }
    await user.may(allow('s3:*', '*'), deny('s3:PutObject', '*', { Condition: isForm }))
    assert.deepEqual(await outcomes({ key }), [403, 403])
    assert.deepEqual(await keysIn(server, bucket), ['k', 'up/../k', 'up/k'])
  })

  test('security 18: it is PutObject and nothing else, whatever its fields are called', async () => {
    await user.may(allow(['s3:PutObject', 's3:GetObject'], 'form/*'), allow('s3:GetObject', 'k'))
    for (const more of [
      { 'x-amz-copy-source': `${bucket}/k` },
      { 'x-amz-copy-source': `/${bucket}/k`, 'x-amz-metadata-directive': 'COPY' },
      { 'x-amz-rename-source': 'k' },
      { uploads: '' },
      { uploadId: 'x', partNumber: '1' },
      { versionId: 'null', acl: 'private' },
      { policy: 'x', destination: 'form/k' },
      { 'x-amz-bypass-governance-retention': 'true' },
      { 'x-http-method-override': 'DELETE', _method: 'DELETE' },
      { bucket: there.mine },
    ] as FormFields[]) {
      const { status } = await post({ key: 'form/k', ...more }, signForm, 'of the form')
      assert.ok([204, 400, 403, 501].includes(status), JSON.stringify(more))
      const stored = await send(server, { path: `/${bucket}/form/k` })
      assert.ok(stored.status === 404 || stored.text === 'of the form', JSON.stringify(more))
      assert.equal((await succeeds(server, { path: `/${bucket}/k` })).text, 'treasure')
    }
    assert.deepEqual(await keysIn(server, there.mine, there.attacker), [])
  })

  test('security 18: one that nobody has signed stores what everybody may, on the conditions that are set', async () => {
    const everybody = { Principal: '*' } as const
    const key = 'open/k'
    assert.equal((await post({ key }, 'none')).status, 403)
    await putPolicy(server, bucket, { ...allow('s3:PutObject', 'open/*'), ...everybody })
    assert.equal((await post({ key }, 'none')).status, 204)
    assert.equal((await post({ key: 'k' }, 'none')).status, 403)
    assert.equal(
      (
        await post(
          { key, tagging: '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>' },
          'none',
        )
      ).status,
      403,
    )
    const Condition = { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } }
    await putPolicy(server, bucket, { ...allow('s3:PutObject', 'open/*', { Condition }), ...everybody })
    assert.equal((await post({ key }, 'none')).status, 403)
    assert.equal((await post({ key, acl: 'bucket-owner-full-control' }, 'none')).status, 204)
    await putPolicy(
      server,
      bucket,
      { ...allow('s3:PutObject', 'open/*'), ...everybody },
      { ...deny('s3:PutObjectAcl', '*'), ...everybody },
    )
    assert.equal((await post({ key, acl: 'public-read' }, 'none')).status, 403)
    await putPolicy(server, bucket)
    const { text } = await succeeds(server, { path: `/${bucket}/${key}`, query: 'acl' })
    assert.deepEqual(elements(text, 'Permission'), ['FULL_CONTROL'])
  })
})
