/** The URL of an object on its bucket's delivery host, with a token. */

/** `origin` without a final slash; the token goes into the query, or into the path before the key. */
export function deliveryUrl(origin: string, key: string, token: string, by: 'query' | 'path'): string {
  const path = key.split('/').map(encodeURIComponent).join('/')
  return by === 'query' ? `${origin}/${path}?auth=${token}` : `${origin}/~auth=${token}/${path}`
}

/** What a token for one object opens: with the slash before it, a key that itself begins with one keeps it, and the key `/` is not the whole bucket. */
export const uriOfKey = (key: string): string => `/${key}`
