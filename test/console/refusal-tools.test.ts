/** What the page on refusals does with texts: it finds ids in them, and what differs between two. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { diffLines } from '../../console/src/pages/refusals/diffLines.ts'
import { findRequestId } from '../../console/src/pages/refusals/findRequestId.ts'
import { csvOf } from '../../console/src/pages/usage/csv.ts'
import { endpointOf } from '../../console/src/server/endpoint.ts'

const id = '8C1FB15A24500EA8'

test('a request id is found in whatever was pasted', () => {
  const hostId = 'AAAABBBBCCCCDDDD'
  for (const pasted of [
    id,
    `  ${id.toLowerCase()}\n`,
    `<Error><Code>AccessDenied</Code><Resource>/${hostId}</Resource><RequestId>${id}</RequestId><HostId>${hostId}</HostId></Error>`,
    `{"type":"about:blank","instance":"${hostId}","request_id":"${id}"}`,
    `HTTP/1.1 403 Forbidden\r\nx-amz-id-2: ${hostId}\r\nx-amz-request-id: ${id}\r\n`,
    `x-request-id: ${id}`,
    `2026-11-20 - MainThread - botocore.parsers - DEBUG - Response headers: {'x-amz-id-2': '${hostId}', 'x-amz-request-id': '${id}'}`,
    `{'ResponseMetadata': {'HostId': '${hostId}', 'RequestId': '${id}', 'HTTPStatusCode': 403}}`,
    `S3ServiceException: … $metadata: { requestId: '${id}' }`,
    `An error (Request ID: ${id}, Host ID: ${hostId})`,
  ])
    assert.equal(findRequestId(pasted), id, pasted)
  for (const none of ['', 'AccessDenied', `${id}0`, `0${id}`, id.slice(1), 'f'.repeat(64)])
    assert.equal(findRequestId(none), undefined, none)
})

test('lines that are the same stand once, and of those that are not it is shown where they differ', () => {
  const told = diffLines('GET\n/a%20b\n\nhost:one:9000\nhost', 'GET\n/a b\n\nhost:two:9000\nhost')
  assert.deepEqual(told, [
    { kind: 'same', text: 'GET' },
    { kind: 'sent', text: '/a%20b', differs: [2, 5] },
    { kind: 'expected', text: '/a b', differs: [2, 3] },
    { kind: 'same', text: '' },
    { kind: 'sent', text: 'host:one:9000', differs: [5, 8] },
    { kind: 'expected', text: 'host:two:9000', differs: [5, 8] },
    { kind: 'same', text: 'host' },
  ])
})

test('whatever differs, what is not expected is what was sent, and what was not sent is what is expected', () => {
  const lines = fc.array(fc.constantFrom('', 'a', 'ab', 'abc', 'b'), { maxLength: 12 }).map((all) => all.join('\n'))
  fc.assert(
    fc.property(lines, lines, (sent, expected) => {
      const told = diffLines(sent, expected)
      const without = (kind: string): string =>
        told
          .filter((line) => line.kind !== kind)
          .map(({ text }) => text)
          .join('\n')
      assert.equal(without('expected'), sent)
      assert.equal(without('sent'), expected)
    }),
  )
})

test('texts that are too long to compare line by line are still shown whole', () => {
  const long = Array.from({ length: 1500 }, (_, index) => `${index}`)
  assert.equal(diffLines(long.join('\n'), 'a').length, 1501)
})

test('a table as a file: quotes are doubled, and nothing in it is a formula', () => {
  assert.equal(
    csvOf([
      ['a', 1],
      ['a,"b"', 2.5],
      ['=1+1', -3],
    ]),
    'a,1\r\n"a,""b""",2.5\r\n\'=1+1,-3\r\n',
  )
})

test('the endpoint is one that every program finds', () => {
  const of = (s3Url: string, page: string) =>
    endpointOf({ region: 'one', regions: [{ name: 'one', display_name: 'One', s3_url: s3Url }] }, new URL(page)).url
  assert.equal(of('http://one.s3.localhost:9000', 'http://127.0.0.1:9001/'), 'http://127.0.0.1:9000')
  assert.equal(of('http://one.s3.localhost:9000', 'http://localhost:9001/'), 'http://127.0.0.1:9000')
  assert.equal(of('http://one.s3.localhost:9000', 'http://10.0.0.7:9001/'), 'http://10.0.0.7:9000')
  assert.equal(of('https://one.s3.example.com', 'http://127.0.0.1:9001/'), 'https://one.s3.example.com')
  assert.equal(of('http://s3.example.com/storage/', 'http://127.0.0.1:9001/'), 'http://s3.example.com/storage')
})
