import { z } from 'zod'
import { accessKey, managesAllKeys, showUsedKey, userNameOf } from '../access-key.ts'
import { operation } from '../operation.ts'
import { next, page } from '../schemas.ts'

export default operation({
  method: 'GET',
  path: '/v1/access-keys',
  summary: 'List access keys',
  description:
    "With their last use, some seconds behind. Owners and administrators see all of the account's, others their own. Secrets are never shown again.",
  tag: 'Access keys',
  right: 'keys',
  query: page,
  answer: z.strictObject({ access_keys: z.array(accessKey), next }),
  async handle({ query: { limit, after } }, { principal, services }) {
    const userId = managesAllKeys(principal) ? undefined : principal.user?.id
    const options = { accountId: principal.account.id, userId, after, limit: limit + 1 }
    // An API key that is no user's and no owner's has no keys of its own.
    const keys = userId === undefined && !managesAllKeys(principal) ? [] : await services.accessKeys.listPage(options)
    const shown = keys.slice(0, limit)
    const uses = await services.accessKeys.lastUse(shown.map(({ accessKeyId }) => accessKeyId))
    const access_keys = []
    for (const key of shown)
      access_keys.push(showUsedKey(key, await userNameOf(key, services), uses.get(key.accessKeyId)))
    return { access_keys, next: keys.length > limit ? shown.at(-1)!.accessKeyId : null }
  },
})
