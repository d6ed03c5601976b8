import { z } from 'zod'
import { bucketOf } from '../bucket-of.ts'
import { operation } from '../operation.ts'
import { ownToggles, showOwn } from '../shown-toggles.ts'

export default operation({
  method: 'GET',
  path: '/v1/buckets/{bucket}/profile',
  summary: 'Show the profile and the toggles that are set on a bucket itself',
  description: 'What is in force, with what comes from its account and the server: GetSettings.',
  tag: 'Buckets',
  right: 'storage.read',
  params: z.object({ bucket: z.string() }),
  answer: ownToggles,
  errors: ['NoSuchBucket'],
  handle: async ({ params }, { principal, services }) => showOwn(await bucketOf(params.bucket, principal, services)),
})
