import { z } from 'zod'
import { accessKey, accessKeyOf, showUsedKey, userNameOf } from '../access-key.ts'
import { operation } from '../operation.ts'
import { label } from '../schemas.ts'

export default operation({
  method: 'PUT',
  path: '/v1/access-keys/{id}',
  summary: 'Rename, activate or deactivate an access key',
  description: 'The name is for people. Requests signed with an inactive key are refused; it can be activated again.',
  tag: 'Access keys',
  right: 'keys',
  params: z.object({ id: z.string() }),
  body: z.object({ name: label.optional(), active: z.boolean().optional() }),
  answer: z.strictObject({ access_key: accessKey }),
  errors: ['NoSuchEntity', 'LimitExceeded'],
  target: ({ params }) => `access key ${params.id}`,
  async handle({ params, body }, { principal, services }) {
    const { accessKeys } = services
    const { accessKeyId } = await accessKeyOf(params.id, principal, services)
    const key = await accessKeys.update(accessKeyId, body)
    const uses = await accessKeys.lastUse([key.accessKeyId])
    return { access_key: showUsedKey(key, await userNameOf(key, services), uses.get(key.accessKeyId)) }
  },
})
