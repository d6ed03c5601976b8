/** For each operation a request that its rightful caller is answered with success, on what is made for it anew each time. */
import { dayOf } from '../metering/day.ts'
import { addObjects } from '../metering/objects-of-day.ts'
import { makePair } from '../sites/test-bed.ts'
import { password, type As, type Management, type Sent } from './test-bed.ts'

export interface Example {
  /** `PUT /v1/…` */
  readonly line: string
  readonly body?: Sent['body']
  /** Sent as it is, where the operation takes bytes. */
  readonly raw?: Sent['raw']
}

/** Who is in the right, where that is not an owner of account `alpha`. */
export const rightful: Readonly<Record<string, As>> = {
  CreateAccount: 'operator',
  CreateContentLink: 'session',
  ListAccounts: 'operator',
  UpdateAccount: 'operator',
  VerifyAuditLog: 'operator',
  SetOwnPassword: 'session',
  DeleteSession: 'session',
  GetHealth: 'operator',
  PutAccountProfile: 'operator',
  PutBucketProfile: 'operator',
}

let made = 0

/** Another name each time. */
const newName = (): string => `made-${++made}`

async function newBucket({ services, accountIds }: Management): Promise<string> {
  const { name } = await services.buckets.create({ name: newName(), accountId: accountIds.alpha, region: 'us-east-1' })
  return name
}

/** A bucket that keeps all: versions, locks, and what was deleted; with an object `a b` in it. */
async function newStore(bed: Management): Promise<string> {
  const name = newName()
  await bed.done('POST /v1/buckets', { body: { name, object_lock: true } })
  await bed.put(name, 'a b', 'text')
  return name
}

/** A bucket whose object `a b` was deleted and can be had back; and by what. */
async function newDeleted(bed: Management): Promise<{ readonly bucket: string; readonly version_id: string }> {
  const bucket = await newBucket(bed)
  const body = { Days: 7 }
  await bed.done(`PUT /v1/buckets/${bucket}/settings/soft-delete`, { body })
  await bed.put(bucket, 'a b', 'text')
  await bed.done(`POST /v1/buckets/${bucket}/objects/delete`, { body: { objects: [{ key: 'a b' }] } })
  const listed = await bed.done(`GET /v1/buckets/${bucket}/deleted-objects`)
  return { bucket, version_id: listed.pick('objects.0.version_id') }
}

/** An upload of `a b` with one part: its path, and the part's ETag. */
async function newUpload(bed: Management): Promise<{ readonly path: string; readonly etag: string }> {
  const bucket = await newBucket(bed)
  const begun = await bed.done(`POST /v1/buckets/${bucket}/uploads`, { body: { key: 'a b' } })
  const path = `/v1/buckets/${bucket}/uploads/${begun.pick('upload_id')}`
  const put = await bed.done(`PUT ${path}/parts/1?key=a%20b`, { raw: 'text' })
  return { path, etag: put.pick('etag') }
}

const newAccessKey = async ({ services, accountIds, users }: Management): Promise<string> =>
  (await services.accessKeys.create(accountIds.alpha, 'k', { userId: users.mia.id })).accessKeyId

const newApiKey = ({ services, accountIds, users }: Management) =>
  services.apiKeys.create(accountIds.alpha, 'k', { userId: users.mia.id })

async function newUser({ services, accountIds }: Management): Promise<string> {
  const policies = new Map([['p', policyText]])
  return (await services.accounts.users.create(accountIds.alpha, newName(), { policies })).name
}

async function newSigningKey(bed: Management): Promise<string> {
  const { buckets, signingKeys } = bed.services
  const bucket = await buckets.get(await newBucket(bed))
  const target = { kind: 'bucket', value: bucket.name } as const
  const presence = buckets.presence(bucket)
  return (await signingKeys.create({ bucketId: bucket.id, accountId: bucket.accountId, target, presence })).id
}

/** Its proof is in the DNS. */
async function newDomain({ services, accountIds, dns }: Management) {
  const name = `${newName()}.example.com`
  const domain = await services.domains.create({
    ...{ name, type: 'storage', accountId: accountIds.alpha, cnameTarget: 'media-storage.test' },
  })
  dns.txt.set(domain.verification.txtName, [[domain.verification.txtValue]])
  return domain
}

/** Of account `alpha`; its request's id. */
async function newRefusal({ services, accountIds }: Management): Promise<string> {
  const requestId = (++made).toString(16).toUpperCase().padStart(16, '0')
  await services.refusals.add([
    {
      ...{
        requestId,
        atMs: services.clock.now(),
        front: 's3',
        method: 'GET',
        host: 's3.test',
        path: '/b/k',
        status: 403,
      },
      ...{ code: 'AccessDenied', message: 'Access Denied', operation: 'GetObject', bucket: 'b', key: 'k' },
      ...{ accessKeyId: 'AKIA1', address: '192.0.2.7', accounts: [accountIds.alpha], proved: true },
      checks: [{ name: 'permission', outcome: 'failed', detail: 'No policy allows it.' }],
      differences: [{ name: 'host', sent: 'a', expected: 'b' }],
      ...{ canonicalRequest: undefined, stringToSign: undefined, advice: [{ text: 'Ask.' }] },
    },
  ])
  return requestId
}

const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 's3:DeleteBucket', Resource: '*' }] }
const policyText = JSON.stringify(policy)
const cors = { CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'] }] }

type MakeExample = (bed: Management) => Example | Promise<Example>

const ofBucket =
  (line: (bucket: string) => string, body?: (bucket: string) => object): MakeExample =>
  async (bed) => {
    const bucket = await newBucket(bed)
    return { line: line(bucket), body: body?.(bucket) }
  }

const ofUser =
  (line: (user: string) => string, body?: object): MakeExample =>
  async (bed) => ({ line: line(await newUser(bed)), body })

const ofObject =
  (line: (bucket: string) => string, body?: (bucket: string) => object): MakeExample =>
  async (bed) => {
    const bucket = await newStore(bed)
    return { line: line(bucket), body: body?.(bucket) }
  }

export const examples: Readonly<Record<string, MakeExample>> = {
  AbortUpload: async (bed) => ({ line: `DELETE ${(await newUpload(bed)).path}?key=a%20b` }),
  async CompleteUpload(bed) {
    const { path, etag } = await newUpload(bed)
    return { line: `POST ${path}/complete`, body: { key: 'a b', parts: [{ number: 1, etag }] } }
  },
  CopyObject: ofObject(
    (bucket) => `POST /v1/buckets/${bucket}/objects/copy`,
    () => ({ key: 'a b', to_key: 'c' }),
  ),
  CheckAccess: ofBucket(
    (bucket) => `POST /v1/buckets/${bucket}/access-check`,
    () => ({ key: 'a', policy: null }),
  ),
  CheckBucketName: () => ({ line: `GET /v1/bucket-names?name=${newName()}` }),
  CreateAccessKey: () => ({ line: 'POST /v1/access-keys', body: { user: 'mia' } }),
  CreateAccessToken: async (bed) => ({ line: `POST /v1/access_token/${(await newApiKey(bed)).apiKey.reveal()}` }),
  CreateAccount: () => ({ line: 'POST /v1/accounts', body: { name: newName(), owner: { name: 'olga', password } } }),
  CreateApiKey: () => ({ line: 'POST /v1/api-keys', body: { name: 'k', user: 'mia' } }),
  CreateBucket: () => ({ line: 'POST /v1/buckets', body: { name: newName() } }),
  CreateContentLink: ofObject(
    (bucket) => `POST /v1/buckets/${bucket}/content-links`,
    () => ({ key: 'a b', as: 'preview' }),
  ),
  CreateDomain: ofBucket(
    () => 'POST /v1/domains',
    (bucket) => ({ name: `${bucket}.example.com`, bucket }),
  ),
  CreateSignInLink: async (bed) => ({ line: 'POST /v1/sign-in-links', body: { user: await newUser(bed) } }),
  CreateSigningKey: ofBucket(
    () => 'POST /v1/signing-keys',
    (bucket) => ({ bucket }),
  ),
  CreateUpload: ofBucket(
    (bucket) => `POST /v1/buckets/${bucket}/uploads`,
    () => ({ key: 'a b', content_type: 'text/plain', metadata: { author: 'Zoë' } }),
  ),
  CreateUser: () => ({ line: 'POST /v1/users', body: { name: newName(), password } }),
  DeleteAccessKey: async (bed) => ({ line: `DELETE /v1/access-keys/${await newAccessKey(bed)}` }),
  DeleteApiKey: async (bed) => ({ line: `DELETE /v1/api-keys/${(await newApiKey(bed)).id}` }),
  DeleteBucket: ofBucket((bucket) => `DELETE /v1/buckets/${bucket}`),
  DeleteBucketSetting: ofBucket((bucket) => `DELETE /v1/buckets/${bucket}/settings/cors`),
  DeleteDomain: async (bed) => ({ line: `DELETE /v1/domains/${(await newDomain(bed)).id}` }),
  async DeleteSession({ services, accountIds, users }) {
    const about = { address: '192.0.2.1', agent: 'test' }
    const { session } = await services.sessions.open(users.olga.id, accountIds.alpha, about)
    return { line: `DELETE /v1/sessions/${session.id}` }
  },
  DeleteObjects: ofObject(
    (bucket) => `POST /v1/buckets/${bucket}/objects/delete`,
    () => ({ objects: [{ key: 'a b' }, { key: 'none such' }] }),
  ),
  DeleteSigningKey: async (bed) => ({ line: `DELETE /v1/signing-keys/${await newSigningKey(bed)}` }),
  DeleteUser: ofUser((user) => `DELETE /v1/users/${user}`),
  DeleteUserPolicy: ofUser((user) => `DELETE /v1/users/${user}/policies/p`),
  EmptyBucket: ofBucket(
    (bucket) => `POST /v1/buckets/${bucket}/empty-and-delete`,
    (bucket) => ({ confirm: bucket }),
  ),
  GetBucket: ofBucket((bucket) => `GET /v1/buckets/${bucket}`),
  async GetBusiestObjects(bed) {
    const bucket = await bed.services.buckets.get(await newBucket(bed))
    const day = dayOf(bed.services.clock.now())
    const counters = new Map([['a', { weight: 1, requests: 1, bytesOut: 7 }]])
    await addObjects(bed.store, [{ bucketId: bucket.id, day, counters }])
    return { line: `GET /v1/usage/objects?bucket=${bucket.name}` }
  },
  GetBucketProfile: ofBucket((bucket) => `GET /v1/buckets/${bucket}/profile`),
  GetBucketSetting: ofBucket((bucket) => `GET /v1/buckets/${bucket}/settings/versioning`),
  GetDomain: async (bed) => ({ line: `GET /v1/domains/${(await newDomain(bed)).id}` }),
  GetEmptyBucket: ofBucket((bucket) => `GET /v1/buckets/${bucket}/empty-and-delete`),
  GetHealth: () => ({ line: 'GET /v1/health' }),
  GetMe: () => ({ line: 'GET /v1/me' }),
  GetObject: ofObject((bucket) => `GET /v1/buckets/${bucket}/object?key=a%20b`),
  GetOpenapi: () => ({ line: 'GET /v1/openapi.json' }),
  GetRefusal: async (bed) => ({ line: `GET /v1/refusals/${await newRefusal(bed)}` }),
  GetRegions: () => ({ line: 'GET /v1/regions' }),
  GetServer: () => ({ line: 'GET /v1/server' }),
  GetSettings: ofBucket((bucket) => `GET /v1/settings?bucket=${bucket}`),
  GetSetup: () => ({ line: 'GET /v1/setup' }),
  GetSigningKey: async (bed) => ({ line: `GET /v1/signing-keys/${await newSigningKey(bed)}` }),
  GetStorageUsage: ofBucket((bucket) => `GET /v1/usage/storage?bucket=${bucket}`),
  GetUsage: ofBucket((bucket) => `GET /v1/usage?bucket=${bucket}`),
  GetUser: ofUser((user) => `GET /v1/users/${user}`),
  ListAccessKeys: () => ({ line: 'GET /v1/access-keys' }),
  ListAccounts: () => ({ line: 'GET /v1/accounts' }),
  ListApiKeys: () => ({ line: 'GET /v1/api-keys' }),
  ListAuditLog: () => ({ line: 'GET /v1/audit' }),
  ListBucketDeletions: () => ({ line: 'GET /v1/bucket-deletions' }),
  ListBuckets: () => ({ line: 'GET /v1/buckets' }),
  ListDeletedObjects: async (bed) => ({ line: `GET /v1/buckets/${(await newDeleted(bed)).bucket}/deleted-objects` }),
  ListCorsPresets: () => ({ line: 'GET /v1/cors-presets' }),
  ListDomains: () => ({ line: 'GET /v1/domains' }),
  ListObjects: ofObject((bucket) => `GET /v1/buckets/${bucket}/objects?versions`),
  ListParts: async (bed) => ({ line: `GET ${(await newUpload(bed)).path}/parts?key=a%20b` }),
  async ListRefusals(bed) {
    await newRefusal(bed)
    return { line: 'GET /v1/refusals?limit=1' }
  },
  ListSessions: () => ({ line: 'GET /v1/sessions' }),
  ListSigningKeys: ofBucket((bucket) => `GET /v1/signing-keys?bucket=${bucket}`),
  ListUploads: async (bed) => ({ line: `GET ${(await newUpload(bed)).path.replace(/uploads.*/, 'uploads')}` }),
  ListUsers: () => ({ line: 'GET /v1/users' }),
  MoveObject: ofObject(
    (bucket) => `POST /v1/buckets/${bucket}/objects/move`,
    () => ({ key: 'a b', to_key: 'c' }),
  ),
  async Presign(bed) {
    await bed.services.accessKeys.create(bed.accountIds.alpha)
    return { line: 'POST /v1/presign', body: { bucket: await newBucket(bed), key: 'a' } }
  },
  PutAccountProfile: () => ({ line: 'PUT /v1/accounts/alpha/profile', body: { toggles: { http: 'allow' } } }),
  async PurgeDeletedObject(bed) {
    const { bucket, version_id } = await newDeleted(bed)
    return { line: `POST /v1/buckets/${bucket}/deleted-objects/purge`, body: { key: 'a b', version_id } }
  },
  PutBucketPolicy: ofBucket((bucket) => `PUT /v1/buckets/${bucket}/policy/public`),
  PutBucketProfile: ofBucket(
    (bucket) => `PUT /v1/buckets/${bucket}/profile`,
    () => ({ profile: 'kontenum', toggles: { http: 'allow' } }),
  ),
  PutBucketSetting: ofBucket(
    (bucket) => `PUT /v1/buckets/${bucket}/settings/cors`,
    () => cors,
  ),
  async PutDomainCertificate(bed) {
    const { id, name } = await newDomain(bed)
    await bed.services.domains.verify(id)
    const { certificatePem, privateKeyPem } = await makePair([name])
    const body = { certificate: certificatePem, private_key: privateKeyPem.reveal() }
    return { line: `PUT /v1/domains/${id}/certificate`, body }
  },
  PutObject: async (bed) => ({ line: `PUT /v1/buckets/${await newBucket(bed)}/object?key=a%20b`, raw: 'text' }),
  PutObjectLegalHold: ofObject(
    (bucket) => `PUT /v1/buckets/${bucket}/object/legal-hold?key=a%20b`,
    () => ({ on: true }),
  ),
  PutObjectRetention: ofObject(
    (bucket) => `PUT /v1/buckets/${bucket}/object/retention?key=a%20b`,
    () => ({ mode: 'GOVERNANCE', until: '2030-01-01 00:00:00' }),
  ),
  PutObjectTags: ofObject(
    (bucket) => `PUT /v1/buckets/${bucket}/object/tags?key=a%20b`,
    () => ({ tags: [{ key: 'colour', value: 'red' }] }),
  ),
  PutPart: async (bed) => ({ line: `PUT ${(await newUpload(bed)).path}/parts/2?key=a%20b`, raw: 'more' }),
  PutUserPolicy: ofUser((user) => `PUT /v1/users/${user}/policies/q`, policy),
  RegenerateAccessKey: async (bed) => ({ line: `POST /v1/access-keys/${await newAccessKey(bed)}/regenerate` }),
  RevokeToken: ofBucket(
    (bucket) => `POST /v1/buckets/${bucket}/revoked-tokens`,
    () => ({ jti: 'j' }),
  ),
  SetOwnPassword: () => ({ line: 'PUT /v1/me/password', body: { current: password, password: `${password}!` } }),
  SetUserPassword: ofUser((user) => `PUT /v1/users/${user}/password`, { password }),
  async Setup({ services, accountIds }) {
    const user = await services.accounts.users.create(accountIds.alpha, newName())
    const { token } = await services.setupLinks.createFor(user)
    return { line: 'POST /v1/setup', body: { token: token.reveal(), password } }
  },
  SignIn: () => ({ line: 'POST /v1/session', body: { account: 'alpha', user: 'olga', password } }),
  SignOut: () => ({ line: 'DELETE /v1/session' }),
  SignUrl: ofBucket(
    () => 'POST /v1/signed-urls',
    (bucket) => ({ bucket, key: 'a' }),
  ),
  async UndeleteObject(bed) {
    const { bucket, version_id } = await newDeleted(bed)
    return { line: `POST /v1/buckets/${bucket}/deleted-objects/undelete`, body: { key: 'a b', version_id } }
  },
  UpdateAccessKey: async (bed) => ({ line: `PUT /v1/access-keys/${await newAccessKey(bed)}`, body: { name: 'n' } }),
  UpdateAccount: () => ({ line: 'PATCH /v1/accounts/alpha', body: { quota: { bytes_max: 1_000_000_000 } } }),
  UpdateApiKey: async (bed) => ({ line: `PUT /v1/api-keys/${(await newApiKey(bed)).id}`, body: { name: 'n' } }),
  UpdateBucket: ofBucket(
    (bucket) => `PATCH /v1/buckets/${bucket}`,
    () => ({ delivery_enabled: false }),
  ),
  UpdateObject: ofObject(
    (bucket) => `PATCH /v1/buckets/${bucket}/object?key=a%20b`,
    () => ({ content_type: 'text/plain', metadata: { author: 'Zoë' } }),
  ),
  UpdateSigningKey: async (bed) => ({ line: `PUT /v1/signing-keys/${await newSigningKey(bed)}`, body: { name: 'n' } }),
  UpdateUser: ofUser((user) => `PUT /v1/users/${user}`, { role: 'member' }),
  VerifyAuditLog: () => ({ line: 'GET /v1/audit/verify' }),
  VerifyDomain: async (bed) => ({ line: `POST /v1/domains/${(await newDomain(bed)).id}/verify` }),
}
