import { z } from 'zod'
import { operation } from '../operation.ts'
import { label } from '../schemas.ts'
import { signingKey, signingKeyOf, showSigningKey } from '../signing-key.ts'

export default operation({
  method: 'PUT',
  path: '/v1/signing-keys/{id}',
  summary: 'Rename a signing key',
  description: 'The name is for people: tokens are not affected.',
  tag: 'Signing keys',
  right: 'storage.write',
  params: z.object({ id: z.string() }),
  body: z.object({ name: label.nullable() }),
  answer: z.strictObject({ signing_key: signingKey }),
  errors: ['NoSuchEntity'],
  target: ({ params }) => `signing key ${params.id}`,
  async handle({ params, body }, { principal, services }) {
    const { id } = await signingKeyOf(params.id, principal, services)
    return { signing_key: showSigningKey(await services.signingKeys.rename(id, body.name)) }
  },
})
