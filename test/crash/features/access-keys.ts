// Access keys of an account: a secret that was answered signs requests, as long as it is the one in force or in its grace; that of a key that is
// inactive or deleted does not.

import type { Answer } from '../../../bench/load/endpoint.ts'
import type { Actor } from '../actor.ts'
import { makeBucket } from '../feature.ts'
import { order, type Desk } from '../management/desk.ts'
import { jsonOf } from '../management/json-of.ts'
import type { ManagedKind } from '../management/managed.ts'
import { gone, isThere, listed, nameFor, noneIn, placeOf, readRecords, renewed } from '../management/records.ts'
import { labels, type Credential, type Item, type Known } from '../world.ts'

const KEYS = ['key/0', 'key/1', 'key/2']
/** Longer than the test runs. */
const GRACE_SECONDS = 86_400

export interface AccessKey {
  readonly access_key_id: string
  readonly name: string
  readonly active: boolean
  readonly user: string | null
  readonly previous_secret_until: string | null
}

interface State {
  name: string
  active: boolean
  /** The secret before counts too. */
  grace: boolean
}

export const accessKeys: ManagedKind = {
  name: 'access-keys',
  reading: { none: true },
  prepare: ({ client }) => makeBucket(client),
  begins: (writer) => noneIn(writer, KEYS),
  async step(actor, desk) {
    const { dice } = actor
    const place = actor.key(dice.pick(KEYS))
    const [item] = actor.list(place)
    const roll = dice.below(100)
    if (!isThere(item)) await create(actor, desk, place)
    else if (roll < 12) await remove(actor, desk, place, item)
    else if (roll < 50 && stateOf(item).active) await regenerate(actor, desk, place, item)
    else await update(actor, desk, place, item)
  },
  async read(desk, possible) {
    const keys = await listed<AccessKey>(desk, '/v1/access-keys', 'access_keys')
    const shown = keys.flatMap(({ access_key_id: id, name, active, previous_secret_until: until }) => {
      const [place] = placeOf(desk, name) ?? []
      return place === undefined ? [] : [{ place, id, value: valueOf({ name, active, grace: until !== null }) }]
    })
    return { world: await readRecords({ shown, possible, opens: (one) => signs(desk, one) }), faults: [] }
  },
  check: (desk, [world = {}]) => usageFaults(desk, world['w0/key/0']),
}

const valueOf = ({ name, active, grace }: State): string => JSON.stringify({ name, active, grace })
const stateOf = ({ value = '' }: Item): State => JSON.parse(value) as State

/** What the answer to who makes a key, or gives it another secret, tells. */
export function secretBy(id: string, answer: Answer, works: string): Known {
  const key = jsonOf<{ access_key: AccessKey & { secret_access_key: string } }>(answer).access_key
  return { id: key.access_key_id, credential: [id, `${key.access_key_id} ${key.secret_access_key}`], works }
}

async function create(actor: Actor, desk: Desk, place: string): Promise<void> {
  const id = actor.nextId()
  const name = nameFor(desk, place)
  const made = renewed(id, actor.list(place)[0], valueOf({ name, active: true, grace: false }))
  await order(actor, desk, {
    ...{ id, kind: 'create', action: 'CreateAccessKey', line: 'POST /v1/access-keys', body: { name } },
    changes: [{ [place]: [made] }],
    knownBy: (answer) => secretBy(id, answer, id),
  })
}

/** Of an active one: which secret an inactive key has does not show. With a grace, the one in force until now goes on; the one before it does not. */
async function regenerate(actor: Actor, desk: Desk, place: string, item: Item): Promise<void> {
  const id = actor.nextId()
  const state = stateOf(item)
  const grace = actor.dice.chance(50)
  const works = grace ? labels(item.current) : ''
  const changed = { ...item, by: id, value: valueOf({ ...state, grace }), works, current: undefined }
  await order(actor, desk, {
    ...{ id, kind: grace ? 'regenerate with grace' : 'regenerate', action: 'RegenerateAccessKey' },
    line: `POST /v1/access-keys/${item.id}/regenerate`,
    body: { grace_seconds: grace ? GRACE_SECONDS : 0 },
    changes: [{ [place]: [changed] }],
    knownBy: (answer) => secretBy(id, answer, id),
  })
}

/** The name, whether it is active, or both at once. */
async function update(actor: Actor, desk: Desk, place: string, item: Item): Promise<void> {
  const { dice } = actor
  const id = actor.nextId()
  const state = stateOf(item)
  const isToggled = dice.chance(60)
  const isRenamed = !isToggled || dice.chance(50)
  const active = isToggled ? !state.active : state.active
  const toggled: Item = {
    ...{ ...item, by: '', works: isToggled ? (active ? labels(item.current) : '') : item.works },
    value: valueOf({ ...state, active, grace: isToggled ? false : state.grace }),
  }
  const name = nameFor(desk, place, id)
  const changed = isRenamed ? { ...toggled, value: valueOf({ ...stateOf(toggled), name }) } : toggled
  await order(actor, desk, {
    ...{ id, kind: isToggled ? (active ? 'activate' : 'deactivate') : 'rename', action: 'UpdateAccessKey' },
    line: `PUT /v1/access-keys/${item.id}`,
    body: { ...(isToggled && { active }), ...(isRenamed && { name }) },
    changes: [{ [place]: [changed] }],
  })
}

async function remove(actor: Actor, desk: Desk, place: string, item: Item): Promise<void> {
  await order(actor, desk, {
    ...{ kind: 'delete', action: 'DeleteAccessKey', line: `DELETE /v1/access-keys/${item.id}` },
    changes: [{ [place]: [gone('', item)] }],
  })
}

/** How often a request was signed by each. */
const signed = new Map<string, number>()

/** The label where the secret is its key's; with `!` where its user may not list the bucket. */
export async function signs(desk: Desk, [label, text]: Credential): Promise<string> {
  const [accessKey = '', secretKey = ''] = text.split(' ')
  signed.set(accessKey, (signed.get(accessKey) ?? 0) + 1)
  const region = desk.managers.server.environment['ENTREPOT_REGION'] ?? ''
  const query: [string, string][] = [
    ['list-type', '2'],
    ['max-keys', '1'],
  ]
  const { status, body } = await desk.client.callAs({ accessKey, secretKey, region }, { method: 'GET', query })
  if (status === 200) return label
  const [, code] = /<Code>(.*?)</.exec(body.toString('utf8')) ?? []
  if (code === 'AccessDenied') return `${label}!`
  if (code === 'InvalidAccessKeyId' || code === 'SignatureDoesNotMatch') return ''
  throw new Error(`S3 answered ${status} ${code} to who signs with ${label}`)
}

/** Nothing is counted that was not asked: of the key in one place. */
async function usageFaults(desk: Desk, [item]: readonly Item[] = []): Promise<string[]> {
  if (item?.id === undefined) return []
  const { usage } = await desk.ask<{ usage: { requests: number }[] }>(`GET /v1/usage?access_key_id=${item.id}`)
  const counted = usage.reduce((sum, { requests }) => sum + requests, 0)
  const sent = signed.get(item.id) ?? 0
  return counted > sent ? [`the key ${item.id} has signed ${sent} requests, but is counted with ${counted}`] : []
}
