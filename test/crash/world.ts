// What a writer of versions, locks, renames and the like has on the server: by key, what is there of it, newest first. A bucket without versions has
// lists of one, with the id `null`. What is no object stands under a name that no key has here: `k?upload`, `k?parts`, `k?deleted`, `w0/?versioning`.
// What was made through management is a record.

export interface Item {
  is: 'object' | 'marker' | 'upload' | 'part' | 'deleted' | 'setting' | 'record'
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
  /** Of a record: what the server shows of it. */
  value?: string | undefined
  /** Of a record: which of its credentials open something, by their labels; with `!` where they are known, but may not. */
  works?: string | undefined
  /** Of a record: keys, tokens and passwords that it has or had. */
  credentials?: readonly Credential[] | undefined
  /** Of a record: the label of the credential that it has. */
  current?: string | undefined
}

/** The label is the name of the operation that made it. */
export type Credential = readonly [label: string, text: string]

/** What an answer tells of the thing that was made. */
export interface Known {
  id?: string | undefined
  etag?: string | undefined
  credential?: Credential | undefined
  /** What to add to `works`. */
  works?: string | undefined
}

/** Of one record, unless more of them work. */
const CREDENTIALS_MAX = 4

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
  record: ['value', 'works'],
} as const satisfies Record<Item['is'], readonly (keyof Item)[]>

/** The world after a change; keys with nothing left are left out. */
export function changed(world: World, change: Change): World {
  return Object.fromEntries(Object.entries({ ...world, ...change }).filter(([, items]) => items.length > 0))
}

/** A change in which what the operation made is as it was answered. */
export function completed(change: Change, by: string, known: Known): Change {
  const complete = (item: Item): Item => (item.by === by ? { ...item, ...told(item, known) } : item)
  return Object.fromEntries(Object.entries(change).map(([key, items]) => [key, items.map(complete)]))
}

function told(item: Item, { id, etag, credential, works }: Known): Partial<Item> {
  const named = { id: item.id ?? id, etag: item.etag ?? etag }
  if (credential === undefined) return named
  const inForce = labels(item.works, works)
  return { ...named, ...withCredential(item.credentials, credential, inForce), current: credential[0], works: inForce }
}

/** One more, of which the oldest that work no more are forgotten. */
export function withCredential(
  credentials: readonly Credential[] = [],
  credential: Credential,
  works: string,
): { credentials: Credential[] } {
  const working = new Set(works.split(' ').map((label) => label.replace('!', '')))
  let excess = credentials.length + 1 - CREDENTIALS_MAX
  const kept = credentials.filter(([label]) => working.has(label) || excess-- <= 0)
  return { credentials: [...kept, credential] }
}

/** Labels as `works` has them: each once, in order. */
export const labels = (...texts: readonly (string | undefined)[]): string =>
  [...new Set(texts.flatMap((text) => (text ?? '').split(' ')))]
    .filter((label) => label !== '')
    .toSorted()
    .join(' ')

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

function named({ is, id, op, size, value }: Item): string {
  const name = [is, id, value].filter((part) => part !== undefined).join(' ')
  return op === undefined ? name : `${name} (${size} bytes of ${op})`
}
