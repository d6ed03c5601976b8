/**
 * What a token's `uri` opens. Both it and the key are text, compared letter for letter: the key was percent-decoded once, the uri is never
 * decoded. A uri opens the key that it names, and as a directory every key under it, by whole segments.
 */

/** `/a` and `a` are the same. `/` is the whole bucket, as '' is. */
export const normalUri = (uri: string): string => (uri.startsWith('/') ? uri.slice(1) : uri)

/**
 * Whether `uri`, which is normal, opens a key. `a` opens `a` and `a/b`; `a/` only what is under it. `path` is the request's as it was sent.
 */
export function opens(uri: string, key: string, path: string): boolean {
  if (uri === '' || uri === key) return true
  if (!key.startsWith(uri)) return false
  if (!uri.endsWith('/') && key.charCodeAt(uri.length) !== slash) return false
  return !isAmbiguous(key, path)
}

const slash = 0x2f

/**
 * Somebody on the way might take it for something in another directory: a dot segment, a backslash, a slash that was encoded. Here keys are
 * only text, but it is not for a token of a directory to open such a one.
 */
export function isAmbiguous(key: string, path: string): boolean {
  return key.includes('\\') || (mayHaveDotSegment(key) && key.split('/').some(isDotSegment)) || hasEncodedSlash(path)
}

const mayHaveDotSegment = (key: string): boolean => key.startsWith('.') || key.includes('/.')
const isDotSegment = (segment: string): boolean => segment === '.' || segment === '..'

const hasEncodedSlash = (path: string): boolean => path.includes('%') && (path.includes('%2f') || path.includes('%2F'))
