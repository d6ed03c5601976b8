/** For each operation a request that its rightful caller is answered with success, on what is made for it anew each time. */
import { makePair } from '../sites/test-bed.ts'
import { password, type As, type Management, type Sent } from './test-bed.ts'

export interface Example {
  /** `PUT /v1/…` */
  readonly line: string
  readonly body?: Sent['body']
}

/** Who is in the right, where that is not an owner of account `alpha`. */
export const rightful: Readonly<Record<string, As>> = {
  CreateAccount: 'operator',
  ListAccounts: 'operator',
  UpdateAccount: 'operator',
  VerifyAuditLog: 'operator',
  SetOwnPassword: 'session',
}

let made = 0

/** Another name each time. */
const newName = (): string => `made-${++made}`

async function newBucket({ services, accountIds }: Management): Promise<string> {
  const { name } = await services.buckets.create({ name: newName(), accountId: accountIds.alpha, region: 'us-east-1' })
  return name
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

export const examples: Readonly<Record<string, MakeExample>> = {
  CreateAccessKey: () => ({ line: 'POST /v1/access-keys', body: { user: 'mia' } }),
  CreateAccessToken: async (bed) => ({ line: `POST /v1/access_token/${(await newApiKey(bed)).apiKey.reveal()}` }),
  CreateAccount: () => ({ line: 'POST /v1/accounts', body: { name: newName(), owner: { name: 'olga', password } } }),
  CreateApiKey: () => ({ line: 'POST /v1/api-keys', body: { name: 'k', user: 'mia' } }),
  CreateBucket: () => ({ line: 'POST /v1/buckets', body: { name: newName() } }),
  CreateDomain: ofBucket(
    () => 'POST /v1/domains',
    (bucket) => ({ name: `${bucket}.example.com`, bucket }),
  ),
  CreateSigningKey: ofBucket(
    () => 'POST /v1/signing-keys',
    (bucket) => ({ bucket }),
  ),
  CreateUser: () => ({ line: 'POST /v1/users', body: { name: newName(), password } }),
  DeleteAccessKey: async (bed) => ({ line: `DELETE /v1/access-keys/${await newAccessKey(bed)}` }),
  DeleteApiKey: async (bed) => ({ line: `DELETE /v1/api-keys/${(await newApiKey(bed)).id}` }),
  DeleteBucket: ofBucket((bucket) => `DELETE /v1/buckets/${bucket}`),
  DeleteBucketSetting: ofBucket((bucket) => `DELETE /v1/buckets/${bucket}/settings/cors`),
  DeleteDomain: async (bed) => ({ line: `DELETE /v1/domains/${(await newDomain(bed)).id}` }),
  DeleteSigningKey: async (bed) => ({ line: `DELETE /v1/signing-keys/${await newSigningKey(bed)}` }),
  DeleteUser: ofUser((user) => `DELETE /v1/users/${user}`),
  DeleteUserPolicy: ofUser((user) => `DELETE /v1/users/${user}/policies/p`),
  EmptyBucket: ofBucket(
    (bucket) => `POST /v1/buckets/${bucket}/empty-and-delete`,
    (bucket) => ({ confirm: bucket }),
  ),
  GetBucket: ofBucket((bucket) => `GET /v1/buckets/${bucket}`),
  GetBucketSetting: ofBucket((bucket) => `GET /v1/buckets/${bucket}/settings/versioning`),
  GetDomain: async (bed) => ({ line: `GET /v1/domains/${(await newDomain(bed)).id}` }),
  GetEmptyBucket: ofBucket((bucket) => `GET /v1/buckets/${bucket}/empty-and-delete`),
  GetMe: () => ({ line: 'GET /v1/me' }),
  GetOpenapi: () => ({ line: 'GET /v1/openapi.json' }),
  GetRegions: () => ({ line: 'GET /v1/regions' }),
  GetSigningKey: async (bed) => ({ line: `GET /v1/signing-keys/${await newSigningKey(bed)}` }),
  GetStorageUsage: ofBucket((bucket) => `GET /v1/usage/storage?bucket=${bucket}`),
  GetUsage: ofBucket((bucket) => `GET /v1/usage?bucket=${bucket}`),
  GetUser: ofUser((user) => `GET /v1/users/${user}`),
  ListAccessKeys: () => ({ line: 'GET /v1/access-keys' }),
  ListAccounts: () => ({ line: 'GET /v1/accounts' }),
  ListApiKeys: () => ({ line: 'GET /v1/api-keys' }),
  ListAuditLog: () => ({ line: 'GET /v1/audit' }),
  ListBuckets: () => ({ line: 'GET /v1/buckets' }),
  ListDomains: () => ({ line: 'GET /v1/domains' }),
  ListSessions: () => ({ line: 'GET /v1/sessions' }),
  ListSigningKeys: ofBucket((bucket) => `GET /v1/signing-keys?bucket=${bucket}`),
  ListUsers: () => ({ line: 'GET /v1/users' }),
  async Presign(bed) {
    await bed.services.accessKeys.create(bed.accountIds.alpha)
    return { line: 'POST /v1/presign', body: { bucket: await newBucket(bed), key: 'a' } }
  },
  PutBucketPolicy: ofBucket((bucket) => `PUT /v1/buckets/${bucket}/policy/public`),
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
  PutUserPolicy: ofUser((user) => `PUT /v1/users/${user}/policies/q`, policy),
  RegenerateAccessKey: async (bed) => ({ line: `POST /v1/access-keys/${await newAccessKey(bed)}/regenerate` }),
  RevokeToken: ofBucket(
    (bucket) => `POST /v1/buckets/${bucket}/revoked-tokens`,
    () => ({ jti: 'j' }),
  ),
  SetOwnPassword: () => ({ line: 'PUT /v1/me/password', body: { current: password, password: `${password}!` } }),
  SetUserPassword: ofUser((user) => `PUT /v1/users/${user}/password`, { password }),
  SignIn: () => ({ line: 'POST /v1/session', body: { account: 'alpha', user: 'olga', password } }),
  SignOut: () => ({ line: 'DELETE /v1/session' }),
  SignUrl: ofBucket(
    () => 'POST /v1/signed-urls',
    (bucket) => ({ bucket, key: 'a' }),
  ),
  UpdateAccessKey: async (bed) => ({ line: `PUT /v1/access-keys/${await newAccessKey(bed)}`, body: { name: 'n' } }),
  UpdateAccount: () => ({ line: 'PATCH /v1/accounts/alpha', body: { quota: { bytes_max: 1 } } }),
  UpdateApiKey: async (bed) => ({ line: `PUT /v1/api-keys/${(await newApiKey(bed)).id}`, body: { name: 'n' } }),
  UpdateBucket: ofBucket(
    (bucket) => `PATCH /v1/buckets/${bucket}`,
    () => ({ delivery_enabled: false }),
  ),
  UpdateSigningKey: async (bed) => ({ line: `PUT /v1/signing-keys/${await newSigningKey(bed)}`, body: { name: 'n' } }),
  UpdateUser: ofUser((user) => `PUT /v1/users/${user}`, { role: 'member' }),
  VerifyAuditLog: () => ({ line: 'GET /v1/audit/verify' }),
  VerifyDomain: async (bed) => ({ line: `POST /v1/domains/${(await newDomain(bed)).id}/verify` }),
}
