import { z } from 'zod'
import { managedUser } from '../account.ts'
import { operation } from '../operation.ts'
import { done, ok, password } from '../schemas.ts'

export default operation({
  method: 'PUT',
  path: '/v1/users/{user}/password',
  summary: "Set a user's password",
  description: 'The user is signed out everywhere. To change your own, use `/v1/me/password`.',
  tag: 'Users',
  right: 'iam',
  params: z.object({ user: z.string() }),
  body: z.object({ password }),
  answer: done,
  errors: ['NoSuchEntity', 'AccessDenied', 'SlowDown'],
  target: ({ params }) => `password of user ${params.user}`,
  async handle({ params, body }, { principal, services }) {
    const { id } = await managedUser(params.user, principal, services)
    await services.passwords.set(id, body.password.reveal())
    return ok
  },
})
