import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../base/errors.ts'
import { checkKeyName } from './key-name.ts'

/** The key, and what the fault says where it breaks a rule of Qencode's. */
const keys: readonly (readonly [key: string, fault?: RegExp])[] = [
  // Q-ON-6
  ['Kitten Videos'],
  ['users/beatrice/kitten.jpg'],
  ['自由.txt'],
  ['a'.repeat(1024)],
  [' '],
  ['~'],
  // Q-ON-2, Q-ON-3
  ['a\x1fb', /control/],
  ['\x01', /control/],
  ['a\tb', /control/],
  ['a\x7f', /control/],
  ['a\x80b'],
  // Q-ON-4
  ['a\\b', /backslash/],
  // Q-ON-5
  ['/a', /begin with a slash/],
  ['a/', /end with a slash/],
  ['a//b', /two slashes/],
  ['/', /slash/],
  ['a/b/c'],
]
for (const [key, fault] of keys) {
  test(`${JSON.stringify(key.slice(0, 40))} ${fault === undefined ? 'keeps' : 'breaks'} Qencode's rules`, () => {
    assert.doesNotThrow(() => checkKeyName(key, 'aws'))
    if (fault === undefined) assert.doesNotThrow(() => checkKeyName(key, 'qencode'))
    else
      assert.throws(
        () => checkKeyName(key, 'qencode'),
        (error) => error instanceof ApiError && error.code === 'InvalidArgument' && fault.test(error.message),
      )
  })
}
