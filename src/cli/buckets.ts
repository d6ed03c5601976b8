/** `entrepot buckets`: create, list and delete buckets without an S3 client. */
import type { Command } from 'commander'
import type { Toolbox } from './program.ts'
import { addSettingsCommand } from './profiles.ts'
import { plain, table } from './text.ts'

interface ShownBucket {
  readonly name: string
  readonly region: string
  readonly accountName: string
  readonly createdAt: string
}

export function addBucketCommands(program: Command, { equip, perform }: Toolbox): void {
  const buckets = program
    .command('buckets')
    .summary('Create, list and delete buckets')
    .description('Buckets hold objects. S3 clients can make them too; here they can be made for any account.')

  equip(buckets.command('list').option('--account <name>', 'Only the buckets of this account: its name or id'))
    .summary('List buckets')
    .description('Lists the buckets of all accounts, or of one.')
    .addHelpText(
      'after',
      '\nExample:\n  entrepot buckets list --account video-team\n\nNext: entrepot buckets create BUCKET',
    )
    .action((given: { account?: string }, command: Command) =>
      perform(
        command,
        { name: 'buckets.list', parameters: { account: given.account } },
        (result: { buckets: readonly ShownBucket[] }) =>
          result.buckets.length === 0
            ? 'There are no buckets. Make one with: entrepot buckets create NAME\n'
            : table(
                ['BUCKET', 'ACCOUNT', 'REGION', 'CREATED'],
                result.buckets.map(({ name, accountName, region, createdAt }) => [
                  name,
                  plain(accountName),
                  region,
                  createdAt,
                ]),
              ),
      ),
    )

  equip(
    buckets
      .command('create')
      .argument('<name>', '3 to 63 small letters, digits, hyphens, full stops; unique over all accounts')
      .option('--account <name>', "The owner's name or id (the first account)"),
  )
    .summary('Create a bucket')
    .description('Creates an empty bucket.')
    .addHelpText(
      'after',
      '\nExample:\n  entrepot buckets create photos\n\nNext: store something in it with any S3 client',
    )
    .action((name: string, given: { account?: string }, command: Command) =>
      perform(
        command,
        { name: 'buckets.create', parameters: { name, account: given.account } },
        (bucket: ShownBucket) =>
          `The bucket ${bucket.name} is there, in ${bucket.region}; it belongs to the account "${plain(bucket.accountName)}".\n`,
      ),
    )

  equip(buckets.command('delete').argument('<name>', 'the bucket'))
    .summary('Delete an empty bucket')
    .description('Deletes a bucket that has no objects; another is refused. Unfinished uploads go with it.')
    .addHelpText('after', '\nExample:\n  entrepot buckets delete photos\n\nNext: entrepot buckets list')
    .action((name: string, _given: object, command: Command) =>
      perform(command, { name: 'buckets.delete', parameters: { name } }, () => `The bucket ${name} is deleted.\n`),
    )

  addSettingsCommand(buckets, 'bucket', { equip, perform })
}
