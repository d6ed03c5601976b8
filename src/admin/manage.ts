/** The management API without HTTP: for the command line, which acts as the operator, for any account. */
import { ApiError } from '../base/errors.ts'
import { firstAccountId } from '../access/first-account.ts'
import { operatorOf } from './authenticate.ts'
import { checkInput } from './input.ts'
import { operations } from './operations.generated.ts'
import { performOperation } from './perform.ts'
import type { ManagementServices } from './services.ts'

export interface ManageOrder {
  /** `CreateSigningKey`. */
  readonly operation: string
  /** Name or id of the account to act as; the first unless given. */
  readonly account?: string | undefined
  /** JSON: `{params, query, body}`, each where the operation takes it. */
  readonly input: string
}

/** The operation's answer. Throws ApiError. */
export async function manage(
  { operation: name, account, input: text }: ManageOrder,
  services: ManagementServices,
): Promise<object> {
  const operation = operations.get(name)
  if (operation === undefined)
    throw new ApiError('InvalidRequest', `This server knows no operation ${JSON.stringify(name)}.`)
  if (operation.body === 'bytes')
    throw new ApiError('InvalidRequest', `${JSON.stringify(name)} takes bytes: send them over HTTP.`)
  const { params = {}, query = {}, body = {} } = parse(text)
  const idOrName = account ?? (await firstAccountId(services.metadata))
  if (idOrName === undefined) {
    throw new ApiError('NoSuchEntity', 'There is no first account yet: start the server once, or name an account.')
  }
  const principal = operatorOf(await services.accounts.find(idOrName))
  const request = {
    id: '',
    remoteAddress: '',
    secure: true,
    userAgent: 'entrepot',
    host: '',
    origin: undefined,
    signal: new AbortController().signal,
    found: () => undefined,
  }
  const context = { principal, services, headers: [], request }
  return (await performOperation(name, operation, checkInput(operation, { params, query, body }), context)) as object
}

function parse(text: string): { readonly params?: unknown; readonly query?: unknown; readonly body?: unknown } {
  try {
    const input: unknown = JSON.parse(text)
    if (typeof input === 'object' && input !== null) return input
  } catch {
    // Told below.
  }
  throw new ApiError('InvalidRequest', 'The input is no JSON object.')
}
