/** All that changes objects, taken at random, against a model that keeps the versions of each key as texts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ApiError } from '../base/errors.ts'
import { garbageJob } from '../jobs/garbage.ts'
import type { Bucket } from './bucket.ts'
import { decodeVersion, shownVersionId, type Version } from './head.ts'
import { checkLedger } from './ledger.ts'
import { versionsOf } from './keys.ts'
import { bodyOf, collect, makeBed, makeBucket, put, type Bed } from './test-bed.ts'

const keys = ['a', 'b', 'c'] as const
const actions = [
  ...['put', 'large', 'append', 'append', 'appendLarge', 'compose', 'compose', 'copy'],
  ...['move', 'overwrite', 'rename', 'delete', 'remove', 'undelete', 'purge', 'collect'],
] as const
type Action = (typeof actions)[number]
type State = 'plain' | 'soft' | 'Enabled' | 'SoftEnabled'

interface Step {
  readonly action: Action
  readonly key: string
  readonly other: string
  readonly pick: number
}

const step: fc.Arbitrary<Step> = fc.record({
  action: fc.constantFrom(...actions),
  key: fc.constantFrom(...keys),
  other: fc.constantFrom(...keys),
  pick: fc.nat({ max: 5 }),
})

/** Newest first; undefined for a delete marker. */
interface Model {
  readonly versions: Record<string, (string | undefined)[]>
  /** What can be had back, last deleted first. */
  readonly deleted: Record<string, string[]>
}

const large = (text: string): string => text.repeat(12)
const soft = (state: State): boolean => state === 'soft' || state === 'SoftEnabled'
const keepsVersions = (state: State): boolean => state === 'Enabled' || state === 'SoftEnabled'

async function openBed(state: State): Promise<{ bed: Bed; bucket: Bucket }> {
  const bed = makeBed()
  const made = await makeBucket(bed)
  const bucket = await bed.buckets.update(made, (current) => ({
    ...current,
    ...(keepsVersions(state) ? { versioning: 'Enabled' } : {}),
    ...(soft(state) ? { softDeleteDays: 3000 } : {}),
  }))
  return { bed, bucket }
}

async function versionsIn({ heads, metadata }: Bed, bucket: Bucket, key: string): Promise<Version[]> {
  const { start, end } = versionsOf(bucket.id, key)
  const entries = await metadata.read((snapshot) => snapshot.scan(start, end, { limit: 200 }))
  const current = await heads.find(bucket, key)
  return [...(current === undefined ? [] : [current]), ...entries.map(([, value]) => decodeVersion(value))]
}

async function textsIn(bed: Bed, bucket: Bucket, key: string): Promise<(string | undefined)[]> {
  const texts: (string | undefined)[] = []
  for (const version of await versionsIn(bed, bucket, key)) {
    if (version.deleteMarker === true) texts.push(undefined)
    else {
      const range = { start: 0, end: version.size }
      texts.push(await collect((await bed.objects.read({ bucket, key, head: version }, range))!))
    }
  }
  return texts
}

/** A text becomes the current version. */
function become(model: Model, state: State, key: string, text: string | undefined): void {
  const versions = model.versions[key]!
  if (keepsVersions(state)) {
    versions.unshift(text)
    return
  }
  const [former] = versions.splice(0, 1)
  if (former !== undefined && soft(state)) model.deleted[key]!.unshift(former)
  if (text !== undefined) versions.unshift(text)
}

const currentOf = (model: Model, key: string): string | undefined => model.versions[key]![0]

/** Does it to the bed and to the model; throws what the bed throws, when the model says nothing has changed. */
async function take(
  bed: Bed,
  bucket: Bucket,
  state: State,
  model: Model,
  { action, key, other, pick }: Step,
  text: string,
) {
  const { appender, composer, renamer, softDeleted } = bed.extensions
  const plain = { system: {}, metadata: {} }
  switch (action) {
    case 'put':
    case 'large': {
      const stored = action === 'put' ? text : large(text)
      await put(bed, bucket, key, stored)
      return become(model, state, key, stored)
    }
    case 'append':
    case 'appendLarge': {
      const added = action === 'append' ? text : large(text)
      const before = currentOf(model, key)
      const options = {
        ...{ sizeMax: 1000, created: plain, encryption: () => undefined },
        misplaced: () => new ApiError('InvalidWriteOffset'),
      }
      if (before === undefined) {
        await assert.rejects(appender.append(bucket, key, bodyOf(added), options), { code: 'NoSuchKey' })
        return
      }
      await appender.append(bucket, key, bodyOf(added), options)
      if (keepsVersions(state)) model.versions[key]!.unshift(before + added)
      else model.versions[key]![0] = before + added
      return
    }
    case 'compose': {
      const sources = [other, key, other].slice(0, 1 + (pick % 3)).map((source) => ({ key: source }))
      const parts = sources.map((source) => currentOf(model, source.key))
      const composing = () =>
        composer.compose(bucket, key, sources, { describe: () => plain, encryption: () => undefined })
      // Doubling again and again grows fast.
      if (parts.join('').length > 5000) return
      if (parts.includes(undefined)) await assert.rejects(composing, { code: 'NoSuchKey' })
      else {
        await composing()
        become(model, state, key, parts.join(''))
      }
      return
    }
    case 'copy': {
      const head = await bed.heads.find(bucket, other)
      if (head === undefined) return
      await bed.objects.copy({ bucket, key: other, head }, bucket, key, { ...plain, checksum: undefined })
      return become(model, state, key, currentOf(model, other))
    }
    case 'move':
    case 'overwrite': {
      const moving = () => renamer.move(bucket, other, key, action === 'overwrite')
      if (other === key) return assert.rejects(moving, { code: 'InvalidRequest' })
      if (model.versions[other]!.length === 0) return assert.rejects(moving, { code: 'NoSuchKey' })
      const inTheWay = !keepsVersions(state) && currentOf(model, key) !== undefined
      if (inTheWay && action === 'move') return assert.rejects(moving, { code: 'PreconditionFailed' })
      await moving()
      if (inTheWay) become(model, state, key, undefined)
      model.versions[key]!.unshift(...model.versions[other]!.splice(0))
      return
    }
    case 'rename': {
      const renaming = () => renamer.rename(bucket, other, key, {})
      if (other === key) return assert.rejects(renaming, { code: 'InvalidRequest' })
      if (currentOf(model, other) === undefined) return assert.rejects(renaming, { code: 'NoSuchKey' })
      await renaming()
      become(model, state, key, currentOf(model, other))
      if (keepsVersions(state)) model.versions[other]!.unshift(undefined)
      else model.versions[other]!.shift()
      return
    }
    case 'delete':
      await bed.objects.delete(bucket, key)
      return become(model, state, key, undefined)
    case 'remove': {
      const versions = await versionsIn(bed, bucket, key)
      const version = versions[pick]
      if (version === undefined) return
      await bed.objects.remove(bucket, key, shownVersionId(version))
      const [removed] = model.versions[key]!.splice(pick, 1)
      if (removed !== undefined && soft(state)) model.deleted[key]!.unshift(removed)
      return
    }
    case 'undelete': {
      const [last] = model.deleted[key]!
      if (last === undefined) return assert.rejects(softDeleted.undelete(bucket, key), { code: 'NoSuchKey' })
      model.deleted[key]!.shift()
      await softDeleted.undelete(bucket, key)
      return become(model, state, key, last)
    }
    case 'purge': {
      const { objects } = await softDeleted.list(bucket, { prefix: key, limit: 100 })
      const deleted = objects[pick]
      if (deleted === undefined) return
      await softDeleted.purge(bucket, key, deleted.id)
      model.deleted[key]!.splice(pick, 1)
      return
    }
    case 'collect':
      return collectGarbage(bed)
  }
}

async function collectGarbage({ metadata, blobs, uploads, clock, random }: Bed): Promise<void> {
  const job = garbageJob({ metadata, blobs, uploads, clock, random, graceSeconds: 0 })
  for (let round = 0; round < 3; round++) {
    clock.ms += 1
    while ((await job.work(new AbortController().signal)) === 'busy');
  }
}

const emptyModel = (): Model => ({
  versions: Object.fromEntries(keys.map((key) => [key, []])),
  deleted: Object.fromEntries(keys.map((key) => [key, []])),
})

async function assertLike(bed: Bed, bucket: Bucket, model: Model): Promise<void> {
  for (const key of keys) {
    assert.deepEqual(await textsIn(bed, bucket, key), model.versions[key], key)
    const { objects } = await bed.extensions.softDeleted.list(bucket, { prefix: key, limit: 200 })
    const sizes = objects.map(({ head }) => head.size)
    assert.deepEqual(
      sizes,
      model.deleted[key]!.map(({ length }) => length),
    )
  }
  assert.deepEqual((await checkLedger(bed.metadata, bed.blobs, [])).faults, [])
}

for (const state of ['plain', 'soft', 'Enabled', 'SoftEnabled'] as const) {
  test(`whatever is done to objects, ${state}: they are what the model says, and nothing is lost or left behind`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { bed, bucket } = await openBed(state)
        const model = emptyModel()
        for (const [index, taken] of steps.entries()) {
          // Of two deletions in one millisecond nobody can say which was the last.
          bed.clock.ms += 1
          await take(bed, bucket, state, model, taken, `${index};`)
        }
        await assertLike(bed, bucket, model)
        await collectGarbage(bed)
        await assertLike(bed, bucket, model)
        assert.equal(await bed.extensions.emptier.empty(bucket, 1000), true)
        await collectGarbage(bed)
        const { faults, facts } = await checkLedger(bed.metadata, bed.blobs, [])
        assert.deepEqual([faults, facts.bodies, facts.manifests, facts.onDisk], [[], 0, 0, 0])
      }),
      { numRuns: 150 },
    )
  })
}
