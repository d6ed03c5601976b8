import { z } from 'zod'
import { domain, domainOf, showDomain } from '../domain.ts'
import { operation } from '../operation.ts'
import { secret } from '../schemas.ts'

export default operation({
  method: 'PUT',
  path: '/v1/domains/{id}/certificate',
  summary: "Upload a custom domain's certificate",
  description:
    'The chain and its private key, in PEM; the leaf first. The key is kept sealed and never shown. Of a verified domain only.',
  tag: 'Domains',
  right: 'storage.write',
  params: z.object({ id: z.string() }),
  body: z.object({ certificate: z.string().max(65_536), private_key: secret(65_536) }),
  answer: z.strictObject({ domain }),
  errors: ['NoSuchEntity', 'DomainNotVerified', 'MalformedCertificate', 'KeyPairMismatch'],
  target: ({ params }) => `certificate of domain ${params.id}`,
  async handle({ params, body }, { principal, services }) {
    const { id, name } = await domainOf(params.id, principal, services)
    const pair = { certificatePem: body.certificate, privateKeyPem: body.private_key }
    await services.certificates.upload({ id, name }, pair)
    return { domain: showDomain(await domainOf(id, principal, services)) }
  },
})
