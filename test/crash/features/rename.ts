// Objects that get other names: one, or all under a prefix, by MOVE and by RenameObject; in a bucket without versions and in one with.

import type { Actor } from '../actor.ts'
import { md5 } from '../bodies.ts'
import { makeBucket, type Feature } from '../feature.ts'
import type { Change, Item } from '../world.ts'
import { contentOf, hidden, objectOf, someSize, succeeded, type Versioning } from './objects.ts'
import { removeOldest, versioned } from './versions.ts'

const FOLDERS = ['a', 'b', 'c']
/** In a folder. Cut short, a move of them may have come to any part of them. */
const NAMES = 6
const VERSIONS_MAX = 4

export const rename = featureOf('rename', undefined)
export const renameVersions = featureOf('rename-versions', 'Enabled')

function featureOf(name: string, versioning: Versioning): Feature {
  return {
    name,
    writers: 1,
    reading: {},
    prepare: (client) => makeBucket(client, versioning === undefined ? {} : { versioning: versioned(versioning) }),
    step: (actor) => step(actor, versioning),
  }
}

async function step(actor: Actor, versioning: Versioning): Promise<void> {
  const { dice } = actor
  const key = actor.key(`${dice.pick(FOLDERS)}/${dice.below(NAMES)}`)
  const to = actor.key(`${dice.pick(FOLDERS)}/${dice.below(NAMES)}`)
  const roll = dice.below(100)
  if (actor.list(key).length > VERSIONS_MAX) return removeOldest(actor, key)
  if (roll < 35) return put(actor, key, versioning)
  if (roll < 40) return hide(actor, key, versioning)
  if (roll < 60) return key === to ? undefined : move(actor, key, to, versioning)
  if (roll < 80) return key === to ? undefined : renameOne(actor, key, to, versioning)
  return moveFolder(actor, versioning)
}

async function put(actor: Actor, key: string, versioning: Versioning): Promise<void> {
  const id = actor.nextId()
  const object = objectOf(id, [[id, someSize(actor)]])
  const body = contentOf(object.pieces ?? [])
  const changes = [{ [key]: succeeded(actor.list(key), { ...object, etag: md5(body) }, versioning) }]
  await actor.act({ id, kind: 'put', request: { method: 'PUT', key, body, headers: { 'x-amz-meta-op': id } }, changes })
}

async function hide(actor: Actor, key: string, versioning: Versioning): Promise<void> {
  const id = actor.nextId()
  const changes = [{ [key]: hidden(actor.list(key), id, versioning) }]
  await actor.act({ id, kind: 'delete', request: { method: 'DELETE', key }, changes })
}

/** All versions go, above those that the destination has, and then have new ids. */
function moved(from: readonly Item[], to: readonly Item[], versioning: Versioning): Item[] {
  if (versioning === undefined || to.length === 0) return [...from]
  return [...from.map((item) => ({ ...item, id: undefined })), ...to]
}

async function move(actor: Actor, key: string, to: string, versioning: Versioning): Promise<void> {
  const [list, there] = [actor.list(key), actor.list(to)]
  const overwrite = actor.dice.chance(60)
  const isInTheWay = versioning === undefined && there.length > 0 && !overwrite
  const isDone = list.length > 0 && !isInTheWay
  await actor.act({
    ...{ id: actor.nextId(), kind: 'move' },
    request: { method: 'MOVE', key, headers: { destination: `/${to}`, overwrite: String(overwrite) } },
    changes: isDone ? [{ [to]: moved(list, there, versioning), [key]: [] }] : [],
    refusals: isDone ? [] : [list.length === 0 ? 404 : 412],
  })
}

/** The current version goes; with versions, it is a new one there, and a delete marker is left here. */
async function renameOne(actor: Actor, key: string, to: string, versioning: Versioning): Promise<void> {
  const id = actor.nextId()
  const current = actor.current(key)
  const change = (item: Item): Change => ({
    [to]: succeeded(actor.list(to), { ...item, by: `${id} there`, id: undefined }, versioning),
    [key]: hidden(actor.list(key), id, versioning),
  })
  await actor.act({
    ...{ id, kind: 'rename' },
    request: { method: 'PUT', key: to, query: [['renameObject', '']], headers: { 'x-amz-rename-source': key } },
    changes: current === undefined ? [] : [change(current)],
    refusals: current === undefined ? [404] : [],
  })
}

/** Object by object, each whole. */
async function moveFolder(actor: Actor, versioning: Versioning): Promise<void> {
  const { dice } = actor
  const [from, to] = [dice.pick(FOLDERS), dice.pick(FOLDERS)]
  const keys = actor.entries(`${from}/`).map(([key]) => key)
  if (from === to || keys.length === 0) return
  const changes = keys.map((key): Change => {
    const destination = actor.key(`${to}${key.slice(actor.key(from).length)}`)
    return { [destination]: moved(actor.list(key), actor.list(destination), versioning), [key]: [] }
  })
  await actor.act({
    ...{ id: actor.nextId(), kind: 'move prefix' },
    request: {
      ...{ method: 'MOVE', key: actor.key(`${from}/`) },
      headers: { destination: actor.key(`${to}/`), overwrite: 'true', 'x-wasabi-prefix': 'true' },
    },
    changes,
  })
}
