// API keys of an account, and the access tokens that are got with them: both open management until the key is deleted.

import type { Actor } from '../actor.ts'
import { makeBucket } from '../feature.ts'
import { order, type Desk } from '../management/desk.ts'
import { jsonOf } from '../management/json-of.ts'
import type { ManagedKind } from '../management/managed.ts'
import { gone, isThere, listed, nameFor, noneIn, placeOf, readRecords, renewed } from '../management/records.ts'
import type { Credential, Item } from '../world.ts'

const KEYS = ['key/0', 'key/1', 'key/2']
const ROLES = ['owner', 'member', 's3.user', 'iam.admin']
const TOKENS_MAX = 3

export interface ApiKey {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly user: string | null
}

export const apiKeys: ManagedKind = {
  name: 'api-keys',
  reading: { none: true },
  prepare: ({ client }) => makeBucket(client),
  begins: (writer) => noneIn(writer, KEYS),
  async step(actor, desk) {
    const { dice } = actor
    const place = actor.key(dice.pick(KEYS))
    const [item] = actor.list(place)
    if (!isThere(item)) await createApiKey(actor, desk, place, { role: dice.pick(ROLES) })
    else if (dice.chance(20)) await deleteApiKey(actor, desk, place, item)
    else if (mayHaveToken(item) && dice.chance(40)) await getToken(actor, desk, place, item)
    else await rename(actor, desk, place, item)
  },
  async read(desk, possible) {
    const world = await readRecords({
      ...{ shown: await shownApiKeys(desk), possible },
      opens: (credential) => opensManagement(desk, credential),
    })
    return { world, faults: [] }
  },
}

const valueOf = ({ name, role, user }: Omit<ApiKey, 'id'>): string => JSON.stringify({ name, role, user })

/** Those of the writers of this kind. */
export async function shownApiKeys(desk: Desk): Promise<{ place: string; id: string; value: string }[]> {
  const keys = await listed<ApiKey>(desk, '/v1/api-keys', 'api_keys')
  return keys.flatMap((key) => {
    const [place] = placeOf(desk, key.name) ?? []
    return place === undefined ? [] : [{ place, id: key.id, value: valueOf(key) }]
  })
}

/** With the role, or of a user, who has one. */
export async function createApiKey(
  actor: Actor,
  desk: Desk,
  place: string,
  { role, user = null }: { role: string; user?: string | null },
): Promise<void> {
  const id = actor.nextId()
  const name = nameFor(desk, place)
  await order(actor, desk, {
    ...{ id, kind: 'create API key', action: 'CreateApiKey', line: 'POST /v1/api-keys' },
    body: { name, ...(user === null ? { role } : { user }) },
    changes: [{ [place]: [renewed(id, actor.list(place)[0], valueOf({ name, role, user }))] }],
    knownBy(answer) {
      const { api_key: key } = jsonOf<{ api_key: ApiKey & { api_key: string } }>(answer)
      return { id: key.id, credential: [id, key.api_key], works: id }
    },
  })
}

/** A key of a user as it is when the user has another role. */
export const withRole = (item: Item, role: string): Item => ({
  ...{ ...item, by: '' },
  value: valueOf({ ...(JSON.parse(item.value ?? '') as ApiKey), role }),
})

export async function deleteApiKey(actor: Actor, desk: Desk, place: string, item: Item): Promise<void> {
  await order(actor, desk, {
    ...{ kind: 'delete API key', action: 'DeleteApiKey', line: `DELETE /v1/api-keys/${item.id}` },
    changes: [{ [place]: [gone('', item)] }],
  })
}

async function rename(actor: Actor, desk: Desk, place: string, item: Item): Promise<void> {
  const id = actor.nextId()
  const name = nameFor(desk, place, id)
  const value = valueOf({ ...(JSON.parse(item.value ?? '') as ApiKey), name })
  await order(actor, desk, {
    ...{ id, kind: 'rename', action: 'UpdateApiKey', line: `PUT /v1/api-keys/${item.id}`, body: { name } },
    changes: [{ [place]: [{ ...item, by: '', value }] }],
  })
}

/** Whether its text is known, and it has not many tokens. */
export const mayHaveToken = ({ credentials = [], works = '' }: Item): boolean =>
  works !== '' && works.split(' ').length < TOKENS_MAX && textOf(credentials, works) !== undefined

const textOf = (credentials: readonly Credential[], works: string): string | undefined =>
  credentials.findLast(([label, text]) => text.startsWith('ek_') && works.split(' ').includes(label))?.[1]

export async function getToken(actor: Actor, desk: Desk, place: string, item: Item): Promise<void> {
  const id = actor.nextId()
  const line = `POST /v1/access_token/${textOf(item.credentials ?? [], item.works ?? '')}`
  await actor.act({
    ...{ id, kind: 'get token', request: { line, send: () => desk.send(line, undefined, {}) } },
    changes: [{ [place]: [{ ...item, by: id }] }],
    knownBy(answer) {
      const { access_token: token } = jsonOf<{ access_token: string }>(answer)
      return { credential: [id, `Bearer ${token}`], works: id }
    },
  })
}

/** The label of an API key or an access token where it holds. */
export async function opensManagement(desk: Desk, [label, text]: Credential): Promise<string> {
  const answer = text.startsWith('ek_')
    ? await desk.send(`POST /v1/access_token/${text}`, undefined, {})
    : await desk.send('GET /v1/me', undefined, { authorization: text })
  if (answer.status !== 200 && answer.status !== 401)
    throw new Error(`management answered ${answer.status} to ${label} ${answer.body.toString('utf8').slice(0, 300)}`)
  return answer.status === 200 ? label : ''
}
