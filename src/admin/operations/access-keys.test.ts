import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createFindCredential } from '../../access/find-credential.ts'
import { keepLastUses } from '../../access/last-use.ts'
import { makeManagement, type Management } from '../test-bed.ts'

interface Shown {
  readonly access_key_id: string
  readonly name: string
  readonly active: boolean
  readonly user: string | null
  readonly last_used: unknown
}

/** The secret that requests with the key are verified with; undefined where they are refused. */
const secretOf = async ({ store, masterKey }: Management, id: string): Promise<string | undefined> =>
  (await createFindCredential(store, masterKey)(id))?.secret

describe('generating', () => {
  test('shows the secret once, which signs from then on', async () => {
    const bed = await makeManagement()
    const { status, json, pick } = await bed.send('POST /v1/access-keys', { body: { name: 'laptop' } })
    const id = pick('access_key.access_key_id')
    const secret = pick('access_key.secret_access_key')
    assert.equal(status, 201)
    assert.deepEqual(json, {
      access_key: {
        ...{ access_key_id: id, name: 'laptop', active: true, user: null, created: '2026-11-20 12:00:00' },
        secret_access_key: secret,
      },
    })
    assert.equal(await secretOf(bed, id), secret)
    for (const line of ['GET /v1/access-keys', `PUT /v1/access-keys/${id}`, `DELETE /v1/access-keys/${id}`]) {
      const body = line.startsWith('PUT') ? { name: 'desk' } : undefined
      assert(!(await bed.done(line, { body })).text.includes(secret), line)
    }
    assert(!bed.recorded().includes(secret))
  })

  test('is of oneself: the account by an owner, the user by a user', async () => {
    const { send, done } = await makeManagement()
    assert.equal((await done('POST /v1/access-keys', { as: 'session' })).pick('access_key.user'), null)
    assert.equal((await done('POST /v1/access-keys', { as: 'user' })).pick('access_key.user'), 'mia')
    assert.equal((await done('POST /v1/access-keys', { body: { user: 'MIA' } })).pick('access_key.user'), 'mia')
    // Keys of an account that are not an owner's have no user that their access keys could be of.
    for (const as of ['member', 's3.user', 's3.bucket.user', 'iam.admin'] as const)
      assert.equal((await send('POST /v1/access-keys', { as })).outcome, '403 AccessDenied')
  })

  test('security 26: of another user is for those who manage users, of an owner for owners', async () => {
    const { send } = await makeManagement()
    for (const [as, user, outcome] of [
      ['user', 'olga', '403 AccessDenied'],
      ['user', 'mia', '201'],
      ['member', 'mia', '403 AccessDenied'],
      ['s3.user', 'mia', '403 AccessDenied'],
      ['iam.admin', 'mia', '201'],
      ['iam.admin', 'olga', '403 AccessDenied'],
      ['owner', 'olga', '201'],
      ['stranger', 'mia', '404 NoSuchEntity'],
      ['operator', 'mia', '404 NoSuchEntity'],
    ] as const) {
      assert.equal((await send('POST /v1/access-keys', { as, body: { user } })).outcome, outcome, `${as} for ${user}`)
    }
  })

  test('a third active key is refused where two are the limit, and activating one', async () => {
    const { send, done } = await makeManagement({ profile: 'kontenum' })
    const first = (await done('POST /v1/access-keys')).pick('access_key.access_key_id')
    await done('POST /v1/access-keys', { body: { user: 'mia' } })
    const refused = await send('POST /v1/access-keys')
    assert.deepEqual(
      [refused.outcome, refused.message],
      ['409 LimitExceeded', 'The account may have 2 active access keys at once, and has 2.'],
    )
    await done(`PUT /v1/access-keys/${first}`, { body: { active: false } })
    const third = await done('POST /v1/access-keys')
    const again = await send(`PUT /v1/access-keys/${first}`, { body: { active: true, name: 'renamed' } })
    assert.equal(again.outcome, '409 LimitExceeded')
    // A refusal changes nothing, and those active already may be said to be active.
    const listed = (await done('GET /v1/access-keys')).pick<readonly Shown[]>('access_keys')
    assert.equal(listed.find((key) => key.access_key_id === first)?.name, '')
    await done(`PUT /v1/access-keys/${third.pick('access_key.access_key_id')}`, { body: { active: true } })
    await done(`DELETE /v1/access-keys/${third.pick('access_key.access_key_id')}`)
    await done(`PUT /v1/access-keys/${first}`, { body: { active: true } })
  })

  for (const [title, name] of [
    ['257 letters', 'n'.repeat(257)],
    ['257 bytes', 'é'.repeat(129)],
    ['a line feed', 'a\nb'],
  ] as const) {
    test(`a name of ${title} is refused`, async () => {
      const { send } = await makeManagement()
      assert.equal((await send('POST /v1/access-keys', { body: { name } })).outcome, '400 InvalidArgument')
    })
  }
})

describe('listing', () => {
  test('owners and administrators see all keys, others their own', async () => {
    const { done, services, accountIds, users } = await makeManagement()
    const { accessKeys } = services
    const root = await accessKeys.create(accountIds.alpha, 'root')
    const mias = await accessKeys.create(accountIds.alpha, 'mias', { userId: users.mia.id })
    const olgas = await accessKeys.create(accountIds.alpha, 'olgas', { userId: users.olga.id })
    await accessKeys.create(accountIds.beta, 'betas')
    const all = [root, mias, olgas].map(({ accessKeyId }) => accessKeyId).toSorted()
    for (const [as, expected] of [
      ['owner', all],
      ['session', all],
      ['iam.admin', all],
      ['user', [mias.accessKeyId]],
      ['member', []],
      ['s3.bucket.user', []],
    ] as const) {
      const { pick } = await done('GET /v1/access-keys', { as })
      assert.deepEqual(
        pick<readonly Shown[]>('access_keys').map((key) => key.access_key_id),
        expected,
        as,
      )
    }
  })

  test('goes page by page, also when the last of a page is deleted meanwhile', async () => {
    const { done, services, accountIds } = await makeManagement()
    for (let count = 0; count < 5; count++) await services.accessKeys.create(accountIds.alpha, String(count))
    const seen: string[] = []
    let after: string | null = ''
    while (after !== null) {
      const { pick } = await done(`GET /v1/access-keys?limit=2${after === '' ? '' : `&after=${after}`}`)
      seen.push(...pick<readonly Shown[]>('access_keys').map((key) => key.access_key_id))
      after = pick<string | null>('next')
      if (after !== null) await done(`DELETE /v1/access-keys/${after}`)
    }
    assert.equal(new Set(seen).size, 5)
    assert.deepEqual(seen, seen.toSorted())
  })

  test('says when, how and from where a key was last used', async () => {
    const { done, services, accountIds, store } = await makeManagement()
    const { accessKeyId } = await services.accessKeys.create(accountIds.alpha)
    const of = async () => (await done('GET /v1/access-keys')).pick<Shown>('access_keys.0').last_used
    assert.equal(await of(), null)
    const use = { atMs: Date.UTC(2026, 10, 20, 11), operation: 'PutObject', remoteAddress: '192.0.2.9', region: 'eu-1' }
    await keepLastUses(store, new Map([[accessKeyId, { ...use, front: 's3' as const }]]))
    assert.deepEqual(await of(), {
      ...{ time: '2026-11-20 11:00:00', operation: 'PutObject', address: '192.0.2.9', region: 'eu-1' },
    })
  })
})

describe('changing', () => {
  test('a name has no effect on signing', async () => {
    const bed = await makeManagement()
    const made = await bed.done('POST /v1/access-keys')
    const id = made.pick('access_key.access_key_id')
    const renamed = await bed.done(`PUT /v1/access-keys/${id}`, { body: { name: 'desk' } })
    assert.equal(renamed.pick('access_key.name'), 'desk')
    assert.equal(await secretOf(bed, id), made.pick('access_key.secret_access_key'))
    // The same again changes nothing.
    assert.equal((await bed.done(`PUT /v1/access-keys/${id}`, { body: { name: 'desk' } })).text, renamed.text)
    assert.equal((await bed.done(`PUT /v1/access-keys/${id}`, { body: {} })).text, renamed.text)
  })

  test('an inactive key is refused, until it is active again', async () => {
    const bed = await makeManagement()
    const made = await bed.done('POST /v1/access-keys')
    const id = made.pick('access_key.access_key_id')
    const { pick } = await bed.done(`PUT /v1/access-keys/${id}`, { body: { active: false, name: 'old' } })
    assert.deepEqual([pick('access_key.active'), pick('access_key.name')], [false, 'old'])
    assert.equal(await secretOf(bed, id), undefined)
    await bed.done(`PUT /v1/access-keys/${id}`, { body: { active: true } })
    assert.equal(await secretOf(bed, id), made.pick('access_key.secret_access_key'))
  })

  test('a name that is refused leaves the key as active as it was', async () => {
    const bed = await makeManagement()
    const id = (await bed.done('POST /v1/access-keys')).pick('access_key.access_key_id')
    const body = { active: false, name: 'é'.repeat(129) }
    assert.equal((await bed.send(`PUT /v1/access-keys/${id}`, { body })).outcome, '400 InvalidArgument')
    assert.notEqual(await secretOf(bed, id), undefined)
  })

  test('a new secret takes the place of the old at once', async () => {
    const bed = await makeManagement()
    const made = await bed.done('POST /v1/access-keys')
    const id = made.pick('access_key.access_key_id')
    const { pick } = await bed.done(`POST /v1/access-keys/${id}/regenerate`)
    assert.equal(pick('access_key.access_key_id'), id)
    assert.notEqual(pick('access_key.secret_access_key'), made.pick('access_key.secret_access_key'))
    const credential = await createFindCredential(bed.store, bed.masterKey)(id)
    assert.deepEqual([credential?.secret, credential?.previous], [pick('access_key.secret_access_key'), undefined])
    const listed = await bed.done('GET /v1/access-keys')
    assert.equal(listed.pick<string | null>('access_keys.0.previous_secret_until'), null)
  })

  test('both secrets count for as long as the grace says', async () => {
    const bed = await makeManagement()
    const made = await bed.done('POST /v1/access-keys')
    const id = made.pick('access_key.access_key_id')
    await bed.done(`POST /v1/access-keys/${id}/regenerate`, { body: { grace_seconds: 3600 } })
    const credential = await createFindCredential(bed.store, bed.masterKey)(id)
    assert.equal(credential?.previous?.secret, made.pick('access_key.secret_access_key'))
    const until = async () => (await bed.done('GET /v1/access-keys')).pick('access_keys.0.previous_secret_until')
    assert.equal(await until(), '2026-11-20 13:00:00')
    bed.time.now += 3_600_000
    assert.equal(await until(), null)
    for (const grace_seconds of [-1, 604_801, 0.5, '60']) {
      const { outcome } = await bed.send(`POST /v1/access-keys/${id}/regenerate`, { body: { grace_seconds } })
      assert.equal(outcome, '400 InvalidArgument', String(grace_seconds))
    }
  })

  test('a key that is deleted is gone', async () => {
    const bed = await makeManagement()
    const id = (await bed.done('POST /v1/access-keys')).pick('access_key.access_key_id')
    assert.deepEqual((await bed.done(`DELETE /v1/access-keys/${id}`)).json, { status: 'ok' })
    assert.equal(await secretOf(bed, id), undefined)
    for (const line of [`DELETE /v1/access-keys/${id}`, `POST /v1/access-keys/${id}/regenerate`])
      assert.equal((await bed.send(line)).outcome, '404 NoSuchEntity')
    assert.deepEqual((await bed.done('GET /v1/access-keys')).json, { access_keys: [], next: null })
  })
})
