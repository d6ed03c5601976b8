/** The sources of an object that is composed, as one content; and in steps that are small enough for a transaction each. */
import type { Written } from './content-writer.ts'
import type { Extent } from './extent.ts'
import type { SharedParts } from './joined-parts.ts'
import type { Located } from './objects.ts'

/** A source with its content as the new object has it. */
export interface Prepared extends SharedParts {
  readonly located: Located
  /** The pieces that were written anew. */
  readonly written: readonly Written[]
}

/** Several sources as one. */
export interface Together extends SharedParts {
  /** Each once. */
  readonly sources: readonly Located[]
  /** What is written anew, to be kept. */
  readonly written: readonly Written[]
}

/** What is written anew is mentioned once by being kept, and again each further time; `kept` are sources of which that has been done. */
export function together(sources: readonly Prepared[], kept = new Set<Prepared>()): Together {
  const manifests = new Set<number>()
  const mentions: Extent[] = []
  const written: Written[] = []
  for (const source of sources) {
    for (const extent of source.mentions) {
      if (extent.kind === 'manifest' && manifests.has(extent.id)) continue
      if (extent.kind === 'manifest') manifests.add(extent.id)
      mentions.push(extent)
    }
    if (kept.has(source)) mentions.push(...source.written.map(({ piece }) => piece))
    else written.push(...source.written)
    kept.add(source)
  }
  return {
    parts: sources.flatMap(({ parts }) => parts),
    mentions,
    written,
    sources: distinctSources(sources),
  }
}

export const distinctSources = (sources: readonly Prepared[]): readonly Located[] => [
  ...new Set(sources.map(({ located }) => located)),
]

export const distinctExtents = (extents: readonly Extent[]): readonly Extent[] => [
  ...new Map(extents.map((extent) => [`${extent.kind}/${extent.id}`, extent])).values(),
]

export const guardCount = (sources: readonly Prepared[]): number =>
  [...new Set(sources)].reduce((sum, { mentions }) => sum + 1 + mentions.length, 0)

/** In order, each with as many guards as a transaction may have. */
export function stepsOf(sources: readonly Prepared[], max: number): readonly (readonly Prepared[])[] {
  const steps: Prepared[][] = []
  let guards = Number.POSITIVE_INFINITY
  for (const source of sources) {
    const more = 1 + source.mentions.length
    if (guards + more > max) {
      steps.push([])
      guards = 0
    }
    steps.at(-1)!.push(source)
    guards += more
  }
  return steps
}
