/** A ZIP archive as a stream, stored and not compressed, Zip64 where it must be: the one file that knows client-zip. */
import { makeZip } from 'client-zip'

export interface ZipEntry {
  /** With a final slash for a folder. */
  readonly name: string
  readonly modifiedMs: number
  /** Undefined for a folder. */
  readonly input: AsyncIterable<Uint8Array> | string | undefined
  readonly size?: number | undefined
}

/** Entries of one archive: client-zip counts them in 16 bits where no offset needs more than 32. */
export const entriesMax = 65_000

/** The first time that a ZIP can tell. */
const earliestMs = Date.UTC(1980, 0, 2)

/** Reads an entry when the one before has been written. Chunks of inputs are copied: a stream reads one ahead. */
export async function* zipOf(entries: AsyncGenerator<ZipEntry>): AsyncGenerator<Uint8Array> {
  const reader = makeZip(inputsOf(entries), { buffersAreUTF8: true }).getReader()
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
    // Where an input failed, nobody else says so to what it came from.
    await entries.return(undefined)
  }
}

async function* inputsOf(entries: AsyncIterable<ZipEntry>) {
  for await (const { name, modifiedMs, input, size } of entries) {
    const about = { name, lastModified: new Date(Math.max(modifiedMs, earliestMs)) }
    if (input === undefined) yield about
    else if (typeof input === 'string') yield { ...about, input }
    else yield { ...about, input: copied(input), ...(size !== undefined && { size }) }
  }
}

async function* copied(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) if (chunk.length > 0) yield new Uint8Array(chunk)
}
