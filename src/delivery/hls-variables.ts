/** Variables of HLS playlists (RFC 8216bis 4.3): what a URI with `{$name}` in it may turn out to be. */
import { isSettled } from './carry-uri.ts'

/** Characters of a URI with its values in it. */
const uriSizeMax = 8192
/** Characters of all such URIs of a playlist together: few characters may stand for many, many times. */
const expandedSizeMax = 8 * 1024 * 1024

export const hasVariable = (uri: string): boolean => uri.includes('{$')

export class Variables {
  readonly #values = new Map<string, string>()
  #name = ''
  #left = expandedSizeMax

  /** One attribute of EXT-X-DEFINE, in the order in which they stand. What IMPORT and QUERYPARAM give is known to the player alone. */
  attribute(name: string, value: string): void {
    if (name === 'NAME') this.#name = value
    else if (name === 'VALUE') this.#values.set(this.#name, value)
    else this.#values.delete(value)
  }

  /**
   * The URI with the values that are known. Others stay as they are written where they cannot change which place the URI leads to, and where
   * they can, the answer is undefined; so it is beyond the limits.
   */
  expand(uri: string): string | undefined {
    const expanded = this.#withValues(uri)
    this.#left -= expanded?.length ?? uriSizeMax
    if (expanded === undefined || this.#left < 0) return undefined
    const unknown = expanded.indexOf('{$')
    return unknown < 0 || isSettled(expanded.slice(0, unknown)) ? expanded : undefined
  }

  #withValues(uri: string): string | undefined {
    if (uri.length > uriSizeMax) return undefined
    let expanded = ''
    let kept = 0
    for (const match of uri.matchAll(variable)) {
      expanded += uri.slice(kept, match.index) + (this.#values.get(match[1] ?? '') ?? match[0])
      if (expanded.length > uriSizeMax) return undefined
      kept = match.index + match[0].length
    }
    return expanded + uri.slice(kept)
  }
}

const variable = /\{\$([\w-]+)\}/g
