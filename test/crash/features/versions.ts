// Versions put, hidden and removed, in a bucket that encrypts by default; and in another whose versioning is suspended now and then.

import type { Actor } from '../actor.ts'
import { md5 } from '../bodies.ts'
import { documentOf, makeBucket, type Feature } from '../feature.ts'
import type { Item } from '../world.ts'
import { contentOf, hidden, objectOf, someSize, succeeded, type Versioning } from './objects.ts'

const KEYS = 4
const VERSIONS_MAX = 6
const SETTING = '?versioning'

/** The document that sets the versioning state. */
export const versioned = (state: string): string =>
  `<VersioningConfiguration><Status>${state}</Status></VersioningConfiguration>`

const encryptionDocument =
  '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>' +
  '</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>'

export const versions: Feature = {
  name: 'versions',
  writers: 2,
  reading: {},
  prepare: (client) => makeBucket(client, { versioning: versioned('Enabled'), encryption: encryptionDocument }),
  step: (actor) => step(actor, 'Enabled', 'AES256'),
}

export const suspension: Feature = {
  name: 'suspension',
  writers: 1,
  reading: { versioningKey: `w0/${SETTING}` },
  prepare: (client) => makeBucket(client),
  async step(actor) {
    const [setting] = actor.list(actor.key(SETTING))
    // It begins without versions, whose objects have no ids.
    const versioning = setting?.id as Versioning
    if (actor.dice.chance(5)) await toggle(actor, versioning === 'Enabled' ? 'Suspended' : 'Enabled')
    else await step(actor, versioning, undefined)
  },
}

async function toggle(actor: Actor, state: string): Promise<void> {
  const id = actor.nextId()
  const changes = [{ [actor.key(SETTING)]: [{ is: 'setting', by: id, id: state } as const] }]
  const document = documentOf(versioned(state))
  await actor.act({ id, kind: state, request: { method: 'PUT', query: [['versioning', '']], ...document }, changes })
}

async function step(actor: Actor, versioning: Versioning, encryption: string | undefined): Promise<void> {
  const { dice } = actor
  const key = actor.key(`${dice.below(KEYS)}`)
  const list = actor.list(key)
  const roll = dice.below(100)
  if (list.length >= VERSIONS_MAX || roll < 25) await remove(actor, key, dice.below(Math.max(1, list.length)))
  else if (roll < 75) await put(actor, key, versioning, encryption)
  else if (roll < 88) await hide(actor, key, versioning)
  else await copy(actor, key, versioning, encryption)
}

async function put(actor: Actor, key: string, versioning: Versioning, encryption: string | undefined): Promise<void> {
  const id = actor.nextId()
  const object = objectOf(id, [[id, someSize(actor)]])
  const body = contentOf(object.pieces ?? [])
  const changes = [{ [key]: succeeded(actor.list(key), { ...object, encryption, etag: md5(body) }, versioning) }]
  await actor.act({ id, kind: 'put', request: { method: 'PUT', key, body, headers: { 'x-amz-meta-op': id } }, changes })
}

async function hide(actor: Actor, key: string, versioning: Versioning): Promise<void> {
  const id = actor.nextId()
  await actor.act({
    ...{ id, kind: 'delete' },
    request: { method: 'DELETE', key },
    changes: [{ [key]: hidden(actor.list(key), id, versioning) }],
  })
}

/** For good. */
async function remove(actor: Actor, key: string, index: number): Promise<void> {
  const list = actor.list(key)
  const version = list[index]
  if (version?.id === undefined) return
  await actor.act({
    ...{ id: actor.nextId(), kind: 'remove' },
    request: { method: 'DELETE', key, query: [['versionId', version.id]] },
    changes: [{ [key]: list.toSpliced(index, 1) }],
  })
}

/** Where its id is known. */
export const removeOldest = (actor: Actor, key: string): Promise<void> => remove(actor, key, actor.list(key).length - 1)

/** Any version of any key, which shares its bytes. */
async function copy(actor: Actor, key: string, versioning: Versioning, encryption: string | undefined): Promise<void> {
  const sources = actor.entries().flatMap(([from, items]) => items.map((item): [string, Item] => [from, item]))
  const objects = sources.filter(([from, { is, id }]) => is === 'object' && id !== undefined && from !== key)
  if (objects.length === 0) return
  const [from, source] = actor.dice.pick(objects)
  const id = actor.nextId()
  const headers = { 'x-amz-copy-source': `/${actor.options.client.bucket}/${from}?versionId=${source.id}` }
  const made = { ...source, by: id, id: undefined, encryption }
  const changes = [{ [key]: succeeded(actor.list(key), made, versioning) }]
  await actor.act({ id, kind: 'copy', request: { method: 'PUT', key, headers }, changes })
}
