/** Performs a command: by the server that runs, or, while none does, on the data folder itself. */
import { readdir } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { runCommand } from '../admin/commands.ts'
import type { CommandName } from '../admin/commands.ts'
import { callServer } from '../admin/control-client.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config.ts'
import { CommandRefused, isFolderInUse } from './failure.ts'
import type { Surroundings } from './surroundings.ts'

/** How long another process may hold the folder without answering: a server that starts or stops, or another command. */
const patienceMilliseconds = 10_000
const pauseMilliseconds = 100

export interface Order {
  readonly name: CommandName
  readonly parameters: Readonly<Record<string, string | undefined>>
  /** Makes the data folder where it is not there; other commands refuse, since they were likely meant for another folder. */
  readonly makesFolder?: boolean
}

/** The command's result. Throws ApiError, CommandRefused, Refusal. */
export async function perform(
  { clock, server }: Surroundings,
  config: Config,
  { name, parameters, makesFolder = false }: Order,
): Promise<object> {
  const patientUntil = clock.monotonic() + patienceMilliseconds
  for (;;) {
    const answer = await callServer(config.data, name, parameters)
    if (answer !== undefined) {
      if ('error' in answer) throw new CommandRefused(answer.error)
      return answer.result
    }
    if (!makesFolder) await refuseUnlessThere(config.data)
    try {
      const state = await (await server()).openState(config)
      try {
        // As over the socket: what is undefined is not there.
        return await runCommand(state, name, JSON.parse(JSON.stringify(parameters)))
      } finally {
        await state.close()
      }
    } catch (error) {
      if (!isFolderInUse(error) || clock.monotonic() > patientUntil) throw error
      await setTimeout(pauseMilliseconds)
    }
  }
}

async function refuseUnlessThere(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  })
  if (entries.length > 0) return
  throw new Refusal(
    `There is no data in ${folder} yet. Start the server there once, or say with --data which folder is meant.`,
  )
}
