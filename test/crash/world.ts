// What a writer of versions, locks, renames and the like has on the server: by key, what is there of it, newest first. A bucket without versions has
// lists of one, with the id `null`. What is no object stands under a name that no key has here: `k?upload`, `k?parts`, `k?deleted`, `w0/?versioning`.

export interface Item {
  is: 'object' | 'marker' | 'upload' | 'part' | 'deleted' | 'setting'
  /** Which operation made it. The server does not know that. */
  by: string
  /** The id of a version, upload or deletion, a part's number, a setting's value; undefined while it is not known. */
  id?: string | undefined
  /** Lower-case hex. */
  sha256?: string | undefined
  size?: number | undefined
  /** Without quotes; undefined while it is not known. */
  etag?: string | undefined
  /** The x-amz-meta-op header. */
  op?: string | undefined
  /** AES256, or the MD5 of the customer's key. */
  encryption?: string | undefined
  /** COMPLIANCE; milliseconds since 1970. */
  retainUntil?: number | undefined
  /** Legal hold. */
  hold?: boolean | undefined
  /** Names and sizes of the bodies that the content is made of; the server does not know them. */
  pieces?: Piece[] | undefined
  /** From when on lifecycle may have removed it; milliseconds since 1970. */
  goneFrom?: number | undefined
}

export type Piece = [name: string, size: number]

export type World = Readonly<Record<string, readonly Item[]>>

/** New lists of the keys that an operation changes. */
export type Change = World

/** Compared whatever they are; ids and ETags only where they are known. */
const COMPARED = {
  object: ['sha256', 'size', 'op', 'encryption', 'retainUntil', 'hold'],
  marker: [],
  upload: [],
  part: ['size'],
  deleted: ['size'],
  setting: [],
} as const satisfies Record<Item['is'], readonly (keyof Item)[]>

/** The world after a change; keys with nothing left are left out. */
export function changed(world: World, change: Change): World {
  return Object.fromEntries(Object.entries({ ...world, ...change }).filter(([, items]) => items.length > 0))
}

/** A change in which what the operation made has the id and ETag that it was answered with. */
export function completed(change: Change, by: string, known: Pick<Item, 'id' | 'etag'>): Change {
  const complete = (item: Item): Item =>
    item.by === by ? { ...item, id: item.id ?? known.id, etag: item.etag ?? known.etag } : item
  return Object.fromEntries(Object.entries(change).map(([key, items]) => [key, items.map(complete)]))
}

export interface Settlement {
  /** What is wrong, in words. Where nothing is, the rest is told. */
  faults: string[]
  /** The first possible world that is the one found, with the ids that were found. */
  world: World
  /** Its index. */
  which: number
}

/** `nowMs` is a time after the world was read: what lifecycle may have removed by then may be missing. */
export function settle(possible: readonly World[], found: World, nowMs: number): Settlement {
  let fewest: string[] | undefined
  for (const [which, world] of possible.entries()) {
    const settled: Record<string, readonly Item[]> = {}
    const faults: string[] = []
    for (const key of new Set([...Object.keys(world), ...Object.keys(found)])) {
      const [expected = [], there = []] = [world[key], found[key]]
      const items = align(expected, there, nowMs)
      if (items === undefined) faults.push(...explain(key, expected, there, found))
      else if (items.length > 0) settled[key] = items
    }
    if (faults.length === 0) return { faults, world: settled, which }
    if (fewest === undefined || faults.length < fewest.length) fewest = faults
  }
  const others = possible.length > 1 ? [`(nor is it any of ${possible.length - 1} other things that it might be)`] : []
  return { faults: [...(fewest ?? ['nothing is possible']), ...others], world: {}, which: -1 }
}

function align(expected: readonly Item[], found: readonly Item[], nowMs: number): Item[] | undefined {
  const aligned: Item[] = []
  let next = 0
  for (const item of expected) {
    const there = found[next]
    if (there !== undefined && mismatches(item, there).length === 0) {
      aligned.push({ ...item, id: there.id, etag: there.etag })
      next++
    } else if (item.goneFrom === undefined || item.goneFrom > nowMs) return undefined
  }
  return next === found.length ? aligned : undefined
}

function mismatches(expected: Item, found: Item): string[] {
  if (expected.is !== found.is) return [`it is a ${found.is}, not a ${expected.is}`]
  const known = (['id', 'etag'] as const).filter((field) => expected[field] !== undefined)
  return [...COMPARED[expected.is], ...known].flatMap((field) =>
    expected[field] === found[field] ? [] : [`${field} is ${String(found[field])}, not ${String(expected[field])}`],
  )
}

/** Says of each item that is missing, other than it should be, or too many, what is the matter with it. */
function explain(key: string, expected: readonly Item[], found: readonly Item[], world: World): string[] {
  const faults: string[] = []
  const rest = [...found]
  for (const item of expected) {
    const same = rest.findIndex((other) => mismatches(item, other).length === 0)
    const at = same >= 0 ? same : rest.findIndex((other) => isLike(item, other))
    const [there] = at >= 0 ? rest.splice(at, 1) : []
    const wrong = there === undefined ? [] : mismatches(item, there)
    if (there === undefined) faults.push(`${key} has lost ${named(item)}${elsewhere(item, key, world)}`)
    else if (wrong.length > 0) faults.push(`${key} has ${named(item)} otherwise: ${wrong.join('; ')}`)
  }
  for (const item of rest) {
    faults.push(`${key} has ${named(item)}, which should not be there${elsewhere(item, key, world)}`)
  }
  if (faults.length > 0) return faults
  return [`${key} has ${found.map(named).join(', ')} in the wrong order, not ${expected.map(named).join(', ')}`]
}

/** Whether they are meant to be the same thing, to judge by their names. */
const isLike = (one: Item, other: Item): boolean =>
  one.is === other.is && (one.id === undefined ? one.op === other.op : one.id === other.id)

function elsewhere({ is, op, sha256 }: Item, key: string, world: World): string {
  if (is !== 'object') return ''
  const names = Object.keys(world).filter(
    (name) => name !== key && world[name]?.some((item) => item.op === op && item.sha256 === sha256),
  )
  return names.length === 0 ? '' : ` (it is at ${names.join(', ')})`
}

function named({ is, id, op, size }: Item): string {
  const name = id === undefined ? is : `${is} ${id}`
  return op === undefined ? name : `${name} (${size} bytes of ${op})`
}
