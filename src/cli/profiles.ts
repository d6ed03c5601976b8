/** `entrepot profiles`: what the profiles are; and the settings that accounts and buckets have of their own. */
import { Option, type Command } from 'commander'
import { isProfileName, profileNames, toggleNames, togglesOfProfile, toggleTable } from '../objects/profile.ts'
import { showToggleValue, type ToggleValue } from '../objects/toggle.ts'
import type { CommandName } from '../admin/commands.ts'
import type { Surroundings } from './surroundings.ts'
import type { Toolbox } from './toolbox.ts'
import { pairs, plain, table } from './text.ts'

export function addProfilesCommand(program: Command, { terminal }: Surroundings): void {
  program
    .command('profiles')
    .argument('[name]', `one of them: ${profileNames.join(', ')}`)
    .summary('Show the compatibility profiles')
    .description('Shows the toggles and their values in each profile; of one profile, what differs from aws.')
    .addOption(new Option('--json', 'Answer in JSON, for programs'))
    .addHelpText(
      'after',
      `
Examples:
  entrepot profiles
  entrepot profiles kontenum

Next: entrepot serve --profile NAME,
      entrepot buckets settings BUCKET --profile NAME`,
    )
    .action((name: string | undefined, given: { json?: boolean }, command: Command) => {
      if (name !== undefined && !isProfileName(name)) {
        command.error(`error: there is no profile ${JSON.stringify(name)}; there are ${profileNames.join(', ')}`)
      }
      const profiles = name === undefined ? profileNames : ([name] as const)
      if (given.json === true) {
        const shown = Object.fromEntries(profiles.map((profile) => [profile, togglesOfProfile(profile)]))
        return terminal.out(`${JSON.stringify({ profiles: shown })}\n`)
      }
      if (name === undefined) return terminal.out(table(['TOGGLE', ...profileNames], rows(profileNames)))
      const differing = rows(['aws', name]).filter(([, aws, own]) => aws !== own)
      return terminal.out(
        differing.length === 0
          ? 'aws is the default: every other profile is shown against it.\n'
          : table(['TOGGLE', 'aws', name], differing),
      )
    })
}

const rows = (profiles: readonly (typeof profileNames)[number][]): string[][] =>
  toggleNames.map((toggle) => [
    toggle,
    ...profiles.map((profile) => showToggleValue(toggleTable[toggle].values[profile])),
  ])

interface ShownSettings {
  readonly name: string
  readonly profile: string | null
  readonly toggles: Readonly<Record<string, ToggleValue>>
  readonly inForce: Readonly<Record<string, string>>
}

/** Adds `settings` to the commands of accounts or of buckets. */
export function addSettingsCommand(
  parent: Command,
  what: 'account' | 'bucket',
  { equip, perform }: Pick<Toolbox, 'equip' | 'perform'>,
): void {
  const order: CommandName = what === 'account' ? 'accounts.settings' : 'buckets.settings'
  equip(
    parent
      .command('settings')
      .argument('<name>', what === 'account' ? "the account's name or id" : 'the bucket')
      .option('--profile <name>', `Give it a profile of its own: ${profileNames.join(', ')}; or inherit`)
      .option('--toggle <name=value>', 'Set a toggle, or name=inherit; may be repeated', collect),
  )
    .summary(`Show and change the profile of ${what === 'account' ? 'an account' : 'a bucket'}`)
    .description(
      `Shows the profile and the toggles that the ${what} has of its own and those in force, once the changes are made that are asked for. They change what requests may do; nothing that is stored is touched.`,
    )
    .addHelpText(
      'after',
      `
Examples:
  entrepot ${what}s settings photos
  entrepot ${what}s settings photos --profile qencode --toggle http=allow
  entrepot ${what}s settings photos --profile inherit --toggle http=inherit

Next: entrepot profiles`,
    )
    .action((name: string, given: { profile?: string; toggle?: readonly string[] }, command: Command) =>
      perform(
        command,
        { name: order, parameters: { name, profile: given.profile, toggles: given.toggle?.join('\n') } },
        (settings: ShownSettings) =>
          `${pairs([
            [what === 'account' ? 'Account' : 'Bucket', plain(settings.name)],
            ['Profile of its own', settings.profile ?? 'none'],
          ])}\n${table(
            ['TOGGLE', 'IN FORCE', 'OWN'],
            Object.entries(settings.inForce).map(([toggle, value]) => [
              toggle,
              value,
              settings.toggles[toggle] === undefined ? '' : showToggleValue(settings.toggles[toggle]),
            ]),
          )}`,
      ),
    )
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]
