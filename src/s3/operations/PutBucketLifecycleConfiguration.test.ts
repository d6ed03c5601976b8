import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { allReindexes, decodeReindex } from '../../objects/lifecycle/queue.ts'
import { makeFront } from '../test-bed.ts'

const document = (...rules: readonly string[]): string =>
  `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${rules.map((rule) => `<Rule>${rule}</Rule>`).join('')}</LifecycleConfiguration>`
const enabled = '<Status>Enabled</Status>'
const all = `<Filter/>${enabled}`
const days = '<Expiration><Days>1</Days></Expiration>'
const tag = (key: string): string => `<Tag><Key>${key}</Key><Value>v</Value></Tag>`
const filter = (conditions: string): string => `<Filter>${conditions}</Filter>${enabled}`
const and = (conditions: string): string => filter(`<And>${conditions}</And>`)
const above = (size: number): string => `<ObjectSizeGreaterThan>${size}</ObjectSizeGreaterThan>`
const below = (size: number): string => `<ObjectSizeLessThan>${size}</ObjectSizeLessThan>`
const expiration = (content: string): string => `<Expiration>${content}</Expiration>`
const noncurrent = (content: string): string => `<NoncurrentVersionExpiration>${content}</NoncurrentVersionExpiration>`
const marker = expiration('<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>')
const abort =
  '<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>'
const legacy = (prefix: string): string => `<Prefix>${prefix}</Prefix>${enabled}`

type Refusal = readonly [what: string, body: string, outcome: string, message?: RegExp]

const refused: readonly Refusal[] = [
  ['no document', '', '400 MissingRequestBodyError'],
  ['no rule', document(), '400 MalformedXML'],
  ['a rule without a status', document(`<Filter/>${days}`), '400 MalformedXML'],
  ['a status in small letters', document(`<Filter/><Status>enabled</Status>${days}`), '400 MalformedXML'],
  ['neither filter nor prefix', document(enabled + days), '400 MalformedXML'],
  ['an empty And', document(and('') + days), '400 MalformedXML'],
  ['two conditions without And', document(filter('<Prefix>a</Prefix>' + tag('t')) + days), '400 MalformedXML'],
  [
    'And beside another condition',
    document(filter(`<Prefix>a</Prefix><And>${tag('t')}</And>`) + days),
    '400 MalformedXML',
  ],
  ['a tag without a key', document(filter('<Tag><Key></Key><Value>v</Value></Tag>') + days), '400 MalformedXML'],
  ['a tag twice', document(and(tag('t') + tag('t')) + days), '400 InvalidRequest', /Duplicate Tag Keys/],
  [
    'a prefix beside a filter',
    document(`<Filter/><Prefix>a</Prefix>${enabled}${days}`),
    '400 InvalidRequest',
    /Base level prefix/,
  ],
  ['a prefix in a later rule', document(all + days, legacy('a') + days), '400 InvalidRequest', /Base level prefix/],
  ['a filter in a later rule', document(legacy('a') + days, all + days), '400 InvalidRequest', /Lifecycle V2/],
  ['a prefix of 1,025 bytes', document(legacy('é'.repeat(512) + 'e') + days), '400 InvalidArgument'],
  ['no size', document(filter(below(0)) + days), '400 InvalidRequest', /between 1 and/],
  [
    'sizes between which there is none',
    document(and(above(9) + below(9)) + days),
    '400 InvalidRequest',
    /greater than/,
  ],
  [
    'a size that is no number',
    document(filter('<ObjectSizeLessThan>1k</ObjectSizeLessThan>') + days),
    '400 MalformedXML',
  ],
  ['no action', document(all), '400 InvalidRequest', /At least one action/],
  ['an empty expiration', document(all + expiration('')), '400 MalformedXML'],
  [
    'an expiration after no days',
    document(all + expiration('<Days>0</Days>')),
    '400 InvalidArgument',
    /'Days' for Expiration action must be a positive integer/,
  ],
  ['an expiration after too many days', document(all + expiration('<Days>2147483648</Days>')), '400 InvalidArgument'],
  ['an expiration after half a day', document(all + expiration('<Days>0.5</Days>')), '400 MalformedXML'],
  [
    'days and a date',
    document(all + expiration('<Days>1</Days><Date>2030-01-01T00:00:00Z</Date>')),
    '400 MalformedXML',
  ],
  [
    'days and delete markers',
    document(all + expiration('<Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>')),
    '400 MalformedXML',
  ],
  [
    'a date that is not midnight',
    document(all + expiration('<Date>2030-01-01T00:00:01Z</Date>')),
    '400 InvalidArgument',
    /'Date' must be at midnight GMT/,
  ],
  ['midnight elsewhere', document(all + expiration('<Date>2030-01-01T00:00:00+01:00</Date>')), '400 InvalidArgument'],
  ['a date that is none', document(all + expiration('<Date>tomorrow</Date>')), '400 MalformedXML'],
  [
    'noncurrent versions after no time said',
    document(all + noncurrent('<NewerNoncurrentVersions>1</NewerNoncurrentVersions>')),
    '400 MalformedXML',
  ],
  [
    'noncurrent versions after no days',
    document(all + noncurrent('<NoncurrentDays>0</NoncurrentDays>')),
    '400 InvalidArgument',
    /'NoncurrentDays' for NoncurrentVersionExpiration/,
  ],
  [
    'no newer versions',
    document(
      all + noncurrent('<NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>0</NewerNoncurrentVersions>'),
    ),
    '400 InvalidArgument',
    /'NewerNoncurrentVersions' for/,
  ],
  [
    'newer versions with an old prefix',
    document(
      legacy('') + noncurrent('<NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>1</NewerNoncurrentVersions>'),
    ),
    '400 InvalidRequest',
    /Lifecycle V2/,
  ],
  ['uploads of no age', document(`${all}<AbortIncompleteMultipartUpload/>`), '400 MalformedXML'],
  [
    'uploads by tags',
    document(filter(tag('t')) + abort),
    '400 InvalidRequest',
    /AbortIncompleteMultipartUpload cannot be specified with Tags/,
  ],
  ['uploads by size', document(filter(above(1)) + abort), '400 InvalidRequest', /cannot be specified with Object Size/],
  [
    'delete markers by tags',
    document(and(tag('t')) + marker),
    '400 InvalidRequest',
    /ExpiredObjectDeleteMarker cannot be specified with Tags/,
  ],
  [
    'delete markers by size',
    document(filter(below(9)) + marker),
    '400 InvalidRequest',
    /cannot be specified with Object Size/,
  ],
  [
    'an ID of 256 characters',
    document(`<ID>${'i'.repeat(256)}</ID>${all}${days}`),
    '400 InvalidArgument',
    /ID length should not exceed allowed limit of 255/,
  ],
  [
    'an ID twice',
    document(`<ID>i</ID>${all}${days}`, `<ID>i</ID>${all}${abort}`),
    '400 InvalidArgument',
    /Rule ID must be unique. Found same ID for more than one rule/,
  ],
  [
    'old prefixes that overlap',
    document(legacy('a') + days, legacy('b') + days, legacy('a/b') + days),
    '400 InvalidRequest',
    /overlapping prefixes 'a' and 'a\/b' for same action type 'Expiration'/,
  ],
  [
    '1,001 rules',
    document(...Array.from({ length: 1001 }, (_, index) => legacy(`${index}/`) + days)),
    '400 InvalidRequest',
    /1000 rules/,
  ],
  [
    'a transition',
    document(`${all}<Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition>`),
    '501 NotImplemented',
    /Transition/,
  ],
  [
    'a transition of noncurrent versions',
    document(
      `${all}${days}<NoncurrentVersionTransition><NoncurrentDays>30</NoncurrentDays><StorageClass>GLACIER</StorageClass></NoncurrentVersionTransition>`,
    ),
    '501 NotImplemented',
  ],
  [
    'a transition in a configuration that is bad anyway',
    document(`${all}<Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition>`, all),
    '400 InvalidRequest',
  ],
]

describe('PutBucketLifecycleConfiguration', () => {
  for (const [what, body, outcome, message = /./] of refused) {
    test(`${what} is ${outcome}, and leaves what was there`, async () => {
      const { send } = await makeFront()
      await send('PUT /photos?lifecycle', { body: document(`<ID>before</ID>${all}${days}`) })
      const answer = await send('PUT /photos?lifecycle', { body })
      assert.equal(answer.outcome, outcome, answer.text)
      assert.match(answer.element('Message')!, message)
      assert.deepEqual((await send('GET /photos?lifecycle')).elements('ID'), ['before'])
    })
  }

  const kept: readonly (readonly [what: string, rule: string])[] = [
    ['an old prefix', `<Prefix>a &amp; b</Prefix>${enabled}${days}`],
    ['an old prefix that is empty', `<Prefix></Prefix>${enabled}${days}`],
    ['an empty filter', `<Filter></Filter>${enabled}${days}`],
    ['a filter of an empty prefix', filter('<Prefix></Prefix>') + days],
    ['a filter of a prefix', filter('<Prefix>a</Prefix>') + days],
    ['a filter of a tag', filter(tag('t')) + days],
    ['a filter of a size', filter(above(0)) + days],
    ['all conditions', and(`<Prefix>a</Prefix>${tag('t')}${tag('u')}${above(1)}${below(3)}`) + days],
    ['And with one tag', and(tag('t')) + days],
    ['a disabled rule', `<Filter></Filter><Status>Disabled</Status>${days}`],
    ['a date', all.replace('<Filter/>', '<Filter></Filter>') + expiration('<Date>2030-01-01T00:00:00.000Z</Date>')],
    ['delete markers', filter('<Prefix>a</Prefix>') + marker],
    [
      'all actions',
      filter('<Prefix>a</Prefix>') +
        days +
        noncurrent('<NoncurrentDays>2</NoncurrentDays><NewerNoncurrentVersions>500</NewerNoncurrentVersions>') +
        abort,
    ],
  ]
  for (const [what, rule] of kept) {
    test(`${what} is given back as it was put`, async () => {
      const { send } = await makeFront()
      const put = await send('PUT /photos?lifecycle', { body: document(`<ID>i</ID>${rule}`) })
      assert.equal(put.outcome, '200', put.text)
      const { text } = await send('GET /photos?lifecycle')
      // In whatever order.
      const parts = (xml: string): string[] =>
        xml
          .replaceAll('/>', '></>')
          .split(/(?=<[^/])/)
          .sort()
      assert.deepEqual(parts(text.split('<Rule>')[1]!.split('</Rule>')[0]!), parts(`<ID>i</ID>${rule}`))
    })
  }

  test('rules without ids, or with empty ones, are given some, each its own', async () => {
    const { send } = await makeFront()
    await send('PUT /photos?lifecycle', {
      body: document(all + days, `<ID></ID>${all}${days}`, `<ID>mine</ID>${all}${days}`),
    })
    const ids = (await send('GET /photos?lifecycle')).elements('ID')
    assert.equal(new Set(ids).size, 3)
    assert.deepEqual([ids[0]!.length, ids[1]!.length, ids[2]], [48, 48, 'mine'])
  })

  test('the smallest size that is moved by default is kept and told, though nothing is moved', async () => {
    const { send } = await makeFront()
    const name = 'x-amz-transition-default-minimum-object-size'
    const put = (headers: Record<string, string>) =>
      send('PUT /photos?lifecycle', { headers, body: document(all + days) })
    assert.equal((await put({})).headers[name], 'all_storage_classes_128K')
    assert.equal((await put({ [name]: 'varies_by_storage_class' })).headers[name], 'varies_by_storage_class')
    assert.equal((await send('GET /photos?lifecycle')).headers[name], 'varies_by_storage_class')
  })

  test('everything in the bucket is to be looked at', async () => {
    const { send, metadata } = await makeFront()
    await send('PUT /photos?lifecycle', { body: document(all + days) })
    const { start, end } = allReindexes
    const entries = await metadata.read((snapshot) => snapshot.scan(start, end, { limit: 9 }))
    assert.deepEqual(
      entries.map((entry) => decodeReindex(entry).bucketName),
      ['photos'],
    )
  })

  test('days are as long as the server says at the time', async () => {
    const { send, buckets } = await makeFront({ lifecycleDaySeconds: 10 })
    await send('PUT /photos?lifecycle', { body: document(all + days) })
    assert.equal((await buckets.get('photos')).lifecycle?.dayMs, 10_000)
  })
})
