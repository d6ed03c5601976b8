/** `entrepot signing-keys`: what signs links to buckets whose delivery asks for a token. */
import type { Command } from 'commander'
import { writeSecretFile } from './files.ts'
import { accountOption, listAll, manageOrder } from './manage.ts'
import { pairs, plain, table } from './text.ts'
import type { Toolbox } from './toolbox.ts'

interface SigningKey {
  /** One of the three: the one that it was asked for by. */
  readonly bucket?: string
  readonly bucket_name?: string
  readonly stream_id?: string
  readonly created: string
  readonly id: string
  readonly name: string | null
  readonly managed?: true
}

interface NewSigningKey extends SigningKey {
  /** PEM, PKCS#1. */
  readonly private_key: string
}

export function addSigningKeyCommands(program: Command, toolbox: Toolbox): void {
  const signingKeys = program
    .command('signing-keys')
    .summary('Create, list and delete the keys that sign links')
    .description(
      'A signing key belongs to one bucket. With its private half you sign tokens for links, on your own servers, as docs/tokens.md shows; entrepot keeps the public half and verifies. Deleting a key ends every link signed with it, at once.',
    )
  addCreate(signingKeys, toolbox)
  addList(signingKeys, toolbox)
  addRename(signingKeys, toolbox)
  addDelete(signingKeys, toolbox)
}

const bucketOf = ({ bucket, bucket_name: name, stream_id: stream = '' }: SigningKey): string => bucket ?? name ?? stream

function addCreate(signingKeys: Command, { equip, converse, surroundings }: Toolbox): void {
  equip(
    signingKeys
      .command('create')
      .argument('<bucket>', 'the bucket whose links it signs')
      .option('--name <text>', 'A label for people')
      .option('--out <file>', 'Write the private key to a new file, which only you can read')
      .option(...accountOption),
  )
    .summary('Create a signing key')
    .description(
      'Creates a signing key and gives out its private half: RSA of 2048 bits, in PEM. It is shown only now and kept nowhere.',
    )
    .addHelpText(
      'after',
      `
Example:
  entrepot signing-keys create films --name website --out films.pem

Keep the key secret: whoever has it can open the whole bucket.

Next: entrepot url sign s3://films/KEY --key-file films.pem --key-id ID`,
    )
    .action(async (bucket: string, given: { name?: string; out?: string; account?: string }, command: Command) => {
      const { ask, tell } = await converse(command)
      const { account, name, out } = given
      const create = async (): Promise<NewSigningKey> =>
        (
          await ask<{ signing_key: NewSigningKey }>(
            manageOrder('CreateSigningKey', { account, body: { bucket, name } }),
          )
        ).signing_key
      if (out === undefined) {
        const key = await create()
        return tell(key, () => keyOnce(key))
      }
      let made: NewSigningKey | undefined
      await writeSecretFile(surroundings.folder, out, async () => (made = await create()).private_key)
      const { private_key: _, ...shown } = made!
      tell(
        { ...shown, file: out },
        () =>
          `${describe(shown)}\nThe private key is in ${plain(out)}. Keep it secret, and keep a copy: it is nowhere else.\n`,
      )
    })
}

const describe = (key: SigningKey): string =>
  pairs([
    ['Key id', key.id],
    ['Bucket', plain(bucketOf(key))],
    ['Name', plain(key.name ?? '')],
  ])

const keyOnce = (key: NewSigningKey): string =>
  `${describe(key)}\n${key.private_key.trimEnd()}\n\nKeep the private key now: it is not shown again. Whoever has it can open the bucket.\n`

function addList(signingKeys: Command, { equip, converse }: Toolbox): void {
  equip(
    signingKeys
      .command('list')
      .option('--bucket <name>', 'Only the keys of this bucket')
      .option(...accountOption),
  )
    .summary('List signing keys')
    .description('Lists the signing keys of an account or of a bucket. Private keys nobody can read again.')
    .addHelpText(
      'after',
      '\nExample:\n  entrepot signing-keys list --bucket films\n\nNext: entrepot signing-keys rename, delete',
    )
    .action(async ({ bucket, account }: { bucket?: string; account?: string }, command: Command) => {
      const { ask, tell } = await converse(command)
      const listed = await listAll<SigningKey, 'signing_keys'>(ask, 'ListSigningKeys', 'signing_keys', {
        account,
        query: { bucket },
      })
      tell(listed, () =>
        listed.signing_keys.length === 0
          ? 'There are no signing keys. Make one with: entrepot signing-keys create BUCKET\n'
          : table(
              ['ID', 'BUCKET', 'NAME', 'CREATED'],
              listed.signing_keys.map((key) => [
                key.id,
                plain(bucketOf(key)),
                plain(key.name ?? (key.managed === true ? "(the server's own)" : '')),
                key.created,
              ]),
            ),
      )
    })
}

const idArgument = ['<id>', 'the id that list shows'] as const

function addRename(signingKeys: Command, { equip, performShowing }: Toolbox): void {
  equip(
    signingKeys
      .command('rename')
      .argument(...idArgument)
      .argument('<name>', 'the new label')
      .option(...accountOption),
  )
    .summary("Change a signing key's label")
    .description('Gives the key another label. Links signed with it are not affected.')
    .addHelpText('after', '\nExample:\n  entrepot signing-keys rename ID website\n\nNext: entrepot signing-keys list')
    .action((id: string, name: string, { account }: { account?: string }, command: Command) =>
      performShowing(command, manageOrder('UpdateSigningKey', { account, params: { id }, body: { name } }), {
        json: ({ signing_key: key }: { signing_key: SigningKey }) => key,
        text: ({ signing_key: key }) => `${key.id} is now called ${JSON.stringify(plain(key.name ?? ''))}.\n`,
      }),
    )
}

function addDelete(signingKeys: Command, { equip, performShowing }: Toolbox): void {
  equip(
    signingKeys
      .command('delete')
      .argument(...idArgument)
      .option(...accountOption),
  )
    .summary('Delete a signing key')
    .description('Deletes the key for good. Every link signed with it is refused from now on.')
    .addHelpText('after', '\nExample:\n  entrepot signing-keys delete ID\n\nNext: entrepot signing-keys list')
    .action((id: string, { account }: { account?: string }, command: Command) =>
      performShowing(command, manageOrder('DeleteSigningKey', { account, params: { id } }), {
        text: () => `The signing key ${plain(id)} is deleted; its links open nothing any more.\n`,
      }),
    )
}
