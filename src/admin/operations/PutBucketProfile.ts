import { z } from 'zod'
import { operation } from '../operation.ts'
import { newLayer } from '../settings.ts'
import { ownToggles, showOwn, wantedToggles } from '../shown-toggles.ts'

export default operation({
  method: 'PUT',
  path: '/v1/buckets/{bucket}/profile',
  summary: 'Set the profile and the toggles of a bucket',
  description:
    'Of any account. In place of what was set on it before; what is left out comes from its account and the server again. It holds from the next request on, and touches nothing that is stored.',
  tag: 'Buckets',
  right: 'operator',
  params: z.object({ bucket: z.string() }),
  body: wantedToggles,
  answer: ownToggles,
  errors: ['NoSuchBucket'],
  target: ({ params }) => `profile of bucket ${params.bucket}`,
  async handle({ params, body }, { services: { buckets } }) {
    const layer = newLayer(body.profile, body.toggles)
    const bucket = await buckets.get(params.bucket)
    return showOwn(await buckets.update(bucket, (current) => ({ ...current, ...layer })))
  },
})
