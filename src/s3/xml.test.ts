import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { escapeXml, parseXml } from './xml.ts'

const nested = (depth: number): string => '<a>'.repeat(depth) + '</a>'.repeat(depth)

const wellFormed: readonly (readonly [name: string, text: string, root: unknown])[] = [
  ['an empty element', '<a/>', { name: 'a', text: '', children: [] }],
  ['a declaration', '<?xml version="1.0" encoding="UTF-8"?>\n<a>x</a>', { name: 'a', text: 'x', children: [] }],
  [
    'a declaration with other words',
    '<?xml version="1.0" encoding="utf-8" standalone="yes"?><a/>',
    { name: 'a', text: '', children: [] },
  ],
  ['a byte order mark', '\ufeff<a>x</a>', { name: 'a', text: 'x', children: [] }],
  [
    'namespaces and prefixes',
    '<s:a xmlns:s="http://x/"><s:b>1</s:b></s:a>',
    { name: 'a', text: '', children: [{ name: 'b', text: '1', children: [] }] },
  ],
  [
    'the five entities and references',
    '<a>&amp;&lt;&gt;&quot;&apos;&#65;&#x1F600;</a>',
    { name: 'a', text: '&<>"\'A😀', children: [] },
  ],
  ['CDATA', '<a>x<![CDATA[<&]]>y</a>', { name: 'a', text: 'x<&y', children: [] }],
  ['comments', '<!-- x --><a><!-- y -->z</a>', { name: 'a', text: 'z', children: [] }],
  ['white space in text', '<a> x\r\ny </a>', { name: 'a', text: ' x\ny ', children: [] }],
  [
    'attributes, by their local names',
    '<a xmlns:x="http://x/" x:type="b &amp; c" __proto__="d"/>',
    {
      name: 'a',
      text: '',
      children: [],
      attributes: new Map([
        ['type', 'b & c'],
        ['__proto__', 'd'],
      ]),
    },
  ],
  ['an element named as a property', '<__proto__>x</__proto__>', { name: '__proto__', text: 'x', children: [] }],
]
for (const [name, text, root] of wellFormed) test(`${name} can be read`, () => assert.deepEqual(parseXml(text), root))

const malformed: readonly (readonly [name: string, text: string])[] = [
  ['nothing', ''],
  ['text alone', 'x'],
  ['an element left open', '<a><b></b>'],
  ['elements that overlap', '<a><b></a></b>'],
  ['two roots', '<a/><b/>'],
  ['text after the root', '<a/>x'],
  ['an attribute twice', '<a b="1" b="2"/>'],
  ['a bare ampersand', '<a>a & b</a>'],
  ['an entity of its own', '<a>&x;</a>'],
  ['a DOCTYPE', '<!DOCTYPE a><a/>'],
  ['an entity bomb', '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'],
  ['an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
  ['a parameter entity', '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/"> %x;]><a/>'],
  ['a processing instruction', '<?xml-stylesheet href="x"?><a/>'],
  ['a processing instruction inside', '<a><?php x ?></a>'],
  ['another encoding', '<?xml version="1.0" encoding="UTF-16"?><a/>'],
  ['a control character', '<a>\u0001</a>'],
  ['a reference to a surrogate', '<a>&#xD800;</a>'],
  ['a reference beyond Unicode', '<a>&#x110000;</a>'],
  ['33 levels', nested(33)],
  ['200,000 levels', '<a>'.repeat(200_000)],
  ['16,385 elements', `<a>${'<b/>'.repeat(16_384)}</a>`],
  ['16,385 elements and attributes', `<a>${'<b c=""/>'.repeat(8192)}</a>`],
  ['100,000 attributes', `<a ${Array.from({ length: 100_000 }, (_, index) => `b${index}=""`).join(' ')}/>`],
]
for (const [name, text] of malformed) {
  test(`${name} is MalformedXML`, () => assert.throws(() => parseXml(text), { name: 'ApiError', code: 'MalformedXML' }))
}

test('16,384 elements and attributes can be read, and more where more are allowed', () => {
  assert.equal(parseXml(`<a>${'<b/>'.repeat(16_383)}</a>`).children.length, 16_383)
  assert.equal(parseXml(`<a x="" y="">${'<b/>'.repeat(16_381)}</a>`).children.length, 16_381)
  assert.equal(parseXml(`<a>${'<b/>'.repeat(100_000)}</a>`, 100_001).children.length, 100_000)
  assert.throws(() => parseXml(`<a>${'<b/>'.repeat(100_000)}</a>`, 100_000), { code: 'MalformedXML' })
})

test('32 levels can be read', () => assert.equal(parseXml(nested(32)).name, 'a'))

test('escaped text reads back as it was', () => {
  // XML has no way to write the others.
  const text = fc.string({
    unit: fc
      .integer({ min: 0x20, max: 0x10fffd })
      .filter((point) => (point & 0xfffe) !== 0xfffe && (point < 0xd800 || point > 0xdfff))
      .map((point) => String.fromCodePoint(point)),
  })
  fc.assert(fc.property(text, (sent) => assert.equal(parseXml(`<a>${escapeXml(sent)}</a>`).text, sent)))
  assert.equal(parseXml(`<a>${escapeXml('\t\n\r')}</a>`).text, '\t\n\r')
})

test('characters that XML cannot hold become references, as in AWS', () => {
  assert.equal(escapeXml('a\u0001b\u0000\u001f\ufffe'), 'a&#x1;b&#x0;&#x1F;&#xFFFE;')
  assert.equal(escapeXml(`<&>"'\r`), "&lt;&amp;&gt;&quot;'&#xD;")
})
