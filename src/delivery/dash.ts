/**
 * DASH manifests (ISO/IEC 23009-1): every URI in one that leads into the own bucket carries the token on; every other byte stays. Segments
 * are relative to BaseURLs that may be foreign and may stand below the templates, so URIs are gathered first and judged at the end.
 */
import { Carrier, isSettled, type Base, type Place } from './carry-uri.ts'
import type { Carry } from './carry.ts'
import { elements, type ElementRule, type UriKind } from './dash-elements.ts'
import { Level } from './dash-level.ts'
import { Unreadable, visitTags, type Attribute, type TextSpan, type Visitor } from './dash-tags.ts'
import { placeInDocument, readText, readUri, type Written } from './dash-text.ts'
import { Edits } from './edits.ts'

/** `bytes`, a whole manifest, with the token; the same bytes where it takes none, or is none that can be read with certainty. */
export function rewriteDash(bytes: Uint8Array, carry: Carry): Uint8Array {
  const edits = new Edits(bytes)
  const { text } = edits
  const start = text.startsWith(byteOrderMark) ? byteOrderMark.length : 0
  const manifest = new Manifest(text)
  try {
    visitTags(text, start, manifest)
  } catch (error) {
    if (error instanceof Unreadable) return bytes
    throw error
  }
  carryOn(manifest, new Carrier(carry), carry.by, edits)
  return edits.finish()
}

/** In UTF-8, read as latin1. */
const byteOrderMark = '\xef\xbb\xbf'

/** URIs and levels of a manifest, of which each costs more memory and time than the bytes that it is written with. */
const partsMax = 100_000
/** Of one element's text. */
const piecesMax = 16

/** A URI that may take the token. */
interface Candidate {
  readonly written: Written
  readonly kind: UriKind
  /** The level whose BaseURLs the URI is relative to, or, of a BaseURL, the one that it belongs to. */
  readonly level: Level
}

interface OpenElement {
  readonly name: string
  readonly level: Level
  /** Undefined where the element is of no interest, nor is what stands in it. */
  readonly rule: ElementRule | undefined
  readonly pieces: TextSpan[]
}

/** What of a manifest matters, in the order in which it stands there. */
class Manifest implements Visitor {
  readonly candidates: Candidate[] = []
  readonly levels: Level[] = []
  readonly locations: (string | undefined)[] = []
  /** An `id` of a Representation could turn a template that begins with it into a URI of another place. */
  hasOddIds = false
  readonly #text: string
  readonly #open: OpenElement[] = []

  constructor(text: string) {
    this.#text = text
  }

  open(name: string, attributes: () => readonly Attribute[]): void {
    const parent = this.#open.at(-1)
    const rule = parent === undefined || parent.rule !== undefined ? elements.get(name) : undefined
    const isExpected = rule?.within.includes(parent?.name ?? '') === true
    if (parent === undefined && (!isExpected || this.levels.length > 0)) throw new Unreadable('not one MPD')
    if (rule === undefined || !isExpected) {
      this.#open.push({ name, level: parent?.level ?? new Level(undefined), rule: undefined, pieces: [] })
      return
    }
    const level = rule.isLevel === true || parent === undefined ? this.#newLevel(parent?.level) : parent.level
    this.#open.push({ name, level, rule, pieces: [] })
    if (rule.attributes !== undefined) {
      // What a level links to stands in its place, and so is relative to what surrounds it.
      const surroundings = parent?.level ?? level
      for (const attribute of attributes()) {
        this.#attribute(attribute, rule.attributes, surroundings)
        if (rule.isLevel === true && attribute.name === 'xlink:href') level.setRemote()
      }
    }
    if (name === 'Representation') this.#readId(attributes())
  }

  close(): void {
    const closed = this.#open.pop()
    if (closed?.rule?.text !== undefined) this.#elementText(closed, closed.rule.text)
  }

  text(span: TextSpan): void {
    const element = this.#open.at(-1)
    if (element?.rule?.text === undefined) return
    if (element.pieces.push(span) > piecesMax) throw new Unreadable('a text in too many pieces')
  }

  #newLevel(parent: Level | undefined): Level {
    const level = new Level(parent)
    if (this.levels.push(level) > partsMax) throw new Unreadable('too many levels')
    return level
  }

  #attribute(attribute: Attribute, kinds: Readonly<Record<string, UriKind>>, level: Level): void {
    const kind = kinds[attribute.name]
    const written = kind === undefined ? undefined : readUri(this.#text, attribute)
    if (kind !== undefined && written !== undefined) this.#add({ written, kind, level })
  }

  #readId(attributes: readonly Attribute[]): void {
    const id = attributes.find(({ name }) => name === 'id')
    if (id !== undefined && /[:\\&\0-\x20]|^\//.test(this.#text.slice(id.from, id.to))) this.hasOddIds = true
  }

  #elementText({ level, pieces }: OpenElement, kind: UriKind): void {
    const read = readText(this.#text, pieces)
    if (kind === 'base') level.addBaseUrl(read?.uri)
    if (kind === 'location') this.locations.push(read?.uri)
    if (read?.written !== undefined) this.#add({ written: read.written, kind, level })
  }

  #add(candidate: Candidate): void {
    if (this.candidates.push(candidate) > partsMax) throw new Unreadable('too many URIs')
  }
}

function carryOn(manifest: Manifest, carrier: Carrier, by: Carry['by'], edits: Edits): void {
  const { home } = carrier
  const locations = manifest.locations.map((uri) => (uri === undefined ? null : carrier.folder(uri)))
  const document: readonly Base[] = [...new Set([home, ...locations])]
  for (const level of manifest.levels) level.reportUse(carrier, document)

  const basesOf = ({ kind, level }: Candidate): ReadonlySet<Base> => {
    if (kind === 'segment') return level.basesInUse(carrier, document)
    if (kind === 'base') return new Set(level.parent?.bases(carrier, document) ?? document)
    // Players differ in whether BaseURL counts for these.
    return new Set([home, ...level.bases(carrier, document)])
  }
  for (const candidate of manifest.candidates) {
    const { uri } = candidate.written
    // What is resolved against a folder keeps no query of it.
    if (candidate.kind === 'base' && by === 'query' && namesFolder(uri)) continue
    if (manifest.hasOddIds && beginsWithId(uri)) continue
    const place = placeAgainst(uri, basesOf(candidate), carrier)
    if (place === undefined) continue
    const { from, to, text } = placeInDocument(candidate.written, place)
    edits.replace(from, to, text)
  }
}

const namesFolder = (uri: string): boolean => /^(?:[^?#]*\/)?(?:\.|%2e){0,2}(?:[?#]|$)/i.test(uri)

function beginsWithId(uri: string): boolean {
  const id = uri.indexOf('$RepresentationID$')
  return id >= 0 && !isSettled(uri.slice(0, id))
}

/** What suits every base that the URI may be resolved against: nothing, where one of them makes it foreign. */
function placeAgainst(uri: string, bases: ReadonlySet<Base>, carrier: Carrier): Place | undefined {
  const [first] = bases
  const place = carrier.place(uri, first)
  // Without dots it does not matter which of the own ones it is.
  if (bases.size === 1 || (!bases.has(null) && !/(?:^|[/\\])(?:\.|%2e)/i.test(uri))) return place
  let isSame = true
  for (const base of bases) {
    if (carrier.folder(uri, base) === null) return undefined
    const other = carrier.place(uri, base)
    isSame &&= place?.from === other?.from && place?.to === other?.to && place?.text === other?.text
  }
  return isSame ? place : carrier.placeInQuery(uri, uri.includes('?'))
}
