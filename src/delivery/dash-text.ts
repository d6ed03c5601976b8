/** URIs as they stand in XML: escaped, with white space around them, and how places in them are found again in the document. */
import type { Place } from './carry-uri.ts'
import type { Span, TextSpan } from './dash-tags.ts'

/** A URI of the document. */
export interface Written {
  /** Decoded. */
  readonly uri: string
  /** Where it begins in the document. */
  readonly from: number
  /** For each character of the URI, and its end, how far it is from the beginning in the document; undefined where nothing is escaped. */
  readonly offsets: readonly number[] | undefined
  readonly isCdata: boolean
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const reference = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/iy

/** The URI in a value, without white space around it; undefined where a reference in it cannot be read. */
export function readUri(text: string, { from, to }: Span, isCdata = false): Written | undefined {
  while (from < to && text.charCodeAt(from) <= 0x20) from++
  while (to > from && text.charCodeAt(to - 1) <= 0x20) to--
  const raw = text.slice(from, to)
  if (isCdata || !raw.includes('&')) return { uri: raw, from, offsets: undefined, isCdata }
  const offsets: number[] = []
  let uri = ''
  for (let at = 0; at < raw.length;) {
    let character = raw[at] ?? ''
    let size = 1
    if (character === '&') {
      reference.lastIndex = at
      const match = reference.exec(raw)
      const decoded = match === null ? undefined : decode(match)
      if (match === null || decoded === undefined) return undefined
      character = decoded
      size = match[0].length
    }
    for (let unit = 0; unit < character.length; unit++) offsets.push(at)
    uri += character
    at += size
  }
  offsets.push(raw.length)
  return { uri, from, offsets, isCdata }
}

function decode([, decimal, hexadecimal, name = '']: RegExpExecArray): string | undefined {
  if (decimal === undefined && hexadecimal === undefined) return named[name]
  const code = decimal === undefined ? parseInt(hexadecimal ?? '', 16) : Number(decimal)
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined
}

/** The text of an element. One that is in several pieces can be read, and not changed. */
export function readText(
  text: string,
  pieces: readonly TextSpan[],
): { uri: string; written: Written | undefined } | undefined {
  const filled = pieces.filter((piece) => text.slice(piece.from, piece.to).trim() !== '')
  const read = filled.map((piece) => readUri(text, piece, piece.isCdata))
  if (read.includes(undefined)) return undefined
  return { uri: read.map((written) => written?.uri).join(''), written: read.length === 1 ? read[0] : undefined }
}

/** A change of a URI as a change of the document. */
export function placeInDocument({ from, offsets, isCdata }: Written, place: Place): Place {
  const start = offsets?.[place.from] ?? place.from
  const end = offsets?.[place.to] ?? place.to
  return { from: from + start, to: from + end, text: isCdata ? place.text : escape(place.text) }
}

const escape = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`).replaceAll('&#38;', '&amp;')
