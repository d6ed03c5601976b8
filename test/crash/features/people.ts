// Users with a role, a password, sessions, policies and keys: with a user goes all of that, and a role holds for all of it.

import { headerOf, type Answer } from '../../../bench/load/endpoint.ts'
import type { Actor } from '../actor.ts'
import { makeBucket } from '../feature.ts'
import { order, type Desk } from '../management/desk.ts'
import { jsonOf } from '../management/json-of.ts'
import type { ManagedKind } from '../management/managed.ts'
import {
  given,
  gone,
  isThere,
  itemsByPlace,
  listed,
  nameFor,
  noneIn,
  placeOf,
  readRecords,
  renewed,
  type Shown,
} from '../management/records.ts'
import { labels, type Change, type Credential, type Item } from '../world.ts'
import { secretBy, signs, type AccessKey } from './access-keys.ts'
import {
  createApiKey,
  deleteApiKey,
  getToken,
  mayHaveToken,
  opensManagement,
  shownApiKeys,
  withRole,
} from './api-keys.ts'

const USERS = ['user/0', 'user/1']
const ROLES = ['member', 's3.user', 's3.bucket.user', 'iam.admin']
const POLICIES = ['a', 'b']
const SESSIONS_MAX = 2

interface ShownUser {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly has_password: boolean
  readonly policies: readonly { readonly name: string }[]
}

interface State {
  role: string
  hasPassword: boolean
  policies: readonly string[]
}

/** The places of a user's keys. */
const accessKeyOf = (user: string): string => `${user}/access-key`
const apiKeyOf = (user: string): string => `${user}/api-key`
const nameOf = (user: string): string => `crash-${user.replaceAll('/', '-')}`

/** Passwords are slow to prove: those that cannot have changed since they last were are taken on trust. */
const proved = new Map<string, string>()

export const people: ManagedKind = {
  name: 'people',
  reading: { none: true },
  prepare: ({ client }) => makeBucket(client),
  begins: (writer) => noneIn(writer, [...USERS, ...USERS.map(accessKeyOf), ...USERS.map(apiKeyOf)]),
  async step(actor, desk) {
    const { dice } = actor
    const place = actor.key(dice.pick(USERS))
    const [user] = actor.list(place)
    const roll = dice.below(100)
    if (!isThere(user)) await create(actor, desk, place)
    else if (roll < 10) await remove(actor, desk, place, user)
    else if (roll < 30) await setRole(actor, desk, place, user)
    else if (roll < 45) await changePolicies(actor, desk, place, user)
    else if (roll < 51) await setPassword(actor, desk, place, user)
    else if (roll < 55) await setUp(actor, desk, place, user)
    else if (roll < 64) await signIn(actor, desk, place, user)
    else if (roll < 80) await stepOfAccessKey(actor, desk, place, user)
    else await stepOfApiKey(actor, desk, place, user)
  },
  async read(desk, possible) {
    const items = itemsByPlace(possible)
    const shown = [...(await shownUsers(desk, items)), ...(await shownAccessKeys(desk)), ...(await shownApiKeys(desk))]
    const world = await readRecords({ shown, possible, opens: opener(desk) })
    for (const [place, [item]] of Object.entries(world)) proved.set(place, item?.works ?? '')
    return { world, faults: [] }
  },
}

const valueOf = ({ role, hasPassword, policies }: State): string => JSON.stringify({ role, hasPassword, policies })
const stateOf = ({ value = '' }: Item): State => JSON.parse(value) as State

async function create(actor: Actor, desk: Desk, place: string): Promise<void> {
  const { dice } = actor
  const id = actor.nextId()
  const role = dice.pick(ROLES)
  const password = dice.chance(30) ? passwordBy(id) : undefined
  const made = renewed(id, actor.list(place)[0], valueOf({ role, hasPassword: false, policies: [] }))
  await order(actor, desk, {
    ...{ id, kind: 'create', action: 'CreateUser', line: 'POST /v1/users' },
    body: { name: nameOf(place), role, ...(password !== undefined && { password }) },
    changes: [{ [place]: [password === undefined ? made : withPassword(made, id)] }],
  })
}

const passwordBy = (id: string): string => `Made by ${id}`

/** A new password ends all sessions. */
function withPassword(item: Item, id: string): Item {
  const value = valueOf({ ...stateOf(item), hasPassword: true })
  return given({ ...item, value }, [id, passwordBy(id)], id)
}

async function setPassword(actor: Actor, desk: Desk, place: string, user: Item): Promise<void> {
  const id = actor.nextId()
  await order(actor, desk, {
    ...{ id, kind: 'set password', action: 'SetUserPassword', line: `PUT /v1/users/${nameOf(place)}/password` },
    body: { password: passwordBy(id) },
    changes: [{ [place]: [withPassword({ ...user, by: '' }, id)] }],
  })
}

/** A link that was sent and not answered for, with what worked before. */
const unanswered = new Map<string, { token: string; id: string; before: string }>()

/** By a link of one use: where the server was killed over it, either it is spent and the password is set, or neither. */
async function setUp(actor: Actor, desk: Desk, place: string, user: Item): Promise<void> {
  const last = unanswered.get(place)
  unanswered.delete(place)
  const { works = '' } = user
  const isSpent = last !== undefined && works.split(' ').includes(last.id)
  const isGood = last !== undefined && works === last.before
  const token = isSpent || isGood ? last.token : await linkFor(actor, desk, place)
  if (token === undefined) return
  const id = actor.nextId()
  const line = 'POST /v1/setup'
  const { status } = await actor.act({
    ...{ id, kind: isSpent ? 'set up again' : isGood ? 'set up after a crash' : 'set up' },
    request: { line, send: () => desk.send(line, { token, password: passwordBy(id) }, {}) },
    changes: isSpent ? [] : [{ [place]: [withPassword({ ...user, by: '' }, id)] }],
    refusals: isSpent ? [400] : [],
    knownBy: () => ({}),
  })
  if (status === 0 && !isSpent) unanswered.set(place, { token, id, before: works })
}

/** Undefined where the server was killed over it. */
async function linkFor(actor: Actor, desk: Desk, place: string): Promise<string | undefined> {
  const answer = await order(actor, desk, {
    ...{ kind: 'make link', action: 'CreateSignInLink', line: 'POST /v1/sign-in-links' },
    body: { user: nameOf(place) },
    changes: [{}],
  })
  if (answer.status !== 201) return undefined
  return jsonOf<{ url: string }>(answer).url.split('token=')[1]
}

async function signIn(actor: Actor, desk: Desk, place: string, user: Item): Promise<void> {
  const { credentials = [], works = '' } = user
  const inForce = works.split(' ')
  const known = credentials.find(([label, text]) => !isSession(text) && inForce.includes(label))
  if (known === undefined || inForce.length > SESSIONS_MAX) return
  const id = actor.nextId()
  const line = 'POST /v1/session'
  await actor.act({
    ...{ id, kind: 'sign in' },
    request: { line, send: () => desk.send(line, { user: nameOf(place), password: known[1] }, {}) },
    changes: [{ [place]: [{ ...user, by: id }] }],
    knownBy: (answer) => ({ credential: [id, sessionIn(answer)], works: id }),
  })
}

const isSession = (text: string): boolean => text.startsWith('entrepot-session=')
const sessionIn = (answer: Answer): string => headerOf(answer, 'set-cookie')?.split(';', 1)[0] ?? ''

async function setRole(actor: Actor, desk: Desk, place: string, user: Item): Promise<void> {
  const role = actor.dice.pick(ROLES)
  const change: Record<string, Item[]> = {
    [place]: [{ ...user, by: '', value: valueOf({ ...stateOf(user), role }) }],
  }
  const [accessKey] = actor.list(accessKeyOf(place))
  const [apiKey] = actor.list(apiKeyOf(place))
  if (isThere(accessKey)) change[accessKeyOf(place)] = [{ ...accessKey, by: '', works: asRole(role, accessKey.works) }]
  if (isThere(apiKey)) change[apiKeyOf(place)] = [withRole(apiKey, role)]
  await order(actor, desk, {
    ...{ kind: 'set role', action: 'UpdateUser', line: `PUT /v1/users/${nameOf(place)}`, body: { role } },
    changes: [change],
  })
}

/** Roles that give nothing in S3 without a bucket's policy, or nothing at all. */
const asRole = (role: string, works = ''): string =>
  labels(
    works
      .replaceAll('!', '')
      .split(' ')
      .map((label) => (label !== '' && (role === 's3.bucket.user' || role === 'iam.admin') ? `${label}!` : label))
      .join(' '),
  )

async function changePolicies(actor: Actor, desk: Desk, place: string, user: Item): Promise<void> {
  const state = stateOf(user)
  const name = actor.dice.pick(POLICIES)
  const isRemoved = state.policies.includes(name) && actor.dice.chance(60)
  const others = state.policies.filter((other) => other !== name)
  const policies =
    isRemoved || state.policies.includes(name) ? (isRemoved ? others : state.policies) : [...others, name]
  const value = valueOf({ ...state, policies: policies.toSorted() })
  const statement = { Effect: 'Deny', Action: 's3:DeleteBucket', Resource: '*' }
  await order(actor, desk, {
    ...{ kind: isRemoved ? 'delete policy' : 'put policy', action: isRemoved ? 'DeleteUserPolicy' : 'PutUserPolicy' },
    line: `${isRemoved ? 'DELETE' : 'PUT'} /v1/users/${nameOf(place)}/policies/${name}`,
    ...(!isRemoved && { body: { Version: '2012-10-17', Statement: [statement] } }),
    changes: [{ [place]: [{ ...user, by: '', value }] }],
  })
}

async function stepOfAccessKey(actor: Actor, desk: Desk, user: string, { value = '' }: Item): Promise<void> {
  const place = accessKeyOf(user)
  const [item] = actor.list(place)
  const { role } = JSON.parse(value) as State
  if (isThere(item)) {
    return void (await order(actor, desk, {
      ...{ kind: 'delete access key', action: 'DeleteAccessKey', line: `DELETE /v1/access-keys/${item.id}` },
      changes: [{ [place]: [gone('', item)] }],
    }))
  }
  const id = actor.nextId()
  const made = renewed(id, item, nameOf(user))
  await order(actor, desk, {
    ...{ id, kind: 'create access key', action: 'CreateAccessKey', line: 'POST /v1/access-keys' },
    body: { name: nameFor(desk, place), user: nameOf(user) },
    changes: [{ [place]: [made] }],
    knownBy: (answer) => secretBy(id, answer, asRole(role, id)),
  })
}

async function stepOfApiKey(actor: Actor, desk: Desk, user: string, { value = '' }: Item): Promise<void> {
  const place = apiKeyOf(user)
  const [item] = actor.list(place)
  const { role } = JSON.parse(value) as State
  if (!isThere(item)) await createApiKey(actor, desk, place, { role, user: nameOf(user) })
  else if (mayHaveToken(item) && actor.dice.chance(60)) await getToken(actor, desk, place, item)
  else await deleteApiKey(actor, desk, place, item)
}

/** All at once: the user with everything. */
async function remove(actor: Actor, desk: Desk, place: string, user: Item): Promise<void> {
  const change: Change = Object.fromEntries(
    [place, accessKeyOf(place), apiKeyOf(place)].map((one) => [one, [gone('', actor.list(one)[0])]]),
  )
  unanswered.delete(place)
  await order(actor, desk, {
    ...{ kind: 'delete', action: 'DeleteUser', line: `DELETE /v1/users/${user.id ?? nameOf(place)}` },
    changes: [change],
  })
}

async function shownUsers(desk: Desk, items: ReadonlyMap<string, readonly Item[]>): Promise<Shown[]> {
  const users = await listed<ShownUser>(desk, '/v1/users', 'users')
  return users.map(({ id, name, role, has_password, policies }) => {
    const place = [...items.keys()].find((any) => nameOf(any) === name) ?? name
    const named = policies.map((policy) => policy.name).toSorted()
    const value = valueOf({ role, hasPassword: has_password, policies: named })
    const known = new Set(items.get(place)?.map(({ works }) => works))
    const isProved = known.size === 1 && known.has(proved.get(place))
    return { place, id, value, works: isProved ? proved.get(place) : undefined }
  })
}

async function shownAccessKeys(desk: Desk): Promise<Shown[]> {
  const keys = await listed<AccessKey>(desk, '/v1/access-keys', 'access_keys')
  return keys.flatMap(({ access_key_id: id, name, user }) => {
    const [place] = placeOf(desk, name) ?? []
    return place === undefined ? [] : [{ place, id, value: `${user}` }]
  })
}

/** Of a user's passwords one holds, if any: when it is found, those before it are not tried, since who fails too often is not let in any more. */
function opener(desk: Desk): (credential: Credential, shown: Shown) => Promise<string> {
  const found = new Set<string>()
  return async ([label, text], { place, value }) => {
    if (place.endsWith('/access-key')) return signs(desk, [label, text])
    if (place.endsWith('/api-key')) return opensManagement(desk, [label, text])
    if (isSession(text)) {
      const { status } = await desk.send('GET /v1/me', undefined, { cookie: text })
      return status === 200 ? label : ''
    }
    const hasPassword = value.includes('"hasPassword":true')
    if (!hasPassword || found.has(place)) return ''
    const { status } = await desk.send('POST /v1/session', { user: nameOf(place), password: text }, {})
    if (status !== 200 && status !== 401) throw new Error(`${place} was answered ${status} to the password of ${label}`)
    if (status === 200) found.add(place)
    return status === 200 ? label : ''
  }
}
