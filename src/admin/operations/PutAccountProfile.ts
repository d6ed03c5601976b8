import { z } from 'zod'
import { operation } from '../operation.ts'
import { newLayer } from '../settings.ts'
import { ownToggles, showOwn, wantedToggles } from '../shown-toggles.ts'

export default operation({
  method: 'PUT',
  path: '/v1/accounts/{account}/profile',
  summary: 'Set the profile and the toggles of an account',
  description:
    'In place of what was set on it before; what is left out comes from the server again. It holds from the next request on, and touches nothing that is stored.',
  tag: 'Accounts',
  right: 'operator',
  params: z.object({ account: z.string() }),
  body: wantedToggles,
  answer: ownToggles,
  errors: ['NoSuchEntity'],
  target: ({ params }) => `profile of account ${params.account}`,
  async handle({ params, body }, { services: { accounts } }) {
    const layer = newLayer(body.profile, body.toggles)
    const { id } = await accounts.find(params.account)
    return showOwn(await accounts.configure(id, () => layer))
  },
})
