// Custom domains: claimed, proven and deleted. One that is proven shows its bucket, and no other does.

import type { Actor } from '../actor.ts'
import { makeBucket } from '../feature.ts'
import { order, type Desk } from '../management/desk.ts'
import { jsonOf } from '../management/json-of.ts'
import type { ManagedKind } from '../management/managed.ts'
import { gone, isThere, listed, noneIn, readRecords, type Shown } from '../management/records.ts'
import type { Item } from '../world.ts'

const DOMAINS = ['domain/0', 'domain/1', 'domain/2']
const nameOf = (place: string): string => `${place.replaceAll('/', '-')}.crash.example`

interface Domain {
  readonly id: string
  readonly domain_name: string
  readonly bucket: string | null
  readonly verified: string | null
  readonly verification: { readonly txt_name: string; readonly txt_value: string }
}

interface State {
  bucket: string | null
  isProven: boolean
}

export const domains: ManagedKind = {
  name: 'domains',
  reading: { none: true },
  async prepare(desk) {
    await makeBucket(desk.client)
    await desk.ask(`PUT /v1/buckets/${desk.bucket}/policy/public`)
  },
  begins: (writer) => noneIn(writer, DOMAINS),
  async step(actor, desk) {
    const { dice } = actor
    const place = actor.key(dice.pick(DOMAINS))
    const [item] = actor.list(place)
    if (!isThere(item)) await create(actor, desk, place)
    else if (stateOf(item).isProven || dice.chance(30)) await remove(actor, desk, place, item)
    else await verify(actor, desk, place, item)
  },
  async read(desk, possible) {
    const shown: Shown[] = []
    for (const { id, domain_name: domain, bucket, verified } of await listed<Domain>(desk, '/v1/domains', 'domains')) {
      const value = valueOf({ bucket, isProven: verified !== null })
      shown.push({ place: placeOf(domain), id, value, works: await worksOf(desk, domain) })
    }
    const world = await readRecords({ shown, possible, opens: () => Promise.resolve('') })
    const faults: string[] = []
    for (const domain of DOMAINS.map((place) => nameOf(`w0/${place}`))) {
      if (shown.some(({ place }) => nameOf(place) === domain)) continue
      if ((await worksOf(desk, domain)) !== '') faults.push(`${domain} is not listed, but shows something`)
    }
    return { world, faults }
  },
}

const valueOf = ({ bucket, isProven }: State): string => JSON.stringify({ bucket, isProven })
const stateOf = ({ value = '' }: Item): State => JSON.parse(value) as State
const placeOf = (name: string): string =>
  DOMAINS.map((place) => `w0/${place}`).find((place) => nameOf(place) === name) ?? name

/** Of one bucket, or of the account with all of its buckets. */
async function create(actor: Actor, desk: Desk, place: string): Promise<void> {
  const id = actor.nextId()
  const bucket = actor.dice.chance(50) ? desk.bucket : null
  const made: Item = { is: 'record', by: id, value: valueOf({ bucket, isProven: false }), works: '' }
  await order(actor, desk, {
    ...{
      id,
      kind: bucket === null ? 'create for account' : 'create',
      action: 'CreateDomain',
      line: 'POST /v1/domains',
    },
    body: { name: nameOf(place), ...(bucket !== null && { bucket }) },
    changes: [{ [place]: [made] }],
    knownBy: (answer) => ({ id: jsonOf<{ domain: Domain }>(answer).domain.id }),
  })
}

/** Its proof is put into the DNS, or one that is none. */
async function verify(actor: Actor, desk: Desk, place: string, item: Item): Promise<void> {
  const answer = await desk.send(`GET /v1/domains/${item.id}`)
  if (answer.status !== 200) return
  const { verification } = jsonOf<{ domain: Domain }>(answer).domain
  const isProof = actor.dice.chance(80)
  desk.managers.dns.setRecords([
    { name: verification.txt_name, type: 'TXT', value: isProof ? verification.txt_value : 'something else' },
  ])
  const { bucket } = stateOf(item)
  const proven: Item = { ...item, by: '', value: valueOf({ bucket, isProven: true }), works: wayTo(bucket) }
  await order(actor, desk, {
    ...{ kind: 'verify', action: 'VerifyDomain', line: `POST /v1/domains/${item.id}/verify` },
    changes: isProof ? [{ [place]: [proven] }] : [],
    refusals: isProof ? [] : [409],
  })
}

async function remove(actor: Actor, desk: Desk, place: string, item: Item): Promise<void> {
  await order(actor, desk, {
    ...{ kind: 'delete', action: 'DeleteDomain', line: `DELETE /v1/domains/${item.id}` },
    changes: [{ [place]: [gone()] }],
  })
}

const wayTo = (bucket: string | null): string => (bucket === null ? 'account' : 'bucket')

/** Which way a domain leads to the bucket, to judge by what is said of an object that is not there. */
async function worksOf(desk: Desk, host: string): Promise<string> {
  const texts: string[] = []
  for (const target of ['/absent', `/${desk.bucket}/absent`])
    texts.push((await desk.deliver(target, { host })).body.toString('utf8').trim())
  const [atRoot, atName] = texts.map((text) => text === 'There is nothing under this name.')
  if (atRoot === true) return 'bucket'
  if (atName === true) return 'account'
  if (texts.every((text) => text === 'No such site')) return ''
  throw new Error(`delivery answers ${texts.join(' and ')} on ${host}`)
}
