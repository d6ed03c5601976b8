import { z } from 'zod'
import { operation } from '../operation.ts'
import { signingKey, signingKeyOf, showSigningKey } from '../signing-key.ts'

export default operation({
  method: 'GET',
  path: '/v1/signing-keys/{id}',
  summary: 'Show a signing key',
  tag: 'Signing keys',
  right: 'storage.read',
  params: z.object({ id: z.string() }),
  answer: z.strictObject({ signing_key: signingKey }),
  errors: ['NoSuchEntity'],
  async handle({ params }, { principal, services }) {
    return { signing_key: showSigningKey(await signingKeyOf(params.id, principal, services)) }
  },
})
