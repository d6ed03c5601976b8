/** What a file is, where the browser does not say: by its extension. Media first, since browsers know few of them. */

export function contentTypeOf(file: { readonly name: string; readonly type: string }): string {
  const known = byExtension[extensionOf(file.name)]
  // Browsers ask the system, and systems think that .ts is a program and .m3u8 a list of songs.
  if (known !== undefined && media.has(known)) return known
  return file.type !== '' ? file.type : (known ?? 'application/octet-stream')
}

/** `ts` of `film/0001.TS`; '' where there is none. */
export const extensionOf = (name: string): string => /\.([^./\\]{1,16})$/.exec(name)?.[1]?.toLowerCase() ?? ''

const byExtension: Readonly<Record<string, string>> = {
  m3u8: 'application/vnd.apple.mpegurl',
  m3u: 'audio/mpegurl',
  mpd: 'application/dash+xml',
  ts: 'video/mp2t',
  m4s: 'video/iso.segment',
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  m4a: 'audio/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  mkv: 'video/matroska',
  avi: 'video/x-msvideo',
  ogv: 'video/ogg',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  mp3: 'audio/mpeg',
  aac: 'audio/aac',
  flac: 'audio/flac',
  wav: 'audio/wav',
  vtt: 'text/vtt',
  srt: 'application/x-subrip',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  svg: 'image/svg+xml',
  ico: 'image/x-icon',
  pdf: 'application/pdf',
  txt: 'text/plain',
  log: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  htm: 'text/html',
  css: 'text/css',
  js: 'text/javascript',
  mjs: 'text/javascript',
  json: 'application/json',
  xml: 'application/xml',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  zip: 'application/zip',
  gz: 'application/gzip',
  wasm: 'application/wasm',
  woff2: 'font/woff2',
}

/** Types of delivery that must be right for players to work. */
const media = new Set(['m3u8', 'mpd', 'ts', 'm4s', 'vtt', 'srt'].map((extension) => byExtension[extension]))
