/** Files that commands are given, and files that they make. */
import { open, readFile, unlink } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Refusal } from '../base/refusal.ts'
import { UsageFault } from './failure.ts'
import type { Surroundings } from './surroundings.ts'

/** The text of a file; of standard input where it is `-`. Throws UsageFault where there is no such file. */
export async function readText(
  { folder, input }: Pick<Surroundings, 'folder' | 'input'>,
  file: string,
): Promise<string> {
  if (file === '-') return readAll(input())
  try {
    return await readFile(resolve(folder, file), 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new UsageFault([`There is no file ${file}.`])
    if (code === 'EISDIR') throw new UsageFault([`${file} is a folder, not a file.`])
    throw error
  }
}

async function readAll(input: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of input as AsyncIterable<Uint8Array | string>) chunks.push(Buffer.from(chunk as string))
  return Buffer.concat(chunks).toString()
}

/** The same, of JSON with an object in it. Throws UsageFault. */
export async function readJsonObject(
  surroundings: Pick<Surroundings, 'folder' | 'input'>,
  file: string,
): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(surroundings, file)
  const name = file === '-' ? 'Standard input' : file
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    throw new UsageFault([`${name} is not JSON: ${(error as Error).message}.`])
  }
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) {
    return content as Readonly<Record<string, unknown>>
  }
  throw new UsageFault([`${name} must hold an object of JSON.`])
}

/**
 * Makes a new file that its owner alone can read, and writes what `content` gives once the file is sure to be there: a secret that is shown only
 * once is not lost to a wrong path. Where `content` throws, there is no file. Throws Refusal for a file that is there already.
 */
export async function writeSecretFile(folder: string, file: string, content: () => Promise<string>): Promise<void> {
  const path = resolve(folder, file)
  const handle = await open(path, 'wx', 0o600).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw new Refusal(`There is a file ${file} already; it is not overwritten.`)
    if (code === 'ENOENT') throw new Refusal(`There is no folder for ${file}.`)
    throw error
  })
  try {
    await handle.writeFile(await content())
    await handle.sync()
  } catch (error) {
    await unlink(path)
    throw error
  } finally {
    await handle.close()
  }
}
