import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ApiError } from '../../base/errors.ts'
import { readForm } from './form.ts'

const contentType = 'multipart/form-data; boundary=b0'
const field = (name: string, value: string): string =>
  `--b0\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const file = (content: string, head = 'filename="f.txt"\r\nContent-Type: text/plain'): string =>
  `--b0\r\nContent-Disposition: form-data; name="file"; ${head}\r\n\r\n${content}\r\n`
const end = '--b0--\r\n'

/** Pieces of these sizes, the last of which goes on. */
async function* inPieces(body: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0
  // One buffer for all of them: a piece is valid only until the next is asked for.
  const piece = Buffer.alloc(Math.max(1, ...sizes))
  for (let at = 0; start < body.length; at++) {
    const size = Math.max(1, sizes[Math.min(at, sizes.length - 1)] ?? body.length)
    const length = body.copy(piece.length < size ? Buffer.alloc(0) : piece, 0, start, start + size)
    if (length === 0) {
      yield Buffer.from(body.subarray(start, start + size))
      start += size
    } else {
      yield piece.subarray(0, length)
      start += length
    }
  }
}

interface Read {
  readonly fields: Record<string, string>
  readonly fileName: string
  readonly content: string
}

async function read(body: string | Buffer, sizes: readonly number[] = [], type = contentType): Promise<Read> {
  const form = await readForm(type, inPieces(Buffer.from(body), sizes))
  const pieces: Buffer[] = []
  for await (const piece of form.file) pieces.push(Buffer.from(piece))
  const content = Buffer.concat(pieces).toString('latin1')
  return { fields: Object.fromEntries(form.fields), fileName: form.fileName, content }
}

/** The error's code; `accepted` where there is none. */
async function outcome(body: string | Buffer, type = contentType): Promise<string> {
  try {
    await read(body, [], type)
    return 'accepted'
  } catch (error) {
    assert(error instanceof ApiError, String(error))
    return error.code
  }
}

test('a form is its fields, by names in lower case, and its file', async () => {
  const body = field('Key', 'a/b') + field('x-amz-meta-ä', 'ö\r\n--b') + file('content') + end
  assert.deepEqual(await read(body), {
    fields: { key: 'a/b', 'x-amz-meta-ä': 'ö\r\n--b' },
    fileName: 'f.txt',
    content: 'content',
  })
})

test('in whatever pieces a form comes, it is read the same', async () => {
  const nearly = '\r\n--b\r\n--\r\r\n--b1\r\n\r--b0\n--b0\r\n-'
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 }),
      fc.array(fc.constantFrom('\r', '\n', '-', '\r\n', '\r\n--b', '--b0', nearly, 'x'), { maxLength: 20 }),
      async (sizes, content) => {
        const text = content.join('').replaceAll('\r\n--b0', '\r\n--b.')
        const body = field('key', 'k') + field('empty', '') + file(text) + field('submit', 'Upload') + end
        assert.deepEqual(await read(body, sizes), {
          fields: { key: 'k', empty: '' },
          fileName: 'f.txt',
          content: text,
        })
      },
    ),
  )
})

test('bytes of a file come through as they are, in large pieces and in small ones', async () => {
  const content = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) % 256))
  const body = Buffer.concat([
    Buffer.from(field('key', 'k')),
    Buffer.from(file('X').split('X')[0]!),
    content,
    Buffer.from(`\r\n${end}`),
  ])
  for (const sizes of [[1], [64], [1000], [body.length]])
    assert.equal((await read(body, sizes)).content, content.toString('latin1'))
})

const accepted: readonly (readonly [what: string, body: string, type?: string])[] = [
  ['a quoted boundary', field('key', 'k') + file('') + end, 'Multipart/Form-Data; charset=utf-8; boundary="b0"'],
  ['a line end before its first boundary', '\r\n' + file('') + end],
  ['no line end after its last boundary', file('') + '--b0--'],
  ['more after its last boundary', file('') + end + 'epilogue'],
  ['a submit button after its file', file('') + field('submit', 'Upload') + end],
  [
    'a field with a file name',
    `--b0\r\nContent-Disposition: form-data; name="key"; filename="key"\r\n\r\nk\r\n` + file('') + end,
  ],
  ['header names in any case', `--b0\r\ncontent-disposition:FORM-DATA;name=file\r\n\r\n\r\n` + end],
  [
    'an encoding that is none',
    `--b0\r\nContent-Disposition: form-data; name="file"\r\nContent-Transfer-Encoding: binary\r\n\r\n\r\n` + end,
  ],
  ['100 fields', Array.from({ length: 100 }, (_, at) => field(`f${at}`, '')).join('') + file('') + end],
  ['fields of 20 KiB', field('key', 'k'.repeat(20 * 1024 - 3)) + file('') + end],
]
for (const [what, body, type] of accepted) {
  test(`a form with ${what} is read`, async () => assert.equal(await outcome(body, type), 'accepted'))
}

const refused: readonly (readonly [what: string, body: string | Buffer, code: string, type?: string])[] = [
  ['no body', '', 'MalformedPOSTRequest'],
  ['no boundary', file('') + end, 'MalformedPOSTRequest', 'multipart/form-data'],
  ['an empty boundary', file('') + end, 'MalformedPOSTRequest', 'multipart/form-data; boundary='],
  [
    'a boundary of 71 characters',
    file('') + end,
    'MalformedPOSTRequest',
    `multipart/form-data; boundary=${'b'.repeat(71)}`,
  ],
  ['another boundary', file('') + end, 'MalformedPOSTRequest', 'multipart/form-data; boundary=b1'],
  ['text before its first boundary', 'preamble\r\n' + file('') + end, 'MalformedPOSTRequest'],
  ['no file', field('key', 'k') + end, 'InvalidArgument'],
  ['two files', file('a') + file('b') + end, 'InvalidArgument'],
  ['a second file far behind', file('a') + field('a', '') + field('b', '') + file('b') + end, 'InvalidArgument'],
  ['a field twice', field('key', 'a') + field('key', 'b') + file('') + end, 'InvalidArgument'],
  ['a field twice, in capitals', field('key', 'a') + field('KEY', 'b') + file('') + end, 'InvalidArgument'],
  [
    '101 fields',
    Array.from({ length: 101 }, (_, at) => field(`f${at}`, '')).join('') + file('') + end,
    'MalformedPOSTRequest',
  ],
  ['101 fields after its file', file('') + field('a', '').repeat(102) + end, 'MalformedPOSTRequest'],
  [
    'a field of more than 20 KiB',
    field('key', 'k'.repeat(20 * 1024 - 2)) + file('') + end,
    'MaxPostPreDataLengthExceeded',
  ],
  [
    'fields of more than 20 KiB',
    field('a', 'k'.repeat(12_000)) + field('b', 'k'.repeat(12_000)) + file('') + end,
    'MaxPostPreDataLengthExceeded',
  ],
  ['a name of 5 KiB', field('n'.repeat(5 * 1024), '') + file('') + end, 'MalformedPOSTRequest'],
  [
    'a field without a name',
    '--b0\r\nContent-Disposition: form-data\r\n\r\nx\r\n' + file('') + end,
    'MalformedPOSTRequest',
  ],
  ['a field with an empty name', field('', 'x') + file('') + end, 'MalformedPOSTRequest'],
  ['a field without a head', '--b0\r\n\r\nx\r\n' + file('') + end, 'MalformedPOSTRequest'],
  [
    'two dispositions',
    `--b0\r\nContent-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="file"\r\n\r\n\r\n${end}`,
    'MalformedPOSTRequest',
  ],
  [
    'two names',
    '--b0\r\nContent-Disposition: form-data; name="a"; name="file"\r\n\r\n\r\n' + end,
    'MalformedPOSTRequest',
  ],
  ['an attachment', '--b0\r\nContent-Disposition: attachment; name="file"\r\n\r\n\r\n' + end, 'MalformedPOSTRequest'],
  [
    'a name that is not closed',
    '--b0\r\nContent-Disposition: form-data; name="file\r\n\r\n\r\n' + end,
    'MalformedPOSTRequest',
  ],
  [
    'a folded header',
    '--b0\r\nContent-Disposition: form-data;\r\n name="file"\r\n\r\n\r\n' + end,
    'MalformedPOSTRequest',
  ],
  ['a NUL in a header', file('', 'filename="a\0b"') + end, 'MalformedPOSTRequest'],
  [
    'a line feed alone in a header',
    '--b0\r\nContent-Disposition: form-data; name="a"\nX: y\r\n\r\n\r\n' + file('') + end,
    'MalformedPOSTRequest',
  ],
  ['a file in base64', file('eA==', 'filename=f\r\nContent-Transfer-Encoding: base64') + end, 'MalformedPOSTRequest'],
  ['a boundary that goes on', file('a\r\n--b00') + end, 'MalformedPOSTRequest'],
  ['text after a boundary', file('').replace('--b0', '--b0 ') + end, 'MalformedPOSTRequest'],
  ['no last boundary', file('content'), 'MalformedPOSTRequest'],
  ['an end within its file', file('content').slice(0, -6), 'MalformedPOSTRequest'],
  ['an end within a field', field('key', 'k').slice(0, -3), 'MalformedPOSTRequest'],
  ['an end within its last boundary', file('') + '--b0-', 'MalformedPOSTRequest'],
  ['bytes that are no UTF-8', Buffer.from(field('key', '\xff') + file('') + end, 'latin1'), 'MalformedPOSTRequest'],
]
for (const [what, body, code, type] of refused) {
  test(`a form with ${what} is ${code}`, async () => assert.equal(await outcome(body, type), code))
}

const names: readonly (readonly [written: string, name: string])[] = [
  ['filename="a b.txt"', 'a b.txt'],
  ['filename=a.txt', 'a.txt'],
  ['filename="ä😀.txt"', 'ä😀.txt'],
  ['filename="C:\\dir\\a.txt"', 'C:\\dir\\a.txt'],
  ['filename="a\\"b.txt"', 'a"b.txt'],
  ['filename="a%22b;c.txt"', 'a%22b;c.txt'],
  ['filename=""', ''],
  ['filename="a"; filename*=UTF-8\'\'b', 'a'],
]
for (const [written, name] of names) {
  test(`the name of a file written as ${written} is ${name || 'empty'}`, async () => {
    assert.equal((await read(file('', written) + end)).fileName, name)
  })
}

test('a field that never ends, a name that never ends and fields without end are given up soon, whatever is still to come', async () => {
  const endless = [
    ['--b0\r\nContent-Disposition: form-data; name="', 'n'],
    [field('key', '').slice(0, -2), 'v'],
    ['', 'p'],
    ['', field('a', '')],
    ['', field('aaaa', '').replace('aaaa', '')],
  ] as const
  for (const [start, repeated] of endless) {
    let taken = 0
    let count = 0
    const piece = repeated.length === 1 ? repeated.repeat(16 * 1024) : ''
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(start)
      for (;;) {
        const bytes = Buffer.from(piece || repeated.replace('name="', `name="${count++}`))
        taken += bytes.length
        yield bytes
      }
    }
    await assert.rejects(readForm(contentType, body()), { status: 400 })
    assert.ok(taken < 100 * 1024, `${taken} bytes were read`)
  }
})

test('the stream is closed when the file is left', async () => {
  let closed = false
  const body = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.from(file('more').slice(0, -2))
    } finally {
      closed = true
    }
  }
  const form = await readForm(contentType, body())
  for await (const _ of form.file) break
  assert.ok(closed)
})
