// How a bucket is set: who may read it by delivery, its quota, versioning, CORS and tags. What was answered holds at every listener.

import { headerOf } from '../../../bench/load/endpoint.ts'
import type { Actor } from '../actor.ts'
import { md5 } from '../bodies.ts'
import { makeBucket } from '../feature.ts'
import { order, type Desk } from '../management/desk.ts'
import { jsonOf } from '../management/json-of.ts'
import type { ManagedKind } from '../management/managed.ts'
import { GONE, gone, readRecords, type Shown } from '../management/records.ts'
import { withCredential, type Item, type World } from '../world.ts'
import { contentOf, objectOf, succeeded } from './objects.ts'

const [DELIVERY, VERSIONING, CORS, TAGS] = ['delivery', 'versioning', 'cors', 'tags']
/** The one object. */
const SEEN = 'seen'

interface State {
  enabled: boolean
  policy: string
  objectsMax: number | null
}

interface ShownBucket {
  readonly delivery_enabled: boolean
  readonly policy: string
  readonly versioning: string | null
  readonly quota: { readonly bytes_max: number | null; readonly objects_max: number | null }
}

const first: State = { enabled: true, policy: 'authenticated', objectsMax: null }

export const settings: ManagedKind = {
  name: 'settings',
  async prepare(desk) {
    await makeBucket(desk.client)
    const { enabled, policy } = first
    await desk.ask(`PATCH /v1/buckets/${desk.bucket}`, { delivery_enabled: enabled, policy })
  },
  begins: (writer) => ({
    [`${writer}/${DELIVERY}`]: [{ is: 'record', by: '', value: valueOf(first), works: worksOf(first, false) }],
    [`${writer}/${VERSIONING}`]: [gone()],
    [`${writer}/${CORS}`]: [gone()],
    [`${writer}/${TAGS}`]: [gone()],
  }),
  async step(actor, desk) {
    const roll = actor.dice.below(100)
    if (actor.current(actor.key(SEEN)) === undefined && roll < 50) await putObject(actor)
    else if (roll < 30) await putPolicy(actor, desk)
    else if (roll < 60) await update(actor, desk)
    else if (roll < 70) await setVersioning(actor, desk)
    else if (roll < 85) await setCors(actor, desk)
    else await setTags(actor, desk)
  },
  async read(desk, possible) {
    const shown = [...(await shownBucket(desk)), await shownCors(desk), await shownTags(desk)]
    const world = await readRecords({
      ...{ shown, possible },
      opens: async ([label, origin]) => ((await isAllowed(desk, origin)) ? label : ''),
    })
    return { world, faults: [] }
  },
}

const valueOf = ({ enabled, policy, objectsMax }: State): string => JSON.stringify({ enabled, policy, objectsMax })

/** What delivery answers to who has no token. */
const worksOf = ({ enabled, policy }: State, hasObject: boolean): string =>
  enabled && policy === 'authenticated' ? '403' : enabled && hasObject ? '200' : '404'

async function putObject(actor: Actor): Promise<void> {
  const id = actor.nextId()
  const key = actor.key(SEEN)
  const object = objectOf(id, [[id, 100]])
  const body = contentOf(object.pieces ?? [])
  const [delivery] = actor.list(actor.key(DELIVERY))
  const [versioning] = actor.list(actor.key(VERSIONING))
  const state = versioning?.value === GONE ? undefined : (versioning?.value as 'Enabled' | 'Suspended')
  await actor.act({
    ...{ id, kind: 'put', request: { method: 'PUT', key, body, headers: { 'x-amz-meta-op': id } } },
    changes: [
      {
        [key]: succeeded([], { ...object, etag: md5(body) }, state),
        ...changedDelivery(actor, JSON.parse(delivery?.value ?? '') as State, true),
      },
    ],
  })
}

const changedDelivery = (
  actor: Actor,
  state: State,
  hasObject = actor.current(actor.key(SEEN)) !== undefined,
): World => ({
  [actor.key(DELIVERY)]: [{ is: 'record', by: '', value: valueOf(state), works: worksOf(state, hasObject) }],
})

const stateOf = (actor: Actor): State => JSON.parse(actor.list(actor.key(DELIVERY))[0]?.value ?? '') as State

async function putPolicy(actor: Actor, desk: Desk): Promise<void> {
  const policy = actor.dice.pick(['public', 'authenticated'])
  await order(actor, desk, {
    ...{ kind: policy, action: 'PutBucketPolicy', line: `PUT /v1/buckets/${desk.bucket}/policy/${policy}` },
    changes: [changedDelivery(actor, { ...stateOf(actor), policy })],
  })
}

/** All or nothing of what it names. */
async function update(actor: Actor, desk: Desk): Promise<void> {
  const { dice } = actor
  const state = { ...stateOf(actor) }
  const body: Record<string, unknown> = {}
  if (dice.chance(60)) body['delivery_enabled'] = state.enabled = !state.enabled
  if (dice.chance(60)) body['policy'] = state.policy = dice.pick(['public', 'authenticated'])
  if (dice.chance(60)) {
    state.objectsMax = dice.chance(30) ? null : 10 + dice.below(90)
    body['quota'] = { objects_max: state.objectsMax }
  }
  await order(actor, desk, {
    ...{ kind: 'update', action: 'UpdateBucket', line: `PATCH /v1/buckets/${desk.bucket}`, body },
    changes: [changedDelivery(actor, state)],
  })
}

async function setVersioning(actor: Actor, desk: Desk): Promise<void> {
  const Status = actor.dice.pick(['Enabled', 'Suspended'])
  const line = `PUT /v1/buckets/${desk.bucket}/settings/versioning`
  await order(actor, desk, {
    ...{ kind: `versioning ${Status}`, action: 'PutBucketSetting', line, body: { Status } },
    changes: [{ [actor.key(VERSIONING)]: [{ is: 'record', by: '', value: Status, works: '' }] }],
  })
}

/** One origin is allowed, or none. */
async function setCors(actor: Actor, desk: Desk): Promise<void> {
  const id = actor.nextId()
  const place = actor.key(CORS)
  const [item] = actor.list(place)
  const line = `/v1/buckets/${desk.bucket}/settings/cors`
  if (actor.dice.chance(25)) {
    return void (await order(actor, desk, {
      ...{ id, kind: 'delete CORS', action: 'DeleteBucketSetting', line: `DELETE ${line}` },
      changes: [{ [place]: [gone('', item)] }],
    }))
  }
  const origin = `https://${id}.example`.toLowerCase()
  const made: Item = { is: 'record', by: '', value: origin, works: id }
  await order(actor, desk, {
    ...{ id, kind: 'put CORS', action: 'PutBucketSetting', line: `PUT ${line}` },
    body: { CORSRules: [{ AllowedOrigins: [origin], AllowedMethods: ['GET'] }] },
    changes: [{ [place]: [{ ...made, ...withCredential(item?.credentials, [id, origin], id) }] }],
  })
}

async function setTags(actor: Actor, desk: Desk): Promise<void> {
  const id = actor.nextId()
  const place = actor.key(TAGS)
  const line = `/v1/buckets/${desk.bucket}/settings/tags`
  const isRemoved = actor.dice.chance(25)
  await order(actor, desk, {
    ...{ id, kind: isRemoved ? 'delete tags' : 'put tags', line: `${isRemoved ? 'DELETE' : 'PUT'} ${line}` },
    action: isRemoved ? 'DeleteBucketSetting' : 'PutBucketSetting',
    ...(!isRemoved && { body: { TagSet: [{ Key: 'by', Value: id }] } }),
    changes: [{ [place]: [isRemoved ? gone() : { is: 'record', by: '', value: id, works: '' }] }],
  })
}

async function shownBucket(desk: Desk): Promise<Shown[]> {
  const { bucket } = await desk.ask<{ bucket: ShownBucket }>(`GET /v1/buckets/${desk.bucket}`)
  const state = { enabled: bucket.delivery_enabled, policy: bucket.policy, objectsMax: bucket.quota.objects_max }
  const { status } = await desk.deliver(`/${desk.bucket}/w0/${SEEN}`)
  return [
    { place: `w0/${DELIVERY}`, value: valueOf(state), works: String(status) },
    { place: `w0/${VERSIONING}`, value: bucket.versioning ?? GONE },
  ]
}

async function shownCors(desk: Desk): Promise<Shown> {
  const answer = await desk.send(`GET /v1/buckets/${desk.bucket}/settings/cors`)
  if (answer.status === 404) return { place: `w0/${CORS}`, value: GONE }
  const { CORSRules } = jsonOf<{ CORSRules: { AllowedOrigins: string[] }[] }>(answer)
  return { place: `w0/${CORS}`, value: CORSRules.flatMap((rule) => rule.AllowedOrigins).join(' ') }
}

async function shownTags(desk: Desk): Promise<Shown> {
  const answer = await desk.send(`GET /v1/buckets/${desk.bucket}/settings/tags`)
  if (answer.status === 404) return { place: `w0/${TAGS}`, value: GONE }
  const { TagSet } = jsonOf<{ TagSet: { Value: string }[] }>(answer)
  return { place: `w0/${TAGS}`, value: TagSet.map((tag) => tag.Value).join(' ') }
}

/** By S3's answer to a browser that asks before it asks (Fetch, 3.2.2). */
async function isAllowed(desk: Desk, origin: string): Promise<boolean> {
  const headers = { origin, 'access-control-request-method': 'GET' }
  const answer = await desk.unsigned('OPTIONS', `/${desk.bucket}/w0/${SEEN}`, headers)
  if (answer.status !== 200 && answer.status !== 403) throw new Error(`OPTIONS of ${origin} answered ${answer.status}`)
  return answer.status === 200 && headerOf(answer, 'access-control-allow-origin') === origin
}
