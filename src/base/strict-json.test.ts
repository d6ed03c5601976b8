import assert from 'node:assert/strict'
import { test } from 'node:test'
import { strictFaultOf } from './strict-json.ts'

const rows: readonly (readonly [text: string, fault: string | undefined])[] = [
  ['{}', undefined],
  ['7', undefined],
  ['{"a":1,"b":{"a":1},"c":[{"a":":"},{"a":"\\":"}]}', undefined],
  ['{"a":1,"a":2}', 'repeated'],
  ['{"a":1,"\\u0061":2}', 'repeated'],
  ['[{"b":{"a":1,"a":1}}]', 'repeated'],
  ['{"a":{"__proto__":1}}', 'prototype'],
  ['{"\\u005f_proto__":1}', 'prototype'],
  ['["__proto__"]', undefined],
  ['["\\ud800"]', 'ill-formed'],
  ['{"\\udc00":1}', 'ill-formed'],
  ['["\\ud83d\\ude00"]', undefined],
  ['[[[1]]]', undefined],
  ['[[[[1]]]]', 'deep'],
  ['{"a":[{"b":[]}]}', 'deep'],
]

for (const [text, fault] of rows) {
  test(`${text}: ${fault ?? 'nothing is wrong'}`, () => {
    assert.equal(strictFaultOf(text, JSON.parse(text), 3), fault)
  })
}

test('what is nested without end is given up at once', () => {
  const text = '['.repeat(5000) + ']'.repeat(5000)
  assert.equal(strictFaultOf(text, JSON.parse(text), 32), 'deep')
})
