/** A folder of files with names that are hard to carry, as a user may have one; for clients that copy trees. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { patterned } from './names.ts'

/** Relative paths that a file system and every client can hold. */
export const oddPaths: readonly string[] = [
  'plain.txt',
  'with space/and more.txt',
  'plus+plus.txt',
  'percent%20.txt',
  '100%.txt',
  '%2F.txt',
  'ampersand&equals=.txt',
  'question?hash#.txt',
  "quote's.txt",
  'semi;colon,comma.txt',
  'brackets[1]{2}(3).txt',
  'at@dollar$caret^tilde~bang!.txt',
  'umlaut-ü/straße.txt',
  '自由.txt',
  'emoji-😀.txt',
  'deep/er/than/most/trees/go/file.bin',
  '.hidden/.file',
  '-dash',
  'UPPER/lower/Case.TXT',
  'long-' + 'x'.repeat(200),
]

/** A new empty folder for a test; the caller removes it. */
export const temporaryFolder = (purpose: string): string => mkdtempSync(join(tmpdir(), `entrepot-${purpose}-`))

/** Writes the tree below the folder: small files, an empty one, and one of `bigSize` bytes. */
export function plantTree(folder: string, bigSize = 0): void {
  for (const [index, path] of oddPaths.entries()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), index === 0 ? '' : `${path}\n`.repeat(index))
    // An hour ago: S3 tells seconds, so a file of this very second would look newer than its copy.
    utimesSync(join(folder, path), Date.now() / 1000 - 3600, Date.now() / 1000 - 3600)
  }
  if (bigSize > 0) writeFileSync(join(folder, 'big.bin'), patterned(bigSize))
}

/** Relative path → SHA-256 of every file below the folder. */
export function digestTree(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const digests = files.map((entry): [string, string] => {
    const path = join(entry.parentPath, entry.name)
    return [path.slice(folder.length + 1), createHash('sha256').update(readFileSync(path)).digest('hex')]
  })
  return Object.fromEntries(digests.sort(([a], [b]) => (a < b ? -1 : 1)))
}
