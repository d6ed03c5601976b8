/** What an upload needs beside what is shown of it: the file, the parts that are there, and what was answered about it. */

export interface FileToSend {
  readonly file: File
  /** Below the folder that it goes to: `holiday/day 1/beach.jpg`. */
  readonly path: string
  /** By which the browser finds the file again after a reload, where it has such a thing. */
  readonly handle?: (() => Promise<FileSystemFileHandle | undefined>) | undefined
}

/** A multipart upload that was begun. */
export interface Begun {
  readonly uploadId: string
  readonly partSize: number
  /** Number → ETag of what is there. */
  readonly parts: Map<number, string>
}

export interface Job {
  readonly id: number
  readonly bucket: string
  readonly source: FileToSend
  readonly contentType: string
  /** As it was chosen; with "keep both", the key has a number more. */
  readonly keyChosen: string
  key: string
  copies: number
  overwrite: boolean
  begun: Begun | undefined
  /** Ends what goes on; its reason says why. */
  running: AbortController | undefined
}

/** Why something was ended that went on. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
  /** It does not go on: what was sent is given up. */
  readonly forGood: boolean

  constructor(forGood = false) {
    super()
    this.forGood = forGood
  }
}

/** `a/photo.jpg`, 2 → `a/photo-2.jpg`. */
export function numbered(key: string, number: number): string {
  const [, start = key, end = ''] = /^(.*[^/])(\.[^./]+)$/su.exec(key) ?? []
  return `${start}-${number}${end}`
}
