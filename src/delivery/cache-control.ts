/**
 * How long caches may keep an object: as it says itself, else by its kind.
 *
 * | kind | without a token | with one |
 * |---|---|---|
 * | playlists and manifests | `public, max-age=10` | `private, max-age=10` |
 * | segments, and heads of fragmented MP4 | `public, max-age=31536000, immutable` | `private, immutable, max-age=31536000` |
 * | other video and audio, subtitles, images, fonts | `public, max-age=3600` | `private, max-age=3600` |
 * | all else | `public, max-age=60` | `private, max-age=60` |
 *
 * With a token, no answer is fresh for longer than the token is in force, and none is for shared caches, whatever the object says.
 */
import type { Kind } from '../objects/media-type.ts'

export interface CachePolicy {
  /** For everybody. */
  readonly open: string
  /** For holders of a token: without its max-age. */
  readonly held: string
  /** Seconds; undefined where the object says that it is not to be kept, or not unasked. */
  readonly maxAgeSeconds: number | undefined
}

const byKind: Readonly<Record<Kind, readonly [seconds: number, more: string]>> = {
  playlist: [10, ''],
  segment: [31_536_000, ', immutable'],
  asset: [3600, ''],
  other: [60, ''],
}

/** `own` is the object's own Cache-Control, which has the last word where there is no token. */
export function cachePolicyOf(own: string | undefined, kind: Kind): CachePolicy {
  const [maxAgeSeconds, more] = byKind[kind]
  if (own === undefined || own.trim() === '')
    return { open: `public, max-age=${maxAgeSeconds}${more}`, held: `private${more}`, maxAgeSeconds }
  return { open: own, ...heldOf(own, maxAgeSeconds) }
}

/** The header for holders of a token; `leftSeconds` until it expires, undefined where it never does. */
export function heldCacheControl({ held, maxAgeSeconds }: CachePolicy, leftSeconds: number | undefined): string {
  if (maxAgeSeconds === undefined) return held
  const seconds = leftSeconds === undefined ? maxAgeSeconds : Math.min(maxAgeSeconds, Math.max(0, leftSeconds))
  return `${held}, max-age=${seconds}`
}

/** What only shared caches read, or lets a cache give out what is stale. */
const left = new Set(['public', 'private', 's-maxage', 'proxy-revalidate', 'stale-while-revalidate', 'stale-if-error'])

/** A directive's argument may be a quoted string with commas in it (RFC 9111 5.2). */
const directives = /([^\s,=]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,]*))?/g

function heldOf(own: string, kindSeconds: number): Pick<CachePolicy, 'held' | 'maxAgeSeconds'> {
  const kept = ['private']
  let maxAgeSeconds: number | undefined
  let asks = false
  for (const [directive, name = '', argument] of own.matchAll(directives)) {
    const lower = name.toLowerCase()
    if (lower === 'max-age') {
      const seconds = Number.parseInt((argument ?? '').replaceAll('"', ''), 10)
      maxAgeSeconds = Number.isSafeInteger(seconds) && seconds >= 0 ? seconds : 0
    } else if (!left.has(lower)) kept.push(directive)
    if (lower === 'no-store' || lower === 'no-cache') asks = true
  }
  return { held: kept.join(', '), maxAgeSeconds: maxAgeSeconds ?? (asks ? undefined : kindSeconds) }
}
