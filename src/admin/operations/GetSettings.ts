import { z } from 'zod'
import { bucketOf } from '../bucket-of.ts'
import { operation } from '../operation.ts'
import { shownToggles, showToggles, type OwnedLayer } from '../shown-toggles.ts'

export default operation({
  method: 'GET',
  path: '/v1/settings',
  summary: 'The profile and the toggles in force',
  description: 'For your account or, with `bucket`, for a bucket of it. What each means: docs/profiles.md.',
  tag: 'Server',
  right: 'storage.read',
  query: z.object({ bucket: z.string().optional() }),
  answer: shownToggles,
  errors: ['NoSuchBucket'],
  async handle({ query }, { principal, services }) {
    const layers: OwnedLayer[] = services.toggleLayers.map((layer) => ({ of: 'server', layer }))
    layers.push({ of: 'account', layer: principal.account })
    if (query.bucket !== undefined)
      layers.push({ of: 'bucket', layer: await bucketOf(query.bucket, principal, services) })
    return showToggles(layers)
  },
})
