/** The settings as command-line options. */
import { Option } from 'commander'
import { settings } from '../config.ts'
import type { SettingName } from '../config.ts'
import type { Setting, Written } from '../setting.ts'
import type { Flags } from './configuration.ts'

const names = Object.keys(settings) as SettingName[]
const settingOf = (name: SettingName): Setting<unknown> => settings[name]

const optionOf = (name: SettingName): Option => {
  const { flag = '', default: written, meaning } = settingOf(name)
  // Several defaults say nothing, such as false and the empty list.
  const shown = written === undefined || written === '' || written === 'false' ? '' : ` (${written})`
  return new Option(flag, `${firstSentence(meaning)}${shown}`)
}

/** Up to the first full stop that ends a sentence, without Markdown's backticks. */
const firstSentence = (text: string): string =>
  (/^.*?\.(?= |$)/.exec(text)?.[0] ?? text).replace(/\.$/, '').replaceAll('`', '')

/** Options of the named settings, by the headings under which help shows them. */
export function settingOptions(wanted: readonly SettingName[] = names): { heading: string; options: Option[] }[] {
  const sections = new Map<string, Option[]>()
  for (const name of wanted) {
    const { flag, section } = settingOf(name)
    if (flag === undefined) continue
    const options = sections.get(section) ?? []
    options.push(optionOf(name))
    sections.set(section, options)
  }
  return [...sections].map(([section, options]) => ({ heading: `${section}:`, options }))
}

/** What the command line gave, by the settings' names; of a command that takes only some settings, those. */
export function flagsOf(given: Readonly<Record<string, unknown>>, wanted: readonly SettingName[] = names): Flags {
  const flags: Record<string, Written | boolean | undefined> = {}
  for (const name of wanted) {
    if (settingOf(name).flag === undefined) continue
    const value = given[optionOf(name).attributeName()]
    if (typeof value === 'string' || typeof value === 'boolean') flags[name] = value
  }
  return { ...flags, config: typeof given['config'] === 'string' ? given['config'] : undefined }
}
