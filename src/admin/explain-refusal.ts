/** Why management refused a request: which of its steps failed. Asked for when the request is over. */
import { Denied } from '../access/authorize.ts'
import { decisionOn } from '../access/decision.ts'
import type { ApiError } from '../base/errors.ts'
import { checksTo, type Explanation } from '../http/refused.ts'
import type { ManagementOperation } from './operation.ts'
import type { Principal } from './principal.ts'

export interface Reached {
  operation: ManagementOperation | undefined
  principal: Principal | undefined
}

const checks = ['operation', 'sign-in', 'csrf token', 'right', 'input', 'performance'] as const

export function explainRefusal(error: ApiError, reached: Reached): Explanation {
  const [name, advice] = failed(error, reached)
  const { principal, operation } = reached
  // People put keys of all kinds into paths: only what it is a path of is told.
  const path = operation?.path ?? ''
  const told = { path, differences: differencesOf(error, reached), advice: advice === '' ? [] : [{ text: advice }] }
  if (!(error instanceof Denied)) return { checks: checksTo(checks, { name, detail: error.message }), ...told }
  const { because } = decisionOn(error.question)
  const only = error.question.ownerId ?? principal?.account.id
  const detail = `${operation?.summary ?? ''}: it asks for ${error.question.action} on ${error.question.resource}. ${because}`
  return { checks: checksTo(checks, { name, detail, only }), ...told }
}

function failed(error: ApiError, { operation, principal }: Reached): readonly [(typeof checks)[number], string] {
  if (operation === undefined) return ['operation', 'See /v1/openapi.json for what there is.']
  if (error.code === 'Unauthorized')
    return [
      'sign-in',
      'Get an access token with POST /v1/access_token/<api key>, or sign in again with POST /v1/session.',
    ]
  if (error.code === 'AccessDenied' && isForgery(error))
    return ['csrf token', 'Send the csrf_token of the session as x-csrf-token, from a page of this server.']
  if (error.code === 'AccessDenied' && operation.right !== 'anyone' && principal?.rights.has(operation.right) === false)
    return [
      'right',
      `An owner of the account can give the user, or the API key, a role with the right ${operation.right}.`,
    ]
  if (inputFaults.has(error.code)) return ['input', '']
  return ['performance', error instanceof Denied ? 'Change the policy that decides it.' : '']
}

const inputFaults: ReadonlySet<string> = new Set([
  'InvalidArgument',
  'InvalidRequest',
  'UnsupportedMediaType',
  'MaxMessageLengthExceeded',
  'InvalidURI',
])

const isForgery = ({ message }: ApiError): boolean => message.includes('x-csrf-token')

function differencesOf(error: ApiError, { operation, principal }: Reached): Explanation['differences'] {
  if (
    error.code !== 'AccessDenied' ||
    operation === undefined ||
    principal === undefined ||
    operation.right === 'anyone'
  )
    return []
  if (principal.rights.has(operation.right)) return []
  return [
    {
      name: 'right',
      sent: `those of the role ${principal.role}: ${[...principal.rights].join(', ')}`,
      expected: operation.right,
    },
  ]
}
