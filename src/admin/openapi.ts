/**
 * The OpenAPI 3.1 document of the management API (https://spec.openapis.org/oas/v3.1.0), made of what the operations declare. Schemas that have a
 * name stand among the components, once.
 */
import { z } from 'zod'
import type { ManagementOperation } from './operation.ts'
import { operations } from './operations.generated.ts'

type Json = Readonly<Record<string, unknown>>

const documents = new Map<string, Json>()

/** The document, for a version of the program; made once. */
export function openapi(version: string): Json {
  let document = documents.get(version)
  if (document === undefined) documents.set(version, (document = make(version)))
  return document
}

function make(version: string): Json {
  const schemas = new Schemas()
  const paths: Record<string, Record<string, Json>> = {}
  for (const [name, operation] of operations) {
    const path = (paths[operation.path] ??= {})
    path[operation.method.toLowerCase()] = describe(name, operation, schemas)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'entrepot management API',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description:
        'Accounts, access keys, buckets, signing keys and domains. Get a bearer token with `POST /v1/access_token/{api_key}`, and send it as `Authorization: Bearer <token>`. Every operation may also answer with InvalidArgument, InvalidRequest, InvalidURI and ServiceUnavailable; those that take a body with UnsupportedMediaType and MaxMessageLengthExceeded; those that need a sign-in with Unauthorized and AccessDenied.',
    },
    servers: [{ url: '/' }],
    tags: [...new Set([...operations.values()].map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: problem, ...schemas.named() },
      responses: {
        Problem: {
          description: 'Refused or failed.',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-entrepot-session' },
        csrf: { type: 'apiKey', in: 'header', name: 'x-csrf-token' },
      },
    },
  }
}

function describe(name: string, operation: ManagementOperation, schemas: Schemas): Json {
  const { summary, description, tag, right, params, query, body, status, answer, errors, method } = operation
  // A page of another site can send the cookie along, but not the header.
  const session = method === 'GET' ? { session: [] } : { session: [], csrf: [] }
  const parameters = [...schemas.parameters('path', params), ...schemas.parameters('query', query)]
  return {
    operationId: name,
    summary,
    ...(description !== undefined && { description }),
    tags: [tag],
    security: right === 'anyone' ? [] : [{ bearer: [] }, session],
    'x-right': right,
    ...(parameters.length > 0 && { parameters }),
    ...(body === 'bytes' && {
      requestBody: { required: true, content: { '*/*': { schema: { type: 'string', format: 'binary' } } } },
    }),
    ...(typeof body === 'object' && {
      requestBody: {
        required: !body.safeParse({}).success,
        content: { 'application/json': { schema: schemas.of(body, 'input') } },
      },
    }),
    responses: {
      [status]: { description: 'Done.', content: { 'application/json': { schema: schemas.of(answer, 'output') } } },
      default: {
        $ref: '#/components/responses/Problem',
        ...(errors.length > 0 && { description: `Refused or failed: ${errors.join(', ')}.` }),
      },
    },
  }
}

/** What Zod declares, in JSON Schema; what has a name is gathered. */
class Schemas {
  readonly #named = new Map<string, Json>()

  of(type: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, $defs = {}, ...schema } = z.toJSONSchema(type, { target: 'draft-2020-12', io, override: tidy })
    for (const [name, definition] of Object.entries($defs)) this.#named.set(name, relocated(definition))
    return relocated(schema)
  }

  parameters(place: 'path' | 'query', shape: z.ZodObject | undefined): Json[] {
    if (shape === undefined) return []
    const { properties = {}, required = [] } = this.of(shape, 'input') as {
      properties?: Record<string, Json>
      required?: string[]
    }
    return Object.entries(properties).map(([name, schema]) => ({
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      schema,
    }))
  }

  /** By name. */
  named(): Json {
    return Object.fromEntries([...this.#named].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }
}

/** That a whole number is one that JavaScript can count to goes without saying. */
function tidy({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
}

/** Zod's references, as OpenAPI's. */
const relocated = (schema: Json): Json =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/')) as Json

const text = { type: 'string' }
const problem: Json = {
  description: 'RFC 9457, but that `status` is as the vendors have it.',
  type: 'object',
  required: ['type', 'title', 'detail', 'status', 'error', 'request_id'],
  additionalProperties: false,
  properties: {
    type: text,
    title: { ...text, description: "The error's code." },
    detail: text,
    status: { const: 'error' },
    error: {
      type: 'object',
      required: ['code', 'message'],
      additionalProperties: false,
      properties: { code: text, message: text, details: { type: 'object', additionalProperties: text } },
    },
    request_id: text,
  },
}
