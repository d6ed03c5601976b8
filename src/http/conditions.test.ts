import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../base/errors.ts'
import {
  checkCopySourceConditions,
  checkDeleteConditions,
  checkReadConditions,
  checkWriteConditions,
  type DeleteConditions,
  type ReadConditions,
  readConditionsOf,
  requireWritableConditions,
  type WriteConditions,
} from './conditions.ts'

const modifiedMs = Date.UTC(2026, 10, 20, 9, 30, 0, 700)
const current = { etag: 'aaaa-2', modifiedMs, size: 10 }
const before = modifiedMs - 5000
const same = Math.floor(modifiedMs / 1000) * 1000
const after = modifiedMs + 5000

/** The code and its condition of what the check throws; `ok` where it does not. */
function outcomeOf(check: () => void): string {
  try {
    check()
    return 'ok'
  } catch (error) {
    assert.ok(error instanceof ApiError)
    return [error.code, ...Object.values(error.details)].join(' ')
  }
}

const reads: readonly [ReadConditions, string][] = [
  [{}, 'ok'],
  [{ ifMatch: '"aaaa-2"' }, 'ok'],
  [{ ifMatch: 'aaaa-2' }, 'ok'],
  [{ ifMatch: '*' }, 'ok'],
  [{ ifMatch: '"x","aaaa-2"' }, 'ok'],
  [{ ifMatch: ' "x" ,\t"aaaa-2" ' }, 'ok'],
  [{ ifMatch: 'x, aaaa-2 , y' }, 'ok'],
  [{ ifMatch: '"a,b", "aaaa-2"' }, 'ok'],
  [{ ifMatch: '"aaaa-2' }, 'ok'],
  [{ ifMatch: 'W/"aaaa-2"' }, 'PreconditionFailed If-Match'],
  [{ ifMatch: '"aaaa"' }, 'PreconditionFailed If-Match'],
  [{ ifMatch: '"aaaa-22"' }, 'PreconditionFailed If-Match'],
  [{ ifMatch: '"AAAA-2"' }, 'PreconditionFailed If-Match'],
  [{ ifMatch: '"x,aaaa-2"' }, 'PreconditionFailed If-Match'],
  [{ ifMatch: '' }, 'PreconditionFailed If-Match'],
  [{ ifMatch: ',,,' }, 'PreconditionFailed If-Match'],
  [{ ifNoneMatch: '"x"' }, 'ok'],
  [{ ifNoneMatch: '' }, 'ok'],
  [{ ifNoneMatch: '"aaaa-2"' }, 'NotModified'],
  [{ ifNoneMatch: 'W/"aaaa-2"' }, 'NotModified'],
  [{ ifNoneMatch: '"x", W/"aaaa-2"' }, 'NotModified'],
  [{ ifNoneMatch: '*' }, 'NotModified'],
  [{ ifModifiedSinceMs: before }, 'ok'],
  [{ ifModifiedSinceMs: same }, 'NotModified'],
  [{ ifModifiedSinceMs: after }, 'NotModified'],
  [{ ifUnmodifiedSinceMs: before }, 'PreconditionFailed If-Unmodified-Since'],
  [{ ifUnmodifiedSinceMs: same }, 'ok'],
  [{ ifUnmodifiedSinceMs: after }, 'ok'],
  // S3's two documented combinations, and the others that the order of evaluation decides.
  [{ ifMatch: '"aaaa-2"', ifUnmodifiedSinceMs: before }, 'ok'],
  [{ ifNoneMatch: '"aaaa-2"', ifModifiedSinceMs: before }, 'NotModified'],
  [{ ifNoneMatch: '"x"', ifModifiedSinceMs: after }, 'ok'],
  [{ ifMatch: '"x"', ifNoneMatch: '"aaaa-2"' }, 'PreconditionFailed If-Match'],
  [{ ifMatch: '"aaaa-2"', ifNoneMatch: '"aaaa-2"' }, 'NotModified'],
  [{ ifUnmodifiedSinceMs: before, ifModifiedSinceMs: after }, 'PreconditionFailed If-Unmodified-Since'],
  [{ ifMatch: '*', ifModifiedSinceMs: after }, 'NotModified'],
]
test('the conditions of a read are decided as RFC 9110 13.2.2 orders them', () => {
  for (const [conditions, outcome] of reads) {
    assert.equal(
      outcomeOf(() => checkReadConditions(conditions, current)),
      outcome,
      JSON.stringify(conditions),
    )
  }
})

test('a copy whose source does not meet its conditions is 412, whichever fails', () => {
  for (const [conditions, outcome] of reads) {
    const copied = outcomeOf(() => checkCopySourceConditions(conditions, current))
    assert.equal(
      copied.startsWith('PreconditionFailed x-amz-copy-source-If-'),
      outcome !== 'ok',
      JSON.stringify(conditions),
    )
    assert.equal(copied === 'ok', outcome === 'ok', JSON.stringify(conditions))
  }
})

const writes: readonly [WriteConditions, here: string, absent: string][] = [
  [{}, 'ok', 'ok'],
  [{ ifNoneMatch: '*' }, 'PreconditionFailed If-None-Match', 'ok'],
  [{ ifNoneMatch: '"aaaa-2"' }, 'PreconditionFailed If-None-Match', 'ok'],
  [{ ifNoneMatch: 'aaaa-2' }, 'PreconditionFailed If-None-Match', 'ok'],
  [{ ifNoneMatch: 'W/"aaaa-2"' }, 'PreconditionFailed If-None-Match', 'ok'],
  [{ ifNoneMatch: '"x", "aaaa-2"' }, 'PreconditionFailed If-None-Match', 'ok'],
  [{ ifNoneMatch: '"x"' }, 'ok', 'ok'],
  [{ ifNoneMatch: '' }, 'ok', 'ok'],
  [{ ifMatch: '"aaaa-2"' }, 'ok', 'NoSuchKey'],
  [{ ifMatch: 'aaaa-2' }, 'ok', 'NoSuchKey'],
  [{ ifMatch: '*' }, 'ok', 'NoSuchKey'],
  [{ ifMatch: '"x"' }, 'PreconditionFailed If-Match', 'NoSuchKey'],
]
test('a write is kept from replacing what it should not', () => {
  for (const [conditions, here, absent] of writes) {
    requireWritableConditions(conditions)
    assert.equal(
      outcomeOf(() => checkWriteConditions(conditions, current)),
      here,
      JSON.stringify(conditions),
    )
    assert.equal(
      outcomeOf(() => checkWriteConditions(conditions, undefined)),
      absent,
      JSON.stringify(conditions),
    )
  }
})

test('both conditions at once are not implemented on writes', () => {
  for (const ifNoneMatch of ['*', '"x"', '']) {
    assert.match(
      outcomeOf(() => requireWritableConditions({ ifMatch: '"x"', ifNoneMatch })),
      /^NotImplemented If-Match/,
    )
  }
})

const deletes: readonly [DeleteConditions, here: string, absent: string][] = [
  [{}, 'ok', 'ok'],
  [{ ifMatch: '*' }, 'ok', 'ok'],
  [{ ifMatch: '"aaaa-2"' }, 'ok', 'ok'],
  [{ ifMatch: '"x"' }, 'PreconditionFailed If-Match', 'ok'],
  [{ ifMatchSize: 10 }, 'ok', 'ok'],
  [{ ifMatchSize: 0 }, 'PreconditionFailed x-amz-if-match-size', 'ok'],
  [{ ifMatchLastModifiedMs: same }, 'ok', 'ok'],
  [{ ifMatchLastModifiedMs: after }, 'PreconditionFailed x-amz-if-match-last-modified-time', 'ok'],
  [
    { ifMatch: '*', ifMatchSize: 10, ifMatchLastModifiedMs: before },
    'PreconditionFailed x-amz-if-match-last-modified-time',
    'ok',
  ],
]
test('a delete takes only the object that was meant', () => {
  for (const [conditions, here, absent] of deletes) {
    assert.equal(
      outcomeOf(() => checkDeleteConditions(conditions, current)),
      here,
      JSON.stringify(conditions),
    )
    assert.equal(
      outcomeOf(() => checkDeleteConditions(conditions, undefined)),
      absent,
      JSON.stringify(conditions),
    )
  }
})

test('a date that is none is no condition', () => {
  assert.deepEqual(readConditionsOf({ 'if-modified-since': 'yesterday', 'if-match': '*' }), {
    ifMatch: '*',
    ifNoneMatch: undefined,
    ifModifiedSinceMs: undefined,
    ifUnmodifiedSinceMs: undefined,
  })
  const sent = readConditionsOf({ 'if-unmodified-since': 'Fri, 20 Nov 2026 09:30:00 GMT' })
  assert.equal(sent.ifUnmodifiedSinceMs, same)
})
