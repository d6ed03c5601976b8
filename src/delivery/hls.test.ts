import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Carry } from './carry.ts'
import { rewriteHls } from './hls.ts'

const byQuery: Carry = {
  token: 'h.p.s',
  by: 'query',
  origin: 'https://films.example.com',
  root: '/',
  key: 'film/master.m3u8',
}
const byPath: Carry = { ...byQuery, by: 'path' }

const rewrite = (text: string, carry = byQuery): string =>
  Buffer.from(rewriteHls(Buffer.from(text, 'latin1'), carry)).toString('latin1')

/** `@` stands for the token as the first parameter and `&@` as a further one, `~` for it in the path; without them the text is what is given. */
function check(marked: string): void {
  const given = marked.replaceAll(/&?@|~\//g, '')
  const inQuery = marked.replaceAll('~/', '').replaceAll('&@', '&auth=h.p.s').replaceAll('@', '?auth=h.p.s')
  const inPath = marked.replaceAll(/&?@/g, '').replaceAll('~/', '~auth=h.p.s/')
  assert.equal(rewrite(given), inQuery)
  assert.equal(rewrite(given, byPath), inPath)
}

const samples = {
  "ffmpeg's media playlist": `#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:4
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-KEY:METHOD=AES-128,URI="enc.key@",IV=0x00000000000000000000000000000000
#EXTINF:4.000000,
seg000.ts@
#EXTINF:2.000000,
seg001.ts@
#EXT-X-ENDLIST
`,
  "ffmpeg's media playlist of fMP4": `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:4
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init.mp4@"
#EXTINF:4.000000,
out0.m4s@
#EXT-X-DISCONTINUITY
#EXT-X-BYTERANGE:75232@0
`.replace('75232@0', '75232'),
  "Shaka Packager's master playlist": `#EXTM3U
## Generated with https://github.com/shaka-project/shaka-packager version v3.2.0-53b8668-release

#EXT-X-MEDIA:TYPE=AUDIO,URI="audio.m3u8@",GROUP-ID="audio",LANGUAGE="en",NAME="English, stereo",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2"

#EXT-X-STREAM-INF:BANDWIDTH=1180210,AVERAGE-BANDWIDTH=1083213,CODECS="avc1.4d401f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=24.000,AUDIO="audio"
h264_720p.m3u8@

#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=214291,CODECS="avc1.4d401f",RESOLUTION=1280x720,URI="h264_720p_iframe.m3u8@"
`,
  "Bento4's master playlist": `#EXTM3U
# Created with Bento4 mp4-dash.py, VERSION=2.0.0-639
#
#EXT-X-VERSION:6

# Media Playlists
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio_mp4a.40.2",NAME="English",LANGUAGE="en",AUTOSELECT=YES,DEFAULT=YES,CHANNELS="2",URI="audio/en/mp4a.40.2/media.m3u8@"

# Video
#EXT-X-STREAM-INF:AUDIO="audio_mp4a.40.2",AVERAGE-BANDWIDTH=544318,BANDWIDTH=601392,VIDEO-RANGE=SDR,CODECS="avc1.640015,mp4a.40.2",RESOLUTION=480x200
media-1/media.m3u8@
`,
  "Bento4's single file with byte ranges": `#EXTM3U
#EXT-X-VERSION:6
#EXT-X-MAP:URI="media.mp4@",BYTERANGE="752!0"
#EXTINF:10.010,
#EXT-X-BYTERANGE:214291!796
media.mp4@
`.replaceAll('!', ','),
  "AWS Elemental MediaConvert's master playlist": `#EXTM3U
#EXT-X-VERSION:4
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=1927833,AVERAGE-BANDWIDTH=1927833,CODECS="avc1.4d401f,mp4a.40.2",RESOLUTION=960x540,FRAME-RATE=30.000,SUBTITLES="subs"
/film/out_540.m3u8@
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="Deutsch",URI="https://films.example.com/film/subs de.m3u8@"
`.replaceAll(/(\/film\/out|\/film\/subs)/g, '/~$1'),
  'low latency': `#EXTM3U
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.0,CAN-SKIP-UNTIL=12.0
#EXT-X-PART-INF:PART-TARGET=0.33334
#EXT-X-SKIP:SKIPPED-SEGMENTS=3
#EXT-X-PROGRAM-DATE-TIME:2026-02-14T02:13:36.106Z
#EXT-X-PART:DURATION=0.33334,URI="p273.0.mp4@",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.33334,URI="p273.1.mp4?r=1&@"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="p273.2.mp4@"
#EXT-X-PRELOAD-HINT:TYPE=MAP,URI="init2.mp4@",BYTERANGE-START=0
#EXT-X-RENDITION-REPORT:URI="../1M/wait.php?x=1&@",LAST-MSN=273,LAST-PART=2
`,
  'session data, keys, interstitials and steering': `#EXTM3U
#EXT-X-CONTENT-STEERING:SERVER-URI="/~/steering?video=1&@",PATHWAY-ID="CDN-A"
#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI="skd://key65",KEYFORMAT="com.apple.streamingkeydelivery",KEYFORMATVERSIONS="1"
#EXT-X-SESSION-KEY:METHOD=AES-128,URI="k.bin@"
#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="data:text/plain;base64,AAAASHBzc2gAAAAA7e+L,x",KEYFORMAT="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"
#EXT-X-KEY:METHOD=NONE
#EXT-X-SESSION-DATA:DATA-ID="com.example.lyrics",URI="lyrics.json@",LANGUAGE="en"
#EXT-X-SESSION-DATA:DATA-ID="com.example.title",LANGUAGE="en",VALUE="URI=x, URI='y'"
#EXT-X-DATERANGE:ID="ad1",CLASS="com.apple.hls.interstitial",START-DATE="2026-01-02T21:55:44.000Z",X-ASSET-URI="ads/a.m3u8@",X-RESUME-OFFSET=0
#EXT-X-DATERANGE:ID="ad2",START-DATE="2026-01-02T21:55:44.000Z",X-ASSET-LIST="https://ads.example/list.json",X-COM-URI="mine.json"
#EXT-X-DATERANGE:ID="ad3",X-ASSET-LIST="list.json@"
`,
  'foreign among own': `#EXTM3U
#EXTINF:4,
https://cdn.example.net/seg0.ts
#EXTINF:4,
//films.example.com/~/seg1.ts@
#EXTINF:4,
//cdn.example.net/seg1.ts
#EXTINF:4,
seg2.ts@
#EXT-X-MAP:URI="http://films.example.com/init.mp4"
`,
}

for (const [name, text] of Object.entries(samples))
  test(`${name}: every own URI carries the token, all else stays`, () => check(text))

test('what is no URI stays', () => {
  check(`#EXTM3U
#EXTINF:4,URI="title.ts",second
s.ts@
#EXTINF:4,A title = "quoted
s.ts@
# a comment URI="c.ts"
#URI="c.ts"
#EXT-X-KEY:METHOD=AES-128,uri="lower.key",XURI="x.key",URI-X="y.key"
#EXT-X-KEY:METHOD=AES-128,URI="open.key
#EXT-X-STREAM-INF:SERVER-URI="a",X-ASSET-URI="b",X-ASSET-LIST="c"
#EXT-X-GAP
#EXT-X-DISCONTINUITY
#EXT-X-DEFINE:NAME="URI",VALUE="v.ts"
#EXT-X-BITRATE:800
#EXT-X-FOO:URI=
#EXT-X-BAR:URI=""
#EXT-X-BAZ:=,=,"
#EXT
#
`)
})

test("others' tags with an attribute URI carry the token too, however the list is spaced", () => {
  check(`#EXTM3U
#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1,URI="thumbs.m3u8@"
#EXT-MINE:some words, more words,URI="mine.bin@",A="x,URI=y",URI="two.bin@"
#EXT-X-KEY:METHOD=AES-128, URI="spaced.key@" , IV=0x1
#EXT-X-KEY:METHOD=AES-128,URI=bare.key@,IV=0x1
#EXT-X-KEY:URI=" inner.key@ "
`)
})

test('line ends, white space and a missing last line end stay', () => {
  check('#EXTM3U\r\n#EXTINF:4,\r\ns.ts@\r\n#EXT-X-KEY:METHOD=AES-128,URI="k@"\r\n\r\nlast.ts@')
  check('#EXTM3U\rs.ts@\r#EXT-X-MAP:URI="i@"\rt.ts@\r')
  check('#EXTM3U\n  s.ts@ \t\n\t# indented\n \n\n\nt.ts@\r\nu.ts@\rv.ts@\n\r')
  check('\xef\xbb\xbf#EXTM3U\ns.ts@')
  check('#EXTM3U')
  check('#EXTM3U\n')
})

test('bytes that are no UTF-8 stay', () => {
  check('#EXTM3U\n#EXTINF:4,\xff\xfe \xc3\n\xff\x80.ts@\nf\xc3\xbc.ts@\n# \0\n')
})

test('what is no playlist, or has nothing to carry a token, is given back itself', () => {
  for (const text of [
    '',
    's.ts\n',
    '#EXTINF:4,\ns.ts',
    '\n#EXTM3U\ns.ts',
    ' #EXTM3U\ns.ts',
    '\xff\xfe#\0E\0',
    'PK\x03\x04',
  ]) {
    const bytes = Buffer.from(text, 'latin1')
    assert.equal(rewriteHls(bytes, byQuery), bytes)
  }
  const foreign = Buffer.from('#EXTM3U\nhttps://cdn.example.net/s.ts\n')
  assert.equal(rewriteHls(foreign, byQuery), foreign)
})

test('the bytes given may be a part of others, and are not changed', () => {
  const whole = Buffer.from('xx#EXTM3U\ns.ts\nyy')
  const before = whole.toString()
  assert.equal(
    Buffer.from(rewriteHls(new Uint8Array(whole.buffer, whole.byteOffset + 2, 12), byQuery)).toString(),
    '#EXTM3U\ns.ts?auth=h.p.s',
  )
  assert.equal(whole.toString(), before)
})

/** Variables: what the playlist says, and what comes out by query and by path. */
const variables: readonly (readonly [define: string, uri: string, inQuery: string, inPath: string])[] = [
  ['NAME="d",VALUE="hd"', '{$d}/s.ts', '{$d}/s.ts?auth=h.p.s', '='],
  ['NAME="d",VALUE="hd"', 's.ts?x={$d}', 's.ts?x={$d}&auth=h.p.s', '='],
  ['NAME="d",VALUE="?x=1"', 's.ts{$d}', 's.ts{$d}&auth=h.p.s', '='],
  ['NAME="d",VALUE="/film"', '{$d}/s.ts', '{$d}/s.ts?auth=h.p.s', '{$d}/s.ts?auth=h.p.s'],
  ['NAME="d",VALUE="https://films.example.com"', '{$d}/s.ts', '{$d}/s.ts?auth=h.p.s', '{$d}/s.ts?auth=h.p.s'],
  ['NAME="d",VALUE="https://cdn.example.net"', '{$d}/s.ts', '=', '='],
  ['NAME="d",VALUE="evil.example/"', '//{$d}s.ts', '=', '='],
  ['NAME="d",VALUE="/evil.example"', '/{$d}/s.ts', '=', '='],
  ['NAME="d",VALUE="x?auth=y"', '{$d}', '=', '='],
  ['NAME="d",VALUE="x#y"', '{$d}', '=', '='],
  // Only the player knows these.
  ['QUERYPARAM="d"', 's.ts?x={$d}', 's.ts?x={$d}&auth=h.p.s', '='],
  ['QUERYPARAM="auth"', 's.ts?auth={$auth}', '=', '='],
  ['IMPORT="d"', 'hd/{$d}.ts', 'hd/{$d}.ts?auth=h.p.s', '='],
  ['IMPORT="d"', '/hd/{$d}.ts', '/hd/{$d}.ts?auth=h.p.s', '/hd/{$d}.ts?auth=h.p.s'],
  ['IMPORT="d"', '{$d}/s.ts', '=', '='],
  ['IMPORT="d"', '/{$d}/s.ts', '=', '='],
  ['IMPORT="d"', 'htt{$d}', '=', '='],
  ['IMPORT="d"', 'https://{$d}/s.ts', '=', '='],
  ['IMPORT="d"', 'https://films.example.com{$d}/s.ts', '=', '='],
  ['NAME="a",VALUE="{$d}"', '{$a}/s.ts', '=', '='],
  ['NAME="d",VALUE="a"\n#EXT-X-DEFINE:IMPORT="d"', '{$d}/s.ts', '=', '='],
]

test('a URI with variables is judged by their values, and keeps their names', () => {
  for (const [define, uri, inQuery, inPath] of variables)
    for (const [carry, wanted] of [
      [byQuery, inQuery],
      [byPath, inPath],
    ] as const) {
      const playlist = (line: string): string => `#EXTM3U\n#EXT-X-DEFINE:${define}\n${line}\n#EXT-X-MAP:URI="${line}"\n`
      assert.equal(
        rewrite(playlist(uri), carry),
        playlist(wanted === '=' ? uri : wanted),
        `${define} ${uri} ${carry.by}`,
      )
    }
})

test('a playlist that would grow beyond all bounds is served as it is, and values of variables too', () => {
  const many = Buffer.from(`#EXTM3U\n${'a\n'.repeat(100_000)}`)
  assert.equal(rewriteHls(many, { ...byQuery, token: 't'.repeat(1000) }), many)
  assert.notEqual(rewriteHls(many, byQuery), many)
  const value = (size: number): string => `#EXTM3U\n#EXT-X-DEFINE:NAME="d",VALUE="${'v'.repeat(size)}"\n`
  assert.equal(rewrite(`${value(4000)}{$d}{$d}`), `${value(4000)}{$d}{$d}?auth=h.p.s`)
  assert.equal(rewrite(`${value(4000)}{$d}{$d}{$d}`), `${value(4000)}{$d}{$d}{$d}`)
  assert.equal(rewrite(`${value(8192)}${'{$d}\n'.repeat(1030)}`).match(/auth/g)?.length, 1024)
})

test('a line is read once, however many attributes it has', () => {
  const line = `#EXT-X-FOO:${'A="b"'.repeat(300_000)},URI="x"`
  assert.equal(rewrite(`#EXTM3U\n${line}`), `#EXTM3U\n${line.slice(0, -1)}?auth=h.p.s"`)
})
