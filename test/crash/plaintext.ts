// Looks through the server's files for what it should only have kept encrypted.

import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Files under `folder` that have the text in them, in words. */
export function plaintextFaults(folder: string, text: string): string[] {
  return globSync('**', { cwd: folder })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile() && readFileSync(path).includes(text))
    .map((path) => `${path} has plaintext of an encrypted object`)
}
