/** `entrepot encryption`: the keys under which the server keeps what it encrypts (SSE-S3). */
import type { Command } from 'commander'
import type { Toolbox } from './toolbox.ts'
import { table } from './text.ts'

interface ShownKey {
  readonly id: string
  readonly current: boolean
  readonly createdAt: string
}

export function addEncryptionCommands(program: Command, { equip, perform }: Toolbox): void {
  const encryption = program
    .command('encryption')
    .summary('Show and rotate the encryption keys')
    .description(
      'What is stored with SSE-S3 has a data key of its own, wrapped under an encryption key of the server; these are kept under the master key.',
    )

  equip(encryption.command('status'))
    .summary('List the encryption keys')
    .description('Lists the encryption keys: the current one, and those that still open what they wrapped before.')
    .addHelpText(
      'after',
      '\nExample:\n  entrepot encryption status --json\n\nNext: entrepot encryption rotate, entrepot doctor',
    )
    .action((_given: object, command: Command) =>
      perform(command, { name: 'encryption.status', parameters: {} }, ({ keys }: { keys: readonly ShownKey[] }) =>
        keys.length === 0
          ? 'There is no encryption key yet. The first start of the server makes one.\n'
          : table(
              ['KEY', 'STATE', 'CREATED'],
              keys.map(({ id, current, createdAt }) => [id, current ? 'current' : 'kept', createdAt]),
            ),
      ),
    )

  equip(encryption.command('rotate'))
    .summary('Make a new encryption key')
    .description(
      'Makes a new encryption key, under which all is kept that is encrypted from now on. What is there stays under the keys it has, and is read as before. No request fails meanwhile.',
    )
    .addHelpText('after', '\nExample:\n  entrepot encryption rotate\n\nNext: entrepot encryption status')
    .action((_given: object, command: Command) =>
      perform(
        command,
        { name: 'encryption.rotate', parameters: {} },
        ({ id }: ShownKey) => `${id} is the encryption key from now on. Those before it are kept.\n`,
      ),
    )
}
