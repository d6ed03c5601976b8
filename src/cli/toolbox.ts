/** What the files of single commands are given to add theirs with: common options, how orders are performed, how answers are told. */
import { Option, type Command } from 'commander'
import type { Config, SettingName } from '../config.ts'
import { loadConfig } from './configuration.ts'
import { explainedByAccount } from './manage.ts'
import { flagsOf, settingOptions } from './options.ts'
import { perform, type Order } from './perform.ts'
import type { Surroundings } from './surroundings.ts'

export interface Toolbox {
  readonly surroundings: Surroundings
  /** Adds the options that every command has; to be called after its own, so that help shows them last. */
  readonly equip: (command: Command) => Command
  /** Performs an order and prints its result: as JSON, or by `show`. */
  readonly perform: <T extends object>(command: Command, order: Order, show: (result: T) => string) => Promise<void>
  /** The same, where what programs are told is a part of the result. */
  readonly performShowing: <T extends object>(
    command: Command,
    order: Order,
    show: { readonly json?: (result: T) => object; readonly text: (result: T) => string },
  ) => Promise<void>
  /** For commands that are more than one order. Throws UsageFault where the configuration is wrong. */
  readonly converse: (command: Command) => Promise<Conversation>
}

export interface Conversation {
  readonly config: Config
  /** The order's result. */
  readonly ask: <T extends object>(order: Order) => Promise<T>
  /** Prints the answer as JSON where a program reads, else the text. */
  readonly tell: (answer: object, text: () => string) => void
  /** Ends the command with this code, though nothing was thrown. */
  readonly setExitCode: (code: number) => void
}

/** What each command may be told besides its own options: which data folder is meant. */
const commonSettings: readonly SettingName[] = ['data', 'masterKeyFile']

export const configOption = (): Option =>
  new Option('--config <path>', 'Configuration file (entrepot.json, where there is one)')

export function createToolbox(surroundings: Surroundings, setExitCode: (code: number) => void): Toolbox {
  const { terminal } = surroundings

  async function converse(command: Command): Promise<Conversation> {
    const config = await loadConfig(surroundings, flagsOf(command.opts(), commonSettings))
    const json = command.opts()['json'] === true
    return {
      config,
      ask: async <T>(order: Order) => {
        try {
          return (await perform(surroundings, config, order)) as T
        } catch (error) {
          throw explainedByAccount(error, order)
        }
      },
      tell: (answer, text) => terminal.out(json ? `${JSON.stringify(answer)}\n` : text()),
      setExitCode,
    }
  }

  return {
    surroundings,
    equip(command) {
      command.addOption(new Option('--json', 'Answer in JSON, for programs'))
      command.addOption(configOption())
      for (const { options } of settingOptions(commonSettings)) for (const option of options) command.addOption(option)
      return command
    },
    async perform(command, order, show) {
      const { ask, tell } = await converse(command)
      const result = await ask<never>(order)
      tell(result, () => show(result))
    },
    async performShowing(command, order, { json = (result) => result, text }) {
      const { ask, tell } = await converse(command)
      const result = await ask<never>(order)
      tell(json(result), () => text(result))
    },
    converse,
  }
}
