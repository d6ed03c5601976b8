/** How long carrying a token on takes: `node bench/playlist.ts` rewrites playlists and manifests of 1,000 segments, and prints milliseconds each. */
import type { Carry } from '../src/delivery/carry.ts'
import { rewritePlaylist } from '../src/delivery/playlist.ts'
import type { PlaylistKind } from '../src/objects/playlist-kind.ts'

const segments = Array.from({ length: 1000 }, (_, index) => index)
// As long as an RS256 token of a 2048-bit key with a few claims.
const token = `${'h'.repeat(120)}.${'p'.repeat(120)}.${'s'.repeat(342)}`
const place = { origin: 'https://films.media-storage.us-east-1.example.com', root: '/', key: 'film/1080p/index.m3u8' }

const hls = (uri: (index: number) => string): string =>
  `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-MAP:URI="init.mp4"\n${segments
    .map((index) => `#EXTINF:6.000000,\n${uri(index)}\n`)
    .join('')}#EXT-X-ENDLIST\n`
const dash = (content: string): string =>
  `<?xml version="1.0" encoding="utf-8"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet><Representation id="v1">
${content}</Representation></AdaptationSet></Period></MPD>\n`

const cases: readonly [name: string, PlaylistKind, string][] = [
  ['HLS, relative', 'hls', hls((index) => `segment_${String(index).padStart(5, '0')}.m4s`)],
  ['HLS, absolute', 'hls', hls((index) => `${place.origin}/film/1080p/segment_${index}.m4s`)],
  ['HLS, with keys', 'hls', hls((index) => `#EXT-X-KEY:METHOD=AES-128,URI="key${index}.bin"\nsegment_${index}.ts`)],
  [
    'DASH, SegmentURL',
    'dash',
    dash(`<SegmentList>${segments.map((i) => `<SegmentURL media="s_${i}.m4s"/>\n`).join('')}</SegmentList>`),
  ],
  [
    'DASH, SegmentTimeline',
    'dash',
    dash(
      `<SegmentTemplate media="$Number$.m4s"><SegmentTimeline>${segments.map((i) => `<S t="${i}" d="96000"/>\n`).join('')}</SegmentTimeline></SegmentTemplate>`,
    ),
  ],
]

const rounds = 200
for (const by of ['query', 'path'] satisfies Carry['by'][])
  for (const [name, kind, text] of cases) {
    const bytes = Buffer.from(text)
    const times = Array.from({ length: rounds }, () => {
      const start = performance.now()
      rewritePlaylist(kind, bytes, { token, by, ...place })
      return performance.now() - start
    }).sort((a, b) => a - b)
    const [median = 0, first = 0] = [times[rounds / 2], times.at(-1)]
    console.log(`${name.padEnd(22)} ${by.padEnd(6)} median ${median.toFixed(3)} ms, slowest ${first.toFixed(3)} ms`)
  }
