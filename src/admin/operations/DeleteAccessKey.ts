import { z } from 'zod'
import { accessKeyOf } from '../access-key.ts'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'

export default operation({
  method: 'DELETE',
  path: '/v1/access-keys/{id}',
  summary: 'Delete an access key',
  description: 'At once and for good: what uses it stops working. To see first what misses it, deactivate it.',
  tag: 'Access keys',
  right: 'keys',
  params: z.object({ id: z.string() }),
  answer: done,
  errors: ['NoSuchEntity'],
  target: ({ params }) => `access key ${params.id}`,
  async handle({ params }, { principal, services }) {
    const { accessKeyId } = await accessKeyOf(params.id, principal, services)
    await services.accessKeys.delete(accessKeyId)
    return ok
  },
})
