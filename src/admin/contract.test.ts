import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'
import { assertContract, contract } from './contract.fixture.ts'
import { examples, rightful } from './examples.fixture.ts'
import { openapi } from './openapi.ts'
import { operations } from './operations.generated.ts'
import { makeManagement } from './test-bed.ts'

type Json = Readonly<Record<string, unknown>>

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly schema: Json
}

/** As the document has it. */
interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly security: readonly Json[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: Json }
  readonly responses: Readonly<Record<string, Json>>
}

const described = Object.entries(contract.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...(operation as unknown as Operation) })),
)

/** Every object in it, and where it is. */
function* objectsIn(value: unknown, at = '#'): Generator<readonly [at: string, object: Json]> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [at, value as Json]
  for (const [name, member] of Object.entries(value)) yield* objectsIn(member, `${at}/${name}`)
}

// Each answer is held against the contract where it is given.
for (const name of operations.keys()) {
  test(`${name} answers success as the contract says`, async () => {
    const bed = await makeManagement()
    const { line, body, raw } = await examples[name]!(bed)
    const sent = { as: rightful[name] ?? 'owner', body, ...(raw !== undefined && { raw }) }
    const { served } = await bed.done(line, sent)
    assert.equal(served?.operation, name)
  })
}

test('there are no examples but of operations', () => {
  assert.deepEqual(
    [...Object.keys(examples), ...Object.keys(rightful)].filter((name) => !operations.has(name)),
    [],
  )
})

test('answers that are otherwise are noticed', () => {
  const answer = { status: 200, contentType: 'application/json' }
  const problem = {
    ...{ type: 'about:blank', title: 'AccessDenied', detail: 'No.', status: 'error', request_id: '1' },
    error: { code: 'AccessDenied', message: 'No.' },
  }
  const refusal = { status: 403, contentType: 'application/problem+json', body: problem }
  assertContract('DeleteBucket', { ...answer, body: { status: 'ok' } })
  assertContract('DeleteBucket', refusal)
  for (const [name, answered] of [
    ['DeleteBucket', { ...answer, body: {} }],
    ['DeleteBucket', { ...answer, body: { status: 'ok', more: 1 } }],
    ['DeleteBucket', { ...answer, status: 201, body: { status: 'ok' } }],
    ['DeleteBucket', { ...answer, contentType: 'text/plain', body: { status: 'ok' } }],
    ['DeleteBucket', { ...refusal, body: { ...problem, error: { code: 'NoSuchTagSet', message: '' } } }],
    ['DeleteBucket', { ...refusal, body: { ...problem, status: 403 } }],
    [undefined, { ...answer, body: { status: 'ok' } }],
  ] as const) {
    assert.throws(() => assertContract(name, answered), assert.AssertionError)
  }
})

test('what is served is what is documented', async () => {
  const { send } = await makeManagement()
  const { json } = await send('GET /v1/openapi.json', { as: 'nobody' })
  assert.deepEqual(json, contract)
  assert.deepEqual(JSON.parse(JSON.stringify(openapi(String(contract.info['version'])))), contract)
})

test('it describes all operations and no other', () => {
  assert.deepEqual(described.map(({ operationId }) => operationId).toSorted(), [...operations.keys()].toSorted())
  for (const { operationId, path, method } of described) {
    const operation = operations.get(operationId)!
    assert.deepEqual([path, method], [operation.path, operation.method.toLowerCase()])
  }
})

test('it is OpenAPI 3.1 in structure', () => {
  assert.match(contract.openapi, /^3\.1\.\d$/)
  assert.equal(typeof contract.info['title'], 'string')
  const securitySchemes = Object.keys(contract.components['securitySchemes']!)
  const tags = (contract as unknown as { tags: readonly { name: string }[] }).tags.map(({ name }) => name)
  for (const { operationId, path, method, parameters = [], ...operation } of described) {
    assert(path.startsWith('/v1/') && !path.endsWith('/'), path)
    assert(['get', 'put', 'post', 'patch', 'delete'].includes(method), operationId)
    assert(operation.summary.length > 0, operationId)
    assert(operation.tags.length === 1 && tags.includes(operation.tags[0]!), operationId)
    for (const names of operation.security) {
      for (const name of Object.keys(names)) assert(securitySchemes.includes(name), `${operationId}: ${name}`)
    }
    // 4.8.8.2: each template has a parameter, each parameter of a path a template.
    const templates = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
    const inPath = parameters.filter((parameter) => parameter.in === 'path')
    assert.deepEqual(
      inPath.map(({ name }) => name).toSorted((a, b) => a.localeCompare(b)),
      templates.toSorted((a, b) => a.localeCompare(b)),
      operationId,
    )
    assert(
      inPath.every(({ required }) => required),
      operationId,
    )
    const named = parameters.map((parameter) => `${parameter.in} ${parameter.name}`)
    assert.equal(new Set(named).size, named.length, operationId)
    // 4.8.10: there, a body has no meaning.
    if (method === 'get' || method === 'delete') assert.equal(operation.requestBody, undefined, operationId)
    assert.deepEqual(Object.keys(operation.responses).length, 2, operationId)
    for (const response of Object.values(operation.responses)) {
      assert('$ref' in response || typeof response['description'] === 'string', operationId)
    }
  }
})

test('its references lead somewhere, and all that is named is used', () => {
  const used = new Set<string>()
  for (const [at, { $ref }] of objectsIn(contract)) {
    if (typeof $ref !== 'string') continue
    const [, kind = '', name = ''] = /^#\/components\/(\w+)\/(\w+)$/.exec($ref) ?? []
    assert(contract.components[kind]?.[name] !== undefined, `${at} refers to ${$ref}`)
    used.add(`${kind}/${name}`)
  }
  for (const kind of ['schemas', 'responses']) {
    for (const name of Object.keys(contract.components[kind]!)) assert(used.has(`${kind}/${name}`), `${kind}/${name}`)
  }
})

test('its schemas are JSON Schema of 2020-12, without unknown words', () => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
  ajvFormats.default(ajv)
  const schemas = JSON.parse(
    JSON.stringify(contract.components['schemas']).replaceAll('"#/components/schemas/', '"#/$defs/'),
  ) as Json
  for (const name of Object.keys(schemas)) ajv.compile({ $defs: schemas, $ref: `#/$defs/${name}` })
  for (const [at, object] of objectsIn(contract.paths)) {
    if (!at.endsWith('/schema')) continue
    const schema = JSON.parse(JSON.stringify(object).replaceAll('"#/components/schemas/', '"#/$defs/')) as Json
    assert.doesNotThrow(() => ajv.compile({ $defs: schemas, allOf: [schema] }), at)
  }
})

test('nothing that is long is written twice in it', () => {
  const seen = new Map<string, string>()
  for (const [at, object] of objectsIn(contract.paths)) {
    const text = JSON.stringify(object)
    if (text.length < 600) continue
    assert.equal(seen.get(text), undefined, `${at} is as ${seen.get(text)}: give it a name`)
    seen.set(text, at)
  }
})

test('no answer of a list or of one thing has a member that only its making shows', () => {
  const onceOnly = ['secret_access_key', 'private_key', 'api_key']
  const makers = new Set(['NewAccessKey', 'NewSigningKey', 'NewApiKey'])
  for (const [name, schema] of Object.entries(contract.components['schemas']!)) {
    const properties = Object.keys((schema as { properties?: object }).properties ?? {})
    assert.equal(
      properties.some((property) => onceOnly.includes(property)),
      makers.has(name),
      name,
    )
  }
  for (const { operationId, responses } of described) {
    const refers = [...makers].some((name) => JSON.stringify(responses).includes(`schemas/${name}"`))
    const expected = ['CreateAccessKey', 'RegenerateAccessKey', 'CreateSigningKey', 'CreateApiKey']
    assert.equal(refers, expected.includes(operationId), operationId)
  }
})
