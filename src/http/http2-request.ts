/** The head of an HTTP/2 request (RFC 9113 8.3): its fields, in the shape that HTTP/1.1 has them, or the status that it is refused with. */
import { METHODS } from 'node:http'
import { parseHost } from './hosts.ts'
import type { Limits } from './limits.ts'

export interface Http2Head {
  readonly method: string
  readonly path: string
  readonly query: string
  /** Names in lower case, without pseudo-header fields; `host` is `:authority`'s. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** As sent, without pseudo-header fields, and with the host first. */
  readonly rawHeaders: readonly string[]
  readonly host: string
  /** The status to refuse it with; 0 if it is sound. */
  readonly fault: number
}

type Bounds = Pick<Limits, 'headerSizeMax' | 'headerCountMax' | 'targetSizeMax'>

/** `fields` is name, value, name, value …, in which nghttp2 has seen to names, pseudo-header fields and their order. */
export function readHttp2Head(fields: readonly string[], limits: Bounds): Http2Head {
  let method = ''
  let target = ''
  let authority: string | undefined
  let size = 0
  const headers: Record<string, string | undefined> = { __proto__: null } as never
  const rawHeaders: string[] = []
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at]!
    const value = fields[at + 1]!
    size += name.length + value.length + lineOverhead
    if (name.charCodeAt(0) === 0x3a /* : */) {
      if (name === ':method') method = value
      else if (name === ':path') target = value
      else if (name === ':authority') authority = value
      continue
    }
    const before = headers[name]
    headers[name] = before === undefined ? value : before + (name === 'cookie' ? '; ' : ', ') + value
    rawHeaders.push(name, value)
  }
  const { host: sent } = headers
  const host = authority ?? sent ?? ''
  if (sent === undefined && authority !== undefined) {
    headers['host'] = authority
    rawHeaders.unshift('host', authority)
  }
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  const query = question < 0 ? '' : target.slice(question + 1)
  const tooLarge = rawHeaders.length > 2 * limits.headerCountMax || size > limits.headerSizeMax
  const differs = authority !== undefined && sent !== undefined && sent !== authority
  const fault = tooLarge ? 431 : target.length > limits.targetSizeMax ? 414 : faultOf(method, target, host, differs)
  return { method, path: fault === 0 ? path : '/', query: fault === 0 ? query : '', headers, rawHeaders, host, fault }
}

/** What a header line has in HTTP/1.1 beside its name and value: a colon, a space and the line's end. */
const lineOverhead = 4

const methods = new Set(METHODS)

/** The same is refused as of HTTP/1.1, where the parser sees to the method and the target. */
function faultOf(method: string, target: string, host: string, hostsDiffer: boolean): number {
  if (!methods.has(method) || method === 'CONNECT') return 400
  if (target.charCodeAt(0) !== 0x2f /* / */ || /[^\x21-\x7e]|#/.test(target)) return 400
  return hostsDiffer || parseHost(host) === undefined ? 400 : 0
}
