/** Method and path → operation. */
import { ApiError } from '../base/errors.ts'
import type { ManagementOperation } from './operation.ts'

export interface Routed {
  readonly name: string
  readonly operation: ManagementOperation
  /** Of the path's templates, percent-decoded once. */
  readonly params: Readonly<Record<string, string>>
}

interface Route {
  readonly name: string
  readonly operation: ManagementOperation
  readonly segments: readonly string[]
}

/**
 * Makes the function that finds the operation of a request; a segment that is written out wins over a template. Throws NoSuchEntity where nothing
 * stands at the path, MethodNotAllowed where something does, InvalidURI for a broken escape.
 */
export function createManagementRouter(
  operations: ReadonlyMap<string, ManagementOperation>,
): (method: string, path: string) => Routed {
  const routes = [...operations]
    .map(([name, operation]): Route => ({ name, operation, segments: operation.path.split('/') }))
    .toSorted((a, b) => templates(a) - templates(b))
  return (method, path) => {
    const segments = path.split('/')
    const there = routes.filter((route) => fits(route, segments))
    const found = there.find(({ operation }) => operation.method === method)
    if (found !== undefined) return { ...found, params: paramsOf(found, segments) }
    if (there.length === 0) throw new ApiError('NoSuchEntity', 'There is nothing at this path. See /v1/openapi.json.')
    const methods = new Set<string>(there.map(({ operation }) => operation.method))
    if (methods.has('GET')) methods.add('HEAD')
    const allowed = [...methods].join(', ')
    throw new ApiError('MethodNotAllowed', `Use ${allowed} here.`, { headers: { allow: allowed } })
  }
}

const isTemplate = (segment: string): boolean => segment.startsWith('{')

const templates = ({ segments }: Route): number => segments.filter(isTemplate).length

const fits = (route: Route, segments: readonly string[]): boolean =>
  route.segments.length === segments.length &&
  route.segments.every((segment, index) => (isTemplate(segment) ? segments[index] !== '' : segment === segments[index]))

function paramsOf(route: Route, segments: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {}
  for (const [index, segment] of route.segments.entries()) {
    if (isTemplate(segment)) params[segment.slice(1, -1)] = decode(segments[index]!)
  }
  return params
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw new ApiError('InvalidURI', undefined, { cause })
  }
}
