import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../base/errors.ts'
import { bucketTagsMax, checkTags, objectTagsMax, parseTagHeader, tagSet, type Tag } from './tags.ts'

const tag = (Key: string, Value = ''): Tag => ({ Key, Value })
const some = (count: number): Tag[] => Array.from({ length: count }, (_, index) => tag(`key${index}`))

const refusals: readonly (readonly [what: string, tags: readonly Tag[], code: string])[] = [
  ['an empty key', [tag('')], 'InvalidTag'],
  ['a key of 129', [tag('k'.repeat(129))], 'InvalidTag'],
  ['a value of 257', [tag('k', 'v'.repeat(257))], 'InvalidTag'],
  ['a value of 129 characters of two units', [tag('k', '𠀀'.repeat(129))], 'InvalidTag'],
  ['a key twice', [tag('k', '1'), tag('k', '2')], 'InvalidTag'],
  ['a key of AWS', [tag('aws:cloudformation:stack')], 'InvalidTag'],
  ['a key of AWS in capitals', [tag('AWS:x')], 'InvalidTag'],
  ['a key with a character that is not allowed', [tag('k<')], 'InvalidTag'],
  ['a value with a control character', [tag('k', 'a\nb')], 'InvalidTag'],
  ['a lone surrogate', [tag('k', '\ud800')], 'InvalidTag'],
  ['11 tags', some(11), 'BadRequest'],
]
for (const [what, tags, code] of refusals) {
  test(`an object cannot have ${what}`, () => {
    assert.throws(
      () => checkTags(tags, objectTagsMax),
      (error) => error instanceof ApiError && error.code === code,
    )
  })
}

test('tags are taken up to their limits, in any script, and given back in order', () => {
  const tags = [tag('k'.repeat(128), 'v'.repeat(256)), tag('größe', 'ein Meter'), tag('__proto__', 'a+b-c=d.e_f:g/h@i')]
  assert.deepEqual(tagSet(checkTags(tags, objectTagsMax)), tags)
  assert.equal(tagSet(checkTags(some(10), objectTagsMax)).length, 10)
  assert.equal(tagSet(checkTags(some(50), bucketTagsMax)).length, 50)
  assert.throws(() => checkTags(some(51), bucketTagsMax), /Bucket tag count cannot be greater than 50/)
})

const headers: readonly (readonly [text: string, tags: readonly Tag[] | string])[] = [
  ['a=b&c=d', [tag('a', 'b'), tag('c', 'd')]],
  ['', []],
  ['a', [tag('a')]],
  ['a=', [tag('a')]],
  ['a=b=c', [tag('a', 'b=c')]],
  ['a%20b=c+d&', [tag('a b', 'c d')]],
  ['gr%C3%B6%C3%9Fe=1', [tag('größe', '1')]],
  ['a=1&a=2', 'InvalidArgument'],
  ['a=%zz', 'InvalidArgument'],
  ['a=%ff', 'InvalidArgument'],
  ['=b', 'InvalidTag'],
  ['aws:a=b', 'InvalidTag'],
  [
    some(11)
      .map(({ Key }) => Key)
      .join('&'),
    'BadRequest',
  ],
]
for (const [text, expected] of headers) {
  test(`the header ${JSON.stringify(text)} has ${typeof expected === 'string' ? expected : `${expected.length} tags`}`, () => {
    if (typeof expected !== 'string') assert.deepEqual(tagSet(parseTagHeader(text)), expected)
    else
      assert.throws(
        () => parseTagHeader(text),
        (error) => error instanceof ApiError && error.code === expected,
      )
  })
}
