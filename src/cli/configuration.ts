/** Reads the configuration for a command: its flags, the environment, and the file. */
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Config } from '../config.ts'
import { configFileVariable, readConfig } from '../read-config.ts'
import type { ConfigSources } from '../read-config.ts'
import { UsageFault } from './failure.ts'
import type { Surroundings } from './surroundings.ts'

const defaultFile = 'entrepot.json'
const fileSizeMax = 1024 * 1024

/** Values of a command's flags by the settings' names; `config` is the file's path. */
export type Flags = ConfigSources['flags'] & { readonly config?: string | undefined }

/** Throws UsageFault with every fault. */
export async function loadConfig({ env, folder, terminal }: Surroundings, flags: Flags): Promise<Config> {
  const { config: fileFlag, ...settingFlags } = flags
  const file = await loadFile(fileFlag ?? env[configFileVariable], folder)
  const result = readConfig({ env, file, flags: settingFlags, folder })
  if (!result.ok) throw new UsageFault(result.faults)
  for (const warning of result.warnings) terminal.error(`entrepot: ${warning}\n`)
  return result.config
}

async function loadFile(chosen: string | undefined, folder: string): Promise<ConfigSources['file']> {
  const path = resolve(folder, chosen ?? defaultFile)
  try {
    const { size, mode } = await stat(path)
    if (size > fileSizeMax) throw new UsageFault([`The configuration file ${path} is larger than 1 MiB.`])
    return { path, text: await readFile(path, 'utf8'), readableByOthers: (mode & 0o077) !== 0 }
  } catch (error) {
    if (error instanceof UsageFault) throw error
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') throw new UsageFault([`The configuration file ${path} cannot be read: ${message}.`])
    if (chosen === undefined) return undefined
    throw new UsageFault([`There is no configuration file ${path}.`])
  }
}
