/** Orders to the management API from the command line: as the operator, for an account. */
import { CommandRefused } from './failure.ts'
import type { Order } from './perform.ts'

export interface ManageInput {
  /** Name or id; the first account unless given. */
  readonly account?: string | undefined
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: Readonly<Record<string, unknown>>
}

/** The option that says for whom. */
export const accountOption = ['--account <name>', "The account's name or id (the first account)"] as const

/** `operation` is its name in openapi.json; what is undefined in the input is left out. */
export const manageOrder = (operation: string, { account, ...input }: ManageInput): Order => ({
  name: 'manage.perform',
  parameters: { operation, account, input: JSON.stringify(input) },
})

/** As many as one page of a list may hold. */
const pageSize = '1000'

type Page<Member extends string, Item> = { readonly [Name in Member]: readonly Item[] } & {
  readonly next: string | null
}

/** All pages of a list as if they were one. */
export async function listAll<Item, const Member extends string>(
  ask: <T extends object>(order: Order) => Promise<T>,
  operation: string,
  member: Member,
  { account, query }: Pick<ManageInput, 'account' | 'query'> = {},
): Promise<Page<Member, Item>> {
  const items: Item[] = []
  let after: string | undefined
  for (;;) {
    const order = manageOrder(operation, { account, query: { ...query, limit: pageSize, after } })
    const page = await ask<Page<Member, Item>>(order)
    items.push(...page[member])
    if (page.next === null) return { [member]: items, next: null } as unknown as Page<Member, Item>
    after = page.next
  }
}

const absent: readonly string[] = ['NoSuchBucket', 'NoSuchEntity']
/** What an operator finds whosever it is. */
const ofAllAccounts: readonly unknown[] = ['GetRefusal']

/** What was not found may be another account's, of which an operator may not think who named none. */
export function explainedByAccount(error: unknown, { name, parameters }: Order): unknown {
  if (name !== 'manage.perform' || parameters['account'] !== undefined) return error
  if (ofAllAccounts.includes(parameters['operation']) || !(error instanceof Error)) return error
  const { code } = error as { readonly code?: string }
  if (code === undefined || !absent.includes(code)) return error
  const message = `${error.message} It was looked for in the first account; --account names another.`
  return new CommandRefused({ code, message }, error)
}
