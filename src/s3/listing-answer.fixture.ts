/** Reads a page of a listing, and leniently: XML has no place for some of the characters that keys may have. */
import assert from 'node:assert/strict'

interface ListingAnswer {
  /** Of what is listed, in order: the element's name, Key, VersionId, IsLatest, Size and ETag; '' for what it has not. */
  readonly rows: readonly (readonly string[])[]
  readonly prefixes: readonly string[]
  /** Everything else, by the elements' names. */
  readonly told: Readonly<Record<string, string>>
}

/** `encoded` are the elements that are percent-encoded besides what is listed; undefined where nothing is. */
export function readListing(text: string, encoded: readonly string[] | undefined): ListingAnswer {
  const rows: string[][] = []
  const prefixes: string[] = []
  const rest = text.replaceAll(
    /<(Contents|Version|DeleteMarker|CommonPrefixes)>(.*?)<\/\1>/gs,
    (_, tag: string, xml: string) => {
      const listed = elementsOf(xml, encoded && ['Key', 'Prefix'])
      const { Prefix = '', Key = '', VersionId = '', IsLatest = '', Size = '', ETag = '' } = listed
      if (tag === 'CommonPrefixes') prefixes.push(Prefix)
      else rows.push([tag, Key, VersionId, IsLatest, Size, ETag])
      return ''
    },
  )
  return { rows, prefixes, told: elementsOf(rest, encoded) }
}

function elementsOf(xml: string, encoded: readonly string[] = []): Record<string, string> {
  const elements: Record<string, string> = {}
  for (const [, tag = '', content = ''] of xml.matchAll(/<(\w+)>([^<]*)<\/\1>/g)) {
    assert(!(tag in elements), `${tag} is told twice`)
    elements[tag] = encoded.includes(tag) ? decoded(unescape(content)) : unescape(content)
  }
  return elements
}

function decoded(text: string): string {
  assert.match(text, /^[\w.~/%*-]*$/)
  return decodeURIComponent(text)
}

const unescape = (text: string): string =>
  text.replaceAll(/&(?:#x([0-9A-F]+)|(\w+));/g, (_, hex: string | undefined, name: string) =>
    hex === undefined ? entities[name]! : String.fromCodePoint(Number.parseInt(hex, 16)),
  )

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
