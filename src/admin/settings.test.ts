import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../base/errors.ts'
import { changeLayer, showLayer } from './settings.ts'

test('what is set stays until it is set anew or inherited again', () => {
  const first = changeLayer({}, 'kontenum', 'http=deny\nkeys.maxActive=none')
  assert.deepEqual(first, { profile: 'kontenum', toggles: { http: 'deny', 'keys.maxActive': null } })
  const second = changeLayer(first, undefined, 'http=inherit\ntagging=off')
  assert.deepEqual(second, { profile: 'kontenum', toggles: { 'keys.maxActive': null, tagging: false } })
  const third = changeLayer(second, 'inherit', 'keys.maxActive=inherit\ntagging=inherit')
  assert.deepEqual(third, { profile: undefined, toggles: undefined })
})

for (const [title, profile, toggles] of [
  ['a profile that there is not', 'minio', undefined],
  ['a toggle that there is not', undefined, 'sig.v9=on'],
  ['a value that the toggle has not', undefined, 'http=maybe'],
  ['no value', undefined, 'http'],
  ['no name', undefined, '=on'],
  ['a name that every object has', undefined, 'constructor=on'],
] as const) {
  test(`${title} is refused`, () => {
    assert.throws(
      () => changeLayer({}, profile, toggles),
      (error) => error instanceof ApiError && error.code === 'InvalidArgument',
    )
  })
}

test('what is in force is shown beside what is set', () => {
  const shown = showLayer({ toggles: { tagging: false } }, [{ profile: 'selectel' }])
  assert.deepEqual([shown.profile, shown.toggles], [null, { tagging: false }])
  assert.deepEqual([shown.inForce['tagging'], shown.inForce['rateLimit.status']], ['off', '429'])
})
