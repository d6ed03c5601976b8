import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inputFromJson } from './from-json.ts'
import * as model from './model.generated.ts'
import { outputToJson } from './to-json.ts'
import {
  boolean,
  dateTime,
  element,
  enumeration,
  etag,
  header,
  label,
  list,
  number,
  prefixHeaders,
  requestBody,
  payload,
  responseBody,
  shape,
  string,
  structure,
  timestamp,
} from './shape.ts'

const item = structure({ Name: element(string), Size: element(number).optional })

const Sample = shape({
  name: 'Sample',
  method: 'PUT',
  level: 'bucket',
  query: '',
  status: 200,
  input: {
    Bucket: label(string),
    Text: header('x-text', string).optional,
    Number: header('x-number', number).optional,
    Boolean: header('x-boolean', boolean).optional,
    Time: header('x-time', timestamp).optional,
    DateTime: header('x-date-time', dateTime).optional,
    Choice: header('x-choice', enumeration('One', 'Two')).optional,
    Tag: header('x-tag', etag).optional,
    Metadata: prefixHeaders('x-meta-').optional,
    Items: element(list(item, 'Item', 2)).optional,
    Body: payload(requestBody).optional,
  },
  output: {},
  root: undefined,
})

const given = (more: Readonly<Record<string, unknown>>) => inputFromJson(Sample, { Bucket: 'b', ...more })

describe('what fits is taken', () => {
  for (const [json, expected] of [
    [{ Text: 'a' }, { Text: 'a' }],
    [{ Text: '' }, { Text: '' }],
    [{ Number: 0 }, { Number: 0 }],
    [{ Number: Number.MAX_SAFE_INTEGER }, { Number: Number.MAX_SAFE_INTEGER }],
    [{ Boolean: false }, { Boolean: false }],
    [{ Choice: 'Two' }, { Choice: 'Two' }],
    [{ Metadata: { a: '1', b: '' } }, { Metadata: { a: '1', b: '' } }],
    [{ Metadata: {} }, { Metadata: {} }],
    [{ Items: [] }, { Items: [] }],
    [{ Items: [{ Name: 'a', Size: 1 }, { Name: 'b' }] }, { Items: [{ Name: 'a', Size: 1 }, { Name: 'b' }] }],
    // What is null or undefined is not given.
    [{ Text: null, Number: undefined, Items: [{ Name: 'a', Size: null }] }, { Items: [{ Name: 'a' }] }],
  ] as const) {
    test(JSON.stringify(json), () => {
      assert.deepEqual(given(json), { Bucket: 'b', ...expected })
    })
  }

  for (const [text, expected] of [
    ['2030-01-02', Date.UTC(2030, 0, 2)],
    ['2030-01-02T03:04Z', Date.UTC(2030, 0, 2, 3, 4)],
    ['2030-01-02T03:04:05Z', Date.UTC(2030, 0, 2, 3, 4, 5)],
    ['2030-01-02T03:04:05.678Z', Date.UTC(2030, 0, 2, 3, 4, 5, 678)],
    ['2030-01-02T03:04:05+01:00', Date.UTC(2030, 0, 2, 2, 4, 5)],
    ['2030-01-02T03:04:05-0130', Date.UTC(2030, 0, 2, 4, 34, 5)],
  ] as const) {
    test(`the time ${text}`, () => {
      assert.deepEqual([given({ Time: text })['Time'], given({ DateTime: text })['DateTime']], [expected, expected])
    })
  }
})

describe('what does not fit is refused, and named', () => {
  for (const [json, message] of [
    [{ Colour: 'red' }, 'There is no member Colour.'],
    [{ text: 'a' }, 'There is no member text.'],
    [{ constructor: 'a' }, 'There is no member constructor.'],
    [{ Text: 1 }, 'The member Text must be a string.'],
    [{ Number: '1' }, 'The member Number must be a whole number.'],
    [{ Number: -1 }, 'The member Number must be a whole number.'],
    [{ Number: 1.5 }, 'The member Number must be a whole number.'],
    [{ Number: 2 ** 53 }, 'The member Number must be a whole number.'],
    [{ Boolean: 'true' }, 'The member Boolean must be true or false.'],
    [{ Time: 1_893_456_000 }, 'The member Time must be a time such as 2030-01-01T00:00:00Z.'],
    [{ Time: 'Tue, 01 Jan 2030 00:00:00 GMT' }, 'The member Time must be a time such as 2030-01-01T00:00:00Z.'],
    [{ Time: '2030-01-01T00:00:00' }, 'The member Time must be a time such as 2030-01-01T00:00:00Z.'],
    [{ Time: '2030-13-01' }, 'The member Time must be a time such as 2030-01-01T00:00:00Z.'],
    [{ Choice: 'two' }, 'The member Choice must be one of One, Two.'],
    [{ Choice: 2 }, 'The member Choice must be one of One, Two.'],
    [{ Tag: 1 }, 'The member Tag must be a string.'],
    [{ Metadata: { a: 1 } }, 'The member Metadata must be an object of strings.'],
    [{ Metadata: ['a'] }, 'The member Metadata must be an object of strings.'],
    [{ Metadata: 'a' }, 'The member Metadata must be an object of strings.'],
    [{ Items: { Name: 'a' } }, 'The member Items must be a list.'],
    [{ Items: [null] }, 'The member Items[0] must be an object.'],
    [{ Items: [[]] }, 'The member Items[0] must be an object.'],
    [{ Items: [{ Name: 'a' }, { Name: 2 }] }, 'The member Items[1].Name must be a string.'],
    [{ Items: [{ Size: 1 }] }, 'The member Items[0].Name is absent.'],
    [{ Items: [{ Name: 'a', Colour: 1 }] }, 'There is no member Items[0].Colour.'],
    [{ Items: [{ Name: 'a' }, { Name: 'b' }, { Name: 'c' }] }, 'The member Items must be at most 2 items.'],
    [{ Body: 'text' }, 'The member Body must be sent through S3 itself.'],
  ] as const) {
    test(JSON.stringify(json), () => {
      assert.throws(() => given(json), { code: 'InvalidArgument', message })
    })
  }

  test('a required member that is not there, or null', () => {
    for (const json of [{}, { Bucket: null }])
      assert.throws(() => inputFromJson(Sample, json), { message: 'The member Bucket is absent.' })
  })

  test('a member named __proto__, which becomes nobody’s prototype', () => {
    const json = JSON.parse('{"Bucket":"b","__proto__":{"Text":"a"}}') as Record<string, unknown>
    assert.throws(() => inputFromJson(Sample, json), { message: 'There is no member __proto__.' })
  })
})

test('an output is printed as it can be read again', () => {
  const Got = shape({
    ...{ name: 'Got', method: 'GET', level: 'bucket', query: '', status: 200, root: 'Got' },
    input: {},
    output: {
      ETag: header('etag', etag).optional,
      At: header('at', timestamp).optional,
      Items: element(list(structure({ Until: element(dateTime), Size: element(number) }), 'Item')).optional,
      Metadata: prefixHeaders('x-meta-').optional,
      Absent: header('absent', string).optional,
      Body: payload(responseBody).optional,
    },
  })
  const at = Date.UTC(2030, 0, 2, 3, 4, 5, 6)
  const values = { ETag: 'abc', At: at, Items: [{ Until: at, Size: 0 }], Metadata: { a: '1' }, Absent: undefined }
  assert.deepEqual(outputToJson(Got, values), {
    ...{ ETag: '"abc"', At: '2030-01-02T03:04:05.006Z', Metadata: { a: '1' } },
    Items: [{ Until: '2030-01-02T03:04:05.006Z', Size: 0 }],
  })
  assert.throws(() => outputToJson(Got, { Body: Buffer.of(1) }), /bytes/)
})

test('a list that stands flat on the wire is left out where it is empty', () => {
  const [rule] = [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'], AllowedHeaders: [], ExposeHeaders: [] }]
  assert.deepEqual(outputToJson(model.GetBucketCors, { CORSRules: [rule] }), {
    CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'] }],
  })
  assert.deepEqual(outputToJson(model.GetBucketTagging, { TagSet: [] }), { TagSet: [] })
})
