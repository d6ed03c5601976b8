/** `entrepot accounts`: who owns buckets. */
import type { Command } from 'commander'
import type { Toolbox } from './program.ts'
import { keyOnce } from './keys.ts'
import { addSettingsCommand } from './profiles.ts'
import { pairs, plain, table } from './text.ts'

interface ShownAccount {
  readonly id: string
  readonly displayName: string
  readonly createdAt: string
}

export function addAccountCommands(program: Command, { equip, perform }: Toolbox): void {
  const accounts = program
    .command('accounts')
    .summary('Create and list accounts')
    .description(
      'Accounts own buckets; an access key belongs to one account and may do everything to its buckets, and nothing to others.',
    )

  equip(accounts.command('list'))
    .summary('List accounts')
    .description('Lists the accounts with their ids, which S3 shows as canonical user ids.')
    .addHelpText('after', '\nExample:\n  entrepot accounts list --json\n\nNext: entrepot keys list --account NAME')
    .action((_given: object, command: Command) =>
      perform(command, { name: 'accounts.list', parameters: {} }, (result: { accounts: readonly ShownAccount[] }) =>
        result.accounts.length === 0
          ? 'There are no accounts yet. The first start of the server makes one; so does: entrepot accounts create NAME\n'
          : table(
              ['NAME', 'ID', 'CREATED'],
              result.accounts.map(({ displayName, id, createdAt }) => [plain(displayName), id, createdAt]),
            ),
      ),
    )

  equip(
    accounts
      .command('create')
      .argument('<name>', 'display name, which no other account has')
      .option('--email <address>', 'email address, by which others may grant it access'),
  )
    .summary('Create an account with an access key')
    .description('Creates an account and its first access key. The secret is shown only now.')
    .addHelpText(
      'after',
      '\nExample:\n  entrepot accounts create video-team\n\nNext: entrepot buckets create BUCKET --account NAME',
    )
    .action((name: string, { email }: { email?: string }, command: Command) =>
      perform(
        command,
        {
          name: 'accounts.create',
          parameters: email === undefined ? { name } : { name, email },
          makesFolder: true,
        },
        (result: ShownAccount & { accessKeyId: string; secretAccessKey: string }) =>
          pairs([
            ['Account', plain(result.displayName)],
            ['Account id', result.id],
          ]) + keyOnce(result),
      ),
    )

  addSettingsCommand(accounts, 'account', { equip, perform })
}
