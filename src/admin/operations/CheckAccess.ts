import { z } from 'zod'
import { bucketOf } from '../bucket-of.ts'
import { operation } from '../operation.ts'
import {
  anyone,
  othersIn,
  ownerOf,
  throughDelivery,
  userAsker,
  usersSeenBy,
  withPolicy,
  type Asker,
} from '../readers.ts'
import { next, pageOf } from '../schemas.ts'

const usersMax = 100

export default operation({
  method: 'POST',
  path: '/v1/buckets/{bucket}/access-check',
  summary: 'Who can read this?',
  description:
    "Of an object, or, without `key`, of whatever is in the bucket: who may read it by S3 (`s3:GetObject`) and through delivery, and what decides that. With `policy`, as if that were the bucket's: null is none. Nothing is changed. Conditions of policies are held against the address and the time of this very request. Users are told a hundred at a time, to those who may see them; others see themselves.",
  tag: 'Buckets',
  unaudited: 'It changes nothing.',
  right: 'storage.read',
  params: z.object({ bucket: z.string() }),
  body: z.object({
    key: z.string().min(1).max(1024).optional(),
    policy: z.looseObject({}).nullable().optional(),
    after: z
      .string()
      .max(256)
      .optional()
      .meta({ description: 'The `next` of the answer before: further users alone.' }),
  }),
  answer: z.strictObject({
    readers: z.array(
      z.strictObject({
        who: z.enum(['anyone', 'account', 'user', 'other']),
        name: z.string(),
        through: z.enum(['s3', 'delivery']),
        may: z.enum(['yes', 'no', 'with a link']),
        because: z.string().meta({ description: 'A sentence.' }),
      }),
    ),
    next,
  }),
  errors: ['NoSuchBucket', 'MalformedPolicy'],
  async handle({ params, body: { key, policy, after } }, { principal, services, request }) {
    const kept = await bucketOf(params.bucket, principal, services)
    // What it tells is what the policy says.
    await services.s3Rights.onBucket('s3:GetBucketPolicy', kept, principal, request)
    const users = await usersSeenBy(principal, services)
    const { items, next: following } = pageOf(users, ({ name }) => name.toLowerCase(), { limit: usersMax, after })
    const bucket = withPolicy(kept, policy, services)
    const askers: readonly Asker[] =
      after === undefined
        ? [anyone, ownerOf(principal), ...items.map(userAsker), ...othersIn(bucket.policy, principal.account.id)]
        : items.map(userAsker)
    const identities = askers.map(({ identity }) => identity)
    const { decisions, needsCustomerKey } = await services.readers({ bucket, key, identities }, request)
    const readers = askers.map(({ who, name, identity }, index) => {
      const { allowed, because } = decisions[index]!
      const alsoAsks = allowed && who === 'other' && identity?.user !== undefined
      return {
        ...{ who, name, through: 's3' as const, may: allowed ? ('yes' as const) : ('no' as const) },
        because: alsoAsks ? `${because} Its own account must allow it too.` : because,
      }
    })
    const [everyone, ...others] = readers
    return {
      readers: after === undefined ? [everyone!, throughDelivery(bucket, needsCustomerKey), ...others] : readers,
      next: following,
    }
  },
})
