/** Tags, attributes and text of an XML document (XML 1.0) as places in it, not as copies: whoever changes some leaves every other byte as it is. */

/** Not a document that can be changed with certainty: malformed, or with a DTD, which may change what stands behind it. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/** Part of the document: `from` until `to`. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A piece of an element's text. */
export interface TextSpan extends Span {
  /** CDATA, in which nothing is escaped. */
  readonly isCdata: boolean
}

export interface Attribute extends Span {
  /** With its prefix. */
  readonly name: string
}

export interface Visitor {
  /** `name` is without its prefix. `attributes` reads the tag's attributes; it is of use until this returns. */
  open(name: string, attributes: () => readonly Attribute[]): void
  /** Also called for an element that is empty. */
  close(): void
  text(span: TextSpan): void
}

const less = '<'
const exclamation = 0x21
const questionMark = 0x3f
const slash = 0x2f
const greater = 0x3e
const doubleQuote = 0x22
const singleQuote = 0x27
const depthMax = 64
const attributesMax = 1000

/** Reads the document from `at`. Throws Unreadable. */
export function visitTags(text: string, at: number, visitor: Visitor): void {
  const open: string[] = []
  for (;;) {
    const tag = text.indexOf(less, at)
    const end = tag < 0 ? text.length : tag
    if (end > at && open.length > 0) visitor.text({ from: at, to: end, isCdata: false })
    if (tag < 0) break
    const next = text.charCodeAt(tag + 1)
    if (next === exclamation) at = visitDeclaration(text, tag, visitor)
    else if (next === questionMark) at = after(text, '?>', tag + 2)
    else if (next === slash) {
      at = after(text, '>', tag + 2)
      if (open.pop() !== text.slice(tag + 2, at - 1).trim())
        throw new Unreadable('an element is closed that is not open')
      visitor.close()
    } else {
      at = endOfTag(text, tag + 1)
      const isEmpty = text.charCodeAt(at - 2) === slash
      const nameEnd = endOfName(text, tag + 1)
      const name = text.slice(tag + 1, nameEnd)
      const attributesEnd = at - (isEmpty ? 2 : 1)
      visitor.open(name.slice(name.indexOf(':') + 1), () => readAttributes(text, nameEnd, attributesEnd))
      if (isEmpty) visitor.close()
      else if (open.push(name) > depthMax) throw new Unreadable('too deep')
    }
  }
  if (open.length > 0) throw new Unreadable('an element is not closed')
}

/** A comment, CDATA or a DTD. Returns where it ends. */
function visitDeclaration(text: string, at: number, visitor: Visitor): number {
  if (text.startsWith('<!--', at)) return after(text, '-->', at + 4)
  if (!text.startsWith('<![CDATA[', at)) throw new Unreadable('a DTD')
  const from = at + '<![CDATA['.length
  const end = after(text, ']]>', from)
  visitor.text({ from, to: end - ']]>'.length, isCdata: true })
  return end
}

function after(text: string, what: string, at: number): number {
  const found = text.indexOf(what, at)
  if (found < 0) throw new Unreadable(`no ${what}`)
  return found + what.length
}

/** Behind the `>` of a tag; those in attributes do not count. */
function endOfTag(text: string, at: number): number {
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === greater) return at + 1
    if (code === doubleQuote) at = after(text, '"', at + 1) - 1
    else if (code === singleQuote) at = after(text, "'", at + 1) - 1
  }
  throw new Unreadable('a tag is not closed')
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

function endOfName(text: string, at: number): number {
  const start = at
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (isSpace(code) || code === slash || code === greater) break
  }
  if (at === start) throw new Unreadable('a tag without a name')
  return at
}

/** Names and values between `at` and `end`. */
function readAttributes(text: string, at: number, end: number): Attribute[] {
  const attributes: Attribute[] = []
  for (;;) {
    while (at < end && isSpace(text.charCodeAt(at))) at++
    if (at >= end) return attributes
    if (attributes.length === attributesMax) throw new Unreadable('too many attributes')
    const equals = text.indexOf('=', at)
    if (equals < 0 || equals >= end) throw new Unreadable('an attribute without a value')
    let from = equals + 1
    while (isSpace(text.charCodeAt(from))) from++
    const quote = text.charCodeAt(from)
    if (quote !== doubleQuote && quote !== singleQuote) throw new Unreadable('a value without quotes')
    const to = text.indexOf(quote === doubleQuote ? '"' : "'", ++from)
    if (to < 0 || to >= end) throw new Unreadable('a value that is not closed')
    attributes.push({ name: text.slice(at, equals).trim(), from, to })
    at = to + 1
  }
}
