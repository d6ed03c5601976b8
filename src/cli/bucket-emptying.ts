/** `entrepot buckets empty-and-delete`: a bucket with all that is in it, waited for where that is wanted. */
import { setTimeout } from 'node:timers/promises'
import type { Command } from 'commander'
import { askStatus } from '../admin/control-client.ts'
import { ApiError } from '../base/errors.ts'
import { showBytes, showCount } from './amounts.ts'
import type { Contents } from './buckets.ts'
import { CommandRefused, UsageFault } from './failure.ts'
import { accountOption, manageOrder } from './manage.ts'
import { plain } from './text.ts'
import type { Conversation, Toolbox } from './toolbox.ts'

/** As the management API shows it. */
interface Emptying {
  readonly bucket: string
  readonly state: 'emptying' | 'none'
  readonly left: Contents
}

const pauseMilliseconds = 500

interface Given {
  readonly confirm: string
  readonly wait?: boolean
  readonly account?: string
}

export function addEmptyingCommand(buckets: Command, { equip, converse, surroundings }: Toolbox): void {
  equip(
    buckets
      .command('empty-and-delete')
      .argument('<name>', 'the bucket')
      .requiredOption('--confirm <name>', 'The name of the bucket again, to show that it is meant')
      .option('--wait', 'Wait until it is gone, and show how far it has come')
      .option(...accountOption),
  )
    .summary('Delete a bucket with all that is in it')
    .description(
      'Deletes the bucket with all objects, versions and uploads. It cannot be taken back: from now on nobody finds the bucket any more, and the server deletes its contents in the background. A bucket that holds a locked version stays as it is.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  entrepot buckets empty-and-delete old-films --confirm old-films --wait\n\nNext: entrepot buckets list',
    )
    .action(async (bucket: string, { confirm, wait, account }: Given, command: Command) => {
      if (confirm !== bucket) throw new UsageFault(['--confirm does not name that bucket. Nothing was deleted.'])
      const conversation = await converse(command)
      const { ask, tell, config } = conversation
      const input = { account, params: { bucket } }
      const { job } = await ask<{ job: Emptying }>(manageOrder('EmptyBucket', { ...input, body: { confirm } }))
      if (wait !== true) {
        return tell(job, () => `${plain(bucket)} is found by nobody any more; its contents are being deleted.\n`)
      }
      if ((await askStatus(config.data)) === undefined) {
        return tell(
          job,
          () => `${plain(bucket)} is found by nobody any more; its contents are deleted once a server runs.\n`,
        )
      }
      const last = await untilGone(conversation, input, (left) => surroundings.terminal.error(left))
      if (last !== undefined) {
        throw new CommandRefused({
          code: 'AccessDenied',
          message: `The bucket ${bucket} holds an object that is locked; it stays as it was.`,
        })
      }
      tell({ ...job, state: 'gone' }, () => `The bucket ${plain(bucket)} is deleted with all that was in it.\n`)
    })
}

/** Undefined once it is gone; what is there still where it is not being emptied any more. */
async function untilGone(
  { ask }: Conversation,
  input: { readonly account: string | undefined; readonly params: { readonly bucket: string } },
  show: (left: string) => void,
): Promise<Emptying | undefined> {
  let shown = ''
  for (;;) {
    try {
      const { job } = await ask<{ job: Emptying }>(manageOrder('GetEmptyBucket', input))
      if (job.state === 'none') return job
      const left = showLeft(job.left)
      if (left !== shown) show(left)
      shown = left
    } catch (error) {
      if ((error instanceof ApiError || error instanceof CommandRefused) && error.code === 'NoSuchBucket')
        return undefined
      throw error
    }
    await setTimeout(pauseMilliseconds)
  }
}

function showLeft({ objects, bytes, versions, version_bytes, deleted, deleted_bytes }: Contents): string {
  return `left: ${showCount(objects + versions + deleted)} objects and versions, ${showBytes(bytes + version_bytes + deleted_bytes)}\n`
}
