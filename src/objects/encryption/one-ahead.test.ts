import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oneAhead } from './one-ahead.ts'

/** Notes what is made, used and released. */
function watched(count: number, fault?: Error) {
  const notes: string[] = []
  async function* source(): AsyncGenerator<number> {
    try {
      for (let index = 0; index < count; index++) {
        notes.push(`make ${index}`)
        yield index
      }
      if (fault !== undefined) throw fault
    } finally {
      notes.push('end')
    }
  }
  return { notes, chunks: oneAhead(source(), (chunk) => void notes.push(`release ${chunk}`)) }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

test('the next chunk is made while one is used, and no further one; each is released when the next is asked for', async () => {
  const { notes, chunks } = watched(3)
  for await (const chunk of chunks) {
    await turn()
    notes.push(`use ${chunk}`)
  }
  const expected = [
    'make 0',
    'make 1',
    'use 0',
    'release 0',
    'make 2',
    'use 1',
    'release 1',
    'end',
    'use 2',
    'release 2',
  ]
  assert.deepEqual(notes, expected)
})

test('who stops early leaves nothing open and nothing unreleased', async () => {
  const { notes, chunks } = watched(5)
  for await (const chunk of chunks) {
    await turn()
    if (chunk === 1) break
  }
  assert.deepEqual(notes.filter((note) => note.startsWith('release')).toSorted(), ['release 0', 'release 2'])
  assert.equal(notes.at(-1), 'end')
})

test('a fault comes after the chunks before it', async () => {
  const { notes, chunks } = watched(1, new Error('broken'))
  const used: number[] = []
  await assert.rejects(
    async () => {
      for await (const chunk of chunks) {
        await turn()
        used.push(chunk)
      }
    },
    { message: 'broken' },
  )
  assert.deepEqual(used, [0])
  assert.deepEqual(notes, ['make 0', 'end', 'release 0'])
})
