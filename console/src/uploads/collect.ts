/** The files of what was chosen or dropped: folders with all below them, and folders that are empty, which become objects of their own. */
import { uploads as words } from '../strings/uploads.ts'
import type { FileToSend } from './job.ts'

/** More than these at once a browser does not hold well. */
const filesMax = 50_000

/** A refusal in words for people. */
export class CollectError extends Error {
  override readonly name = 'CollectError'
}

/** Of an `<input type="file">`; of one for folders, with the folders' paths. */
export function filesOfInput(files: FileList): readonly FileToSend[] {
  if (files.length > filesMax) throw new CollectError(words.tooMany(filesMax))
  return [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }))
}

/** Of a drop. Must be called while the event is handled: afterwards the browser has forgotten what was dropped. */
export function filesOfDrop(dropped: DataTransfer): Promise<readonly FileToSend[]> {
  const items = [...dropped.items].filter(({ kind }) => kind === 'file')
  const roots = items.map((item) => {
    const entry = item.webkitGetAsEntry()
    return { entry, file: entry === null ? item.getAsFile() : null, handle: handleOf(item) }
  })
  return gather(roots)
}

interface Root {
  readonly entry: FileSystemEntry | null
  readonly file: File | null
  readonly handle: Promise<FileSystemHandle | undefined>
}

async function gather(roots: readonly Root[]): Promise<readonly FileToSend[]> {
  const found: FileToSend[] = []
  for (const { entry, file, handle } of roots) {
    if (entry !== null) await visit(entry, handle, '', found)
    else if (file !== null) found.push({ file, path: file.name })
  }
  return found
}

async function visit(
  entry: FileSystemEntry,
  root: Promise<FileSystemHandle | undefined>,
  folder: string,
  found: FileToSend[],
): Promise<void> {
  if (found.length >= filesMax) throw new CollectError(words.tooMany(filesMax))
  const path = folder + entry.name
  if (isFile(entry)) {
    const file = await read<File>(entry.name, (done, failed) => entry.file(done, failed))
    found.push({ file, path, handle: () => handleAt(root, path) })
  } else if (isFolder(entry)) {
    const children = await childrenOf(entry)
    if (children.length === 0) found.push({ file: new File([], entry.name), path: `${path}/` })
    for (const child of children) await visit(child, root, `${path}/`, found)
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory

/** A reader gives a hundred or so at a time, and then none. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader()
  const children: FileSystemEntry[] = []
  for (;;) {
    const some = await read<FileSystemEntry[]>(folder.name, (done, failed) => reader.readEntries(done, failed))
    if (some.length === 0) return children
    children.push(...some)
    if (children.length > filesMax) throw new CollectError(words.tooMany(filesMax))
  }
}

const read = <T>(name: string, start: (done: (value: T) => void, failed: () => void) => void): Promise<T> =>
  new Promise((resolve, reject) => start(resolve, () => reject(new CollectError(words.unreadable(name)))))

async function handleOf(item: DataTransferItem): Promise<FileSystemHandle | undefined> {
  if (!('getAsFileSystemHandle' in item)) return undefined
  // Not in every browser, and so not among the types.
  const ask = item.getAsFileSystemHandle as () => Promise<FileSystemHandle | null>
  return (await ask.call(item).catch(() => null)) ?? undefined
}

/** Of a file below what was dropped. */
async function handleAt(
  root: Promise<FileSystemHandle | undefined>,
  path: string,
): Promise<FileSystemFileHandle | undefined> {
  try {
    let handle = await root
    for (const [index, name] of path.split('/').slice(1).entries()) {
      if (!(handle instanceof FileSystemDirectoryHandle)) return undefined
      const last = index === path.split('/').length - 2
      handle = last ? await handle.getFileHandle(name) : await handle.getDirectoryHandle(name)
    }
    return handle instanceof FileSystemFileHandle ? handle : undefined
  } catch {
    return undefined
  }
}
