/** The output of an operation of S3 → JSON, as AWS's command line prints it: from-json.ts takes it again. */
import type { Infer, Members, Shape, Type } from './shape.ts'

type Json = Readonly<Record<string, unknown>>

export const outputToJson = ({ output }: Shape, values: Infer<Members>): Json => members(output, values)

function members(shape: Members, values: Json): Json {
  const result: Record<string, unknown> = {}
  for (const [name, { type, location }] of Object.entries(shape)) {
    const value = values[name]
    // On the wire, a flattened list without items is not there.
    const isThere = value !== undefined && !(location === 'flattened' && (value as readonly unknown[]).length === 0)
    if (isThere) result[name] = show(type, value)
  }
  return result
}

function show(type: Type, value: unknown): unknown {
  switch (type.kind) {
    case 'timestamp':
    case 'dateTime':
      return new Date(value as number).toISOString()
    case 'etag':
      return `"${value as string}"`
    case 'list':
      return (value as readonly unknown[]).map((item) => show(type.item, item))
    case 'structure':
      return members(type.members, value as Json)
    case 'responseBody':
      throw new Error('bytes are no JSON')
    case 'requestBody':
    case 'string':
    case 'number':
    case 'boolean':
    case 'keyText':
    case 'stringMap':
    case 'enumeration':
      return value
  }
}
