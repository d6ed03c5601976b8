/** Keys as folders show them: a folder is what ends with a slash, and nothing else of a key means anything. */

/** `a/b/c` → `a/b/`: the folder that a key, or a beginning of keys, is in. */
export const folderOf = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1)

/** `a/b/` → `a/`: the folder that a folder is in. */
export const parentOf = (folder: string): string => folderOf(folder.slice(0, -1))

/** `a/b/c` → `c`, `a/b/` → `b/`. */
export const leafOf = (name: string): string => name.slice(parentOf(name).length)

/** The folders on the way to a folder, the outermost first; a name may be empty: `a//b/` is three folders. */
export function waysTo(folder: string): readonly { readonly name: string; readonly prefix: string }[] {
  const names = folder.split('/').slice(0, -1)
  let prefix = ''
  return names.map((name) => {
    prefix += `${name}/`
    return { name, prefix }
  })
}

/** The order of S3, which is that of UTF-8: JavaScript's own differs above U+FFFF. */
export function compareKeys(one: string, other: string): number {
  const length = Math.min(one.length, other.length)
  for (let at = 0; at < length; at++) {
    const difference = rank(one.charCodeAt(at)) - rank(other.charCodeAt(at))
    if (difference !== 0) return difference
  }
  return one.length - other.length
}

/** Halves of a pair stand for what is above all that one unit can say. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit)

export const keySizeMax = 1024

export const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/**
 * A key as the path of a link. A segment `.` or `..` would be resolved by every browser, however it is escaped; where there is one, slashes are escaped
 * instead, which makes the whole key one segment.
 */
export function pathOf(key: string): string {
  const segments = key.split('/')
  const dots = segments.some((segment) => segment === '.' || segment === '..')
  return segments.map(encodeURIComponent).join(dots ? '%2F' : '/')
}
