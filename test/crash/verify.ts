// Compares a running server with what the ledger allows: every key by GET and HEAD, the listing, the uploads. What was open is then settled
// in the ledger by what was found.

import { unquote, type Client } from './client.ts'
import { describe, same, type State } from './entries.ts'
import type { History } from './history.ts'
import { verifyUploads } from './verify-uploads.ts'

/** Not 1,000, so that a listing has several pages. */
const PAGE = 50

interface Listed {
  size: number
  etag: string
}

/** Checks everything, adding to the history's violations; `clients` work side by side. Returns how many keys it read. */
export async function verify(history: History, clients: readonly Client[]): Promise<number> {
  const { model } = history
  const [first] = clients
  if (first === undefined) throw new Error('a client is needed')
  const listed = await list(first, history)
  const keys = model.keys()
  const found = new Map<string, State>()
  let next = 0
  await Promise.all(
    clients.map(async (client) => {
      while (next < keys.length) {
        const key = keys[next++] as string
        try {
          found.set(key, await client.read(key))
          await compareHead(history, client, key, found.get(key) as State)
        } catch (error) {
          history.violate((error as Error).message)
        }
      }
    }),
  )
  for (const [key, state] of found) {
    checkState(history, key, state)
    checkListed(history, key, state, listed.get(key))
  }
  const known = new Set(keys)
  for (const key of listed.keys()) if (!known.has(key)) history.violate(`${key} is listed, but nobody ever wrote it`)
  await verifyUploads(history, first, found)
  await settle(history, found)
  return keys.length
}

function checkState(history: History, key: string, found: State): void {
  const chain = history.model.contended.get(key)
  if (chain !== undefined) {
    for (const fault of chain.faults(found)) history.violate(`${key}: ${fault}`)
    return
  }
  const legal = history.model.legal(key)
  if (legal.some((state) => same(state, found))) return
  history.violate(`${key} is ${describe(found)}, but should be ${legal.map(describe).join(', or ')}`)
}

function checkListed(history: History, key: string, found: State, listed: Listed | undefined): void {
  if (found === null) {
    if (listed !== undefined) history.violate(`${key} is listed, but GET says it is absent`)
  } else if (listed === undefined) {
    history.violate(`${key} is not listed, but GET says it is ${describe(found)}`)
  } else if (listed.size !== found.size || listed.etag !== found.etag) {
    history.violate(
      `${key} is listed with ${listed.size} bytes and etag ${listed.etag}, but GET says it is ${describe(found)}`,
    )
  }
}

async function compareHead(history: History, client: Client, key: string, found: State): Promise<void> {
  const head = await client.head(key)
  const agrees =
    head === null || found === null
      ? head === found
      : head.size === found.size && head.etag === found.etag && head.op === found.op
  if (!agrees) history.violate(`${key}: HEAD says ${JSON.stringify(head)}, but GET says it is ${describe(found)}`)
}

/** All keys of the bucket, page by page; keys out of order or repeated are violations. */
async function list(client: Client, history: History): Promise<Map<string, Listed>> {
  const listed = new Map<string, Listed>()
  let last = ''
  let token: string | undefined
  do {
    const query: [string, string][] = [
      ['list-type', '2'],
      ['max-keys', String(PAGE)],
    ]
    if (token !== undefined) query.push(['continuation-token', token])
    const answer = await client.call({ method: 'GET', query })
    const xml = answer.body.toString('utf8')
    if (answer.status !== 200) throw new Error(`listing answered ${answer.status} ${xml.slice(0, 300)}`)
    for (const [, contents = ''] of xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
      const key = element(contents, 'Key')
      if (key <= last) history.violate(`the listing has ${key} after ${last}`)
      last = key
      listed.set(key, { size: Number(element(contents, 'Size')), etag: unquote(element(contents, 'ETag')) })
    }
    token = element(xml, 'NextContinuationToken')
  } while (token !== '')
  return listed
}

/** Enters in the ledger what became of each key that could have been several things. */
async function settle(history: History, found: ReadonlyMap<string, State>): Promise<void> {
  const unsure = [...found].filter(
    ([key]) => history.model.contended.has(key) || history.model.certain(key) === undefined,
  )
  await Promise.all(unsure.map(([key, state]) => history.record({ type: 'observed', key, state })))
}

/** The text of an element, or '' when there is none; the keys here need no unescaping. */
function element(xml: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? ''
}
