/** Who sent a request to the management API: by a bearer token, or by the console's session. */
import type { Account } from '../access/accounts.ts'
import { firstAccountId } from '../access/first-account.ts'
import { userKey } from '../access/records.ts'
import { rightsOf } from '../access/rights.ts'
import { roles, type Role } from '../access/roles.ts'
import type { Session } from '../access/sessions.ts'
import { policiesOf, type User } from '../access/users.ts'
import { ApiError } from '../base/errors.ts'
import type { HttpRequest } from '../http/message.ts'
import type { Principal } from './principal.ts'
import type { ManagementServices } from './services.ts'
import { sessionTokenOf } from './session-cookie.ts'

/** What may change nothing, so that another site's page can do no harm by it. */
const safeMethods: readonly string[] = ['GET', 'HEAD']

/** Undefined where nobody signed in. Throws Unauthorized for a token or session that does not hold, AccessDenied for a forged request. */
export async function authenticate(request: HttpRequest, services: ManagementServices): Promise<Principal | undefined> {
  const { authorization } = request.headers
  if (authorization !== undefined) return byToken(authorization, services)
  const token = sessionTokenOf(request)
  return token === undefined ? undefined : bySession(token, request, services)
}

async function byToken(authorization: string, services: ManagementServices): Promise<Principal> {
  const [, token] = /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization) ?? []
  if (token === undefined) throw unauthorized('The Authorization header must be `Bearer`, then an access token.')
  const apiKey = await services.accessTokens.verify(token)
  if (apiKey === undefined) {
    throw unauthorized(
      'The access token is not valid, has expired, or its API key was revoked. Get one with POST /v1/access_token/<api key>.',
    )
  }
  const account = await services.accounts.get(apiKey.accountId)
  if (account === undefined) throw unauthorized('The account is gone.')
  const user = apiKey.userId === undefined ? undefined : await services.accounts.users.get(apiKey.userId)
  if (apiKey.userId !== undefined && user === undefined) throw unauthorized('The user is gone.')
  return principalOf(account, user, apiKey.role, { kind: 'api key', id: apiKey.id }, services)
}

async function bySession(token: string, request: HttpRequest, services: ManagementServices): Promise<Principal> {
  const session = await services.sessions.find(token)
  if (session === undefined) throw unauthorized('The session has ended. Sign in again.')
  if (!safeMethods.includes(request.method))
    refuseForged(request, services.sessions.checkCsrf(session, request.headers['x-csrf-token'] ?? ''))
  return principalOfSession(session, services)
}

/** Whose session it is, as they are now. Throws Unauthorized where they are gone. */
export async function principalOfSession(session: Session, services: ManagementServices): Promise<Principal> {
  const user = await services.accounts.users.get(session.userId)
  const account = user && (await services.accounts.get(user.accountId))
  if (user === undefined || account === undefined) throw unauthorized('The user is gone.')
  const principal = await principalOf(account, user, user.role, { kind: 'session', id: session.id }, services)
  return { ...principal, session }
}

/** A page of another site can send the cookie along, but cannot know the session's CSRF token (OWASP, "Cross-Site Request Forgery Prevention"). */
function refuseForged({ headers }: HttpRequest, tokenFits: boolean): void {
  const site = headers['sec-fetch-site']
  if (tokenFits && (site === undefined || site === 'same-origin' || site === 'none')) return
  throw new ApiError('AccessDenied', 'The request has no x-csrf-token of this session, or comes from another site.')
}

/** `role` is the API key's, where it is the account's own. */
async function principalOf(
  account: Account,
  user: User | undefined,
  role: Role,
  via: Principal['via'],
  services: ManagementServices,
): Promise<Principal> {
  const inForce = user?.role ?? role
  return {
    account,
    user: user && { id: user.id, name: user.name },
    role: inForce,
    rights: rightsOf(inForce, { operator: (await firstAccountId(services.metadata)) === account.id }),
    identity: await identityOf(account, user, services, inForce),
    via,
  }
}

/** What an access key of the same would be to S3. */
async function identityOf(
  account: Account,
  user: User | undefined,
  { metadata }: ManagementServices,
  role: Role,
): Promise<Principal['identity']> {
  const identity = { accessKeyId: '', accountId: account.id }
  if (user !== undefined) {
    const record = await metadata.get(userKey(user.id))
    if (record === undefined) throw unauthorized('The user is gone.')
    const { accountId: _, ...rest } = policiesOf(record)
    return { ...identity, user: rest }
  }
  // An API key with less than its account's rights has them in S3 no more than elsewhere.
  return role === 'owner' ? identity : { ...identity, user: { id: '', name: role, policies: [roles[role]] } }
}

/** The operator, on this machine, as the account itself. */
export const operatorOf = (account: Account): Principal => ({
  account,
  user: undefined,
  role: 'owner',
  rights: rightsOf('owner', { operator: true }),
  identity: { accessKeyId: '', accountId: account.id },
  via: { kind: 'operator', id: '' },
})

export const unauthorized = (message: string): ApiError => new ApiError('Unauthorized', message)
