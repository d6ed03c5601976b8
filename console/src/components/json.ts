/** JSON that people write: parsed, and where that fails, the place and what was awaited there, which browsers each tell in another way, or not. */
import { jsonWords as words } from '../strings/json.ts'

export interface JsonFault {
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  /** From 0, in the text. */
  readonly offset: number
  readonly message: string
}

export type ParsedJson = { readonly value: unknown } | { readonly fault: JsonFault }

export function parseJson(text: string): ParsedJson {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return { fault: faultOf(text) }
  }
}

/** The same with two spaces a level; the text itself where it is no JSON. */
export function formatJson(text: string): string {
  const parsed = parseJson(text)
  return 'value' in parsed ? printJson(parsed.value) : text
}

export const printJson = (value: unknown): string => JSON.stringify(value, null, 2)

function faultOf(text: string): JsonFault {
  try {
    new Scan(text).document()
  } catch (error) {
    if (!(error instanceof Awaited)) throw error
    const before = text.slice(0, error.offset).split('\n')
    return { line: before.length, column: before.at(-1)!.length + 1, offset: error.offset, message: error.message }
  }
  return { line: 1, column: 1, offset: 0, message: words.noJson }
}

class Awaited extends Error {
  readonly offset: number
  constructor(what: string, offset: number) {
    super(what)
    this.offset = offset
  }
}

const space = /[\t\n\r ]*/y
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y
/** Deeper than anything that is meant. */
const depthMax = 500

/** Goes over a text by JSON's grammar (RFC 8259), and stops at what does not belong there. */
class Scan {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): void {
    this.#value(0)
    if (this.#peek() !== '') this.#fail(words.end)
  }

  #value(depth: number): void {
    const first = this.#peek()
    if (first === '') this.#fail(words.value)
    if (depth > depthMax) this.#fail(words.tooDeep)
    if (first === '{') this.#list('}', () => this.#member(depth))
    else if (first === '[') this.#list(']', () => this.#value(depth + 1))
    else if (first === '"') this.#string()
    else if (!this.#take(scalar)) this.#fail(words.value)
  }

  #member(depth: number): void {
    if (this.#peek() !== '"') this.#fail(words.memberName)
    this.#string()
    if (this.#peek() !== ':') this.#fail(words.colon)
    this.#at++
    this.#value(depth + 1)
  }

  #list(end: string, item: () => void): void {
    this.#at++
    if (this.#peek() === end) {
      this.#at++
      return
    }
    for (;;) {
      item()
      const next = this.#peek()
      this.#at += next === ',' || next === end ? 1 : 0
      if (next === end) return
      if (next !== ',') this.#fail(words.commaOr(end))
    }
  }

  #string(): void {
    if (!this.#take(string)) this.#fail(words.string)
  }

  #peek(): string {
    this.#take(space)
    return this.#text.charAt(this.#at)
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    const found = pattern.test(this.#text)
    if (found) this.#at = pattern.lastIndex
    return found
  }

  #fail(message: string): never {
    throw new Awaited(message, this.#at)
  }
}
