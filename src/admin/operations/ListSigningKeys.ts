import { z } from 'zod'
import { bucketOf } from '../bucket-of.ts'
import { operation } from '../operation.ts'
import { next, page } from '../schemas.ts'
import { signingKey, signingKeysOfAccount, showSigningKey } from '../signing-key.ts'

export default operation({
  method: 'GET',
  path: '/v1/signing-keys',
  summary: 'List signing keys',
  description: 'Of all buckets of the account, or of one. Private keys are never shown again.',
  tag: 'Signing keys',
  right: 'storage.read',
  query: page.extend({ bucket: z.string().optional() }),
  answer: z.strictObject({ signing_keys: z.array(signingKey), next }),
  errors: ['NoSuchBucket'],
  async handle({ query }, { principal, services }) {
    const { signingKeys } = services
    if (query.bucket !== undefined) {
      const { id } = await bucketOf(query.bucket, principal, services)
      const keys = await signingKeys.list(id, { after: query.after, limit: query.limit + 1 })
      const shown = keys.slice(0, query.limit)
      return { signing_keys: shown.map(showSigningKey), next: keys.length > query.limit ? shown.at(-1)!.id : null }
    }
    const { keys, next: following } = await signingKeysOfAccount(query, principal, services)
    return { signing_keys: keys.map(showSigningKey), next: following }
  },
})
