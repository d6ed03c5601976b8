/** `entrepot api-keys`: what opens the management API for programs. */
import type { Command } from 'commander'
import { accountOption, manageOrder } from './manage.ts'
import type { Toolbox } from './toolbox.ts'
import { pairs, plain, table } from './text.ts'

interface ShownApiKey {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly user: string | null
  readonly created: string
  readonly last_used?: string | null
}

interface NewApiKey extends ShownApiKey {
  readonly api_key: string
}

export function addApiKeyCommands(program: Command, toolbox: Toolbox): void {
  const apiKeys = program
    .command('api-keys')
    .summary('Create, list and revoke API keys')
    .description(
      'An API key opens the management API: POST /v1/access_token/API_KEY answers a bearer token that is good for 24 hours. Whoever has the key has what its role gives.',
    )
  addCreate(apiKeys, toolbox)
  addList(apiKeys, toolbox)
  addRevoke(apiKeys, toolbox)
}

function addCreate(apiKeys: Command, { equip, performShowing }: Toolbox): void {
  equip(
    apiKeys
      .command('create')
      .argument('<name>', 'a label for people')
      .option(...accountOption)
      .option('--user <name>', 'A user of the account, whose key it shall be')
      .option('--role <role>', "What it may do, where it is no user's (owner)"),
  )
    .summary('Create an API key')
    .description('Creates an API key. It is shown only now.')
    .addHelpText(
      'after',
      '\nExample:\n  entrepot api-keys create deploy --json\n\nNext: curl -X POST http://127.0.0.1:9001/v1/access_token/API_KEY',
    )
    .action(
      (name: string, { account, user, role }: { account?: string; user?: string; role?: string }, command: Command) =>
        performShowing(command, manageOrder('CreateApiKey', { account, body: { name, user, role } }), {
          // The key itself, where programs look for it.
          json: ({ api_key: key }: { api_key: NewApiKey }) => key,
          text: ({ api_key: key }: { api_key: NewApiKey }) =>
            `${pairs([
              ['API key', key.api_key],
              ['Name', plain(key.name)],
              ['Role', key.role],
            ])}\nKeep it now: it is not shown again.\n`,
        }),
    )
}

function addList(apiKeys: Command, { equip, performShowing }: Toolbox): void {
  equip(apiKeys.command('list').option(...accountOption))
    .summary('List API keys')
    .description('Lists the API keys of an account, with their last use. The keys themselves nobody can read again.')
    .addHelpText('after', '\nExample:\n  entrepot api-keys list --json\n\nNext: entrepot api-keys create, revoke')
    .action(({ account }: { account?: string }, command: Command) =>
      performShowing(command, manageOrder('ListApiKeys', { account, query: { limit: '1000' } }), {
        text: ({ api_keys: keys }: { api_keys: readonly ShownApiKey[] }) =>
          keys.length === 0
            ? 'There are no API keys. Make one with: entrepot api-keys create NAME\n'
            : table(
                ['ID', 'NAME', 'ROLE', 'USER', 'CREATED', 'LAST USED'],
                keys.map(({ id, name, role, user, created, last_used: used }) => [
                  id,
                  plain(name),
                  role,
                  plain(user ?? ''),
                  created,
                  used ?? 'never',
                ]),
              ),
      }),
    )
}

function addRevoke(apiKeys: Command, { equip, performShowing }: Toolbox): void {
  equip(
    apiKeys
      .command('revoke')
      .argument('<id>', 'the id that list shows')
      .option(...accountOption),
  )
    .summary('Revoke an API key')
    .description('Deletes the key; access tokens that were got with it end at once.')
    .addHelpText('after', '\nExample:\n  entrepot api-keys revoke ID\n\nNext: entrepot api-keys list')
    .action((id: string, { account }: { account?: string }, command: Command) =>
      performShowing(command, manageOrder('DeleteApiKey', { account, params: { id } }), {
        text: () => `The API key ${plain(id)} is revoked.\n`,
      }),
    )
}
