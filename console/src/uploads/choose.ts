/** Asks for files in a way that lets the page find them again after a reload, where the browser has one. */
import type { FileToSend } from './job.ts'

type Picker = (options: { readonly multiple: true }) => Promise<readonly FileSystemFileHandle[]>

/** Nothing where nothing was chosen; undefined where the browser cannot, and a file input must do. */
export async function chooseFiles(): Promise<readonly FileToSend[] | undefined> {
  // Not in every browser, and so not among the types.
  const { showOpenFilePicker } = globalThis as { showOpenFilePicker?: Picker }
  if (showOpenFilePicker === undefined) return undefined
  try {
    const handles = await showOpenFilePicker({ multiple: true })
    return await Promise.all(
      handles.map(async (handle) => {
        const file = await handle.getFile()
        return { file, path: file.name, handle: () => Promise.resolve(handle) }
      }),
    )
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return []
    return undefined
  }
}
