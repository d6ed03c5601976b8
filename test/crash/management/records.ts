// Records as they stand in a world: one for each place, `w0/key/0`, be there something in it or not; with the credentials that it has and
// those that it had, which are to open nothing any more.

import { withCredential, type Credential, type Item, type World } from '../world.ts'
import type { Desk } from './desk.ts'

/** The value of a record that is not there. */
export const GONE = 'gone'

export const gone = (by = '', { credentials }: Partial<Item> = {}): Item => ({
  ...{ is: 'record', by, value: GONE, works: '' },
  credentials,
})

export const isThere = (item: Item | undefined): item is Item => item !== undefined && item.value !== GONE

/** One in each place, none of which is there. */
export const noneIn = (writer: string, places: readonly string[]): World =>
  Object.fromEntries(places.map((place) => [`${writer}/${place}`, [gone()]]))

/** One that is new where another was, whose credentials are to be refused. */
export const renewed = (by: string, before: Item | undefined, value: string): Item => ({
  ...{ is: 'record', by, value, works: '' },
  credentials: before?.credentials,
})

/** The same with a credential that was chosen by who asks. */
export function given(item: Item, credential: Credential, works: string): Item {
  return { ...item, works, ...withCredential(item.credentials, credential, works), current: credential[0] }
}

/** What a thing in a place is called. Names are those of an account, where other writers have theirs. */
export const nameFor = ({ name }: Desk, place: string, more = ''): string => `${name} ${place} ${more}`.trim()

/** The place, and what follows it; undefined where it is somebody else's. */
export function placeOf({ name }: Desk, called: string | null): [place: string, more: string] | undefined {
  const [whose, place, more = ''] = (called ?? '').split(' ')
  return whose === name && place !== undefined ? [place, more] : undefined
}

/** What the server shows in a place. */
export interface Shown {
  place: string
  id?: string | undefined
  value: string
  /** Where it is not a matter of credentials. */
  works?: string | undefined
}

export interface RecordReading {
  shown: readonly Shown[]
  possible: readonly (readonly World[])[]
  /** What stands in `works` for the credential: its label, or nothing. */
  opens(credential: Credential, shown: Shown): Promise<string>
}

/** All records, as they are found; each credential that may be known for one is tried, the newest first. */
export async function readRecords({ shown, possible, opens }: RecordReading): Promise<World> {
  const expected = itemsByPlace(possible)
  const found: Record<string, Item[]> = {}
  for (const one of shown) if (!expected.has(one.place)) found[one.place] = [{ ...one, is: 'record', by: '' }]
  for (const [place, items] of expected) {
    const [one = { place, value: GONE }, another] = shown.filter((any) => any.place === place)
    if (another !== undefined) throw new Error(`${place} is shown twice, as ${one.value} and as ${another.value}`)
    const works = one.works ?? (await worksOf(items, (credential) => opens(credential, one)))
    found[place] = [{ is: 'record', by: '', id: one.id, value: one.value, works }]
  }
  return found
}

async function worksOf(items: readonly Item[], opens: (credential: Credential) => Promise<string>): Promise<string> {
  const credentials = new Map(items.flatMap((item) => item.credentials ?? []))
  const works: string[] = []
  for (const credential of [...credentials].toReversed()) works.push(await opens(credential))
  return works
    .filter((label) => label !== '')
    .toSorted()
    .join(' ')
}

/** What may be in each place that has a record in one of the worlds. */
export function itemsByPlace(possible: readonly (readonly World[])[]): Map<string, Item[]> {
  const byPlace = new Map<string, Item[]>()
  for (const [place, items] of possible.flat().flatMap((world) => Object.entries(world))) {
    const records = items.filter(({ is }) => is === 'record')
    if (records.length > 0) byPlace.set(place, [...(byPlace.get(place) ?? []), ...records])
  }
  return byPlace
}

/** The things of a list that has pages of eight. */
export async function listed<T>(desk: Desk, path: string, member: string): Promise<T[]> {
  const all: T[] = []
  let after: string | null = null
  do {
    const from: string = after === null ? '' : `&after=${encodeURIComponent(after)}`
    const line = `GET ${path}${path.includes('?') ? '&' : '?'}limit=8${from}`
    const page = await desk.ask<Record<string, T[]> & { next: string | null }>(line)
    all.push(...(page[member] as T[]))
    after = page.next
  } while (after !== null)
  return all
}
