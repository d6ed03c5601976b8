import { z } from 'zod'
import { accessKeyOf, newAccessKey, showKey, userNameOf } from '../access-key.ts'
import { operation } from '../operation.ts'

export default operation({
  method: 'POST',
  path: '/v1/access-keys/{id}/regenerate',
  summary: 'Give an access key a new secret',
  description:
    'The id stays. The old secret stops working at once, or after `grace_seconds`, so that programs can be moved to the new one meanwhile.',
  tag: 'Access keys',
  right: 'keys',
  params: z.object({ id: z.string() }),
  body: z.object({
    grace_seconds: z
      .int()
      .min(0)
      .max(7 * 86_400)
      .default(0),
  }),
  answer: z.strictObject({ access_key: newAccessKey }),
  errors: ['NoSuchEntity'],
  target: ({ params }) => `access key ${params.id}`,
  async handle({ params, body }, { principal, services }) {
    const { accessKeyId } = await accessKeyOf(params.id, principal, services)
    const key = await services.accessKeys.regenerate(accessKeyId, { graceSeconds: body.grace_seconds })
    const shown = showKey(key, await userNameOf(key, services))
    return { access_key: { ...shown, secret_access_key: key.secretAccessKey.reveal() } }
  },
})
