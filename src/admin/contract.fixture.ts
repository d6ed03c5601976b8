/** The API's contract, docs/openapi.json: whether an answer is what it says. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'
import { operations } from './operations.generated.ts'

export interface Described {
  readonly operationId: string
  readonly responses: Readonly<Record<string, unknown>>
}

export interface Contract {
  readonly openapi: string
  readonly info: Readonly<Record<string, unknown>>
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export const contract = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8'),
) as Contract

const ajv = new Ajv2020({ strict: false, allErrors: true })
ajvFormats.default(ajv)
ajv.addSchema(contract, 'contract')

/** JSON pointers (RFC 6901) within a URI. */
const pointer = (...names: readonly string[]): string =>
  names.map((name) => `/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')

const validators = new Map<string, ValidateFunction>()

function validator(at: string): ValidateFunction {
  let found = validators.get(at)
  if (found === undefined) validators.set(at, (found = ajv.compile({ $ref: `contract#${at}` })))
  return found
}

/** What every operation may answer with beside what it declares. */
const common: readonly string[] = [
  ...['InvalidArgument', 'InvalidRequest', 'InvalidURI', 'ServiceUnavailable'],
  ...['UnsupportedMediaType', 'MaxMessageLengthExceeded', 'Unauthorized', 'AccessDenied'],
]

export interface Answered {
  readonly status: number
  readonly contentType: string | undefined
  readonly body: unknown
}

/** `name` is undefined where the request is for no operation. */
export function assertContract(name: string | undefined, { status, contentType, body }: Answered): void {
  const told = `${name ?? 'no operation'} answered ${status}: ${JSON.stringify(body).slice(0, 2000)}`
  const operation = name === undefined ? undefined : operations.get(name)
  const succeeds = status < 400
  if (succeeds) {
    assert(operation !== undefined && status === operation.status, told)
    assert.equal(contentType, 'application/json', told)
    const { path, method } = operation
    const at = pointer('paths', path, method.toLowerCase(), 'responses', String(status), 'content', contentType)
    assertValid(`${at}/schema`, body, told)
    return
  }
  assert.equal(contentType, 'application/problem+json', told)
  assertValid('/components/schemas/Problem', body, told)
  const { code } = (body as { error: { code: string } }).error
  if (operation !== undefined) assert([...common, ...operation.errors].includes(code), `not declared: ${told}`)
}

function assertValid(at: string, body: unknown, told: string): void {
  const validate = validator(at)
  assert(validate(body), `${ajv.errorsText(validate.errors)}: ${told}`)
}
