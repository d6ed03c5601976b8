// Signing keys of a bucket, the server's own among them, and tokens that they sign: a live one opens, by delivery, and one that was deleted or revoked
// does not.

import type { Answer } from '../../../bench/load/endpoint.ts'
import { tokenOf } from '../../harness/delivery.ts'
import type { Actor } from '../actor.ts'
import { makeBucket } from '../feature.ts'
import { order, type Desk } from '../management/desk.ts'
import { jsonOf } from '../management/json-of.ts'
import {
  gone,
  isThere,
  listed,
  nameFor,
  noneIn,
  placeOf,
  readRecords,
  renewed,
  type Shown,
} from '../management/records.ts'
import type { ManagedKind } from '../management/managed.ts'
import { labels, type Credential, type Item, type Known, type World } from '../world.ts'

const KEYS = ['key/0', 'key/1']
/** The server's own. */
const OWN = 'own-key'
const LINKS_MAX = 3

interface SigningKey {
  readonly id: string
  readonly name: string | null
  readonly managed?: true
}

export const signingKeys: ManagedKind = {
  name: 'signing-keys',
  reading: { none: true },
  async prepare(desk) {
    await makeBucket(desk.client)
    await desk.ask(`PUT /v1/buckets/${desk.bucket}/policy/authenticated`)
  },
  begins: (writer) => noneIn(writer, [...KEYS, OWN]),
  async step(actor, desk) {
    const { dice } = actor
    if (dice.chance(35)) return stepOfLinks(actor, desk)
    const place = actor.key(dice.pick(KEYS))
    const [item] = actor.list(place)
    // To make one takes the server a tenth of a second.
    if (!isThere(item)) return dice.chance(50) ? create(actor, desk, place) : undefined
    return dice.chance(35) ? remove(actor, desk, place) : rename(actor, desk, place, item)
  },
  async read(desk, possible) {
    const keys = await listed<SigningKey>(desk, `/v1/signing-keys?bucket=${desk.bucket}`, 'signing_keys')
    const shown = keys.map((key) => shownKey(desk, key))
    const faults: string[] = []
    const world = await readRecords({ shown, possible, opens: (credential) => opens(desk, credential) })
    await compareEach(desk, new Set(keys.map(({ id }) => id)), possible, faults)
    return { world, faults }
  },
}

async function create(actor: Actor, desk: Desk, place: string): Promise<void> {
  const id = actor.nextId()
  const by = actor.dice.chance(50) ? 'bucket' : 'bucket_name'
  const value = nameFor(desk, place)
  await order(actor, desk, {
    ...{ id, kind: 'create', action: 'CreateSigningKey', line: 'POST /v1/signing-keys' },
    body: { [by]: desk.bucket, name: value },
    changes: [{ [place]: [renewed(id, actor.list(place)[0], value)] }],
    knownBy: (answer) => tokenBy(id, answer),
  })
}

function tokenBy(id: string, answer: Answer): Known {
  const key = jsonOf<{ signing_key: SigningKey & { private_key: string } }>(answer).signing_key
  return { id: key.id, credential: [id, tokenOf(key, {})], works: id }
}

async function rename(actor: Actor, desk: Desk, place: string, item: Item): Promise<void> {
  const id = actor.nextId()
  const value = nameFor(desk, place, id)
  await order(actor, desk, {
    ...{ id, kind: 'rename', action: 'UpdateSigningKey', line: `PUT /v1/signing-keys/${item.id}` },
    body: { name: value },
    changes: [{ [place]: [{ ...item, by: id, value }] }],
  })
}

async function remove(actor: Actor, desk: Desk, place: string): Promise<void> {
  const [item] = actor.list(place)
  await order(actor, desk, {
    ...{ kind: 'delete', action: 'DeleteSigningKey', line: `DELETE /v1/signing-keys/${item?.id}` },
    changes: [{ [place]: [gone('', item)] }],
  })
}

/** Links that the server signs itself, each of which can be revoked. */
async function stepOfLinks(actor: Actor, desk: Desk): Promise<void> {
  const { dice } = actor
  const place = actor.key(OWN)
  const [item = gone()] = actor.list(place)
  const links = linksOf(item)
  if (isThere(item) && dice.chance(8)) return remove(actor, desk, place)
  if (links.length >= LINKS_MAX || (links.length > 0 && dice.chance(40)))
    return revoke(actor, desk, place, dice.pick(links))
  return sign(actor, desk, place)
}

const linksOf = ({ works = '' }: Item): string[] => works.split(' ').filter((label) => label !== '')

async function sign(actor: Actor, desk: Desk, place: string): Promise<void> {
  const id = actor.nextId()
  const [item = gone()] = actor.list(place)
  const body = { bucket: desk.bucket, key: 'absent', uri: '', expires_seconds: null, claims: { jti: id } }
  await order(actor, desk, {
    ...{ id, kind: 'sign', action: 'SignUrl', line: 'POST /v1/signed-urls', body },
    changes: [{ [place]: [isThere(item) ? { ...item, by: id } : renewed(id, item, OWN)] }],
    knownBy(answer) {
      const link = jsonOf<{ token: string; key_id: string }>(answer)
      return { id: link.key_id, credential: [id, link.token], works: id }
    },
  })
}

async function revoke(actor: Actor, desk: Desk, place: string, jti: string): Promise<void> {
  const [item = gone()] = actor.list(place)
  const works = labels(...linksOf(item).filter((label) => label !== jti))
  await order(actor, desk, {
    ...{ kind: 'revoke', action: 'RevokeToken', line: `POST /v1/buckets/${desk.bucket}/revoked-tokens`, body: { jti } },
    changes: [{ [place]: [{ ...item, by: '', works }] }],
  })
}

function shownKey(desk: Desk, { id, name, managed }: SigningKey): Shown {
  if (managed === true) return { place: `w0/${OWN}`, id, value: OWN }
  const [place] = placeOf(desk, name) ?? []
  return { place: place ?? `${name}`, id, value: `${name}` }
}

/** Who may read is told that there is nothing; who may not, that they may not. */
async function opens(desk: Desk, [label, token]: Credential): Promise<string> {
  const { status } = await desk.deliver(`/${desk.bucket}/absent?auth=${token}`)
  if (status !== 404 && status !== 403) throw new Error(`delivery answered ${status} to a token of ${label}`)
  return status === 404 ? label : ''
}

/** By its id, a key is found if and only if it is in the list. */
async function compareEach(
  desk: Desk,
  ids: ReadonlySet<string>,
  possible: readonly (readonly World[])[],
  faults: string[],
): Promise<void> {
  const items = possible.flat().flatMap((world) => Object.values(world).flat())
  const tokens = items.flatMap(({ credentials = [] }) => credentials.map(([, token]) => keyIdOf(token)))
  for (const id of new Set([...ids, ...tokens])) {
    const { status } = await desk.send(`GET /v1/signing-keys/${id}`)
    if (status === (ids.has(id) ? 200 : 404)) continue
    faults.push(`the signing key ${id} is ${ids.has(id) ? '' : 'not '}listed, but GET answers ${status}`)
  }
}

/** Of the key that signed a token. */
export function keyIdOf(token: string): string {
  const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }
  return header.kid
}
