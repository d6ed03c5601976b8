import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import { managedUser } from '../account.ts'
import { operation } from '../operation.ts'
import { showTime, timestamp } from '../schemas.ts'

export default operation({
  method: 'POST',
  path: '/v1/sign-in-links',
  summary: 'Make a link by which a user sets a password',
  description:
    'It works once, for 24 hours, and the one before it ends. Until it is used, the password that there is stays. Without a user, for operators: the link that makes the first owner, as long as there is none who can sign in.',
  tag: 'Users',
  right: 'iam',
  body: z.object({ user: z.string().optional() }),
  status: 201,
  answer: z.strictObject({
    url: z.string().meta({ description: 'What opens it stands behind the `#`, which no browser sends to a server.' }),
    expires: timestamp,
  }),
  errors: ['NoSuchEntity', 'AccessDenied', 'InvalidRequest', 'LimitExceeded'],
  target: ({ body }) => (body.user === undefined ? 'first sign-in link' : `sign-in link of user ${body.user}`),
  async handle({ body }, { principal, services }) {
    const { setupLinks, origins } = services
    if (body.user === undefined && !principal.rights.has('operator'))
      throw new ApiError('AccessDenied', 'Only operators have to do with the first owner. Name a user.')
    const { token, expiresAt } =
      body.user === undefined
        ? await setupLinks.createFirst()
        : await setupLinks.createFor(await managedUser(body.user, principal, services))
    return { url: setupUrl(origins.management(), token.reveal()), expires: showTime(expiresAt) }
  },
})

const setupUrl = (managementUrl: string, token: string): string => `${managementUrl}/#/setup?token=${token}`
