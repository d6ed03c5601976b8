import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../../base/errors.ts'
import { parseGrantHeader, type NamedGrantee } from './grant-header.ts'

const id = (ID: string): NamedGrantee => ({ type: 'CanonicalUser', ID })
const email = (EmailAddress: string): NamedGrantee => ({ type: 'AmazonCustomerByEmail', EmailAddress })
const uri = (URI: string): NamedGrantee => ({ type: 'Group', URI })

const headers: readonly (readonly [value: string, expected: readonly NamedGrantee[] | undefined])[] = [
  ['id=abc', [id('abc')]],
  ['id="abc"', [id('abc')]],
  [' id = "abc" ', [id('abc')]],
  ['ID=abc', [id('abc')]],
  ['id="abc", id="def"', [id('abc'), id('def')]],
  ['emailAddress="x@y.example"', [email('x@y.example')]],
  ['uri="http://a/?b=c,d", emailaddress=x@y', [uri('http://a/?b=c,d'), email('x@y')]],
  ['id=""', [id('')]],
  ['id="', [id('"')]],
  ['', undefined],
  ['abc', undefined],
  ['id=abc,', undefined],
  ['name=abc', undefined],
  ['=abc', undefined],
]
for (const [value, expected] of headers) {
  test(`a header that grants to ${JSON.stringify(value)} names ${expected?.length ?? 'nobody, and is refused'}`, () => {
    if (expected !== undefined) assert.deepEqual(parseGrantHeader('x-amz-grant-read', value), expected)
    else
      assert.throws(
        () => parseGrantHeader('x-amz-grant-read', value),
        (error) => error instanceof ApiError && error.code === 'InvalidArgument',
      )
  })
}

test('a header of a megabyte of commas and quotes is read in linear time', () => {
  assert.throws(() => parseGrantHeader('x-amz-grant-read', '"'.repeat(500_000) + ','.repeat(500_000)), ApiError)
})
