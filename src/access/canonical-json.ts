/** JSON in one way of writing it, so that it can be authenticated: the members of objects in order of their names, no white space. As RFC 8785, but by code points. */

/** What JSON can say. A `Secret`, like any other instance of a class, is none of it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** Throws TypeError for what is no JSON. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} is no JSON`)
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || !isPlain(value)) throw new TypeError('only JSON is written down')
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
