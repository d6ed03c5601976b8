/** The query of a request target: names and values decoded once, in the order sent, duplicates kept. */
import { ApiError } from '../base/errors.ts'

export type Parameter = readonly [name: string, value: string]

export class Query {
  static readonly empty = new Query([])
  readonly parameters: readonly Parameter[]

  constructor(parameters: readonly Parameter[]) {
    this.parameters = parameters
  }

  /** `text` is what follows the `?`. `+` means a space, as in AWS. Throws InvalidURI for a broken escape or invalid UTF-8. */
  static parse(text: string): Query {
    if (text === '') return Query.empty
    const parameters: Parameter[] = []
    for (const part of text.split('&')) {
      if (part === '') continue
      const equals = part.indexOf('=')
      parameters.push(equals < 0 ? [decode(part), ''] : [decode(part.slice(0, equals)), decode(part.slice(equals + 1))])
    }
    return new Query(parameters)
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  /** The first value of the name; '' where it has none (`?acl`). */
  get(name: string): string | undefined {
    for (const parameter of this.parameters) if (parameter[0] === name) return parameter[1]
    return undefined
  }
}

function decode(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    throw new ApiError('InvalidURI', undefined, { cause })
  }
}
