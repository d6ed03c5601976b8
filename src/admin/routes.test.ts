import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { keyspace } from '../metadata/keyspace.ts'
import { auditHeadKey } from '../access/management-records.ts'
import { examples, rightful } from './examples.fixture.ts'
import { operations } from './operations.generated.ts'
import { makeManagement, type As, type Management } from './test-bed.ts'

const columns = [
  ...(['nobody', 's3.bucket.user', 's3.user', 'member', 'iam.admin', 'owner'] as const),
  // Of another account: what is asked about is alpha's.
  ...(['stranger', 'operator'] as const),
]

type Row = readonly [number, number, number, number, number, number, number, number]

/** What everybody is answered who asks for the operation's example. */
const rows: Readonly<Record<string, Row>> = {
  AbortUpload: [401, 403, 200, 200, 403, 200, 404, 404],
  CheckAccess: [401, 403, 200, 200, 403, 200, 404, 404],
  CheckBucketName: [401, 403, 403, 200, 403, 200, 200, 200],
  CompleteUpload: [401, 403, 200, 200, 403, 200, 404, 404],
  CopyObject: [401, 403, 200, 200, 403, 200, 404, 404],
  CreateAccessKey: [401, 403, 403, 403, 201, 201, 404, 404],
  CreateAccessToken: [200, 200, 200, 200, 200, 200, 200, 200],
  CreateAccount: [401, 403, 403, 403, 403, 403, 403, 201],
  CreateApiKey: [401, 403, 403, 403, 201, 201, 404, 404],
  CreateBucket: [401, 403, 403, 201, 403, 201, 201, 201],
  // Those who ask have no session.
  CreateContentLink: [401, 403, 403, 403, 403, 403, 403, 403],
  CreateDomain: [401, 403, 403, 200, 403, 200, 404, 404],
  CreateSignInLink: [401, 403, 403, 403, 201, 201, 404, 404],
  CreateSigningKey: [401, 403, 403, 200, 403, 200, 404, 404],
  CreateUpload: [401, 403, 200, 200, 403, 200, 404, 404],
  CreateUser: [401, 403, 403, 403, 201, 201, 201, 201],
  DeleteAccessKey: [401, 404, 404, 404, 200, 200, 404, 404],
  DeleteApiKey: [401, 404, 404, 404, 200, 200, 404, 404],
  DeleteBucket: [401, 403, 403, 200, 403, 200, 404, 404],
  DeleteBucketSetting: [401, 403, 403, 200, 403, 200, 404, 404],
  DeleteDomain: [401, 403, 403, 200, 403, 200, 404, 404],
  DeleteObjects: [401, 403, 200, 200, 403, 200, 404, 404],
  // Those who ask are no users, and have no sessions.
  DeleteSession: [401, 404, 404, 404, 404, 404, 404, 404],
  DeleteSigningKey: [401, 403, 403, 200, 403, 200, 404, 404],
  DeleteUser: [401, 403, 403, 403, 200, 200, 404, 404],
  DeleteUserPolicy: [401, 403, 403, 403, 200, 200, 404, 404],
  EmptyBucket: [401, 403, 403, 202, 403, 202, 404, 404],
  GetBucket: [401, 403, 200, 200, 403, 200, 404, 404],
  GetBucketProfile: [401, 403, 200, 200, 403, 200, 404, 404],
  GetBucketSetting: [401, 403, 200, 200, 403, 200, 404, 404],
  GetBusiestObjects: [401, 403, 200, 200, 403, 200, 404, 404],
  GetDomain: [401, 403, 200, 200, 403, 200, 404, 404],
  GetEmptyBucket: [401, 403, 200, 200, 403, 200, 404, 404],
  GetHealth: [401, 403, 403, 403, 403, 403, 403, 200],
  GetMe: [401, 200, 200, 200, 200, 200, 200, 200],
  GetObject: [401, 403, 200, 200, 403, 200, 404, 404],
  GetOpenapi: [200, 200, 200, 200, 200, 200, 200, 200],
  GetRefusal: [401, 403, 200, 200, 403, 200, 404, 200],
  GetRegions: [401, 200, 200, 200, 200, 200, 200, 200],
  GetServer: [401, 200, 200, 200, 200, 200, 200, 200],
  GetSettings: [401, 403, 200, 200, 403, 200, 404, 404],
  GetSetup: [200, 200, 200, 200, 200, 200, 200, 200],
  GetSigningKey: [401, 403, 200, 200, 403, 200, 404, 404],
  GetStorageUsage: [401, 403, 200, 200, 403, 200, 404, 404],
  GetUsage: [401, 403, 200, 200, 403, 200, 404, 404],
  GetUser: [401, 403, 403, 403, 200, 200, 404, 404],
  ListAccessKeys: [401, 200, 200, 200, 200, 200, 200, 200],
  ListAccounts: [401, 403, 403, 403, 403, 403, 403, 200],
  ListApiKeys: [401, 200, 200, 200, 200, 200, 200, 200],
  ListAuditLog: [401, 403, 403, 403, 200, 200, 200, 200],
  ListBucketDeletions: [401, 403, 200, 200, 403, 200, 200, 200],
  ListBuckets: [401, 403, 200, 200, 403, 200, 200, 200],
  ListCorsPresets: [401, 403, 200, 200, 403, 200, 200, 200],
  ListDeletedObjects: [401, 403, 200, 200, 403, 200, 404, 404],
  ListDomains: [401, 403, 200, 200, 403, 200, 200, 200],
  ListObjects: [401, 403, 200, 200, 403, 200, 404, 404],
  ListParts: [401, 403, 200, 200, 403, 200, 404, 404],
  ListRefusals: [401, 403, 200, 200, 403, 200, 200, 200],
  ListSessions: [401, 200, 200, 200, 200, 200, 200, 200],
  ListSigningKeys: [401, 403, 200, 200, 403, 200, 404, 404],
  ListUploads: [401, 403, 200, 200, 403, 200, 404, 404],
  ListUsers: [401, 403, 403, 403, 200, 200, 200, 200],
  MoveObject: [401, 403, 200, 200, 403, 200, 404, 404],
  // They have no access keys of their own, but the owner has.
  Presign: [401, 404, 404, 404, 404, 200, 404, 404],
  PurgeDeletedObject: [401, 403, 200, 200, 403, 200, 404, 404],
  PutAccountProfile: [401, 403, 403, 403, 403, 403, 403, 200],
  PutBucketPolicy: [401, 403, 403, 200, 403, 200, 404, 404],
  PutBucketProfile: [401, 403, 403, 403, 403, 403, 403, 200],
  PutBucketSetting: [401, 403, 403, 200, 403, 200, 404, 404],
  PutDomainCertificate: [401, 403, 403, 200, 403, 200, 404, 404],
  PutObject: [401, 403, 200, 200, 403, 200, 404, 404],
  PutObjectLegalHold: [401, 403, 200, 200, 403, 200, 404, 404],
  PutObjectRetention: [401, 403, 200, 200, 403, 200, 404, 404],
  PutObjectTags: [401, 403, 200, 200, 403, 200, 404, 404],
  PutPart: [401, 403, 200, 200, 403, 200, 404, 404],
  PutUserPolicy: [401, 403, 403, 403, 200, 200, 404, 404],
  RegenerateAccessKey: [401, 404, 404, 404, 200, 200, 404, 404],
  RevokeToken: [401, 403, 403, 200, 403, 200, 404, 404],
  // Those who ask are no users, and have no password.
  SetOwnPassword: [401, 400, 400, 400, 400, 400, 400, 400],
  SetUserPassword: [401, 403, 403, 403, 200, 200, 404, 404],
  Setup: [200, 200, 200, 200, 200, 200, 200, 200],
  SignIn: [200, 200, 200, 200, 200, 200, 200, 200],
  SignOut: [401, 200, 200, 200, 200, 200, 200, 200],
  SignUrl: [401, 403, 403, 200, 403, 200, 404, 404],
  UndeleteObject: [401, 403, 200, 200, 403, 200, 404, 404],
  UpdateAccessKey: [401, 404, 404, 404, 200, 200, 404, 404],
  UpdateAccount: [401, 403, 403, 403, 403, 403, 403, 200],
  UpdateApiKey: [401, 404, 404, 404, 200, 200, 404, 404],
  UpdateBucket: [401, 403, 403, 200, 403, 200, 404, 404],
  UpdateObject: [401, 403, 200, 200, 403, 200, 404, 404],
  UpdateSigningKey: [401, 403, 403, 200, 403, 200, 404, 404],
  UpdateUser: [401, 403, 403, 403, 200, 200, 404, 404],
  VerifyAuditLog: [401, 403, 403, 403, 403, 403, 403, 200],
  VerifyDomain: [401, 403, 403, 200, 403, 200, 404, 404],
}

/** All records but those of the audit log. */
const recordsOf = ({ store }: Management): readonly string[] =>
  store.records
    .scan(Buffer.of(0), Buffer.of(0xff), { limit: 100_000 })
    .filter(([key]) => key[0] !== keyspace.audit && Buffer.compare(key, auditHeadKey) !== 0)
    .map(([key, value]) => `${Buffer.from(key).toString('latin1')} ${Buffer.from(value).toString('latin1')}`)

const shared: { bed?: Management } = {}
before(async () => {
  const bed = await makeManagement()
  // Credentials are made and used once, which leaves records.
  for (const as of [...columns, 'session', 'forged', 'bad token'] as const) await bed.send('GET /v1/me', { as })
  shared.bed = bed
})

test('every operation has a row', () => {
  assert.deepEqual(Object.keys(rows), [...operations.keys()])
})

for (const [name, row] of Object.entries(rows)) {
  describe(name, () => {
    for (const [column, as] of columns.entries()) {
      const expected = row[column]!
      test(`${as}: ${expected}`, async () => {
        const bed = shared.bed!
        const { line, body, raw } = await examples[name]!(bed)
        const earlier = recordsOf(bed)
        const { status, text } = await bed.send(line, { as, body, ...(raw !== undefined && { raw }) })
        assert.equal(status, expected, text)
        if (status >= 400) assert.deepEqual(recordsOf(bed), earlier, 'a refusal changes nothing')
      })
    }
  })
}

test('a bad token is refused by every operation that asks who it is', async () => {
  const bed = shared.bed!
  for (const [name, { right }] of operations) {
    const { line, body, raw } = await examples[name]!(bed)
    const { status } = await bed.send(line, { as: 'bad token', body, ...(raw !== undefined && { raw }) })
    assert.equal(status, right === 'anyone' ? operations.get(name)!.status : 401, name)
  }
})

test("a session may what its user's role may", async () => {
  const bed = await makeManagement()
  for (const name of operations.keys()) {
    if (name in rightful || name === 'SignOut' || name === 'Presign') continue
    const { line, body, raw } = await examples[name]!(bed)
    assert.equal(
      (await bed.send(line, { as: 'session', body, ...(raw !== undefined && { raw }) })).status,
      rows[name]![columns.indexOf('owner')],
      name,
    )
  }
})

test('a session without its CSRF token changes nothing, and reads', async () => {
  const bed = shared.bed!
  for (const [name, { method, right }] of operations) {
    if (right === 'anyone') continue
    const { line, body, raw } = await examples[name]!(bed)
    const earlier = recordsOf(bed)
    const { outcome } = await bed.send(line, { as: 'forged', body, ...(raw !== undefined && { raw }) })
    const owner = rows[name]![columns.indexOf('owner')]
    assert.equal(outcome, method === 'GET' ? (owner === 403 ? '403 AccessDenied' : '200') : '403 AccessDenied', name)
    if (method !== 'GET') assert.deepEqual(recordsOf(bed), earlier, name)
  }
})

test('what is not there is not found, whoever asks', async () => {
  const bed = shared.bed!
  for (const as of ['owner', 'operator'] as const satisfies readonly As[]) {
    for (const [line, body] of [
      ['GET /v1/buckets/none-such'],
      ['DELETE /v1/buckets/none-such'],
      ['GET /v1/buckets/none-such/settings/cors'],
      ['POST /v1/buckets/none-such/empty-and-delete', { confirm: 'none-such' }],
      ['GET /v1/buckets/none-such/empty-and-delete'],
      ['POST /v1/signing-keys', { bucket: 'none-such' }],
      ['POST /v1/signing-keys', { stream_id: '00000000-0000-8000-8000-000000000000' }],
      ['GET /v1/signing-keys/none-such'],
      ['DELETE /v1/signing-keys/00000000-0000-4000-8000-000000000000'],
      ['DELETE /v1/access-keys/AKIANONESUCH'],
      ['DELETE /v1/api-keys/none-such'],
      ['GET /v1/domains/none-such'],
      ['GET /v1/users/none-such'],
      ['DELETE /v1/users/mia/policies/none-such'],
      ['GET /v1/usage?access_key_id=AKIANONESUCH'],
      // Parts of keys of other records, were ids pasted into them.
      ['GET /v1/domains/%00'],
      ['GET /v1/users/%00%01'],
      ['DELETE /v1/api-keys/%ff%ff'.replaceAll('%ff', '%C3%BF')],
    ] as const) {
      assert.match((await bed.send(line, { as, body })).outcome, /^404 NoSuch(Bucket|Entity)$/, line)
    }
  }
})
