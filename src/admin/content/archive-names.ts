/**
 * Names in an archive, made of keys, in their order. Nothing in them leads out of the folder that they are unpacked in, whatever the system: no
 * absolute path, no `..`, no backslash, no controls, nothing that Windows would trim into one of these. Two keys never get the same name: what had to be
 * changed bears a digest of its key, and what looks as if it did gets one of its own. Only the keys that the last one begins with are remembered.
 */
import { createHash } from 'node:crypto'

/** What no system takes for a part of a name, or not all do. */
const hostile = /[\p{C}\u2028\u2029\\:*?"<>|]/gu
/** Bytes of a segment, with room for the digest. */
const segmentSizeMax = 220
const digestPattern = /~[0-9a-f]{16}/i
/** Names of devices, on Windows, with whatever extension. */
const device = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

export class ArchiveNames {
  readonly #rootSize: number
  /** Keys that came as files, each of which the next begins with. */
  #files: string[] = []

  /** `root` is what all keys begin with and no name does. */
  constructor(root: string) {
    this.#rootSize = root.length
  }

  /** The name of a file, or of a folder, with its slash; keys must come in their order. */
  nameOf(key: string, kind: 'file' | 'folder'): string {
    this.#files = this.#files.filter((file) => key.startsWith(file))
    const name = this.#make(key, kind)
    if (kind === 'file') this.#files.push(key)
    return name
  }

  #make(key: string, kind: 'file' | 'folder'): string {
    const relative = key.slice(this.#rootSize)
    const isFolder = relative.endsWith('/')
    const segments = (isFolder ? relative.slice(0, -1) : relative).split('/')
    const safe: string[] = []
    let at = this.#rootSize
    for (const [index, segment] of segments.entries()) {
      at += segment.length
      const isLast = index === segments.length - 1
      const path = key.slice(0, at)
      // A file stands where this name has a folder; or the content of a key that ends with a slash would stand where its folder does.
      const isContent = isLast && isFolder && kind === 'file'
      const isTaken = (!isLast || isFolder) && this.#files.includes(path)
      safe.push(safeSegment(segment, path, isContent ? 'content' : isTaken ? 'folder' : undefined))
      at += 1
    }
    return safe.join('/') + (kind === 'folder' ? '/' : '')
  }
}

/** The segment, or what stands for it: `path` and `beside` are what tells it from all others, `beside` where it cannot be what it is called. */
function safeSegment(segment: string, path: string, beside: 'content' | 'folder' | undefined): string {
  const harmless = segment
    .replace(hostile, '_')
    .replace(/[. ]+$/, (end) => '_'.repeat(end.length))
    .replace(/^ +/, (start) => '_'.repeat(start.length))
  const isSame = harmless === segment && segment !== '' && !device.test(segment) && !digestPattern.test(segment)
  if (isSame && beside === undefined && Buffer.byteLength(segment) <= segmentSizeMax) return segment
  const digest = createHash('sha256')
    .update(`${path}\0${beside ?? ''}`)
    .digest('hex')
    .slice(0, 16)
  const [extension = ''] = /(?<=.)\.[a-z0-9]{1,8}$/i.exec(harmless) ?? []
  const stem = cut(device.test(harmless) ? `_${harmless}` : harmless, extension)
  return `${stem}~${digest}${extension}`
}

/** Without the extension, and as long as fits. */
function cut(text: string, extension: string): string {
  let size = 0
  let stem = ''
  for (const character of text.slice(0, text.length - extension.length)) {
    size += Buffer.byteLength(character)
    if (size > segmentSizeMax - 40) break
    stem += character
  }
  return stem
}
