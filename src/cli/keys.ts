/** `entrepot keys`: access keys, which sign requests. */
import type { Command } from 'commander'
import type { CommandName } from '../admin/commands.ts'
import { parseDuration } from './amounts.ts'
import { UsageFault } from './failure.ts'
import type { Toolbox } from './toolbox.ts'
import { pairs, plain, table } from './text.ts'

interface ShownKey {
  readonly accessKeyId: string
  readonly name: string
  readonly active: boolean
  readonly accountName?: string
  readonly userName?: string
  readonly createdAt: string
  /** Until when the secret before the present one verifies too. */
  readonly previousSecretUntil?: string
  readonly lastUse?: { readonly time: string; readonly operation: string; readonly address: string } | null
}

interface KeyWithSecret {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export function addKeyCommands(program: Command, toolbox: Toolbox): void {
  const keys = program
    .command('keys')
    .summary('Create, list and change access keys')
    .description(
      'Access keys sign S3 requests. To replace one without an outage: create a second, move the programs to it, deactivate the first, watch, delete it.',
    )
  addCreate(keys, toolbox)
  addList(keys, toolbox)
  addRename(keys, toolbox)
  addRegenerate(keys, toolbox)
  addOrder(keys, toolbox, {
    name: 'deactivate',
    summary: 'Make a key stop working for now',
    description:
      'Requests signed with the key are refused from now on; nothing is lost, and it can be activated again.',
    next: 'entrepot keys activate KEY, or, once nothing misses it, delete KEY',
    say: ({ accessKeyId }) => `${accessKeyId} is inactive.\n`,
  })
  addOrder(keys, toolbox, {
    name: 'activate',
    summary: 'Make an inactive key work again',
    description: 'Requests signed with the key are accepted again from now on.',
    next: 'entrepot keys list',
    say: ({ accessKeyId }) => `${accessKeyId} is active.\n`,
  })
  addOrder(keys, toolbox, {
    name: 'delete',
    summary: 'Delete a key for good',
    description:
      'Deletes the key at once and for good; requests signed with it are refused. To try first what misses it, deactivate it.',
    next: 'entrepot keys list',
    say: ({ accessKeyId }) => `${accessKeyId} is deleted.\n`,
  })
}

function addCreate(keys: Command, { equip, perform }: Toolbox): void {
  equip(
    keys
      .command('create')
      .option('--account <name>', "The account's name or id (the first account)")
      .option('--user <name>', 'A user of the account, whose key it shall be')
      .option('--name <text>', 'A label for people'),
  )
    .summary('Create a key')
    .description('Creates an access key. The secret is shown only now.')
    .addHelpText('after', '\nExample:\n  entrepot keys create --name backup\n\nNext: entrepot keys list')
    .action(({ account, user, name }: { account?: string; user?: string; name?: string }, command: Command) =>
      perform(command, { name: 'keys.create', parameters: { account, user, name } }, keyOnce),
    )
}

function addList(keys: Command, { equip, perform }: Toolbox): void {
  equip(keys.command('list').option('--account <name>', 'Only the keys of this account: its name or id'))
    .summary('List keys')
    .description('Lists access keys with their last use, without their secrets, which nobody can read again.')
    .addHelpText(
      'after',
      '\nExample:\n  entrepot keys list --json\n\nNext: entrepot keys create, rename, deactivate, delete',
    )
    .action((given: { account?: string }, command: Command) =>
      perform(
        command,
        { name: 'keys.list', parameters: { account: given.account } },
        (result: { keys: readonly ShownKey[] }) =>
          result.keys.length === 0
            ? 'There are no access keys. Make one with: entrepot keys create\n'
            : table(
                ['ACCESS KEY', 'STATE', 'ACCOUNT', 'USER', 'NAME', 'CREATED', 'LAST USED'],
                result.keys.map(
                  ({ accessKeyId, active, accountName = '', userName = '', name, createdAt, lastUse }) => [
                    accessKeyId,
                    active ? 'active' : 'inactive',
                    plain(accountName),
                    plain(userName),
                    plain(name),
                    createdAt,
                    lastUse ? plain(`${lastUse.time} ${lastUse.operation} ${lastUse.address}`) : 'never',
                  ],
                ),
              ),
      ),
    )
}

function addRename(keys: Command, { equip, perform }: Toolbox): void {
  equip(keys.command('rename').argument('<key>', 'access key id').argument('<name>', 'the new label'))
    .summary("Change a key's label")
    .description('Gives the key another label. Nothing else changes.')
    .addHelpText('after', '\nExample:\n  entrepot keys rename AKIA… "nightly backup"\n\nNext: entrepot keys list')
    .action((accessKeyId: string, name: string, _given: object, command: Command) =>
      perform(
        command,
        { name: 'keys.rename', parameters: { accessKeyId, name } },
        (key: ShownKey) => `${key.accessKeyId} is now called ${JSON.stringify(plain(key.name))}.\n`,
      ),
    )
}

function addRegenerate(keys: Command, { equip, perform }: Toolbox): void {
  equip(
    keys
      .command('regenerate')
      .argument('<key>', 'access key id')
      .option('--grace <time>', 'How long the old secret works too: 1h, 7d at most (not at all)', parseDuration),
  )
    .summary("Replace a key's secret")
    .description(
      'Gives the key a new secret under the same id, and shows it only now. The old secret stops working at once, or after a grace in which both work.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  entrepot keys regenerate AKIA… --grace 1h\n\nNext: put the new secret where the old one was',
    )
    .action((accessKeyId: string, { grace }: { grace?: number | 'never' }, command: Command) => {
      if (grace === 'never') throw new UsageFault(['The grace is 7 days at most.'])
      const graceSeconds = grace === undefined ? undefined : String(grace)
      return perform(
        command,
        { name: 'keys.regenerate', parameters: { accessKeyId, graceSeconds } },
        (key: KeyWithSecret & ShownKey) =>
          key.previousSecretUntil === undefined
            ? keyOnce(key)
            : `${keyOnce(key)}The old secret works until ${key.previousSecretUntil}.\n`,
      )
    })
}

interface SimpleOrder {
  readonly name: 'activate' | 'deactivate' | 'delete'
  readonly summary: string
  readonly description: string
  readonly next: string
  readonly say: (result: { readonly accessKeyId: string }) => string
}

function addOrder(
  keys: Command,
  { equip, perform }: Toolbox,
  { name, summary, description, next, say }: SimpleOrder,
): void {
  equip(keys.command(name).argument('<key>', 'access key id'))
    .summary(summary)
    .description(description)
    .addHelpText('after', `\nExample:\n  entrepot keys ${name} AKIA…\n\nNext: ${next}`)
    .action((accessKeyId: string, _given: object, command: Command) =>
      perform(command, { name: `keys.${name}` satisfies CommandName, parameters: { accessKeyId } }, say),
    )
}

/** A key with its secret, and the warning that goes with it. */
export const keyOnce = ({ accessKeyId, secretAccessKey }: KeyWithSecret): string =>
  `${pairs([
    ['Access key', accessKeyId],
    ['Secret', secretAccessKey],
  ])}\nKeep the secret now: it is not shown again.\n`
