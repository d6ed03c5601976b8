/** Which objects are playlists and manifests. */

export type PlaylistKind = 'hls' | 'dash'

const kindOfType: Readonly<Record<string, PlaylistKind>> = {
  'application/vnd.apple.mpegurl': 'hls',
  'application/x-mpegurl': 'hls',
  'application/mpegurl': 'hls',
  'audio/mpegurl': 'hls',
  'audio/x-mpegurl': 'hls',
  'application/dash+xml': 'dash',
  'video/vnd.mpeg.dash.mpd': 'dash',
}

/** By its content type, else by how its key ends: uploads often have no type of their own. `contentType` may have parameters. */
export function playlistKind(key: string, contentType: string | undefined): PlaylistKind | undefined {
  return kindByType(contentType) ?? kindByName(key)
}

function kindByType(contentType: string | undefined): PlaylistKind | undefined {
  if (contentType === undefined || !/mpegurl|dash/i.test(contentType)) return undefined
  const semicolon = contentType.indexOf(';')
  return kindOfType[(semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase()]
}

function kindByName(key: string): PlaylistKind | undefined {
  const dot = key.lastIndexOf('.')
  const size = key.length - dot
  if (dot < 0 || size < 4 || size > 5) return undefined
  switch (key.slice(dot + 1).toLowerCase()) {
    case 'm3u8':
    case 'm3u':
      return 'hls'
    case 'mpd':
      return 'dash'
    default:
      return undefined
  }
}
