import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Carry } from './carry.ts'
import { rewriteDash } from './dash.ts'

const byQuery: Carry = {
  token: 'h.p.s',
  by: 'query',
  origin: 'https://films.example.com',
  root: '/',
  key: 'film/manifest.mpd',
}
const byPath: Carry = { ...byQuery, by: 'path' }

const rewrite = (text: string, carry = byQuery): string =>
  Buffer.from(rewriteDash(Buffer.from(text, 'latin1'), carry)).toString('latin1')

/** `@` stands for the token as the first parameter and `&@` as a further one, `~/` for it in the path; without them the text is what is given. */
function check(marked: string): void {
  const given = marked.replaceAll(/&?@|~\//g, '')
  const inQuery = marked.replaceAll('~/', '').replaceAll('&@', '&amp;auth=h.p.s').replaceAll('@', '?auth=h.p.s')
  const inPath = marked.replaceAll(/&?@/g, '').replaceAll('~/', '~auth=h.p.s/')
  assert.equal(rewrite(given), inQuery)
  assert.equal(rewrite(given, byPath), inPath)
}

const samples = {
  ffmpeg: `<?xml version="1.0" encoding="utf-8"?>
<MPD xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
	xmlns="urn:mpeg:dash:schema:mpd:2011"
	xmlns:xlink="http://www.w3.org/1999/xlink"
	xsi:schemaLocation="urn:mpeg:DASH:schema:MPD:2011 http://standards.iso.org/ittf/PubliclyAvailableStandards/MPEG-DASH_schema_files/DASH-MPD.xsd"
	profiles="urn:mpeg:dash:profile:isoff-live:2011"
	type="static">
	<ProgramInformation>
	</ProgramInformation>
	<ServiceDescription id="0">
	</ServiceDescription>
	<Period id="0" start="PT0.0S">
		<AdaptationSet id="0" contentType="video" segmentAlignment="true" bitstreamSwitching="true">
			<Representation id="0" mimeType="video/mp4" codecs="avc1.64000d" bandwidth="200000">
				<SegmentTemplate timescale="12800" initialization="init-stream$RepresentationID$.m4s@" media="chunk-stream$RepresentationID$-$Number%05d$.m4s@" startNumber="1">
					<SegmentTimeline>
						<S t="0" d="25600" r="2" />
					</SegmentTimeline>
				</SegmentTemplate>
			</Representation>
		</AdaptationSet>
	</Period>
</MPD>
`,
  'Shaka Packager, on demand': `<?xml version="1.0" encoding="UTF-8"?>
<!--Generated with https://github.com/shaka-project/shaka-packager version v3.2.0-53b8668-release-->
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" type="static">
  <Period id="0">
    <AdaptationSet id="0" contentType="video" subsegmentAlignment="true">
      <Representation id="0" bandwidth="3000" codecs="avc1.4d401f" mimeType="video/mp4">
        <BaseURL>h264_720p.mp4@</BaseURL>
        <SegmentBase indexRange="825-892" timescale="90000">
          <Initialization range="0-824"/>
        </SegmentBase>
      </Representation>
    </AdaptationSet>
    <AdaptationSet id="1" contentType="text">
      <Representation id="1" bandwidth="256" mimeType="text/vtt"><BaseURL>subs.vtt@</BaseURL></Representation>
    </AdaptationSet>
  </Period>
</MPD>`,
  Bento4: `<?xml version="1.0" ?>
<MPD mediaPresentationDuration="PT4S" minBufferTime="PT2S" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static" xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:cenc="urn:mpeg:cenc:2013">
  <!-- Created with Bento4 mp4-dash.py, VERSION=2.0.0-639 -->
  <Period>
    <!-- Video -->
    <AdaptationSet maxHeight="200" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1">
      <ContentProtection schemeIdUri="urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b" value="BaseURL"><BaseURL>not.mine</BaseURL><cenc:pssh>AAAA</cenc:pssh></ContentProtection>
      <SegmentTemplate initialization="$RepresentationID$/init.mp4@" media="$RepresentationID$/seg-$Number$.m4s@" startNumber="1" timescale="1000"/>
      <Representation bandwidth="601392" codecs="avc1.640015" id="video/avc1"/>
    </AdaptationSet>
  </Period>
</MPD>`,
  'AWS Elemental': `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" id="201" type="dynamic" minimumUpdatePeriod="PT6S" publishTime="2026-01-01T00:00:00">
  <Location>https://films.example.com/~/film/manifest.mpd?start=1&amp;x=2&@</Location>
  <PatchLocation ttl="60">https://films.example.com/~/film/patch.mpp?t=1&@</PatchLocation>
  <BaseURL>https://films.example.com/~/film/v1/</BaseURL>
  <Period start="PT0S" id="1">
    <BaseURL>period/</BaseURL>
    <EventStream schemeIdUri="urn:scte:scte35:2013:xml"><Event presentationTime="1"><SegmentTemplate media="not.mine" xmlns="x"/></Event></EventStream>
    <AdaptationSet mimeType="video/mp4">
      <SegmentTemplate timescale="30000" media="/~/film/segment_video_$Time$.mp4?m=1&amp;n=2&@" initialization="../init.mp4?m=1&@" presentationTimeOffset="0"><SegmentTimeline><S t="1" d="2"/></SegmentTimeline></SegmentTemplate>
      <Representation id="1" bandwidth="1"/>
    </AdaptationSet>
    <SupplementalProperty schemeIdUri="urn:scte:dash:utc-time" value="2026"/>
  </Period>
  <UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="https://time.example/?iso"/>
</MPD>`,
  'lists of segments, everything that has a URI': `<MPD xmlns:xlink="http://www.w3.org/1999/xlink">
<ContentSteering defaultServiceLocation="a" queryBeforeStart="true">/~/steer.json@</ContentSteering>
<InitializationSet id="1" initialization="common.mp4@"/>
<Period xlink:href="period.xml@" xlink:actuate="onLoad"/>
<Period xlink:href="urn:mpeg:dash:resolve-to-zero:2013"><EventStream xlink:href="events.xml@"/></Period>
<Period>
<AdaptationSet xlink:href="https://ads.example/set.xml"/>
<AdaptationSet><Representation>
<SegmentList xlink:href="list.xml@"><Initialization sourceURL="i.mp4@" range="0-1"/><RepresentationIndex sourceURL="x.idx@"/><BitstreamSwitching sourceURL="b.mp4@"/>
<SegmentURL media="a/1.m4s@" index="a/1.idx@" mediaRange="0-1"/><SegmentURL mediaRange="2-3"/><SegmentURL media="https://films.example.com/~/film/2.m4s@"/><SegmentURL media="https://cdn.example.net/3.m4s"/></SegmentList>
</Representation><Representation><SegmentTemplate media="m@" index="x@" initialization="i@" bitstreamSwitching="b@" presentationTimeOffset="0"/></Representation></AdaptationSet>
</Period></MPD>`,
}

for (const [name, text] of Object.entries(samples))
  test(`${name}: every own URI carries the token, all else stays`, () => check(text))

/** A manifest with one template in its set, and BaseURLs where a case wants them. */
const mpd = (
  places: { top?: string; period?: string; set?: string; representations?: readonly string[] },
  media: string,
): string =>
  `<MPD>${places.top ?? ''}<Period>${places.period ?? ''}<AdaptationSet>${places.set ?? ''}<SegmentTemplate media="${media}"/>${(places.representations ?? ['']).map((content) => `<Representation>${content}</Representation>`).join('')}</AdaptationSet></Period></MPD>`
const base = (uri: string): string => `<BaseURL>${uri}</BaseURL>`

test('below a foreign BaseURL what is relative is foreign too', () => {
  const foreign = base('https://cdn.example.net/film/')
  check(mpd({ top: foreign }, '$Number$.m4s'))
  check(mpd({ period: foreign }, '$Number$.m4s'))
  check(mpd({ set: foreign }, '$Number$.m4s'))
  check(mpd({ representations: [foreign] }, '$Number$.m4s'))
  check(mpd({ representations: ['', foreign] }, '$Number$.m4s'))
  check(mpd({ top: foreign, period: base('more/') }, '/film/$Number$.m4s'))
  check(mpd({ top: foreign, set: base('file.mp4') }, '//films.example.com/$Number$.m4s'))
  check(mpd({ top: base('data:,') }, '$Number$.m4s'))
  check(mpd({ top: base('//cdn.example.net/') }, '$Number$.m4s'))
  check(mpd({ top: base('https://cdn.example.net') }, '$Number$.m4s'))
})

test('below a foreign BaseURL what has the own origin is own', () => {
  const foreign = base('https://cdn.example.net/film/')
  check(mpd({ top: foreign }, 'https://films.example.com/~/film/$Number$.m4s@'))
  check(mpd({ top: foreign, period: base('https://films.example.com/~/film/') }, '$Number$.m4s@'))
  check(
    mpd(
      {
        period: foreign,
        representations: [base('https://films.example.com/~/a/'), base('https://films.example.com/~/b/')],
      },
      '$Number$.m4s@',
    ),
  )
})

test('of several BaseURLs a player may take any: all must be own', () => {
  check(mpd({ top: base('a/') + base('https://films.example.com/~/b/') }, '$Number$.m4s@'))
  check(mpd({ top: base('a/') + base('https://cdn.example.net/b/') }, '$Number$.m4s'))
  check(
    mpd({ top: base('a/') + base('https://cdn.example.net/b/'), period: base('/~/c/') }, '$Number$.m4s').replace(
      '~/',
      '',
    ),
  )
  check(
    mpd(
      { top: base('a/') + base('https://cdn.example.net/b/'), period: base('https://films.example.com/~/c/') },
      '$Number$.m4s@',
    ),
  )
  check(mpd({ period: Array.from({ length: 17 }, (_, n) => base(`${n}/`)).join('') }, '$Number$.m4s'))
})

test('a folder is left alone where its query would be lost, and a file is not', () => {
  for (const folder of ['video/', './', '.', '..', '../', '%2e%2E', 'a/..', '?v=1', '', 'a/?v=1', 'a/#x'])
    check(mpd({ top: base(folder) }, '$Number$.m4s@'))
  check(mpd({ top: base('video@') }, '$Number$.m4s@'))
  check(mpd({ top: base('https://films.example.com/~/a/b?v=1&@') }, '$Number$.m4s@'))
  check(mpd({ top: base('/~/film/video/'), set: base('/~/film/video/') }, '$Number$.m4s@'))
})

test('where dots climb over the token in the path, the token is in the query if there are several places to climb from', () => {
  assert.equal(rewrite(mpd({}, '../../x'), byPath), mpd({}, '/~auth=h.p.s/x'))
  const representations = [base('a/b/'), '']
  assert.equal(rewrite(mpd({ representations }, '../../x'), byPath), mpd({ representations }, '../../x?auth=h.p.s'))
  assert.equal(rewrite(mpd({ top: base('../../../a/') }, 'x'), byPath), mpd({ top: base('/~auth=h.p.s/a/') }, 'x'))
  assert.equal(rewrite(mpd({ top: base('a/b/') }, '../../x'), byPath), mpd({ top: base('a/b/') }, '../../x'))
})

test('a foreign Location may become the place of the manifest', () => {
  check(mpd({ top: '<Location>https://cdn.example.net/m.mpd</Location>' }, '$Number$.m4s'))
  check(mpd({ top: '<Location>https://films.example.com/~/b/m.mpd@</Location>' }, '$Number$.m4s@'))
  check(mpd({ top: '<Location>m.mpd@</Location>' }, '$Number$.m4s@'))
})

test('a document that is put in place of a level may have any BaseURL', () => {
  check('<MPD><Period><SegmentTemplate media="m@"/><AdaptationSet/></Period></MPD>')
  check('<MPD><Period><SegmentTemplate media="m"/><AdaptationSet xlink:href="set.xml@"/></Period></MPD>')
})

test('the root of a bucket in the path is kept apart', () => {
  const carry = { ...byQuery, root: '/photos/' }
  const text = mpd({ top: base('../..//') }, 'm.m4s')
  assert.equal(rewrite(text, carry), text)
  assert.equal(rewrite(mpd({}, '/photos/m'), carry), mpd({}, '/photos/m?auth=h.p.s'))
  assert.equal(rewrite(mpd({}, '/photos/m'), { ...carry, by: 'path' }), mpd({}, '/photos/~auth=h.p.s/m'))
  assert.equal(rewrite(mpd({}, '/other/m'), carry), mpd({}, '/other/m'))
})

test('identifiers of templates stay as they are', () => {
  check(mpd({}, '$RepresentationID$/$Bandwidth$/$Number%05d$-$Time$-$SubNumber$$$.m4s@'))
  check(mpd({}, '$$$Number$.m4s?n=$Number$&@'))
})

test('an id that could make a template lead elsewhere keeps the token from those that begin with it', () => {
  const withId = (id: string, media: string): string =>
    `<MPD><Period><AdaptationSet><SegmentTemplate media="${media}"/><Representation id="v1"/><Representation id=${id}/></AdaptationSet></Period></MPD>`
  for (const id of [
    '"//evil.example/"',
    "'https://evil.example'",
    '"/x"',
    '"\\\\evil"',
    '"&#47;/evil"',
    '"\t/"',
    '"x:y"',
  ]) {
    for (const media of [
      '$RepresentationID$/m',
      '/$RepresentationID$/m',
      'htt$RepresentationID$m',
      '//$RepresentationID$/m',
    ])
      check(withId(id, media))
    check(withId(id, 'a/$RepresentationID$/m@'))
    check(withId(id, '/~/a/$RepresentationID$/m@'))
    check(withId(id, 'm@'))
  }
  check(withId('"mp4a_128325_eng=4"', '$RepresentationID$/m@'))
})

test('what XML allows is read: quotes, prefixes, references, CDATA, comments, instructions, white space', () => {
  check(`<mpd:MPD xmlns:mpd='urn:mpeg:dash:schema:mpd:2011'><mpd:BaseURL
  >  \n video/file.mp4@ \r\n</mpd:BaseURL ><mpd:Period><mpd:AdaptationSet><mpd:SegmentTemplate
   media = 'a&amp;b.m4s?x=1&amp;y=2&@'
   initialization\n=\n" i&#x3f;x=1&@ " title=">"  /></mpd:AdaptationSet></mpd:Period></mpd:MPD>`)
  check(
    '\xef\xbb\xbf<?xml version="1.0"?>\r\n<?xml-stylesheet href="a.xsl" <MPD> ?><!-- <BaseURL>x</BaseURL> -- > --><MPD><BaseURL><!-- why -->a.mp4@<?x y?></BaseURL></MPD>\n\n<!-- end -->\n',
  )
  check('<MPD><BaseURL>\n<![CDATA[\n a.mp4@ ]]>\n</BaseURL></MPD>')
  assert.equal(
    rewrite('<MPD><BaseURL><![CDATA[a?b&c]]></BaseURL></MPD>'),
    '<MPD><BaseURL><![CDATA[a?b&c&auth=h.p.s]]></BaseURL></MPD>',
  )
  check(mpd({}, '&quot;&apos;&lt;&gt;&#228;&#x1F600;.m4s@'))
  check(mpd({}, 'https&#58;&#x2F;&#47;cdn.example.net/m'))
  check(mpd({}, 'https&#58;&#x2F;&#47;films.example.com/~/&#x6d;@#f'))
  check(mpd({}, '&#104;ttps://films.example.com/~/film/m@#&#35;'))
  check(mpd({ top: base('&#104;ttps://cdn.example.net/') }, 'm'))
  check(mpd({ top: base('https://<![CDATA[cdn.example.net/]]>') }, 'm'))
  check(mpd({ top: base('ht<!-- -->tps://cdn.example.net/') }, 'm'))
  check(mpd({ top: base('vid<!-- -->eo.mp4') }, 'm@'))
  check(mpd({}, '/&#9;/evil.example/m'))
  check(mpd({ top: base('&unknown;') }, 'm'))
  check(mpd({}, 'm&unknown;'))
  check(mpd({}, 'm&x'))
  check(mpd({}, 'm&#99999999;'))
  check('<MPD><BaseURL/><Period><BaseURL></BaseURL></Period></MPD>')
})

test('elements out of place are of no interest', () => {
  check(
    '<MPD><SegmentTemplate media="a"/><Foo><BaseURL>a.mp4</BaseURL></Foo><BaseURL><BaseURL>b</BaseURL>a.mp4@</BaseURL><Period media="x" sourceURL="y"><SegmentURL media="c"/></Period></MPD>',
  )
})

test('a level that is found again in something else does not count', () => {
  check(
    '<MPD><Period><EventStream><Event><Period><BaseURL>https://cdn.example.net/</BaseURL></Period></Event></EventStream><SegmentTemplate media="m@"/></Period></MPD>',
  )
})

const good = mpd({}, 'm')
const unreadable: Readonly<Record<string, string>> = {
  empty: '',
  'UTF-16 LE': Buffer.from(`\ufeff${good}`, 'utf16le').toString('latin1'),
  'UTF-16 LE without a mark': Buffer.from(good, 'utf16le').toString('latin1'),
  'UTF-16 BE': Buffer.from(`\ufeff${good}`, 'utf16le').swap16().toString('latin1'),
  'a DTD': `<!DOCTYPE MPD [<!ENTITY x "y">]>${good}`,
  'a DTD in lower case': `<!doctype MPD>${good}`,
  'another root': '<Patch><add><BaseURL>a.mp4</BaseURL></add></Patch>',
  'a Period alone': '<Period><BaseURL>a.mp4</BaseURL></Period>',
  HLS: '#EXTM3U\ns.ts',
  JSON: '{"MPD":"<"}',
  'two roots': good + good,
  'an open element': good.replace('</MPD>', ''),
  'an open tag': good.slice(0, -1),
  'an open comment': `${good}<!-- `,
  'open CDATA': '<MPD><BaseURL>a<![CDATA[</BaseURL></MPD>',
  'an open instruction': `<?xml ${good}`,
  'an open value': good.replace('"m"', '"m'),
  'a value without quotes': good.replace('"m"', 'm'),
  'an attribute without a value': good.replace('media=', 'media '),
  'elements that cross': good.replace('</Period></MPD>', '</MPD></Period>'),
  'a close too many': `${good}</MPD>`,
  'a tag without a name': good.replace('<Period>', '< Period>'),
  'depth without end': `<MPD>${'<a>'.repeat(100)}${'</a>'.repeat(100)}<BaseURL>a.mp4</BaseURL></MPD>`,
  'URIs without end': `<MPD>${'<BaseURL>a</BaseURL>'.repeat(100_001)}</MPD>`,
  'levels without end': `<MPD><BaseURL>a</BaseURL>${'<Period/>'.repeat(100_001)}</MPD>`,
  'attributes without end': good.replace('media', `${'a="" '.repeat(1000)} media`),
  'pieces without end': `<MPD><BaseURL>a${'<!---->a'.repeat(20)}</BaseURL></MPD>`,
}

for (const [name, text] of Object.entries(unreadable))
  test(`${name}: what cannot be read with certainty is given back itself`, () => {
    const bytes = Buffer.from(text, 'latin1')
    for (const carry of [byQuery, byPath]) assert.equal(rewriteDash(bytes, carry), bytes)
  })

test('bytes that are no UTF-8 stay', () => {
  check('<MPD a="\xff\xfe"><BaseURL>\xff\x80/\xc3.mp4@</BaseURL></MPD>\xff')
})
