/** How an object is shown: as its type says, or, where that says nothing, as its name does. */
import { contentTypeOf, extensionOf } from '../../../uploads/content-type.ts'

export type PreviewKind = 'image' | 'svg' | 'video' | 'audio' | 'hls' | 'dash' | 'pdf' | 'text' | 'none'

export function previewKind(contentType: string, key: string): PreviewKind {
  const essence = essenceOf(contentType)
  const extension = extensionOf(key)
  if (hlsTypes.has(essence) || extension === 'm3u8') return 'hls'
  if (essence === 'application/dash+xml' || extension === 'mpd') return 'dash'
  if (saysNothing.has(essence)) {
    const byName = essenceOf(contentTypeOf({ name: key, type: '' }))
    return saysNothing.has(byName) ? textByName(key) : previewKind(byName, key)
  }
  if (essence === 'image/svg+xml') return 'svg'
  if (essence.startsWith('image/')) return 'image'
  if (essence.startsWith('video/')) return 'video'
  if (essence.startsWith('audio/')) return 'audio'
  if (essence === 'application/pdf') return 'pdf'
  return isText(essence) ? 'text' : 'none'
}

export const essenceOf = (contentType: string): string => contentType.split(';')[0]!.trim().toLowerCase()

const hlsTypes = new Set([
  ...['application/vnd.apple.mpegurl', 'application/x-mpegurl', 'application/mpegurl'],
  ...['audio/mpegurl', 'audio/x-mpegurl'],
])

const saysNothing = new Set([
  '',
  'application/octet-stream',
  'binary/octet-stream',
  'application/x-www-form-urlencoded',
])

const isText = (essence: string): boolean =>
  essence.startsWith('text/') ||
  /\+(?:xml|json|yaml)$/.test(essence) ||
  /^application\/(?:json|ld\+json|x-ndjson|xml|(?:x-)?javascript|ecmascript|(?:x-)?yaml|toml|sql|graphql|x-sh|x-subrip|x-httpd-php|x-tex)$/.test(
    essence,
  )

/** Names of programs and settings that have no type of their own. */
const textByName = (key: string): PreviewKind =>
  /(?:^|\/)(?:readme|license|makefile|dockerfile|\.[\w-]*rc|\.env|\.gitignore)$|\.(?:ini|conf|cfg|toml|sh|py|rb|go|rs|java|c|h|cpp|php|sql|ts|tsx|jsx|tex|properties|env|srt|ass|m3u|cue|nfo)$/i.test(
    key,
  )
    ? 'text'
    : 'none'
