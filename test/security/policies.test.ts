/** Attacks on what policies allow and deny: what may not be read is not had by copying, by naming a version, or by one request about many keys. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { element, elements, send, type RawAnswer, type RawRequest } from '../harness/request.ts'
import { keysIn, skip, startTwoAccounts, succeeds, type TwoAccounts } from './two-accounts.ts'
import { accountIdOf, allOf, makeUser, policyOf, putPolicy, type Statement, type TestUser } from './users.ts'

/** What no answer to who may not read it may hold. */
const treasure = 'a treasure of the victim'
const earlier = 'an earlier treasure of the victim'
let there: TwoAccounts
/** The attacker's account, as a policy names it; and a user of the victim's account. */
let stranger: { readonly AWS: string }
let user: TestUser
let earlierId: string
let currentId: string

const object = (key: string): string => `arn:aws:s3:::${there.theirs}/${key}`
const grant = (action: string | readonly string[], key: string, more: Partial<Statement> = {}): Statement => ({
  Effect: 'Allow',
  Principal: stranger,
  Action: action,
  Resource: object(key),
  ...more,
})
const forbid = (action: string | readonly string[], key: string, more: Partial<Statement> = {}): Statement =>
  grant(action, key, { Effect: 'Deny', Principal: '*', ...more })

type As = (request: RawRequest) => RawRequest
const asStranger: As = (request) => ({ ...request, credentials: there.attacker })
const asUser: As = (request) => ({ ...request, credentials: user.credentials })

/** A way to have the bytes of a source under a key of one's own. */
interface Way {
  readonly name: string
  readonly take: (source: string, as: As, place: string) => Promise<RawAnswer>
}

const ways: readonly Way[] = [
  {
    name: 'CopyObject',
    take: (source, as, place) =>
      send(there.server, as({ method: 'PUT', path: `${place}/taken`, headers: { 'x-amz-copy-source': source } })),
  },
  {
    name: 'UploadPartCopy',
    async take(source, as, place) {
      const path = `${place}/taken-in-parts`
      const { text } = await succeeds(there.server, as({ method: 'POST', path, query: 'uploads' }))
      const query = `partNumber=1&uploadId=${element(text, 'UploadId')}`
      const headers = { 'x-amz-copy-source': source }
      const answer = await send(there.server, as({ method: 'PUT', path, query, headers }))
      await succeeds(there.server, as({ method: 'DELETE', path, query: query.replace('partNumber=1&', '') }))
      return answer
    },
  },
]

describe('what policies allow', { skip }, () => {
  before(async () => {
    if (skip !== false) return
    there = await startTwoAccounts('policies')
    const { server, theirs } = there
    stranger = { AWS: await accountIdOf(server, there.attacker) }
    user = await makeUser(server, 'first', 'reader')
    const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
    await succeeds(server, { method: 'PUT', path: `/${theirs}`, query: 'versioning', body })
    earlierId = await put('secret', earlier)
    currentId = await put('secret', treasure)
  })
  after(() => there?.server.stop())

  async function put(key: string, body: string, headers: Record<string, string> = {}): Promise<string> {
    const answer = await succeeds(there.server, { method: 'PUT', path: `/${there.theirs}/${key}`, body, headers })
    return String(answer.headers['x-amz-version-id'])
  }

  /** What a stranger gets of `secret`, by each way. */
  async function takes(versionId?: string, as: As = asStranger, place = `/${there.mine}`): Promise<string[]> {
    const source = `${there.theirs}/secret${versionId === undefined ? '' : `?versionId=${versionId}`}`
    const answers = await Promise.all(ways.map(({ take }) => take(source, as, place)))
    for (const { text } of answers) assert.ok(!text.includes('treasure'))
    return answers.map(({ status, code }) => `${status} ${code}`.trim())
  }
  const denied = ways.map(() => '403 AccessDenied')
  const taken = ways.map(() => '200')

  for (const [action, versioned] of [
    ['s3:GetObject', false],
    ['s3:GetObjectVersion', true],
  ] as const) {
    test(`security ${versioned ? 22 : 21}: ${action} on a source, allowed by its bucket’s policy alone, lets ${versioned ? 'its versions' : 'the current version'} be copied, and nothing else`, async () => {
      await putPolicy(there.server, there.theirs, grant(action, 'secret'))
      assert.deepEqual(await takes(), versioned ? denied : taken)
      assert.deepEqual(await takes(currentId), versioned ? taken : denied)
      assert.deepEqual(await takes(earlierId), versioned ? taken : denied)
      const query = `versionId=${earlierId}`
      const read = await send(there.server, asStranger({ path: `/${there.theirs}/secret`, query }))
      assert.equal(read.status, versioned ? 200 : 403)
      // Another key of the bucket, and what is in nobody's policy.
      for (const { take } of ways)
        assert.equal((await take(`${there.theirs}/secret2`, asStranger, `/${there.mine}`)).status, 403)
    })
  }

  const denials: readonly (readonly [what: string, denial: () => Statement])[] = [
    ['the key', () => forbid('s3:Get*', 'secret')],
    ['all but a key', () => forbid('s3:*', 'secret', { Resource: undefined, NotResource: object('public') } as object)],
    ['keys that are like it', () => forbid('s3:GetObject*', '*cr?t')],
    ['all other actions', () => ({ Effect: 'Deny', Principal: '*', NotAction: 's3:List*', Resource: object('*') })],
    [
      'all other accounts',
      () => ({ Effect: 'Deny', NotPrincipal: { AWS: 'f'.repeat(64) }, Action: 's3:*', Resource: object('*') }),
    ],
    ['every version', () => forbid(['s3:GetObject', 's3:GetObjectVersion'], 'secret')],
  ]
  for (const [what, denial] of denials) {
    test(`security 21: what a policy denies of ${what} cannot be copied, whatever else allows it`, async () => {
      const everything = grant('s3:*', '*', { Resource: allOf(there.theirs) })
      await putPolicy(there.server, there.theirs, everything)
      assert.deepEqual(await takes(), taken)
      await putPolicy(there.server, there.theirs, everything, denial())
      for (const versionId of [undefined, currentId, earlierId]) assert.deepEqual(await takes(versionId), denied)
      assert.deepEqual(await keysIn(there.server, there.mine, there.attacker), ['taken'])
    })
  }

  test('security 22: one version that a policy denies by its id is not had by a copy, nor by a list of what to delete', async () => {
    const { server, theirs } = there
    const Condition = { StringEquals: { 's3:VersionId': earlierId } }
    const everything = grant('s3:*', '*', { Resource: allOf(theirs) })
    const actions = ['s3:GetObjectVersion', 's3:DeleteObjectVersion']
    await putPolicy(server, theirs, everything, forbid(actions, '*', { Condition }))
    assert.deepEqual(await takes(currentId), taken)
    assert.deepEqual(await takes(earlierId), denied)
    const component = `<Component><Name>secret</Name><VersionId>${earlierId}</VersionId></Component>`
    const compose = { method: 'PUT', path: `/${theirs}/composed`, query: 'compose' }
    const body = `<ComposeRequest>${component}</ComposeRequest>`
    assert.equal((await send(server, asStranger({ ...compose, body }))).status, 403)
    const named = `<Object><Key>secret</Key><VersionId>${earlierId}</VersionId></Object>`
    const { text } = await succeeds(server, asStranger(deletion(theirs, named)))
    assert.deepEqual([elements(text, 'Code'), text.includes('<Deleted>')], [['AccessDenied'], false])
    const one = { method: 'DELETE', path: `/${theirs}/secret`, query: `versionId=${earlierId}` }
    assert.equal((await send(server, asStranger(one))).status, 403)
  })

  test('security 21: what the tags of a source deny cannot be copied, moved, renamed or composed; by a user’s own policy neither', async () => {
    const { server, theirs } = there
    await put('tagged', treasure, { 'x-amz-tagging': 'secrecy=top' })
    const Condition = { StringEquals: { 's3:ExistingObjectTag/secrecy': 'top' } }
    const everything = grant('s3:*', '*', { Resource: allOf(theirs) })
    const attempts = (as: As) => [
      ...ways.map(({ take }) => take(`${theirs}/tagged`, as, `/${theirs}`)),
      send(server, as({ path: `/${theirs}/tagged` })),
      send(server, as({ method: 'MOVE', path: `/${theirs}/tagged`, headers: { destination: 'moved' } })),
      send(
        server,
        as({
          method: 'PUT',
          path: `/${theirs}/moved`,
          query: 'renameObject',
          headers: { 'x-amz-rename-source': 'tagged' },
        }),
      ),
      send(
        server,
        as({ method: 'PUT', path: `/${theirs}/all`, query: 'compose', body: '{"sources":[{"key":"tagged"}]}' }),
      ),
    ]
    const statuses = async (as: As) => (await Promise.all(attempts(as))).map(({ status }) => status)
    await putPolicy(server, theirs, everything, forbid('s3:GetObject', '*', { Condition }))
    assert.deepEqual(await statuses(asStranger), [403, 403, 403, 403, 403, 403])
    await putPolicy(server, theirs, everything)
    await user.may(
      { Effect: 'Allow', Action: 's3:*', Resource: '*' },
      { Effect: 'Deny', Action: 's3:GetObject', Resource: '*', Condition },
    )
    assert.deepEqual(await statuses(asUser), [403, 403, 403, 403, 403, 403])
    // Nor can the user take the tag away, where its policy says so of tags.
    await user.may(
      { Effect: 'Allow', Action: 's3:*', Resource: '*' },
      { Effect: 'Deny', Action: ['s3:*Tagging', 's3:DeleteObject'], Resource: '*', Condition },
    )
    const tagging = { path: `/${theirs}/tagged`, query: 'tagging' }
    for (const request of [
      { ...tagging, method: 'DELETE' },
      { ...tagging, method: 'PUT', body: '<Tagging><TagSet/></Tagging>' },
      tagging,
      { method: 'DELETE', path: `/${theirs}/tagged` },
    ])
      assert.equal((await send(server, asUser(request))).status, 403)
    assert.equal((await succeeds(server, { path: `/${theirs}/tagged` })).text, treasure)
  })

  test('security 21: a user copies what its own policy and its account allow, from wherever, however the source is written', async () => {
    const { server, mine, theirs } = there
    await putPolicy(server, theirs)
    const write: Statement = {
      Effect: 'Allow',
      Action: ['s3:PutObject', 's3:AbortMultipartUpload'],
      Resource: object('*'),
    }
    const own = `/${theirs}`
    await user.may(write)
    assert.deepEqual(await takes(undefined, asUser, own), denied)
    await user.may(write, { Effect: 'Allow', Action: 's3:GetObject', Resource: object('other') })
    assert.deepEqual(await takes(undefined, asUser, own), denied)
    await user.may(write, { Effect: 'Allow', Action: 's3:GetObject', Resource: object('secret') })
    assert.deepEqual(await takes(undefined, asUser, own), taken)
    assert.deepEqual(await takes(earlierId, asUser, own), denied)
    // A source that is denied by its name is denied by any that is the same.
    const Condition = { StringLike: { 's3:x-amz-copy-source': `${theirs}/sec*` } }
    await user.may(
      { Effect: 'Allow', Action: 's3:*', Resource: '*' },
      { Effect: 'Deny', Action: 's3:PutObject', Resource: '*', Condition },
    )
    for (const source of [`${theirs}/secret`, `/${theirs}/secret`, `${theirs}%2Fsecret`, `%2F${theirs}/%73ecret`])
      for (const versionId of ['', `?versionId=${currentId}`])
        assert.equal((await ways[0]!.take(source + versionId, asUser, own)).status, 403, source)
    // In another account's bucket both accounts must allow it.
    const path = `/${mine}/of-the-attacker`
    await succeeds(server, asStranger({ method: 'PUT', path, body: 'theirs' }))
    assert.equal((await ways[0]!.take(path, asUser, own)).status, 403)
    const principal = { AWS: await accountIdOf(server) }
    const given = {
      Effect: 'Allow',
      Principal: principal,
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${mine}/*`,
    } as const
    await succeeds(server, asStranger({ method: 'PUT', path: `/${mine}`, query: 'policy', body: policyOf(given) }))
    await user.may(write)
    assert.equal((await ways[0]!.take(path, asUser, own)).status, 403)
    await user.may(write, { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${mine}/*` })
    assert.equal((await ways[0]!.take(path, asUser, own)).status, 200)
  })

  const deletion = (bucket: string, objects: string): RawRequest => {
    const body = `<Delete>${objects}</Delete>`
    const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
    return { method: 'POST', path: `/${bucket}`, query: 'delete', body, headers }
  }

  test('security 23: of a list of keys those are deleted that may be, each version by its own right', async () => {
    const { server, theirs } = there
    const keys = ['a/1', 'a/2', 'keep/1', 'a/../keep/1', 'keep/../a/1']
    const ids = new Map<string, string>()
    for (const key of keys) ids.set(key, await put(encodeURI(key), 'x'))
    await putPolicy(
      server,
      theirs,
      grant(['s3:DeleteObject', 's3:DeleteObjectVersion'], '*'),
      forbid('s3:DeleteObject', 'keep/*'),
      forbid('s3:DeleteObjectVersion', 'a/*'),
    )
    const named = (key: string, versionId = '') =>
      `<Object><Key>${key}</Key>${versionId && `<VersionId>${versionId}</VersionId>`}</Object>`
    const outcome = async (objects: string[]) => {
      const { text } = await succeeds(server, asStranger(deletion(theirs, objects.join(''))))
      const [gone, failed] = [/<Deleted>.*?<\/Deleted>/gs, /<Error>.*?<\/Error>/gs].map((pattern) =>
        [...text.matchAll(pattern)].map(([part]) => element(part, 'Key')),
      )
      assert.deepEqual(new Set(elements(text, 'Code')), new Set(['AccessDenied']))
      return { gone: gone!.toSorted(), failed: failed!.toSorted() }
    }
    assert.deepEqual(await outcome(keys.map((key) => named(key, ids.get(key)))), {
      gone: ['keep/../a/1', 'keep/1'],
      failed: ['a/../keep/1', 'a/1', 'a/2'],
    })
    assert.deepEqual(await outcome(['a/1', 'a/2', 'keep/2', 'a/../keep/1'].map((key) => named(key))), {
      gone: ['a/../keep/1', 'a/1', 'a/2'],
      failed: ['keep/2'],
    })
    const { text } = await succeeds(server, { path: `/${theirs}`, query: 'versions&prefix=a/' })
    assert.equal(elements(text, 'VersionId').length, 6, 'each has its version and a delete marker')
  })
})
