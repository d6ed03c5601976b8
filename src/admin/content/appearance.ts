/**
 * How content is shown that anybody may have written: as what it is where a browser only shows it, as text where it would do what it says, and
 * else as a file to be kept. Whatever it is, it stands in a sandbox; but PDF, whose viewer does not open in one, and which runs nothing outside it.
 */
import type { ContentKind } from '../../access/content-tickets.ts'
import { mediaTypeOf } from '../../objects/media-type.ts'
import { disposition } from './file-name.ts'

export interface Appearance {
  readonly contentType: string
  readonly disposition: string
  readonly contentSecurityPolicy: string
}

/** What is known of the content. */
export interface Content {
  readonly key: string
  /** As it is kept; undefined where it has none. */
  readonly type: string | undefined
  readonly consoleOrigin: string | undefined
  /** Whether its first bytes are those of a PDF. */
  readonly isPdf: boolean
}

const plainText = 'text/plain; charset=utf-8'
const anyBytes = 'application/octet-stream'

/** Beside those that say so themselves. */
const textual = new Set([
  ...[
    'application/json',
    'application/ld+json',
    'application/manifest+json',
    'application/x-ndjson',
    'application/yaml',
  ],
  ...['application/x-yaml', 'application/toml', 'application/sql', 'application/graphql', 'application/x-sh'],
  ...['application/xml', 'application/javascript', 'application/x-javascript', 'application/ecmascript'],
  ...[
    'application/x-subrip',
    'application/x-httpd-php',
    'application/x-tex',
    'application/rtf',
    'image/x-portable-anymap',
  ],
])

/** What players ask for beside audio and video, and no browser runs. */
const forPlayers = new Set([
  anyBytes,
  'application/mp4',
  'text/vtt',
  'text/plain',
  'application/ttml+xml',
  'application/x-subrip',
])
const playlists = { hls: 'application/vnd.apple.mpegurl', dash: 'application/dash+xml' } as const

/** Whether it says of itself that it is a PDF: then its bytes must say so too. */
export const claimsPdf = (type: string | undefined, key: string): boolean =>
  essenceOf(mediaTypeOf(type, key).contentType) === pdf

const pdf = 'application/pdf'

export function appearanceOf(kind: Exclude<ContentKind, 'archive'>, content: Content): Appearance {
  const { key, consoleOrigin } = content
  const shown =
    kind === 'download' ? undefined : ((kind === 'player' ? playerType(content) : undefined) ?? inlineType(content))
  return {
    contentType: shown ?? anyBytes,
    disposition: disposition(shown === undefined ? 'attachment' : 'inline', key),
    contentSecurityPolicy: shown === pdf ? pdfPolicy(consoleOrigin) : sandboxPolicy(consoleOrigin),
  }
}

/** Undefined for what is to be kept as a file. */
function inlineType({ type, key, isPdf }: Content): string | undefined {
  const media = mediaTypeOf(type, key)
  const essence = essenceOf(media.contentType)
  if (media.playlist !== undefined || isText(essence)) return plainText
  if (essence === pdf) return isPdf ? pdf : undefined
  if (/^(?:image|audio|video)\/[a-z0-9][a-z0-9.+-]*$/.test(essence)) return essence
  return undefined
}

/** As it is kept, where it is what a player asks for. */
function playerType({ type, key }: Content): string | undefined {
  const { contentType, playlist } = mediaTypeOf(type, key)
  if (playlist !== undefined) return playlists[playlist]
  const essence = essenceOf(contentType)
  return forPlayers.has(essence) ? essence : undefined
}

/** SVG is not: browsers run nothing of an image, nor of a document in a sandbox. */
const isText = (essence: string): boolean =>
  essence.startsWith('text/') ||
  textual.has(essence) ||
  (essence !== 'image/svg+xml' && /\+(?:xml|json|yaml)$/.test(essence))

const essenceOf = (contentType: string): string => contentType.split(';')[0]!.trim().toLowerCase()

/** The documents that browsers make themselves around an image, a sound or a film must still show it. */
export const sandboxPolicy = (consoleOrigin: string | undefined): string =>
  `sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; ${ancestors(consoleOrigin)}`

const pdfPolicy = (consoleOrigin: string | undefined): string =>
  `default-src 'none'; object-src 'self'; img-src 'self' data: blob:; style-src 'unsafe-inline'; ${ancestors(consoleOrigin)}`

const ancestors = (consoleOrigin: string | undefined): string => `frame-ancestors ${consoleOrigin ?? "'none'"}`
