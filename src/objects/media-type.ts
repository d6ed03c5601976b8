/** What an object is, by its stored type and its name: which type it is sent as, what kind of thing it is, and what may be done with it. */
import { playlistKind, type PlaylistKind } from './playlist-kind.ts'

/** A playlist or manifest is short-lived; a segment is never changed under its name; assets change seldom. */
export type Kind = 'playlist' | 'segment' | 'asset' | 'other'

export interface MediaType {
  /** As it is sent. */
  readonly contentType: string
  readonly kind: Kind
  /** Which rewriter reads it, where it is a playlist or manifest. */
  readonly playlist: PlaylistKind | undefined
  /** Text, of which compression makes less. */
  readonly compressible: boolean
  /** A browser that opens it runs nothing. */
  readonly passive: boolean
}

const hlsType = 'application/vnd.apple.mpegurl'
const dashType = 'application/dash+xml'

/** By extension, for objects that were stored without a type. */
const types: ReadonlyMap<string, string> = new Map(
  Object.entries({
    m3u8: hlsType,
    m3u: hlsType,
    mpd: dashType,
    ts: 'video/mp2t',
    m4s: 'video/iso.segment',
    mp4: 'video/mp4',
    m4v: 'video/mp4',
    m4a: 'audio/mp4',
    cmfv: 'video/mp4',
    cmfa: 'audio/mp4',
    cmft: 'application/mp4',
    aac: 'audio/aac',
    ac3: 'audio/ac3',
    ec3: 'audio/eac3',
    mp3: 'audio/mpeg',
    oga: 'audio/ogg',
    ogg: 'audio/ogg',
    opus: 'audio/ogg',
    flac: 'audio/flac',
    wav: 'audio/wav',
    ogv: 'video/ogg',
    webm: 'video/webm',
    mkv: 'video/x-matroska',
    mov: 'video/quicktime',
    avi: 'video/x-msvideo',
    vtt: 'text/vtt',
    srt: 'application/x-subrip',
    ttml: 'application/ttml+xml',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    png: 'image/png',
    gif: 'image/gif',
    webp: 'image/webp',
    avif: 'image/avif',
    svg: 'image/svg+xml',
    ico: 'image/x-icon',
    woff: 'font/woff',
    woff2: 'font/woff2',
    ttf: 'font/ttf',
    otf: 'font/otf',
    html: 'text/html; charset=utf-8',
    htm: 'text/html; charset=utf-8',
    txt: 'text/plain; charset=utf-8',
    css: 'text/css; charset=utf-8',
    csv: 'text/csv; charset=utf-8',
    md: 'text/markdown; charset=utf-8',
    js: 'text/javascript; charset=utf-8',
    mjs: 'text/javascript; charset=utf-8',
    json: 'application/json',
    xml: 'application/xml',
    pdf: 'application/pdf',
    zip: 'application/zip',
    gz: 'application/gzip',
    wasm: 'application/wasm',
  }),
)

const fallback = 'application/octet-stream'
const segmentExtensions = new Set(['ts', 'm4s', 'm4f', 'cmfv', 'cmfa', 'cmft', 'aac', 'ac3', 'ec3'])
/** The head of fragmented MP4 is never changed either, and is an `.mp4` by habit. */
const initialization = /(?:^|[/_.-])init[^/]*\.mp4$/i
const playlistTypes = [
  ...[hlsType, 'application/x-mpegurl', 'application/mpegurl', 'audio/mpegurl', 'audio/x-mpegurl'],
  ...[dashType, 'video/vnd.mpeg.dash.mpd'],
]
const compressibleTypes = new Set([
  ...playlistTypes,
  ...['application/json', 'application/javascript', 'application/x-javascript', 'application/ecmascript'],
  ...['application/xml', 'application/manifest+json', 'application/ld+json', 'application/x-subrip'],
])
const passiveText = new Set(['text/plain', 'text/vtt', 'text/css', 'text/csv', 'text/markdown', 'text/javascript'])
const passiveApplications = new Set([
  ...playlistTypes,
  ...[fallback, 'application/json', 'application/javascript', 'application/mp4', 'application/wasm'],
  ...['application/zip', 'application/gzip', 'application/x-subrip'],
  // Its scripts run in the viewer, apart from every origin; and in a sandbox the viewer does not open.
  'application/pdf',
])

/**
 * `stored` is the object's own type: none, or the `binary/octet-stream` that S3 gives to what has none, is guessed from the key's
 * extension. What kind it is, its type decides before its name does: TypeScript is no segment.
 */
export function mediaTypeOf(stored: string | undefined, key: string): MediaType {
  const extension = extensionOf(key)
  const untyped = stored === undefined || stored === '' || stored.toLowerCase() === 'binary/octet-stream'
  const contentType = untyped ? (types.get(extension) ?? fallback) : stored
  const type = essenceOf(contentType)
  const playlist = playlistKind(key, contentType)
  return {
    contentType,
    kind: playlist === undefined ? kindOf(type, extension, key) : 'playlist',
    playlist,
    compressible: type.startsWith('text/') || type.endsWith('+xml') || compressibleTypes.has(type),
    passive: isPassive(type),
  }
}

function kindOf(type: string, extension: string, key: string): Kind {
  const media = /^(?:video|audio)\//.test(type)
  const typed = media || type === fallback || type === 'application/mp4'
  if (typed && (segmentExtensions.has(extension) || initialization.test(key))) return 'segment'
  return media || type === 'text/vtt' || /^(?:image|font)\//.test(type) ? 'asset' : 'other'
}

/** What is not known to be harmless is taken to be able to run script: HTML, SVG, XML with a style sheet, and what nobody knows. */
const isPassive = (type: string): boolean =>
  /^(?:video|audio|font)\//.test(type) ||
  (type.startsWith('image/') && !type.endsWith('xml')) ||
  passiveText.has(type) ||
  passiveApplications.has(type)

/** In lower case, without parameters. */
function essenceOf(contentType: string): string {
  const semicolon = contentType.indexOf(';')
  return (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase()
}

function extensionOf(key: string): string {
  const dot = key.lastIndexOf('.')
  return dot < 0 || dot < key.lastIndexOf('/') ? '' : key.slice(dot + 1).toLowerCase()
}
