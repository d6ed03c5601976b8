/**
 * HLS playlists (RFC 8216bis): every URI in one that leads into the own bucket carries the token on; every other byte stays. Line by line:
 * a line that is no tag and no comment is a URI, and tags have URIs in quoted attributes.
 */
import { Carrier, type Place } from './carry-uri.ts'
import type { Carry } from './carry.ts'
import { Edits } from './edits.ts'
import { hasVariable, Variables } from './hls-variables.ts'

/** `bytes`, a whole playlist, with the token; the same bytes where it takes none or is no playlist (4.1: the first line is #EXTM3U). */
export function rewriteHls(bytes: Uint8Array, carry: Carry): Uint8Array {
  const edits = new Edits(bytes)
  const start = edits.text.startsWith(byteOrderMark) ? byteOrderMark.length : 0
  if (!edits.text.startsWith('#EXTM3U', start)) return bytes
  new HlsRewriter(edits, new Carrier(carry)).run(start)
  return edits.finish()
}

/** In UTF-8, read as latin1. The standard forbids it (4.1), and some tools write it. */
const byteOrderMark = '\xef\xbb\xbf'
const hash = 0x23
const quote = 0x22

class HlsRewriter {
  readonly #edits: Edits
  readonly #carrier: Carrier
  readonly #variables = new Variables()

  constructor(edits: Edits, carrier: Carrier) {
    this.#edits = edits
    this.#carrier = carrier
  }

  run(start: number): void {
    const { text } = this.#edits
    // Some players end lines at a lone CR too; where none is left, it is not looked for again.
    let carriageReturn = text.indexOf('\r', start)
    for (let at = start; at < text.length;) {
      let end = text.indexOf('\n', at)
      if (end < 0) end = text.length
      if (carriageReturn >= 0 && carriageReturn < at) carriageReturn = text.indexOf('\r', at)
      if (carriageReturn >= 0 && carriageReturn < end) end = carriageReturn
      if (end > at) this.#line(at, end)
      at = end + 1
    }
  }

  #line(start: number, end: number): void {
    const { text } = this.#edits
    if (text.charCodeAt(start) !== hash) this.#uri(start, end)
    // Others' tags have attributes as well; EXTINF has a title, which may look like anything (4.4.4.1).
    else if (text.startsWith('#EXT', start) && !text.startsWith('#EXTINF', start))
      this.#tag(start, text.slice(start, end))
  }

  /** 4.2: attributes are `NAME=value`, separated by commas; a quoted value has commas too. */
  #tag(lineStart: number, line: string): void {
    const nameEnd = line.indexOf(':')
    if (nameEnd < 0) return
    const isDefine = line.startsWith('#EXT-X-DEFINE:')
    let at = nameEnd + 1
    while (at < line.length) {
      const equals = line.indexOf('=', at)
      if (equals < 0) return
      const before = line.slice(at, equals)
      const name = before.slice(before.lastIndexOf(',') + 1).trim()
      const isQuoted = line.charCodeAt(equals + 1) === quote
      const start = equals + (isQuoted ? 2 : 1)
      let end = line.indexOf(isQuoted ? '"' : ',', start)
      if (end < 0) {
        // A value that is not closed is no value.
        if (isQuoted) return
        end = line.length
      }
      if (isDefine) this.#variables.attribute(name, line.slice(start, end))
      else if (namesUri(name, line)) this.#uri(lineStart + start, lineStart + end)
      at = isQuoted ? end + 1 : end
    }
  }

  #uri(start: number, end: number): void {
    const { text } = this.#edits
    let from = start
    let to = end
    while (from < to && text.charCodeAt(from) <= 0x20) from++
    while (to > from && text.charCodeAt(to - 1) <= 0x20) to--
    // An indented comment.
    if (from === to || text.charCodeAt(from) === hash) return
    const uri = text.slice(from, to)
    const place = hasVariable(uri) ? this.#placeOfVariable(uri) : this.#carrier.place(uri)
    if (place !== undefined) this.#edits.apply(from, place)
  }

  /** 4.3: the player puts the values in. The text of the variables stays. */
  #placeOfVariable(uri: string): Place | undefined {
    const expanded = this.#variables.expand(uri)
    if (expanded === undefined || this.#carrier.place(expanded) === undefined) return undefined
    // A fragment that a variable brings cannot be got behind.
    return expanded.includes('#') === uri.includes('#')
      ? this.#carrier.placeInQuery(uri, expanded.includes('?'))
      : undefined
  }
}

/** The attributes that hold the URI of a resource which a player fetches. */
function namesUri(name: string, line: string): boolean {
  switch (name) {
    case 'URI':
      return true
    case 'SERVER-URI':
      return line.startsWith('#EXT-X-CONTENT-STEERING:')
    case 'X-ASSET-URI':
    case 'X-ASSET-LIST':
      return line.startsWith('#EXT-X-DATERANGE:')
    default:
      return false
  }
}
