import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import type { Carry } from './carry.ts'
import { playlistKind } from '../objects/playlist-kind.ts'
import { rewritePlaylist } from './playlist.ts'

test('a playlist is known by its type, else by how its key ends', () => {
  const rows: readonly (readonly [key: string, type: string | undefined, kind: 'hls' | 'dash' | undefined])[] = [
    ['a', 'application/vnd.apple.mpegurl', 'hls'],
    ['a', 'Application/X-MpegURL; charset=utf-8', 'hls'],
    ['a', 'audio/mpegurl', 'hls'],
    ['a', 'application/dash+xml', 'dash'],
    ['a', ' application/dash+xml ;profiles="x"', 'dash'],
    ['a.mpd', 'audio/x-mpegurl', 'hls'],
    ['a.m3u8', undefined, 'hls'],
    ['a.m3u8', 'binary/octet-stream', 'hls'],
    ['a/b.c/d.M3U8', 'text/plain', 'hls'],
    ['a.m3u', '', 'hls'],
    ['a.mpd', undefined, 'dash'],
    ['a.mpd', 'application/xml', 'dash'],
    ['.mpd', undefined, 'dash'],
    ['a', undefined, undefined],
    ['', undefined, undefined],
    ['m3u8', undefined, undefined],
    ['a.m3u8/b', undefined, undefined],
    ['a.m3u8.ts', 'video/mp2t', undefined],
    ['a.mpd5', undefined, undefined],
    ['a.xmpd', undefined, undefined],
    ['a', 'application/dash+xml+x', undefined],
    ['dashboard.html', 'text/x-dash', undefined],
    ['a', 'constructor', undefined],
  ]
  for (const [key, type, kind] of rows) assert.equal(playlistKind(key, type), kind, `${key} ${type}`)
})

const token = 'TOKEN'
const origin = 'https://films.example.com'

const carries: fc.Arbitrary<Carry> = fc.record({
  token: fc.constant(token),
  by: fc.constantFrom('query' as const, 'path' as const),
  origin: fc.constant(origin),
  root: fc.constantFrom('/', '/photos/'),
  key: fc.constantFrom('list', 'film/list', 'a/b/c/list'),
})

/** Where the playlist is, as its client asked for it. */
const addressOf = ({ by, root, key }: Carry): string =>
  by === 'query' ? `${origin}${root}${key}?auth=${token}` : `${origin}${root}~auth=${token}/${key}`

const segment = fc.constantFrom('a', 'b', 'seg-1.ts', '.x', '%20', 'film', 'v', '2%3A', 'k=v', "it's")
const dots = fc.constantFrom('.', '..')
const path = fc
  .tuple(fc.array(fc.oneof({ weight: 4, arbitrary: segment }, dots), { maxLength: 4 }), segment)
  .map(([folders, name]) => [...folders, name].join('/'))
const tail = fc.constantFrom('', '', '', '?v=1', '?v=1&w=2', '#f', '?v=1#f')
const uris = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(path, tail).map((parts) => parts.join('')) },
  fc
    .tuple(
      fc.constantFrom('', '//films.example.com', origin, 'HTTPS://FILMS.example.com:443'),
      fc.constantFrom('/', '/photos/', '/a/../photos/'),
      path,
      tail,
    )
    .map((parts) => parts.join('')),
  fc
    .tuple(
      fc.constantFrom(
        'https://cdn.example.net/',
        '//cdn.example.net/',
        'http://films.example.com/',
        'https://films.example.com:8443/',
      ),
      path,
      tail,
    )
    .map((parts) => parts.join('')),
  fc.constantFrom('data:text/plain,x', 'skd://key', 'urn:uuid:1'),
)

/**
 * Whether the last URI, resolved as a browser does from the playlist's address without its token and over the URIs before it, leads into the
 * bucket. What has left the bucket comes back only by a URI that is whole.
 */
function isOwn({ root, key }: Carry, ...uris: readonly string[]): boolean {
  let at: string | undefined = `${origin}${root}${key}`
  for (const uri of uris) {
    const base: string | undefined = /^https:\/\//i.test(uri) ? origin : at
    const url: URL | undefined = base === undefined ? undefined : new URL(uri, base)
    at = url !== undefined && url.origin === origin && url.pathname.startsWith(root) ? url.href : undefined
  }
  return at !== undefined
}

const resolve = (uris: readonly string[], address: string): URL =>
  uris.reduce((base, uri) => new URL(uri, base), new URL(address))

const hasToken = (url: URL): boolean =>
  url.pathname.includes(`~auth=${token}/`) || new URLSearchParams(url.search).get('auth') === token

/** Takes the token out again; a path that was written out is compared as resolved, not here. */
const strip = (text: string): string => text.replaceAll(/[?]auth=TOKEN|&(?:amp;)?auth=TOKEN|~auth=TOKEN\//g, '')

/** Each URI that was written against the one that was read, in their order. */
function assertCarried(
  before: readonly string[],
  after: readonly string[],
  carry: Carry,
  own: (index: number) => boolean,
  bases: readonly string[] = [],
): void {
  assert.equal(after.length, before.length)
  for (const [index, uri] of before.entries()) {
    const got = after[index] ?? ''
    if (!own(index)) {
      assert.equal(got, uri)
      continue
    }
    const url = resolve([...bases, got], addressOf(carry))
    assert.ok(hasToken(url), `${uri} became ${got}, which leads to ${url.href}`)
  }
}

const tagOf = (uri: string, index: number): string => {
  const tags = [
    `#EXTINF:4.0,title, URI="x"\n${uri}`,
    `#EXT-X-KEY:METHOD=AES-128,URI="${uri}",IV=0x1`,
    `#EXT-X-MAP:URI="${uri}",BYTERANGE="1@0"`,
    `#EXT-X-MEDIA:TYPE=AUDIO,NAME="a, URI=b",URI="${uri}"`,
    `# comment\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${uri}`,
  ]
  return tags[index % tags.length] ?? ''
}

test('in any HLS playlist own URIs have the token for a player, foreign ones have not, and without it the text is the same', () => {
  fc.assert(
    fc.property(
      fc.array(uris, { maxLength: 12 }),
      carries,
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      (list, carry, lineEnd, last) => {
        const text = ['#EXTM3U', ...list.map(tagOf)].join('\n').replaceAll('\n', lineEnd) + (last ? lineEnd : '')
        const out = Buffer.from(rewritePlaylist('hls', Buffer.from(text), carry)).toString()
        // As a player reads it.
        const read = [...out.matchAll(/^(?!#)(\S[^\r\n]*)|^#EXT-X-(?:KEY|MAP|MEDIA):.*URI="([^"]*)"/gm)].map(
          (match) => match[1] ?? match[2] ?? '',
        )
        assertCarried(list, read, carry, (index) => isOwn(carry, list[index] ?? ''))
        if (carry.by === 'query') assert.equal(strip(out), text)
        else assert.equal(out.split(lineEnd).length, text.split(lineEnd).length)
      },
    ),
    { numRuns: 2000 },
  )
})

const escape = (uri: string): string => uri.replaceAll('&', '&amp;').replaceAll("'", '&apos;')
const bases = fc.option(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        'video/',
        './',
        '../',
        'a/b/',
        'file.mp4',
        '/',
        '/film/',
        '/photos/x/',
        `${origin}/photos/y/`,
        `${origin}/z/`,
      ),
    },
    fc.constantFrom('https://cdn.example.net/', '//cdn.example.net/a/', 'https://films.example.com:8443/'),
  ),
  { nil: undefined, freq: 3 },
)
/** One branch of a manifest, from its top to one Representation with a list of segments. */
const branches = fc.record({
  bases: fc.tuple(bases, bases, bases, bases),
  quote: fc.constantFrom('"', "'"),
  media: fc.array(uris, { maxLength: 5 }),
})

const written = (uri: string | undefined): string =>
  uri === undefined ? '' : `<d:BaseURL> ${escape(uri)}\n</d:BaseURL>`

/** BaseURLs and URIs of segments, as an XML parser of others reads them. */
function readManifest(text: string): { bases: string[]; media: string[] } {
  const read = { bases: [] as string[], media: [] as string[] }
  const parser = new SaxesParser()
  let inBase = false
  parser.on('opentag', ({ name, attributes }) => {
    inBase = name === 'd:BaseURL'
    if (inBase) read.bases.push('')
    const media = attributes['media']
    if (media !== undefined) read.media.push(media)
  })
  parser.on('text', (text) => {
    if (inBase) read.bases.push((read.bases.pop() ?? '') + text)
  })
  parser.on('closetag', () => (inBase = false))
  parser.write(text).close()
  return { ...read, bases: read.bases.map((base) => base.trim()) }
}

test('in any DASH manifest own URIs have the token for a player, foreign ones have not, and without it the text is the same', () => {
  fc.assert(
    fc.property(branches, carries, ({ bases: [top, period, set, representation], quote, media }, carry) => {
      const urls = media.map((uri) => `<d:SegmentURL media=${quote}${escape(uri)}${quote} />`).join('\n')
      const text = `<?xml version="1.0"?>\r\n<d:MPD xmlns:d="urn:mpeg:dash:schema:mpd:2011"><!-- <BaseURL> -->${written(top)}<d:Period>${written(period)}<d:AdaptationSet>${written(set)}
<d:Representation id="1">${written(representation)}<d:SegmentList>${urls}</d:SegmentList></d:Representation></d:AdaptationSet></d:Period></d:MPD>\n`
      const out = Buffer.from(rewritePlaylist('dash', Buffer.from(text), carry)).toString()
      const before = readManifest(text)
      const after = readManifest(out)
      assert.deepEqual(before.media, media)
      const own = (index: number): boolean => isOwn(carry, ...before.bases, media[index] ?? '')
      assertCarried(media, after.media, carry, own, after.bases)
      if (carry.by === 'query') assert.equal(strip(out), text)
      for (const [index, base] of after.bases.entries())
        if (!isOwn(carry, ...before.bases.slice(0, index + 1))) assert.equal(base, before.bases[index])
    }),
    { numRuns: 2000 },
  )
})

test('whatever bytes there are, only tokens come in', () => {
  const piece = fc.constantFrom(
    ...[
      '#EXTM3U',
      '\n',
      '\r',
      '#EXT-X-KEY:',
      'URI="',
      '"',
      ',',
      '=',
      '{$',
      '}',
      '#',
      '\xff',
      '\0',
      ' ',
      '/',
      '?',
      '&',
      ';',
    ],
    ...[
      '<MPD>',
      '</MPD>',
      '<Period',
      '</Period>',
      '<BaseURL>',
      '</BaseURL>',
      '<',
      '>',
      '/>',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
    ],
    ...[
      '<SegmentTemplate media="',
      "<SegmentTemplate index='",
      '&amp;',
      '&#x2f;',
      '&#',
      '<?',
      '?>',
      '<!DOCTYPE',
      'a.ts',
      '../',
      "'",
    ],
  )
  const beginnings = fc.constantFrom('#EXTM3U\n', '<MPD>', '<MPD><Period>', '<MPD><BaseURL>', '')
  fc.assert(
    fc.property(
      beginnings,
      fc.array(piece, { maxLength: 20 }),
      fc.constantFrom('', '</BaseURL></MPD>', '</Period></MPD>', '</MPD>'),
      carries,
      (beginning, pieces, end, carry) => {
        const text = beginning + pieces.join('') + end
        const bytes = Buffer.from(text, 'latin1')
        for (const kind of ['hls', 'dash'] as const) {
          const out = Buffer.from(rewritePlaylist(kind, bytes, { ...carry, by: 'query' })).toString('latin1')
          assert.equal(strip(out), text)
        }
      },
    ),
    { numRuns: 3000 },
  )
})
