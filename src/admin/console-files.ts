/**
 * The files of the built console, read once into memory. A request names one of those that were found, or nothing: no part of it ever becomes a
 * path.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip, type BrotliOptions } from 'node:zlib'
import type { Coding } from '../http/content-coding.ts'

export interface ConsoleFile {
  readonly contentType: string
  readonly bytes: Buffer
  /** Without its quotes. */
  readonly etag: string
  /** Whether its name is of its content, so that what is there never changes. */
  readonly immutable: boolean
  /** Whether it is worth it to compress it. */
  readonly compressible: boolean
  /** Made when it is first asked for, and kept. */
  compressed(coding: Coding): Promise<Buffer>
}

/** By path, with its `/`. */
export type ConsoleFiles = ReadonlyMap<string, ConsoleFile>

/** Beyond these, what is in the folder is no console. */
const filesMax = 1000
const fileSizeMax = 16 * 1024 * 1024

/** Undefined where there is no folder, or no page in it. Links are not followed. Throws for what is no build of the console. */
export async function readConsoleFiles(folder: string): Promise<ConsoleFiles | undefined> {
  const page = await stat(join(folder, 'index.html')).catch(() => undefined)
  if (page === undefined) return undefined
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  if (entries.length > filesMax) throw new Error(`There are more than ${filesMax} files in ${folder}`)
  const files = new Map<string, ConsoleFile>()
  for (const { parentPath, name } of entries) {
    const at = join(parentPath, name)
    const path = relative(folder, at).split(sep).join('/')
    // Such a name would have to be escaped in a URL.
    if (!/^[\w./-]+$/.test(path)) throw new Error(`${at} has a name that no file of the console has`)
    if ((await stat(at)).size > fileSizeMax) throw new Error(`${at} has more than ${fileSizeMax} bytes`)
    files.set(`/${path}`, fileOf(path, await readFile(at)))
  }
  return files
}

function fileOf(path: string, bytes: Buffer): ConsoleFile {
  const contentType = contentTypes[extname(path)] ?? 'application/octet-stream'
  const kept = new Map<Coding, Promise<Buffer>>()
  return {
    ...{ contentType, bytes },
    etag: createHash('sha256').update(bytes).digest('base64url').slice(0, 22),
    immutable: /^assets\/.+-[\w-]{8,}\.\w+$/.test(path),
    compressible: bytes.length >= compressedSizeMin && /^text|javascript|json|svg|wasm/.test(contentType),
    compressed(coding) {
      let made = kept.get(coding)
      if (made === undefined) kept.set(coding, (made = compress[coding](bytes)))
      return made
    },
  }
}

/** Bytes; below, it would not even save a packet. */
const compressedSizeMin = 1024

/** Brotli's best takes ten times as long, for whoever comes first, and saves a twentieth. */
const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
const compress = {
  br: (bytes: Buffer) => promisify<Buffer, BrotliOptions, Buffer>(brotliCompress)(bytes, quality),
  gzip: promisify<Buffer, Buffer>(gzip),
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}
