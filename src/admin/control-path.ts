/** Where the control socket is: in the data folder, which its owner alone may enter. */
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../base/refusal.ts'

export const socketName = 'control.sock'

/** The longest path that a socket's address holds (sun_path), in bytes; Linux has room for 107. */
const pathSizeMax = 103

/**
 * Calls `use` with a path of the folder's socket that is short enough for a socket's address: for deep folders, on Linux, one through an
 * open descriptor of the folder, which stays open until `use` has ended. Throws Refusal where there is none.
 */
export async function withSocketPath<T>(folder: string, use: (path: string) => Promise<T>): Promise<T> {
  const path = join(folder, socketName)
  if (Buffer.byteLength(path) <= pathSizeMax) return use(path)
  if (process.platform !== 'linux') {
    throw new Refusal(
      `The path of the data folder is too long for a socket in it: ${path} has over ${pathSizeMax} bytes.`,
    )
  }
  const descriptor = openSync(folder, 'r')
  try {
    return await use(`/proc/self/fd/${descriptor}/${socketName}`)
  } finally {
    closeSync(descriptor)
  }
}
