/** `entrepot buckets policy`, `delivery` and `quota`: who may read a bucket through delivery, and how much it may hold. */
import { Argument, type Command } from 'commander'
import { accountOption, manageOrder } from './manage.ts'
import { isGiven, quotaBody, quotaOptions, showQuota, type GivenQuota, type Quota } from './quota.ts'
import { plain } from './text.ts'
import type { Toolbox } from './toolbox.ts'

const nameArgument = ['<name>', 'the bucket'] as const

export function addDeliveryCommands(buckets: Command, toolbox: Toolbox): void {
  addPolicy(buckets, toolbox)
  addDelivery(buckets, toolbox)
  addQuota(buckets, toolbox)
}

const policies = {
  public: 'Everybody may read it through delivery.',
  authenticated: 'Who has a link signed with one of its signing keys may read it through delivery.',
} as const

function addPolicy(buckets: Command, { equip, performShowing }: Toolbox): void {
  equip(
    buckets
      .command('policy')
      .argument(...nameArgument)
      .addArgument(new Argument('<policy>', 'who may read it').choices(Object.keys(policies)))
      .option(...accountOption),
  )
    .summary('Say who may read a bucket through delivery')
    .description(
      'public: everybody. authenticated: who has a signed link. It holds from the next request on, and changes nothing for S3; the policy of S3 is the setting policy.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  entrepot buckets policy films authenticated\n\nNext: entrepot url sign s3://films/KEY, entrepot signing-keys create films',
    )
    .action((bucket: string, policy: keyof typeof policies, { account }: { account?: string }, command: Command) =>
      performShowing(command, manageOrder('PutBucketPolicy', { account, params: { bucket, policy } }), {
        text: () => `${plain(bucket)} is ${policy}. ${policies[policy]}\n`,
      }),
    )
}

function addDelivery(buckets: Command, { equip, performShowing }: Toolbox): void {
  equip(
    buckets
      .command('delivery')
      .argument(...nameArgument)
      .addArgument(new Argument('<state>', 'on or off').choices(['on', 'off']))
      .option(...accountOption),
  )
    .summary('Switch the delivery of a bucket on or off')
    .description('Off, the bucket is found by nobody through delivery, with a token or without. S3 is not affected.')
    .addHelpText('after', '\nExample:\n  entrepot buckets delivery films off\n\nNext: entrepot buckets show films')
    .action((bucket: string, state: string, { account }: { account?: string }, command: Command) => {
      const body = { delivery_enabled: state === 'on' }
      return performShowing(command, manageOrder('UpdateBucket', { account, params: { bucket }, body }), {
        json: (answer: { bucket: object }) => answer.bucket,
        text: () => `Delivery of ${plain(bucket)} is ${state}.\n`,
      })
    })
}

function addQuota(buckets: Command, { equip, performShowing }: Toolbox): void {
  equip(quotaOptions(buckets.command('quota').argument(...nameArgument)).option(...accountOption))
    .summary('Show or change how much a bucket may hold')
    .description('Writes that would go over a quota are refused. Noncurrent versions and unfinished uploads count too.')
    .addHelpText(
      'after',
      '\nExamples:\n  entrepot buckets quota films --bytes 500GiB\n  entrepot buckets quota films --objects none\n\nNext: entrepot accounts quota NAME',
    )
    .action((bucket: string, { account, ...given }: GivenQuota & { account?: string }, command: Command) => {
      const input = { account, params: { bucket } }
      const order = isGiven(given)
        ? manageOrder('UpdateBucket', { ...input, body: quotaBody(given) })
        : manageOrder('GetBucket', input)
      return performShowing(command, order, {
        json: (answer: { bucket: { quota: Quota } }) => answer.bucket,
        text: (answer) => `The quota of ${plain(bucket)}: ${showQuota(answer.bucket.quota)}.\n`,
      })
    })
}
