/** `entrepot usage`: what was asked for and what was stored, day by day. */
import type { Command } from 'commander'
import { parseDay, showBytes, showCount } from './amounts.ts'
import { UsageFault } from './failure.ts'
import { accountOption, manageOrder } from './manage.ts'
import { table } from './text.ts'
import type { Toolbox } from './toolbox.ts'

interface Counts {
  readonly requests: number
  readonly bytes_in: number
  readonly bytes_out: number
  readonly errors: number
}

interface DayOfUsage extends Counts {
  readonly day: string
  readonly s3: Counts
  readonly delivery: Counts
}

interface DayOfStorage {
  readonly day: string
  readonly objects: number
  readonly bytes: number
  readonly versions: number
  readonly version_bytes: number
  readonly deleted: number
  readonly deleted_bytes: number
  readonly unfinished_bytes: number
}

interface Days {
  readonly bucket?: string
  readonly from?: string
  readonly to?: string
  readonly account?: string
}

export function addUsageCommands(program: Command, toolbox: Toolbox): void {
  const usage = program
    .command('usage')
    .summary('Show requests, traffic and storage by day')
    .description('What was asked for and what was stored, by days of UTC. Without a command: requests.')
  addRequests(usage, toolbox)
  addStorage(usage, toolbox)
  usage.addHelpText(
    'after',
    '\nExamples:\n  entrepot usage\n  entrepot usage --bucket films --from 2026-11-01\n  entrepot usage storage',
  )
}

const days = (command: Command): Command =>
  command
    .option('--from <day>', 'The first day: 2026-11-20 (29 days before the last)', parseDay)
    .option('--to <day>', 'The last day (today)', parseDay)
    .option(...accountOption)

function addRequests(usage: Command, { equip, performShowing }: Toolbox): void {
  equip(
    days(
      usage
        .command('requests', { isDefault: true })
        .option('--bucket <name>', 'Of this bucket alone')
        .option('--key <id>', 'Of this access key alone'),
    ),
  )
    .summary('Show requests and traffic by day')
    .description('Requests and bytes of an account, of a bucket, or of an access key. The last seconds may be missing.')
    .addHelpText(
      'after',
      '\nExample:\n  entrepot usage --bucket films --from 2026-11-01\n\nNext: entrepot usage storage, entrepot buckets list',
    )
    .action(({ account, key, bucket, from, to }: Days & { key?: string }, command: Command) => {
      if (bucket !== undefined && key !== undefined) throw new UsageFault(['Give --bucket or --key, not both.'])
      return performShowing(
        command,
        manageOrder('GetUsage', { account, query: { bucket, access_key_id: key, from, to } }),
        {
          text: ({ usage: rows }: { usage: readonly DayOfUsage[] }) =>
            rows.length === 0 ? 'Nothing was asked for in these days.\n' : requestsTable(rows),
        },
      )
    })
}

function requestsTable(rows: readonly DayOfUsage[]): string {
  const line = (day: string, all: Counts, delivery: Counts): string[] => [
    day,
    showCount(all.requests),
    showCount(all.errors),
    showBytes(all.bytes_in),
    showBytes(all.bytes_out),
    showCount(delivery.requests),
    showBytes(delivery.bytes_out),
  ]
  const heading = ['DAY', 'REQUESTS', 'ERRORS', 'IN', 'OUT', 'DELIVERED', 'DELIVERY OUT']
  const lines = rows.map((row) => line(row.day, row, row.delivery))
  const total = line('total', sum(rows), sum(rows.map(({ delivery }) => delivery)))
  return table(heading, rows.length > 1 ? [...lines, total] : lines, { numbers: heading.slice(1) })
}

const sum = (rows: readonly Counts[]): Counts =>
  rows.reduce(
    (all, row) => ({
      requests: all.requests + row.requests,
      bytes_in: all.bytes_in + row.bytes_in,
      bytes_out: all.bytes_out + row.bytes_out,
      errors: all.errors + row.errors,
    }),
    { requests: 0, bytes_in: 0, bytes_out: 0, errors: 0 },
  )

function addStorage(usage: Command, { equip, performShowing }: Toolbox): void {
  equip(days(usage.command('storage').option('--bucket <name>', 'Of this bucket alone')))
    .summary('Show what was stored by day')
    .description(
      'What an account or a bucket held at the end of each day. What it holds now: entrepot buckets list, entrepot buckets show NAME.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  entrepot usage storage --bucket films\n\nNext: entrepot usage, entrepot buckets list',
    )
    .action(({ account, bucket, from, to }: Days, command: Command) =>
      performShowing(command, manageOrder('GetStorageUsage', { account, query: { bucket, from, to } }), {
        text: ({ storage }: { storage: readonly DayOfStorage[] }) =>
          storage.length === 0
            ? 'No day of these has been counted; the server does so at the end of each.\n'
            : storageTable(storage),
      }),
    )
}

function storageTable(rows: readonly DayOfStorage[]): string {
  const heading = ['DAY', 'OBJECTS', 'SIZE', 'VERSIONS', 'THEIR SIZE', 'DELETED', 'UNFINISHED']
  const lines = rows.map((row) => [
    row.day,
    showCount(row.objects),
    showBytes(row.bytes),
    showCount(row.versions),
    showBytes(row.version_bytes),
    showBytes(row.deleted_bytes),
    showBytes(row.unfinished_bytes),
  ])
  return table(heading, lines, { numbers: heading.slice(1) })
}
