/** `entrepot buckets`: create, list, show and delete buckets without an S3 client. Their settings and how they are emptied have files of their own. */
import { Option, type Command } from 'commander'
import { showBytes, showCount } from './amounts.ts'
import { addDeliveryCommands } from './bucket-delivery.ts'
import { addEmptyingCommand } from './bucket-emptying.ts'
import { addBucketSettingCommands } from './bucket-settings.ts'
import { accountOption, manageOrder } from './manage.ts'
import { addSettingsCommand } from './profiles.ts'
import { showQuota, type Quota } from './quota.ts'
import { pairs, plain, table } from './text.ts'
import type { Toolbox } from './toolbox.ts'

interface ShownBucket {
  readonly name: string
  readonly region: string
  readonly accountName: string
  readonly createdAt: string
}

interface ListedBucket extends ShownBucket {
  readonly objects: number
  readonly bytes: number
  readonly delivery: { readonly enabled: boolean; readonly policy: string }
}

/** What a bucket holds. */
export interface Contents {
  readonly objects: number
  readonly bytes: number
  /** Noncurrent versions and delete markers. */
  readonly versions: number
  readonly version_bytes: number
  readonly deleted: number
  readonly deleted_bytes: number
  readonly unfinished_bytes: number
}

/** As the management API shows it. */
interface ManagedBucket {
  readonly name: string
  readonly region: string
  readonly created: string
  readonly delivery_enabled: boolean
  readonly policy: string
  readonly delivery_url: string
  readonly s3_url: string
  readonly versioning: string | null
  readonly object_lock: boolean
  readonly quota: Quota
  readonly usage: Contents
}

export function addBucketCommands(program: Command, toolbox: Toolbox): void {
  const buckets = program
    .command('buckets')
    .summary('Create, list, change and delete buckets')
    .description('Buckets hold objects. S3 clients can make them too; here they can be made for any account.')
  addCreate(buckets, toolbox)
  addList(buckets, toolbox)
  addShow(buckets, toolbox)
  addDeliveryCommands(buckets, toolbox)
  addBucketSettingCommands(buckets, toolbox)
  addSettingsCommand(buckets, 'bucket', toolbox)
  addDelete(buckets, toolbox)
  addEmptyingCommand(buckets, toolbox)
}

function addCreate(buckets: Command, { equip, perform }: Toolbox): void {
  equip(
    buckets
      .command('create')
      .argument('<name>', '3 to 63 small letters, digits, hyphens, full stops; unique over all accounts')
      .option('--account <name>', "The owner's name or id (the first account)")
      .option('--region <name>', 'The region that it is in, for good')
      .addOption(
        new Option('--policy <policy>', 'Who may read it through delivery').choices(['public', 'authenticated']),
      )
      .option('--object-lock', 'With Object Lock, for good; versioning is on then'),
  )
    .summary('Create a bucket')
    .description('Creates an empty bucket. What is not said here is as the profile in force has it.')
    .addHelpText(
      'after',
      `
Examples:
  entrepot buckets create photos
  entrepot buckets create films --policy authenticated --region us-west

Next: store something in it with any S3 client`,
    )
    .action(
      (
        name: string,
        given: { account?: string; region?: string; policy?: string; objectLock?: boolean },
        command: Command,
      ) => {
        const { account, region, policy } = given
        const objectLock = given.objectLock === true ? 'true' : undefined
        return perform(
          command,
          { name: 'buckets.create', parameters: { name, account, region, policy, objectLock } },
          (bucket: ShownBucket) =>
            `The bucket ${bucket.name} is there, in ${bucket.region}; it belongs to the account "${plain(bucket.accountName)}".\n`,
        )
      },
    )
}

function addList(buckets: Command, { equip, perform }: Toolbox): void {
  equip(buckets.command('list').option('--account <name>', 'Only the buckets of this account: its name or id'))
    .summary('List buckets')
    .description(
      'Lists the buckets of all accounts, or of one, with what they hold now and who may read them through delivery.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  entrepot buckets list --account video-team\n\nNext: entrepot buckets show NAME, entrepot buckets create NAME',
    )
    .action(({ account }: { account?: string }, command: Command) =>
      perform(
        command,
        { name: 'buckets.list', parameters: { account } },
        (result: { buckets: readonly ListedBucket[] }) =>
          result.buckets.length === 0
            ? 'There are no buckets. Make one with: entrepot buckets create NAME\n'
            : table(
                ['BUCKET', 'ACCOUNT', 'REGION', 'OBJECTS', 'SIZE', 'DELIVERY', 'CREATED'],
                result.buckets.map(({ name, accountName, region, objects, bytes, delivery, createdAt }) => [
                  name,
                  plain(accountName),
                  region,
                  showCount(objects),
                  showBytes(bytes),
                  delivery.enabled ? delivery.policy : 'off',
                  createdAt,
                ]),
                { numbers: ['OBJECTS', 'SIZE'] },
              ),
      ),
    )
}

function addShow(buckets: Command, { equip, performShowing }: Toolbox): void {
  equip(
    buckets
      .command('show')
      .argument('<name>', 'the bucket')
      .option(...accountOption),
  )
    .summary('Show a bucket')
    .description('Shows what the bucket holds now, where it is reached, and its quota.')
    .addHelpText(
      'after',
      '\nExample:\n  entrepot buckets show films --json\n\nNext: entrepot buckets policy, delivery, quota, set',
    )
    .action((bucket: string, { account }: { account?: string }, command: Command) =>
      performShowing(command, manageOrder('GetBucket', { account, params: { bucket } }), {
        json: ({ bucket: shown }: { bucket: ManagedBucket }) => shown,
        text: ({ bucket: shown }) => details(shown),
      }),
    )
}

function details(bucket: ManagedBucket): string {
  const { usage, quota } = bucket
  const held = (count: number, bytes: number): string => `${showCount(count)}, ${showBytes(bytes)}`
  return pairs([
    ['Bucket', bucket.name],
    ['Region', bucket.region],
    ['Created', bucket.created],
    ['S3', bucket.s3_url],
    ['Delivery', bucket.delivery_enabled ? `${bucket.policy}, ${bucket.delivery_url}` : 'off'],
    ['Versioning', `${bucket.versioning ?? 'never enabled'}${bucket.object_lock ? ', with Object Lock' : ''}`],
    ['Objects', held(usage.objects, usage.bytes)],
    ['Versions', held(usage.versions, usage.version_bytes)],
    ['Deleted', held(usage.deleted, usage.deleted_bytes)],
    ['Unfinished', showBytes(usage.unfinished_bytes)],
    ['Quota', showQuota(quota)],
  ])
}

function addDelete(buckets: Command, { equip, perform }: Toolbox): void {
  equip(buckets.command('delete').argument('<name>', 'the bucket'))
    .summary('Delete an empty bucket')
    .description('Deletes a bucket that has no objects; another is refused. Unfinished uploads go with it.')
    .addHelpText('after', '\nExample:\n  entrepot buckets delete photos\n\nNext: entrepot buckets list')
    .action((name: string, _given: object, command: Command) =>
      perform(command, { name: 'buckets.delete', parameters: { name } }, () => `The bucket ${name} is deleted.\n`),
    )
}
