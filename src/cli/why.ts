/** `entrepot why`: why a request was refused, by its id. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { CommandRefused } from './failure.ts'
import { manageOrder } from './manage.ts'
import { pairs, plain, table } from './text.ts'
import type { Conversation, Toolbox } from './toolbox.ts'

interface Refusal {
  readonly request_id: string
  readonly time: string
  readonly front: string
  readonly method: string
  readonly host: string
  readonly path: string
  readonly status: number
  readonly code: string
  readonly message: string
  readonly operation: string | null
  readonly bucket: string | null
  readonly key: string | null
  readonly access_key_id: string | null
  readonly address: string
  readonly checks: readonly { readonly name: string; readonly outcome: string; readonly detail: string }[]
  readonly differences: readonly { readonly name: string; readonly sent: string; readonly expected: string }[]
  readonly canonical_request: string | null
  readonly string_to_sign: string | null
  readonly advice: readonly string[]
}

interface Answer {
  readonly refusal: Refusal
}

/** A server keeps a refusal a second after its answer; who asks at once may be too early. */
const patienceMs = 2000

export function addWhyCommand(program: Command, { equip, converse }: Toolbox): void {
  equip(program.command('why').argument('<request-id>', 'x-amz-request-id of the answer, or x-request-id'))
    .summary('Say why a request was refused')
    .description(
      'What was checked, what differed, and what to do about it, of a request that S3, delivery or management has refused within the last day.',
    )
    .addHelpText('after', '\nExample:\n  entrepot why 8C1FB15A24500EA8\n\nNext: entrepot usage, entrepot doctor')
    .action(async (requestId: string, _: object, command: Command) => {
      const { ask, tell } = await converse(command)
      const answer = await patiently(() =>
        ask<Answer>(manageOrder('GetRefusal', { params: { request_id: requestId } })),
      )
      tell(answer, () => show(answer.refusal))
    })
}

async function patiently(ask: () => ReturnType<Conversation['ask']>): Promise<Answer> {
  try {
    return (await ask()) as Answer
  } catch (error) {
    if (!(error instanceof CommandRefused) || error.code !== 'NoSuchEntity') throw error
    await sleep(patienceMs)
    return (await ask()) as Answer
  }
}

function show(refusal: Refusal): string {
  const { method, host, path, status, code, message, checks, differences, advice } = refusal
  const about: readonly (readonly [string, string | null])[] = [
    ['Time', `${refusal.time} UTC`],
    ['Operation', refusal.operation],
    ['Bucket', refusal.bucket],
    ['Key', refusal.key],
    ['Access key', refusal.access_key_id],
    ['From', refusal.address],
  ]
  const known = about.flatMap(([name, value]) => (value === null ? [] : [[name, plain(value)] as const]))
  const failed = checks.filter(({ outcome }) => outcome === 'failed')
  return [
    `${plain(`${method} ${host}${path}`)}\n${status} ${code}: ${plain(message)}\n\n`,
    pairs(known),
    ...failed.map(({ name, detail }) => `\nFailed: ${name}\n  ${plain(detail)}\n`),
    differences.length === 0
      ? ''
      : `\n${table(
          ['WHAT', 'SENT', 'EXPECTED'],
          differences.map((each) => [each.name, each.sent, each.expected].map(plain)),
        )}`,
    ...[refusal.canonical_request, refusal.string_to_sign].map((text, index) =>
      text === null
        ? ''
        : `\n${index === 0 ? 'Canonical request' : 'String to sign'}, as the server has it:\n${indented(text)}`,
    ),
    advice.length === 0 ? '' : `\n${advice.map((text) => `Advice: ${plain(text)}\n`).join('')}`,
  ].join('')
}

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  ${plain(line)}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('')
