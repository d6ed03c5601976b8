import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accepted, byHeader, plain, refusal, withHeaders } from './test-bed.ts'
import type { RequestParts } from './test-bed.ts'

const spellings: Readonly<Record<string, readonly [signed: string, sent: string]>> = {
  'signs left bare': ['/photos/a%2Bb%28c%29%21%27%2A%40%3A%3D%24%26%2C%3B', "/photos/a+b(c)!'*@:=$&,;"],
  'lower-case escapes': ['/photos/%C3%A9', '/photos/%c3%a9'],
  'an unreserved letter escaped': ['/photos/a~b', '/photos/%61%7Eb'],
  'a slash of the key escaped': ['/photos/a/b', '/photos/a%2Fb'],
}
for (const [name, [signed, sent]] of Object.entries(spellings)) {
  test(`a path written otherwise than it was signed verifies: ${name}`, async () => {
    assert.equal(await accepted({ ...byHeader({ path: signed }), target: sent }), 'v4-header')
  })
}

test('a path means what it says: dots, empty segments and double escapes are not resolved', async () => {
  const paths = ['/photos/a/../b', '/photos//a', '/photos/./a', '/photos/a/', '/photos/a%252Fb', '/photos/%2E%2E/b']
  for (const path of paths) {
    await accepted(byHeader({ path }))
    const others = [...paths, '/photos/b', '/photos/a', '/photos/a%2Fb'].filter(
      (other) => decodeURIComponent(other) !== decodeURIComponent(path),
    )
    for (const target of others)
      assert.equal((await refusal({ ...byHeader({ path }), target })).code, 'SignatureDoesNotMatch')
  }
  for (const target of ['/photos/%', '/photos/%4', '/photos/%zz', '/photos/é\u{1d11e}']) {
    assert.equal((await refusal({ ...byHeader(), target })).code, 'InvalidURI')
  }
})

test('header values verify however clients write blanks and letters beyond ASCII', async () => {
  const metadata = (
    value: string,
    names = ['host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-meta-a'],
  ): RequestParts => byHeader({ headers: { ...plain.headers, 'x-amz-meta-a': value } }, { signedHeaders: names })
  await accepted(withHeaders(metadata('a b c'), { 'x-amz-meta-a': '  a   b c ' }))
  // The harness signs the bytes of Latin-1; the bytes on the wire are the same for both.
  await accepted(metadata('caf\u00e9'))
  await accepted(metadata('caf\u00c3\u00a9'))
  const twice = withHeaders(metadata('one,two'), {})
  await accepted({ ...twice, headers: { ...twice.headers, 'x-amz-meta-a': ['one', 'two'] } })
  assert.equal((await refusal(withHeaders(metadata('a b'), { 'x-amz-meta-a': 'ab' }))).code, 'SignatureDoesNotMatch')
})
