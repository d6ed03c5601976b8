import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ResponseReader } from './response-reader.ts'

interface Seen {
  status: number
  length: number
  body: string
}

const OK = 'HTTP/1.1 200 OK\r\nDate: x\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello'

/** Feeds the pieces one read each and gathers the responses; expects the next as soon as one ends, up to `count`. */
function feed(pieces: readonly string[], count = 1, bodyless = false): { seen: Seen[]; reader: ResponseReader } {
  const seen: Seen[] = []
  let body = ''
  const reader = new ResponseReader({
    body: (bytes) => {
      body += bytes.toString('latin1')
    },
    end: (status, length) => {
      seen.push({ status, length, body })
      body = ''
      if (seen.length < count) reader.expect(bodyless)
    },
  })
  reader.expect(bodyless)
  const buffer = Buffer.alloc(65536)
  for (const piece of pieces) reader.read(buffer, buffer.write(piece, 'latin1'))
  return { seen, reader }
}

const hello = { status: 200, length: 5, body: 'hello' }

const CASES: readonly { name: string; wire: string; expected: Seen[]; bodyless?: boolean }[] = [
  { name: 'a body by Content-Length', wire: OK, expected: [hello] },
  { name: 'names in any case', wire: OK.replace('Content-Length', 'content-LENGTH'), expected: [hello] },
  { name: 'two responses', wire: OK + OK, expected: [hello, hello] },
  { name: 'an interim response before the final one', wire: `HTTP/1.1 100 Continue\r\n\r\n${OK}`, expected: [hello] },
  { name: 'no body', wire: 'HTTP/1.1 204 No Content\r\n\r\n', expected: [{ status: 204, length: 0, body: '' }] },
  {
    name: 'an empty body',
    wire: 'HTTP/1.1 403 F\r\ncontent-length: 0\r\n\r\n',
    expected: [{ status: 403, length: 0, body: '' }],
  },
  {
    name: 'the answer to HEAD, whose Content-Length is of no body',
    wire: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
    expected: [{ status: 200, length: 0, body: '' }],
    bodyless: true,
  },
  {
    name: 'chunks with an extension and a trailer',
    wire: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nhel\r\nC\r\nlo and more.\r\n0\r\nx-t: 1\r\n\r\n',
    expected: [{ status: 200, length: 15, body: 'hello and more.' }],
  },
  {
    name: 'a chunked answer and then another',
    wire: `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n${OK}`,
    expected: [hello, hello],
  },
]

for (const { name, wire, expected, bodyless } of CASES) {
  test(`${name} is read whole, and split at any place`, () => {
    assert.deepEqual(feed([wire], expected.length, bodyless).seen, expected)
    for (let at = 1; at < wire.length; at++) {
      assert.deepEqual(
        feed([wire.slice(0, at), wire.slice(at)], expected.length, bodyless).seen,
        expected,
        `split at ${at}`,
      )
    }
    assert.deepEqual(feed(wire.split(''), expected.length, bodyless).seen, expected, 'byte by byte')
  })
}

test('a body without a length ends with the connection', () => {
  const { seen, reader } = feed(['HTTP/1.1 200 OK\r\n\r\nhel', 'lo'])
  assert.deepEqual(seen, [])
  assert.equal(reader.close(), true)
  assert.deepEqual(seen, [hello])
})

test('a connection closed within a body is a broken response', () => {
  const { seen, reader } = feed([OK.slice(0, -1)])
  assert.equal(reader.close(), false)
  assert.deepEqual(seen, [])
})

test('Connection: close is told', () => {
  assert.equal(feed([OK.replace('Date: x', 'Connection: close')]).reader.closing, true)
  assert.equal(feed([OK.replace('Date: x', 'Connection: keep-alive')]).reader.closing, false)
})

test('bytes nobody asked for are refused', () => {
  assert.throws(() => feed([`${OK}x`]), /after the end/)
})

test('what is not HTTP is refused', () => {
  assert.throws(() => feed(['hello there, I am a mail server\r\n\r\n']), /not an HTTP response/)
})

test('a head without end is refused', () => {
  const line = `x: ${'y'.repeat(30_000)}\r\n`
  assert.throws(() => feed(['HTTP/1.1 200 OK\r\n', line, line, line]), /too long/)
})
