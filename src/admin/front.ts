/** The steps of a request to the management API, in order: route, authenticate, permit, read, write down, handle, encode. */
import type { HttpRequest, HttpResponse, Served } from '../http/message.ts'
import { ApiError } from '../base/errors.ts'
import { authenticate } from './authenticate.ts'
import { readInput } from './input.ts'
import { explainRefusal, type Reached } from './explain-refusal.ts'
import { operations } from './operations.generated.ts'
import { performOperation, requireRight } from './perform.ts'
import type { Principal } from './principal.ts'
import { problemAnswer } from './problem.ts'
import { sessionTokenOf } from './session-cookie.ts'
import { createManagementRouter } from './router.ts'
import type { ManagementServices } from './services.ts'

export interface ManagementOptions {
  readonly services: ManagementServices
  /** Told of what is no client's fault. */
  onFault(error: unknown, request: HttpRequest): void
}

const route = createManagementRouter(operations)

export function createManagementFront({
  services,
  onFault,
}: ManagementOptions): (request: HttpRequest) => Promise<HttpResponse> {
  async function answer(
    request: HttpRequest,
    reached: Reached,
    tell: (served: Partial<Served>) => void,
  ): Promise<HttpResponse> {
    // A HEAD is a GET whose body stays away.
    const { name, operation, params } = route(request.method === 'HEAD' ? 'GET' : request.method, request.path)
    tell({ operation: name })
    reached.operation = operation
    const principal = operation.right === 'anyone' ? undefined : await authenticate(request, services)
    tell(servedFor(principal))
    reached.principal = principal
    requireRight(operation, principal)
    const input = await readInput(operation, params, request)
    const headers: string[] = []
    const { id, remoteAddress, secure, signal } = request
    const userAgent = request.headers['user-agent'] ?? ''
    const host = request.forwarded.host ?? request.host
    const { origin } = request.headers
    const about = { id, remoteAddress, secure, signal, userAgent, host, origin, found: tell }
    const context = { principal, services, headers, request: about }
    const result = await performOperation(name, operation, input, context)
    return {
      status: operation.status,
      headers: ['content-type', 'application/json', 'cache-control', 'no-store', 'x-request-id', id, ...headers],
      body: JSON.stringify(result),
    }
  }

  return async (request) => {
    let served: Served = { front: 'management', operation: '' }
    const reached: Reached = { operation: undefined, principal: undefined }
    let response: HttpResponse
    try {
      response = await answer(request, reached, (more) => (served = { ...served, ...more }))
    } catch (error) {
      if (error instanceof ApiError) {
        const { status, code, message } = error
        const refused = { status, code, message, explain: () => explainRefusal(error, reached) }
        // Whoever shows nothing to sign in by is only asked to: consoles begin so.
        const isInvitation =
          code === 'Unauthorized' && reached.operation?.right !== 'anyone' && !showsSomething(request)
        served = { ...served, errorCode: code, ...(!isInvitation && { refused }) }
      } else {
        onFault(error, request)
        served = { ...served, errorCode: 'InternalError' }
      }
      response = problemAnswer(error, request.id)
    }
    request.served = served
    response.headers.push('x-content-type-options', 'nosniff')
    return response
  }
}

const showsSomething = (request: HttpRequest): boolean =>
  request.headers.authorization !== undefined || sessionTokenOf(request) !== undefined

const servedFor = (principal: Principal | undefined): Partial<Served> =>
  principal === undefined ? {} : { accountId: principal.account.id, userId: principal.user?.id }
