/** `entrepot accounts`: who owns buckets. */
import type { Command } from 'commander'
import { CommandRefused } from './failure.ts'
import { keyOnce } from './keys.ts'
import { listAll, manageOrder } from './manage.ts'
import { addSettingsCommand } from './profiles.ts'
import { isGiven, quotaBody, quotaOptions, showQuota, type GivenQuota, type Quota } from './quota.ts'
import { pairs, plain, table } from './text.ts'
import type { Conversation, Toolbox } from './toolbox.ts'

interface ShownAccount {
  readonly id: string
  readonly displayName: string
  readonly createdAt: string
}

export function addAccountCommands(program: Command, toolbox: Toolbox): void {
  const { equip, perform } = toolbox
  const accounts = program
    .command('accounts')
    .summary('Create, list and limit accounts')
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
  addQuota(accounts, toolbox)
}

interface QuotaOfAccount {
  readonly id: string
  readonly name: string
  readonly quota: Quota
}

function addQuota(accounts: Command, { equip, converse }: Toolbox): void {
  equip(quotaOptions(accounts.command('quota').argument('<name>', "the account's name or id")))
    .summary('Show or change how much an account may hold')
    .description('Writes that would go over a quota are refused, in whichever bucket of the account.')
    .addHelpText(
      'after',
      '\nExamples:\n  entrepot accounts quota video-team --bytes 2TiB\n  entrepot accounts quota video-team --bytes none\n\nNext: entrepot buckets quota NAME, entrepot usage --account NAME',
    )
    .action(async (name: string, given: GivenQuota, command: Command) => {
      const { ask, tell } = await converse(command)
      const account = isGiven(given)
        ? (
            await ask<{ account: QuotaOfAccount }>(
              manageOrder('UpdateAccount', { params: { account: name }, body: quotaBody(given) }),
            )
          ).account
        : await accountNamed(ask, name)
      tell(account.quota, () => `The quota of ${plain(account.name)}: ${showQuota(account.quota)}.\n`)
    })
}

/** Throws CommandRefused where there is none. */
async function accountNamed(ask: Conversation['ask'], name: string): Promise<QuotaOfAccount> {
  const { accounts } = await listAll<QuotaOfAccount, 'accounts'>(ask, 'ListAccounts', 'accounts')
  const found = accounts.find((account) => account.id === name || account.name === name)
  if (found !== undefined) return found
  throw new CommandRefused({ code: 'NoSuchEntity', message: `There is no account ${JSON.stringify(name)}.` })
}
