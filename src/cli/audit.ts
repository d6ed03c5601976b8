/** `entrepot audit`: what was changed through management, and whether the log of it is whole. */
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { AuditChain, type Verification } from '../access/audit-chain.ts'
import { verifyAuditLines } from '../access/audit-log.ts'
import { MasterKey } from '../access/sealing.ts'
import { masterKeyFault } from '../access/weak-secrets.ts'
import { systemRandom } from '../base/random.ts'
import { Refusal } from '../base/refusal.ts'
import { Secret } from '../base/secret.ts'
import type { Config } from '../config.ts'
import { parseNumber, showCount } from './amounts.ts'
import { UsageFault } from './failure.ts'
import { accountOption, manageOrder } from './manage.ts'
import { pairs, plain, table } from './text.ts'
import type { Conversation, Toolbox } from './toolbox.ts'

interface AuditEntry {
  readonly seq: number
  readonly time: string
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string }
  readonly action: string
  readonly target: string
  readonly outcome: string
  readonly address: string | null
}

interface AuditPage {
  readonly entries: readonly AuditEntry[]
  readonly next: number | null
}

/** As VerifyAuditLog answers. */
interface Verified {
  readonly whole: boolean
  readonly entries: number | null
  readonly head: string | null
  readonly broken: { readonly seq: number; readonly why: string } | null
}

export function addAuditCommands(program: Command, toolbox: Toolbox): void {
  const audit = program
    .command('audit')
    .summary('Show, verify and export the audit log')
    .description(
      'The audit log says what was changed through management, by whom, from where, and how it ended. Its entries are chained: none can be changed or left out unnoticed.',
    )
  addList(audit, toolbox)
  addVerify(audit, toolbox)
  addExport(audit, toolbox)
}

interface Listing {
  readonly limit: number
  readonly before?: number
  readonly action?: string
  readonly actor?: string
  readonly all?: boolean
  readonly account?: string
}

function addList(audit: Command, { equip, converse }: Toolbox): void {
  equip(
    audit
      .command('list')
      .option('--limit <number>', 'How many', parseNumber, 100)
      .option('--before <number>', 'Only entries before this one', parseNumber)
      .option('--action <name>', 'Only this operation: CreateSigningKey')
      .option('--actor <name>', 'Only what this user or key did: name or id')
      .option('--all', 'Of all accounts')
      .option(...accountOption),
  )
    .summary('List the latest changes')
    .description('Lists what was changed, the newest first. Each change is there twice: as begun, and how it ended.')
    .addHelpText(
      'after',
      '\nExample:\n  entrepot audit list --all --action DeleteSigningKey\n\nNext: entrepot audit verify',
    )
    .action(async ({ account, limit, before, all, action, actor }: Listing, command: Command) => {
      const { ask, tell } = await converse(command)
      const found: AuditEntry[] = []
      let next: number | null = before ?? null
      do {
        const order = manageOrder('ListAuditLog', {
          account,
          query: {
            action,
            actor,
            all: String(all === true),
            before: next ?? undefined,
            limit: Math.min(limit - found.length, 1000),
          },
        })
        const page: AuditPage = await ask<AuditPage>(order)
        found.push(...page.entries)
        next = page.next
      } while (next !== null && found.length < limit)
      tell({ entries: found, next }, () => listed(found, next))
    })
}

function listed(entries: readonly AuditEntry[], next: number | null): string {
  if (entries.length === 0) return 'There are no such entries.\n'
  const lines = table(
    ['NO', 'TIME', 'ACTOR', 'ACTION', 'OUTCOME', 'TARGET', 'ADDRESS'],
    entries.map(({ seq, time, actor, action, outcome, target, address }) => [
      String(seq),
      `${time.slice(0, 19)}Z`,
      plain(actor.kind === 'operator' ? 'operator' : actor.name),
      plain(action),
      plain(outcome),
      plain(target),
      plain(address ?? ''),
    ]),
    { numbers: ['NO'] },
  )
  return next === null ? lines : `${lines}\nOlder ones: --before ${next}\n`
}

function addVerify(audit: Command, { equip, converse, surroundings }: Toolbox): void {
  equip(
    audit
      .command('verify')
      .option('--head <head>', 'The head that an earlier verify gave: the log must hold it')
      .option('--file <file>', 'Verify this exported log; it takes the master key alone'),
  )
    .summary('Check that the audit log is whole')
    .description(
      'Follows the chain from the first entry to the last. Where a link is broken, it is named, and the exit code is 1. Note the head elsewhere and give it the next time: then nobody can have put back an earlier state of the log.',
    )
    .addHelpText(
      'after',
      `
Examples:
  entrepot audit verify
  entrepot audit verify --head 12:9f86d081884c7d65…
  entrepot audit verify --file audit.jsonl

Next: entrepot audit list --all, entrepot audit export`,
    )
    .action(async ({ head, file }: { head?: string; file?: string }, command: Command) => {
      const conversation = await converse(command)
      const { ask, tell, config, setExitCode } = conversation
      const found =
        file === undefined
          ? await ask<Verified>(manageOrder('VerifyAuditLog', { query: { head } }))
          : shown(await verifyFile(resolve(surroundings.folder, file), config, head))
      if (!found.whole) setExitCode(1)
      tell(found, () => (found.broken === null ? whole(found) : broken(found.broken)))
    })
}

const whole = ({ entries, head }: Verified): string =>
  `The audit log is whole: ${entries === 1 ? 'one entry' : `${showCount(entries ?? 0)} entries`}.\n\n${pairs([['Head', head ?? '']])}\nNote the head elsewhere, and give it the next time with --head.\n`

const broken = ({ seq, why }: NonNullable<Verified['broken']>): string =>
  `The audit log is broken at entry ${seq}, which is ${why}. What comes after it proves nothing.\n`

const shown = (found: Verification): Verified =>
  'broken' in found
    ? { whole: false, entries: null, head: null, broken: found.broken }
    : { whole: true, entries: found.entries, head: found.head, broken: null }

/** Neither the server nor its records are asked: the file may be looked at on another machine. */
async function verifyFile(path: string, config: Config, head: string | undefined): Promise<Verification> {
  const chain = new AuditChain(await readMasterKey(config))
  const input = createReadStream(path, 'utf8')
  try {
    return await verifyAuditLines(chain, createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }), head)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new UsageFault([`There is no file ${path}.`])
    throw error
  } finally {
    input.destroy()
  }
}

/** Throws Refusal where there is none, or it is not one. */
async function readMasterKey({ masterKey, masterKeyFile }: Config): Promise<MasterKey> {
  if (masterKey !== undefined) return new MasterKey(masterKey, systemRandom)
  const text = await readFile(masterKeyFile, 'latin1').catch((cause: unknown) => {
    throw new Refusal(
      `The master key ${masterKeyFile} cannot be read (${(cause as NodeJS.ErrnoException).code}). Say with --master-key-file where it is.`,
      { cause },
    )
  })
  const fault = masterKeyFault(text.trim())
  if (fault !== undefined) throw new Refusal(`${masterKeyFile}: the key ${fault}.`)
  return new MasterKey(new Secret(text.trim()), systemRandom)
}

function addExport(audit: Command, { equip, converse, surroundings }: Toolbox): void {
  equip(audit.command('export'))
    .summary('Print the whole audit log')
    .description(
      'Prints the audit log of all accounts, the oldest first: an entry of JSON a line, and last a line that says where it ends. It can be verified as long as no line is changed.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  entrepot audit export > audit.jsonl\n\nNext: entrepot audit verify --file audit.jsonl',
    )
    .action(async (_given: object, command: Command) => {
      const { ask } = await converse(command)
      for await (const lines of exported(ask)) surroundings.terminal.out(lines.map((line) => `${line}\n`).join(''))
    })
}

/** The lines of the log, a page at a time. */
async function* exported(ask: Conversation['ask']): AsyncGenerator<readonly string[]> {
  let after: string | undefined
  for (;;) {
    const page = await ask<{ lines: readonly string[]; next: number | null }>({
      name: 'audit.export',
      parameters: { after },
    })
    yield page.lines
    if (page.next === null) return
    after = String(page.next)
  }
}
