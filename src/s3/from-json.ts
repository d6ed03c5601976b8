/** JSON, as AWS's command line and SDKs write the input of an operation, → that input: checked member by member against its shape. */
import { ApiError } from '../base/errors.ts'
import type { Infer, Members, Shape, Type } from './shape.ts'

type Json = Readonly<Record<string, unknown>>

/**
 * Throws InvalidArgument, naming the member, for what the shape has not, or has otherwise. The bytes that an operation keeps are no JSON: they are
 * given beside it.
 */
export function inputFromJson({ input }: Shape, json: Json, body?: AsyncIterable<Uint8Array>): Infer<Members> {
  if (body === undefined) return members(input, json, '')
  const kept = Object.entries(input).find(([, { type }]) => type.kind === 'requestBody')
  if (kept === undefined) throw new ApiError('UnexpectedContent')
  return members(input, json, '', { [kept[0]]: body })
}

function members(shape: Members, json: unknown, path: string, given: Json = {}): Json {
  if (!isObject(json)) throw unfit(path, 'an object')
  const result: Record<string, unknown> = { ...given }
  for (const [name, value] of Object.entries(json)) {
    const binding = Object.hasOwn(shape, name) ? shape[name] : undefined
    const at = path === '' ? name : `${path}.${name}`
    if (binding === undefined) throw new ApiError('InvalidArgument', `There is no member ${at}.`)
    if (value !== undefined && value !== null) result[name] = fit(binding.type, value, at)
  }
  for (const [name, { required }] of Object.entries(shape)) {
    if (required && !Object.hasOwn(result, name)) {
      throw new ApiError('InvalidArgument', `The member ${path === '' ? name : `${path}.${name}`} is absent.`)
    }
  }
  return result
}

function fit(type: Type, value: unknown, path: string): unknown {
  switch (type.kind) {
    case 'string':
    case 'etag':
    case 'keyText':
      if (typeof value !== 'string') throw unfit(path, 'a string')
      return value
    case 'number':
      if (!Number.isSafeInteger(value) || (value as number) < 0) throw unfit(path, 'a whole number')
      return value
    case 'boolean':
      if (typeof value !== 'boolean') throw unfit(path, 'true or false')
      return value
    case 'timestamp':
    case 'dateTime':
      return timeOf(value, path)
    case 'stringMap':
      if (!isObject(value) || Object.values(value).some((text) => typeof text !== 'string')) {
        throw unfit(path, 'an object of strings')
      }
      return value
    case 'enumeration':
      if (!type.values.includes(value as string)) throw unfit(path, `one of ${type.values.join(', ')}`)
      return value
    case 'list':
      if (!Array.isArray(value)) throw unfit(path, 'a list')
      if (type.sizeMax !== undefined && value.length > type.sizeMax) throw unfit(path, `at most ${type.sizeMax} items`)
      return value.map((item, index) => fit(type.item, item, `${path}[${index}]`))
    case 'structure':
      return members(type.members, value, path)
    case 'requestBody':
    case 'responseBody':
      throw unfit(path, 'sent through S3 itself')
  }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Milliseconds, of ISO 8601 with a time zone, or a date alone. */
function timeOf(value: unknown, path: string): number {
  const iso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d))?$/
  const time = typeof value === 'string' && iso.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(time)) throw unfit(path, 'a time such as 2030-01-01T00:00:00Z')
  return time
}

const unfit = (path: string, kind: string): ApiError =>
  new ApiError('InvalidArgument', `The member ${path === '' ? 'given' : path} must be ${kind}.`)
