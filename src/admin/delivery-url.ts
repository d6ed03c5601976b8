/** The URL of an object on its bucket's delivery host, with a token. */

/**
 * `origin` without a final slash; the token goes into the query, or into the path before the key. A segment `.` or `..` every browser would resolve,
 * however it is escaped; where a key has one, its slashes are escaped instead, which makes it one segment.
 */
export function deliveryUrl(origin: string, key: string, token: string, by: 'query' | 'path'): string {
  const segments = key.split('/')
  const dots = segments.some((segment) => segment === '.' || segment === '..')
  const path = segments.map(encodeURIComponent).join(dots ? '%2F' : '/')
  return by === 'query' ? `${origin}/${path}?auth=${token}` : `${origin}/~auth=${token}/${path}`
}

/** What a token for one object opens: with the slash before it, a key that itself begins with one keeps it, and the key `/` is not the whole bucket. */
export const uriOfKey = (key: string): string => `/${key}`
