/** Which objects a lifecycle rule is for: AWS's four ways to write that, as one. */
import { isJson, member, textOf, type Json } from '../../../api/bucketSettings.ts'
import type { Pair } from '../../../components/PairsField.tsx'

export interface LifecycleFilter {
  readonly prefix: string
  readonly tags: readonly Pair[]
  /** Bytes. */
  readonly above: number | undefined
  readonly below: number | undefined
}

/** `Prefix` beside the rule (the old form), a `Filter` of one condition, or of several in `And`. */
export function filterOf(rule: Json): LifecycleFilter {
  const filter = member(rule, 'Filter') ?? {}
  const conditions = member(filter, 'And') ?? filter
  const tags = Array.isArray(conditions['Tags']) ? conditions['Tags'].filter(isJson) : []
  const tag = member(conditions, 'Tag')
  return {
    prefix: textOf(conditions['Prefix'] ?? rule['Prefix']),
    tags: [...(tag === undefined ? [] : [tag]), ...tags].map((one) => ({
      key: textOf(one['Key']),
      value: textOf(one['Value']),
    })),
    above: sizeOf(conditions['ObjectSizeGreaterThan']),
    below: sizeOf(conditions['ObjectSizeLessThan']),
  }
}

export function withFilter(rule: Json, { prefix, tags, above, below }: LifecycleFilter): Json {
  const { Prefix: _, ...rest } = rule
  const written = tags.map(({ key, value }) => ({ Key: key, Value: value }))
  const sizes = {
    ...(above !== undefined && { ObjectSizeGreaterThan: above }),
    ...(below !== undefined && { ObjectSizeLessThan: below }),
  }
  const conditions = Number(prefix !== '') + tags.length + Object.keys(sizes).length
  if (conditions > 1)
    return {
      ...rest,
      Filter: {
        And: { ...(prefix !== '' && { Prefix: prefix }), ...(tags.length > 0 && { Tags: written }), ...sizes },
      },
    }
  const [tag] = written
  if (tag !== undefined) return { ...rest, Filter: { Tag: tag } }
  return { ...rest, Filter: prefix === '' && conditions === 1 ? sizes : { Prefix: prefix } }
}

const sizeOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
