import { z } from 'zod'
import { bucketOf } from '../bucket-of.ts'
import { domain, showDomain } from '../domain.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'POST',
  path: '/v1/domains',
  summary: 'Create a custom domain',
  description:
    "With `bucket` it shows that bucket at its root; without, all of the account's buckets under their names. It has an effect once it is verified: put the CNAME or TXT record into your DNS that the answer names, then verify. The same domain again answers the one that is there.",
  tag: 'Domains',
  right: 'storage.write',
  body: z.object({
    name: z.string().min(1).max(253),
    type: z.string().default('storage').meta({ description: '`storage`, `media-storage` or `media_storage`.' }),
    bucket: z.string().optional(),
  }),
  answer: z.strictObject({ domain }),
  errors: ['NoSuchBucket', 'EntityAlreadyExists', 'LimitExceeded', 'NotImplemented'],
  target: ({ body }) => `domain ${body.name}`,
  async handle({ body: { name, type, bucket: bucketName } }, { principal, services }) {
    const bucket = bucketName === undefined ? undefined : await bucketOf(bucketName, principal, services)
    const { origins } = services
    const cnameTarget = bucket === undefined ? origins.domainTarget : new URL(origins.delivery(bucket)).hostname
    const accountId = principal.account.id
    return { domain: showDomain(await services.domains.create({ name, type, accountId, bucket, cnameTarget })) }
  },
})
