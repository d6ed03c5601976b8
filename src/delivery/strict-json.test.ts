import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseStrictJson } from './strict-json.ts'

const parse = (text: string) => parseStrictJson(Buffer.from(text))

const refused = [
  '', ' ', '[]', '[{}]', 'null', '5', '"{}"', '{', '{}}', '{"a":1,}', "{'a':1}", '\uFEFF{}',
  '{"a":1,"a":2}', '{"a":1,"b":2,"a":1}', '{"a":1,"\\u0061":2}', '{"":1,"":2}', '{"\\"":1,"\\u0022":2}',
  '{"x":{"a":1,"a":2}}', '{"x":[[{"a":1},{"a":1,"a":1}]]}', '{"x":{"a":1},"x":2}', '{"a" : 1 , "a"\n\t\r : 2}',
  '{"__proto__":1}', '{"\\u005f_proto__":1}', '{"x":{"__proto__":{}}}', '{"x":[{"__proto__":{}}]}',
] // prettier-ignore
for (const text of refused) {
  test(`${JSON.stringify(text)} is not strict`, () => {
    assert.equal(parse(text), undefined)
  })
}

const taken = [
  '{}', ' {"a":1} ', '{"a":{"a":{"a":1}}}', '{"x":[{"a":1},{"a":1}],"a":1}', '{"a":"b","b":"a"}', '{"a":"\\"b\\":1,\\"a\\":2"}',
  '{"x":"__proto__"}', '{"a":["a","a"],"b":"a"}', '{"a\\\\":1,"a":2}', '{"a":"\\\\","b":1}', '{"A":1,"a":2}',
] // prettier-ignore
for (const text of taken) {
  test(`${text} is strict`, () => {
    assert.deepEqual(parse(text), JSON.parse(text))
  })
}

test('bytes that are no UTF-8 are refused', () => {
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
    assert.equal(parseStrictJson(Buffer.from([...Buffer.from('{"a":"'), ...bytes, ...Buffer.from('"}')])), undefined)
  }
})

test('whatever JSON.stringify makes of an object is read as JSON.parse reads it, spaced or not', () => {
  const name = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('a', '"', '\\', ':', '{', '\\"'))
  // Not one backslash alone either: where an object had that name, V8 14.6 takes a name of one escaped letter that the next has there for it
  // (JSON.parse('{"\\\\":1}'), then JSON.parse('{"\\"":1}')).
  const harmless = name.filter((text) => text !== '__proto__' && text !== '\\')
  const { object } = fc.letrec((tie) => ({
    value: fc.oneof(fc.string(), name, fc.double(), fc.boolean(), fc.constant(null), tie('object'), tie('list')),
    list: fc.array(tie('value'), { maxLength: 3 }),
    object: fc.dictionary(harmless, tie('value'), { maxKeys: 4 }),
  }))
  fc.assert(
    fc.property(object, fc.constantFrom(0, 1, '\t', '\n'), (value, space) => {
      const text = JSON.stringify(value, undefined, space)
      assert.deepEqual(parse(text), JSON.parse(text))
    }),
    { numRuns: 2000, verbose: true },
  )
})
