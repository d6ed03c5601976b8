/** Reads a range of a file, one piece being read while the one before it is used. */
import { type BufferPool, bufferSize } from './buffer-pool.ts'
import type { ByteRange } from './blob-store.ts'
import type { Files } from './files.ts'

export interface OpenRange extends ByteRange {
  readonly fd: number
}

/**
 * The bytes of the range; the file, opened when the first are asked for, is closed at the end, however that comes. Two buffers are used
 * in turn, so a piece is valid until the next is asked for. Throws where the file ends before the range.
 */
export async function* readRange(
  files: Files,
  pool: BufferPool,
  open: () => Promise<OpenRange>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { fd, start, end } = await open()
  let buffer = pool.take()
  let other: Buffer | undefined
  let position = start
  let reading: Promise<number> | undefined = start < end ? fill(files, fd, buffer, start, end) : undefined
  let closed = false
  try {
    while (reading !== undefined) {
      const length: number = await reading
      position += length
      if (position < end) {
        other ??= pool.take()
        reading = fill(files, fd, other, position, end)
        reading.catch(ignore)
      } else {
        reading = undefined
        closed = true
        const closing = files.closeReader(fd)
        if (closing !== undefined) await closing
      }
      yield length === bufferSize ? buffer : buffer.subarray(0, length)
      if (other !== undefined) [buffer, other] = [other, buffer]
    }
  } finally {
    await reading?.catch(ignore)
    pool.give(buffer)
    if (other !== undefined) pool.give(other)
    if (!closed) await files.closeReader(fd)
  }
}

/** Fills the buffer from the position on, up to the end of the range; resolves to how many bytes that is. */
async function fill(files: Files, fd: number, buffer: Buffer, position: number, end: number): Promise<number> {
  const wanted = Math.min(bufferSize, end - position)
  let length = 0
  while (length < wanted) {
    const size = await files.read(fd, buffer, length, wanted - length, position + length)
    if (size === 0) throw new Error(`the file ends at ${position + length}, before ${end}`)
    length += size
  }
  return length
}

/** For an error that is met again where the promise is awaited. */
const ignore = (): void => {}
