/** `entrepot buckets get`, `set` and `unset`: the settings of a bucket that S3 has operations for, in AWS's JSON. */
import { Argument, Option, type Command } from 'commander'
import { settingNames } from '../admin/bucket-settings.ts'
import { collect } from './amounts.ts'
import { UsageFault } from './failure.ts'
import { readJsonObject } from './files.ts'
import { accountOption, manageOrder } from './manage.ts'
import { plain } from './text.ts'
import type { Toolbox } from './toolbox.ts'

const nameArgument = ['<name>', 'the bucket'] as const
const settingArgument = (): Argument => new Argument('<setting>', 'which one').choices(settingNames)

export function addBucketSettingCommands(buckets: Command, toolbox: Toolbox): void {
  addGet(buckets, toolbox)
  addSet(buckets, toolbox)
  addUnset(buckets, toolbox)
}

function addGet(buckets: Command, { equip, performShowing }: Toolbox): void {
  equip(
    buckets
      .command('get')
      .argument(...nameArgument)
      .addArgument(settingArgument())
      .option(...accountOption),
  )
    .summary('Show a setting of a bucket')
    .description("Prints a setting in AWS's JSON, as aws s3api get-bucket-… does.")
    .addHelpText(
      'after',
      '\nExample:\n  entrepot buckets get films cors > cors.json\n\nNext: entrepot buckets set films cors cors.json',
    )
    .action((bucket: string, setting: string, { account }: { account?: string }, command: Command) =>
      performShowing(command, manageOrder('GetBucketSetting', { account, params: { bucket, setting } }), {
        text: (content: object) => `${JSON.stringify(content, undefined, 2)}\n`,
      }),
    )
}

interface Given {
  readonly preset?: string
  readonly origin?: readonly string[]
  readonly account?: string
}

function addSet(buckets: Command, { equip, performShowing, surroundings }: Toolbox): void {
  equip(
    buckets
      .command('set')
      .argument(...nameArgument)
      .addArgument(settingArgument())
      .argument('[file]', 'the setting in JSON; - is standard input')
      .addOption(
        new Option('--preset <preset>', 'Of cors: rules made for a purpose').choices([
          'video-player',
          'browser-upload',
        ]),
      )
      .option('--origin <url>', 'With a preset: where the page comes from; may be repeated', collect)
      .option(...accountOption),
  )
    .summary('Change a setting of a bucket')
    .description(
      "Puts a setting from a file in AWS's JSON, as aws s3api put-bucket-… takes it. It replaces the one that is there.",
    )
    .addHelpText(
      'after',
      `
Examples:
  entrepot buckets set films lifecycle rules.json
  echo '{"Status": "Enabled"}' | entrepot buckets set films versioning -
  entrepot buckets set films cors --preset video-player \\
    --origin https://www.example.com

Next: entrepot buckets get films SETTING`,
    )
    .action(async (bucket: string, setting: string, file: string | undefined, given: Given, command: Command) => {
      const { account, preset, origin } = given
      if ((file === undefined) === (preset === undefined)) {
        throw new UsageFault(['Give a file, or for cors a --preset.'])
      }
      if ((preset === undefined) !== (origin === undefined)) {
        throw new UsageFault(['--preset and --origin go together.'])
      }
      if (preset !== undefined && setting !== 'cors') throw new UsageFault(['There are presets for cors alone.'])
      const body = file === undefined ? { preset, origins: origin } : await readJsonObject(surroundings, file)
      const order = manageOrder('PutBucketSetting', { account, params: { bucket, setting }, body })
      await performShowing(command, order, { text: () => `${plain(bucket)} has its ${setting}.\n` })
    })
}

function addUnset(buckets: Command, { equip, performShowing }: Toolbox): void {
  equip(
    buckets
      .command('unset')
      .argument(...nameArgument)
      .addArgument(settingArgument())
      .option(...accountOption),
  )
    .summary('Take a setting from a bucket')
    .description('Deletes a setting. Versioning and Object Lock can be changed, not taken away.')
    .addHelpText('after', '\nExample:\n  entrepot buckets unset films cors\n\nNext: entrepot buckets get films SETTING')
    .action((bucket: string, setting: string, { account }: { account?: string }, command: Command) =>
      performShowing(command, manageOrder('DeleteBucketSetting', { account, params: { bucket, setting } }), {
        text: () => `${plain(bucket)} has no ${setting} of its own any more.\n`,
      }),
    )
}
