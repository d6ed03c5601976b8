/**
 * Finds the operation that a request names. S3 tells its operations apart by method, by level, by query parameters and, for copies, by a
 * header; all of that is in the shapes, so there is no table to keep in order: the operation with the most matching marks wins. All
 * operations of S3 are known, served or not, and so are sub-resources that S3 or its kin have and the model does not: a request for one
 * that is not served is never taken for another operation, which might overwrite or delete.
 */
import { ApiError } from '../base/errors.ts'
import { Query } from '../http/query.ts'
import type { WireRequest } from './codec.ts'
import { unserved } from './model.generated.ts'
import type { Unserved } from './model.generated.ts'
import type { Operation } from './operation.ts'
import type { Level, Shape } from './shape.ts'

type RoutedRequest = Pick<WireRequest, 'method' | 'bucket' | 'key' | 'query' | 'headers'>

/** The operation. Throws NotImplemented, naming it, for one that is not served, and MethodNotAllowed for a method that the level has not. */
export type Router = (request: RoutedRequest) => Operation

interface Route {
  readonly name: string
  readonly method: string
  readonly level: Level
  readonly operation: Operation | undefined
  /** Query parameters that must be there; with that value, unless it is ''. */
  readonly literals: readonly (readonly [name: string, value: string])[]
  /** Required parameters, of which one is enough to tell: that the others are missing is then an error, not another operation. */
  readonly queries: readonly string[]
  /** Required headers, where nothing else tells. */
  readonly headers: readonly string[]
  /** Every query parameter that the operation knows. */
  readonly declared: ReadonlySet<string>
}

/** The operations of a method at a level. */
interface Table {
  /** Those that no query parameter tells: those that headers tell, before the one that nothing tells. */
  readonly bare: readonly Route[]
  /** The others, by the names of the query parameters that can tell them. */
  readonly byParameter: ReadonlyMap<string, readonly Route[]>
}

/**
 * Sub-resources of S3's relatives and of its past, which its model lacks; and what as a header makes another operation of a request, but is
 * not taken from the query, where not every signature covers it.
 */
const foreignSubresources =
  'append cdn compliance compose customdomain events fetch force_delete lambda-arn object-lambda position quota rename replication-metrics ' +
  'replication-reset select select-type symlink torrent undelete usage website zip x-amz-copy-source X-Amz-Copy-Source'

export function createRouter(operations: readonly Operation[]): Router {
  const routes = withTellingHeaders([...operations.map(routeOfOperation), ...unserved.map(routeOfUnserved)])
  const tables = {
    service: tablesOf(routes, 'service'),
    bucket: tablesOf(routes, 'bucket'),
    object: tablesOf(routes, 'object'),
  }
  const subresources = subresourcesOf(routes)
  return (request) => {
    const level = request.key !== undefined ? 'object' : request.bucket !== undefined ? 'bucket' : 'service'
    const table = tables[level].get(request.method)
    const best = table === undefined ? undefined : mostSpecific(table, request)
    if (best !== undefined && best.operation === undefined) throw notImplemented(best.name)
    refuseUnknown(request, best, subresources)
    if (best?.operation !== undefined) return best.operation
    if (request.method === 'POST' && level === 'bucket') throw postFault(request)
    if (request.method === 'MOVE' && level === 'bucket') throw notImplemented('MoveBucket')
    throw new ApiError('MethodNotAllowed', undefined, {
      details: { Method: request.method, ResourceType: level.toUpperCase() },
      headers: { Allow: [...tables[level].keys()].join(', ') },
    })
  }
}

function subresourcesOf(routes: readonly Route[]): ReadonlySet<string> {
  const names = new Set(routes.flatMap(({ literals, queries }) => [...literals.map(([name]) => name), ...queries]))
  // Not sub-resources: SDKs add the operation's name to any request, and an id means nothing alone.
  for (const name of ['x-id', 'id']) names.delete(name)
  return new Set([...names, ...foreignSubresources.split(' '), 'versionId'])
}

function routeOfOperation(operation: Operation): Route {
  const { shape } = operation
  const required = Object.values(shape.input).filter((binding) => binding.required)
  const at = (location: string): string[] =>
    required.flatMap((binding) =>
      binding.location === location && binding.wireName !== undefined ? [binding.wireName] : [],
    )
  return {
    name: shape.name,
    method: shape.method,
    level: shape.level,
    operation,
    ...marksOf(shape, at('query')),
    headers: at('header'),
    declared: declaredBy(shape),
  }
}

const routeOfUnserved = ({ headers, ...refused }: Unserved): Route => ({
  name: refused.name,
  method: refused.method,
  level: refused.level,
  operation: undefined,
  ...marksOf(refused, refused.queries),
  headers,
  declared: new Set(),
})

const marksOf = (
  { query }: { readonly query: string },
  queries: readonly string[],
): Pick<Route, 'literals' | 'queries'> => ({
  literals: Query.parse(query).parameters,
  queries,
})

function declaredBy(shape: Shape): ReadonlySet<string> {
  const members = Object.values(shape.input).filter(({ location }) => location === 'query')
  return new Set([
    ...Query.parse(shape.query).parameters.map(([name]) => name),
    ...members.map(({ wireName = '' }) => wireName),
  ])
}

/** A required header is a mark only where the query leaves two operations alike, or tells nothing: elsewhere its absence is an error. */
function withTellingHeaders(routes: readonly Route[]): Route[] {
  const places = Map.groupBy(routes, ({ method, level, literals, queries }) =>
    JSON.stringify([method, level, literals, queries]),
  )
  return [...places.values()].flatMap((inPlace) => {
    const [{ literals, queries }] = inPlace as [Route, ...Route[]]
    const tells = inPlace.length > 1 || (literals.length === 0 && queries.length === 0)
    return tells ? inPlace : inPlace.map((route) => ({ ...route, headers: [] }))
  })
}

/** The level's tables by method. */
function tablesOf(routes: readonly Route[], level: Level): ReadonlyMap<string, Table> {
  const tables = new Map<string, Table>()
  for (const [method, ofMethod] of Map.groupBy(
    routes.filter((route) => route.level === level),
    (route) => route.method,
  )) {
    const byParameter = new Map<string, Route[]>()
    for (const route of ofMethod) {
      // A literal must be there in any case; of several required parameters one is enough.
      const names = route.literals.length > 0 ? [route.literals[0]![0]] : route.queries
      for (const name of names) byParameter.set(name, [...(byParameter.get(name) ?? []), route])
    }
    const bare = ofMethod.filter(({ literals, queries }) => literals.length === 0 && queries.length === 0)
    tables.set(method, { bare: bare.toSorted((a, b) => b.headers.length - a.headers.length), byParameter })
  }
  return tables
}

function mostSpecific({ bare, byParameter }: Table, request: RoutedRequest): Route | undefined {
  let best: Route | undefined
  let most = -1
  for (const route of bare) {
    const score = scoreOf(route, request)
    if (score > most) [best, most] = [route, score]
  }
  for (const [name] of request.query.parameters) {
    for (const route of byParameter.get(name) ?? none) {
      const score = scoreOf(route, request)
      if (score > most) [best, most] = [route, score]
    }
  }
  return best
}

const none: readonly Route[] = []

/** How many of the operation's marks the request bears, literals twice, or -1 if it lacks one that it must bear. */
function scoreOf({ literals, queries, headers }: Route, request: RoutedRequest): number {
  for (const name of headers) if (request.headers[name] === undefined) return -1
  for (const [name, value] of literals) {
    const sent = request.query.get(name)
    if (sent === undefined || (value !== '' && sent !== value)) return -1
  }
  let present = 0
  for (const name of queries) if (request.query.has(name)) present++
  if (queries.length > 0 && present === 0) return -1
  return 2 * literals.length + present + headers.length
}

/** Throws if the query names a sub-resource that the operation found does not know. */
function refuseUnknown({ query }: RoutedRequest, best: Route | undefined, subresources: ReadonlySet<string>): void {
  for (const [name, value] of query.parameters) {
    if (!subresources.has(name) || best?.declared.has(name) === true) continue
    if (best !== undefined && name === 'versionId')
      throw fault(name, value, 'This operation does not accept a version-id.')
    if (best !== undefined && name === 'list-type') throw fault(name, value, 'Invalid List Type specified in Request')
    throw notImplemented(`The sub-resource ${name}`)
  }
}

const fault = (ArgumentName: string, ArgumentValue: string, message: string): ApiError =>
  new ApiError('InvalidArgument', message, { details: { ArgumentName, ArgumentValue } })

const notImplemented = (what: string): ApiError => new ApiError('NotImplemented', `${what} is not implemented.`)

/** A bucket takes a form from a browser, and no other POST. */
function postFault({ headers }: RoutedRequest): ApiError {
  const isForm = headers['content-type']?.toLowerCase().startsWith('multipart/form-data') === true
  if (isForm) return notImplemented('PostObject')
  return new ApiError('PreconditionFailed', undefined, {
    details: { Condition: 'Bucket POST must be of the enclosure-type multipart/form-data' },
  })
}
