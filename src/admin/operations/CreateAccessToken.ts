import { z } from 'zod'
import { operation } from '../operation.ts'
import { unauthorized } from '../authenticate.ts'

export default operation({
  method: 'POST',
  path: '/v1/access_token/{api_key}',
  summary: 'Get an access token for an API key',
  description:
    'The token is good for 24 hours, as long as its API key is there. Ask for it on a server, never in an app that you give away: whoever has the API key has the account.',
  tag: 'Access tokens',
  right: 'anyone',
  unaudited: 'It changes nothing, and programs do it all day.',
  params: z.object({ api_key: z.string().max(512) }),
  answer: z.strictObject({ access_token: z.string() }),
  errors: ['Unauthorized'],
  async handle({ params }, { services }) {
    const apiKey = await services.apiKeys.verify(params.api_key)
    if (apiKey === undefined) throw unauthorized('There is no such API key. It may have been revoked.')
    return { access_token: await services.accessTokens.issue(apiKey) }
  },
})
