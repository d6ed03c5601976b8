/** Checks the data folder and the master key file: there, ours, and closed to others. */
import { constants } from 'node:fs'
import { access, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { masterKeyFault } from '../../access/weak-secrets.ts'
import type { Config } from '../../config.ts'
import { failed, ok, warning } from './check.ts'
import type { Finding } from './check.ts'

const octal = (mode: number): string => (mode & 0o777).toString(8).padStart(4, '0')

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error)

export async function checkFolder(folder: string): Promise<Finding> {
  const name = 'Data folder'
  try {
    const found = await stat(folder)
    if (!found.isDirectory()) return failed(name, `${folder} is not a folder`, 'Choose another with --data.')
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    const user = process.getuid?.()
    if (user !== undefined && user !== found.uid && user !== 0) {
      return warning(
        name,
        `${folder} belongs to user ${found.uid}, and this is user ${user}`,
        `Run the server as the folder's owner.`,
      )
    }
    if ((found.mode & 0o077) !== 0) {
      return warning(name, `others can look into ${folder} (mode ${octal(found.mode)})`, `Run: chmod 700 ${folder}`)
    }
    return ok(name, `${folder}, mode ${octal(found.mode)}`)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return checkParent(folder)
    return failed(
      name,
      `${folder} cannot be used (${code})`,
      'Give this user the right to read and write it, or choose another with --data.',
    )
  }
}

async function checkParent(folder: string): Promise<Finding> {
  const name = 'Data folder'
  let parent = dirname(folder)
  for (;;) {
    try {
      await access(parent, constants.W_OK | constants.X_OK)
      return ok(name, `${folder} is not there yet; the first start makes it`)
    } catch (error) {
      const code = codeOf(error)
      if (code !== 'ENOENT')
        return failed(
          name,
          `${folder} is not there and cannot be made in ${parent} (${code})`,
          'Choose another with --data.',
        )
      parent = dirname(parent)
    }
  }
}

export async function checkMasterKey({ masterKey, masterKeyFile, data }: Config): Promise<Finding> {
  const name = 'Master key'
  if (masterKey !== undefined) return ok(name, 'given by the setting masterKey')
  try {
    const { mode } = await stat(masterKeyFile)
    if ((mode & 0o077) !== 0) {
      return failed(name, `others can use ${masterKeyFile} (mode ${octal(mode)})`, `Run: chmod 600 ${masterKeyFile}`)
    }
    const fault = masterKeyFault((await readFile(masterKeyFile, 'latin1')).trim())
    if (fault !== undefined) return failed(name, `${masterKeyFile}: the key ${fault}`, 'Put the right key back.')
    return ok(name, `${masterKeyFile}, mode ${octal(mode)}`)
  } catch (error) {
    const code = codeOf(error)
    if (code !== 'ENOENT')
      return failed(name, `${masterKeyFile} cannot be read (${code})`, 'Give this user the right to read it.')
    const isNew = await stat(data).then(
      () => false,
      () => true,
    )
    return isNew
      ? ok(name, `${masterKeyFile} is not there yet; the first start makes it`)
      : warning(
          name,
          `${masterKeyFile} is not there`,
          'If the server has run before, put the file back; if not, the first start makes it.',
        )
  }
}
