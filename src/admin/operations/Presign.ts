import { z } from 'zod'
import type { AccessKey } from '../../access/access-keys.ts'
import { ApiError } from '../../base/errors.ts'
import { accessKeyOf } from '../access-key.ts'
import { bucketOf } from '../bucket-of.ts'
import { operation } from '../operation.ts'
import type { Principal } from '../principal.ts'
import type { ManagementServices } from '../services.ts'

export default operation({
  method: 'POST',
  path: '/v1/presign',
  summary: 'Presign an S3 URL',
  description:
    'Signature Version 4, for the public origin of S3, with one of your access keys: the one given, or the first that is active. An owner may name any of the account. Whoever has the URL may do what it says until it expires.',
  tag: 'Links',
  right: 'keys',
  body: z.object({
    method: z.enum(['GET', 'HEAD', 'PUT', 'DELETE']).default('GET'),
    bucket: z.string(),
    key: z.string().min(1).max(1024),
    expires_seconds: z.int().min(1).max(604_800).default(3600),
    access_key_id: z.string().optional(),
    version_id: z.string().max(1024).optional(),
    response_content_disposition: z.string().max(1024).optional(),
    response_content_type: z.string().max(256).optional(),
  }),
  answer: z.strictObject({ url: z.string(), expires_seconds: z.int(), access_key_id: z.string() }),
  errors: ['NoSuchBucket', 'NoSuchEntity', 'InvalidRequest'],
  target: ({ body }) => `link to ${body.bucket}/${body.key}`,
  async handle({ body }, { principal, services }) {
    const { name, region } = await bucketOf(body.bucket, principal, services)
    const { accessKeyId } = await signerOf(body.access_key_id, principal, services)
    const query = Object.entries({
      versionId: body.version_id,
      'response-content-disposition': body.response_content_disposition,
      'response-content-type': body.response_content_type,
    }).filter((entry): entry is [string, string] => entry[1] !== undefined)
    const url = await services.presign({
      accessKeyId,
      method: body.method,
      ...{ bucket: name, region, key: body.key },
      expiresSeconds: body.expires_seconds,
      query: Object.fromEntries(query),
    })
    return { url, expires_seconds: body.expires_seconds, access_key_id: accessKeyId }
  },
})

/** Throws NoSuchEntity for a key that is not the caller's to sign with, InvalidRequest for one that is not active. */
async function signerOf(
  id: string | undefined,
  principal: Principal,
  services: ManagementServices,
): Promise<AccessKey> {
  if (id === undefined) return ownKey(principal, services)
  const key = await accessKeyOf(id, principal, services)
  // Who manages a user's keys is not that user.
  if (!isOwn(key, principal) && principal.role !== 'owner')
    throw new ApiError('NoSuchEntity', `You have no access key ${JSON.stringify(id)}.`)
  if (!key.active) throw new ApiError('InvalidRequest', `The access key ${id} is not active.`)
  return key
}

/** The caller's first active key. Throws NoSuchEntity. */
async function ownKey(principal: Principal, { accessKeys }: ManagementServices): Promise<AccessKey> {
  let after: string | undefined
  for (;;) {
    const keys = await accessKeys.listPage({ accountId: principal.account.id, after, limit: 100 })
    const own = keys.find((key) => key.active && isOwn(key, principal))
    if (own !== undefined) return own
    if (keys.length < 100)
      throw new ApiError('NoSuchEntity', 'You have no active access key to sign with. Generate one.')
    after = keys.at(-1)!.accessKeyId
  }
}

/** The account's own keys are its owners'. */
const isOwn = ({ userId }: AccessKey, { user, role }: Principal): boolean =>
  userId === undefined ? role === 'owner' : userId === user?.id
