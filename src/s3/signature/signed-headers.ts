/** The SignedHeaders list of a Signature Version 4 request: which headers the signature covers. */
import { BoundedMap } from './bounded-map.ts'

export interface SignedHeaders {
  /** As the canonical request has it: `host;x-amz-date`. */
  readonly text: string
  /** In lower case, sorted. */
  readonly names: readonly string[]
  readonly has: (name: string) => boolean
}

const textSizeMax = 4096
const known = new BoundedMap<string, SignedHeaders>(1024)

/** Parses `host;x-amz-date`; undefined for what is no list of header names in lower case. Clients send the same few lists, so they are kept. */
export function parseSignedHeaders(text: string): SignedHeaders | undefined {
  const kept = known.get(text)
  if (kept !== undefined) return kept
  if (text.length > textSizeMax || !/^[a-z0-9!#$%&'*+.^_`|~-]+(;[a-z0-9!#$%&'*+.^_`|~-]+)*$/.test(text))
    return undefined
  const names = text.split(';').toSorted()
  const set = new Set(names)
  if (set.size !== names.length) return undefined
  const signedHeaders: SignedHeaders = { text: names.join(';'), names, has: (name) => set.has(name) }
  known.set(text, signedHeaders)
  return signedHeaders
}
