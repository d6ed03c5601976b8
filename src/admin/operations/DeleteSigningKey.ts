import { z } from 'zod'
import { operation } from '../operation.ts'
import { done, ok } from '../schemas.ts'
import { signingKeyOf } from '../signing-key.ts'

export default operation({
  method: 'DELETE',
  path: '/v1/signing-keys/{id}',
  summary: 'Delete a signing key',
  description: 'URLs that it signed stop working at once.',
  tag: 'Signing keys',
  right: 'storage.write',
  params: z.object({ id: z.string() }),
  answer: done,
  errors: ['NoSuchEntity'],
  target: ({ params }) => `signing key ${params.id}`,
  async handle({ params }, { principal, services }) {
    const { id } = await signingKeyOf(params.id, principal, services)
    await services.signingKeys.delete(id)
    return ok
  },
})
