/** `entrepot users`: who acts for an account without being its root. */
import type { Command } from 'commander'
import { readText } from './files.ts'
import { keyOnce } from './keys.ts'
import { manageOrder } from './manage.ts'
import { askNewPassword, readPasswordLine } from './password.ts'
import type { Toolbox } from './toolbox.ts'
import { pairs, plain, table } from './text.ts'

interface ShownUser {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly policies: readonly { readonly name: string }[]
  readonly accountName: string
  readonly createdAt: string
  /** Whether it can sign in to the console. */
  readonly hasPassword?: boolean
}

export function addUserCommands(program: Command, toolbox: Toolbox): void {
  const users = program
    .command('users')
    .summary('Create, list and change users of accounts')
    .description(
      'Users act for an account with access keys of their own. What one may do is said by its role, its own policies, and the policies of buckets. A key without a user is the account itself and may do everything.',
    )
  addCreate(users, toolbox)
  addList(users, toolbox)
  addPassword(users, toolbox)
  addSignInLink(users, toolbox)
  addRole(users, toolbox)
  addDelete(users, toolbox)
  const policy = users
    .command('policy')
    .summary('Put and delete policies of a user')
    .description(
      'Policies in the language of AWS, version 2012-10-17, without principals: each says what the user may do.',
    )
  addPolicyPut(policy, toolbox)
  addPolicyDelete(policy, toolbox)
}

const accountArgument = ['<account>', "the account's name or id"] as const
const nameArgument = ['<name>', "the user's name"] as const
const rolesHelp = `
Roles:
  owner, member, s3.user  everything in the account's buckets
  s3.bucket.user          what policies allow, and the list of buckets
  iam.admin               nothing in S3
`

function addCreate(users: Command, { equip, perform, surroundings }: Toolbox): void {
  equip(
    users
      .command('create')
      .argument(...accountArgument)
      .argument(...nameArgument)
      .option('--role <role>', 'Its role (s3.user; with --policy s3.bucket.user)')
      .option('--policy <file>', 'A policy of its own, in JSON'),
  )
    .summary('Create a user with an access key')
    .description('Creates a user and its first access key. The secret is shown only now.')
    .addHelpText(
      'after',
      `${rolesHelp}
Example:
  entrepot users create video-team anna --policy read-only.json

Next: entrepot keys create --account ACCOUNT --user NAME, for another key`,
    )
    .action(async (account: string, name: string, given: { role?: string; policy?: string }, command: Command) => {
      const policy = given.policy === undefined ? undefined : await readText(surroundings, given.policy)
      await perform(
        command,
        { name: 'users.create', parameters: { account, name, role: given.role, policy } },
        (user: ShownUser & { accessKeyId: string; secretAccessKey: string }) =>
          pairs([
            ['User', `${plain(user.name)} of ${plain(user.accountName)}`],
            ['Role', user.role],
          ]) + keyOnce(user),
      )
    })
}

function addList(users: Command, { equip, perform }: Toolbox): void {
  equip(users.command('list').option('--account <name>', 'Only the users of this account: its name or id'))
    .summary('List users')
    .description('Lists the users of all accounts, or of one; with --json their policies too.')
    .addHelpText(
      'after',
      '\nExample:\n  entrepot users list --account video-team\n\nNext: entrepot users create, policy',
    )
    .action(({ account }: { account?: string }, command: Command) =>
      perform(command, { name: 'users.list', parameters: { account } }, (result: { users: readonly ShownUser[] }) =>
        result.users.length === 0
          ? 'There are no users. Make one with: entrepot users create ACCOUNT NAME\n'
          : table(
              ['USER', 'ACCOUNT', 'ROLE', 'PASSWORD', 'POLICIES', 'CREATED'],
              result.users.map(({ name, accountName, role, policies, createdAt, hasPassword }) => [
                plain(name),
                plain(accountName),
                role,
                hasPassword === true ? 'yes' : 'no',
                policies.map((policy) => policy.name).join(' '),
                createdAt,
              ]),
            ),
      ),
    )
}

function addPassword(users: Command, { equip, converse, surroundings }: Toolbox): void {
  equip(
    users
      .command('password')
      .argument(...accountArgument)
      .argument(...nameArgument)
      .option('--stdin', 'Read it from the first line of standard input'),
  )
    .summary('Set the password of a user')
    .description(
      'Asks for a new password, with which the user can sign in to the console. Sessions that are open end. Passwords are never flags: everybody on a machine can read those.',
    )
    .addHelpText(
      'after',
      `
Examples:
  entrepot users password video-team anna
  pass show anna | entrepot users password video-team anna --stdin

Next: entrepot users list`,
    )
    .action(async (account: string, name: string, { stdin }: { stdin?: boolean }, command: Command) => {
      const { ask, tell } = await converse(command)
      const password = await (stdin === true ? readPasswordLine(surroundings) : askNewPassword(surroundings))
      const order = manageOrder('SetUserPassword', { account, params: { user: name }, body: { password } })
      tell(await ask(order), () => `${plain(name)} has a new password.\n`)
    })
}

function addSignInLink(users: Command, { equip, perform }: Toolbox): void {
  equip(
    users
      .command('sign-in-link')
      .argument('[account]', "the account's name or id")
      .argument('[name]', "the user's name"),
  )
    .summary('Make a link by which a user sets a password')
    .description(
      'Prints a link to the console that works once, for 24 hours; the one before it ends. The password that there is stays until it is used. Without a user, it makes the first owner, as long as there is none who can sign in.',
    )
    .addHelpText(
      'after',
      `
Examples:
  entrepot users sign-in-link
  entrepot users sign-in-link video-team anna

Next: entrepot users list`,
    )
    .action((account: string | undefined, name: string | undefined, _given: object, command: Command) => {
      if (account !== undefined && name === undefined) command.error('error: name the user, too')
      return perform(
        command,
        manageOrder('CreateSignInLink', { account, body: { user: name } }),
        ({ url, expires }: { url: string; expires: string }) =>
          pairs([
            ['Sign in at', url],
            ['Works once, until', `${expires} UTC`],
          ]),
      )
    })
}

function addRole(users: Command, { equip, perform }: Toolbox): void {
  equip(
    users
      .command('role')
      .argument(...accountArgument)
      .argument(...nameArgument)
      .argument('<role>', 'its new role'),
  )
    .summary("Change a user's role")
    .description('Gives the user another role. Its policies and keys stay.')
    .addHelpText(
      'after',
      `${rolesHelp}\nExample:\n  entrepot users role video-team anna member\n\nNext: entrepot users list`,
    )
    .action((account: string, name: string, role: string, _given: object, command: Command) =>
      perform(
        command,
        { name: 'users.role', parameters: { account, name, role } },
        (user: ShownUser) => `${plain(user.name)} has the role ${user.role}.\n`,
      ),
    )
}

function addDelete(users: Command, { equip, perform }: Toolbox): void {
  equip(
    users
      .command('delete')
      .argument(...accountArgument)
      .argument(...nameArgument),
  )
    .summary('Delete a user and its keys')
    .description('Deletes the user with its policies and access keys, at once and for good.')
    .addHelpText('after', '\nExample:\n  entrepot users delete video-team anna\n\nNext: entrepot users list')
    .action((account: string, name: string, _given: object, command: Command) =>
      perform(
        command,
        { name: 'users.delete', parameters: { account, name } },
        () => `The user ${plain(name)} and its keys are deleted.\n`,
      ),
    )
}

function addPolicyPut(policy: Command, { equip, perform, surroundings }: Toolbox): void {
  equip(
    policy
      .command('put')
      .argument(...accountArgument)
      .argument(...nameArgument)
      .argument('<policy>', "the policy's name")
      .argument('<file>', 'the policy, in JSON'),
  )
    .summary('Give a user a policy')
    .description('Adds a policy to the user, or replaces the one of that name. It counts from now on.')
    .addHelpText(
      'after',
      '\nExample:\n  entrepot users policy put video-team anna reading read-only.json\n\nNext: entrepot users list --json',
    )
    .action(async (account: string, name: string, policyName: string, file: string, _given: object, command: Command) =>
      perform(
        command,
        {
          name: 'policies.put',
          parameters: { account, name, policyName, policy: await readText(surroundings, file) },
        },
        (user: ShownUser) => `${plain(user.name)} has the policy ${plain(policyName)}.\n`,
      ),
    )
}

function addPolicyDelete(policy: Command, { equip, perform }: Toolbox): void {
  equip(
    policy
      .command('delete')
      .argument(...accountArgument)
      .argument(...nameArgument)
      .argument('<policy>', "the policy's name"),
  )
    .summary('Take a policy from a user')
    .description('Deletes a policy of the user. What nothing else allows is denied from now on.')
    .addHelpText(
      'after',
      '\nExample:\n  entrepot users policy delete video-team anna reading\n\nNext: entrepot users list --json',
    )
    .action((account: string, name: string, policyName: string, _given: object, command: Command) =>
      perform(
        command,
        { name: 'policies.delete', parameters: { account, name, policyName } },
        (user: ShownUser) => `${plain(user.name)} has no policy ${plain(policyName)} any more.\n`,
      ),
    )
}
