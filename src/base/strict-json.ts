/** What makes a JSON text one that programs read differently, or none that should be read at all. Pure. */

export type StrictFault = 'deep' | 'repeated' | 'prototype' | 'ill-formed'

/**
 * `value` is what JSON.parse made of `text`. `deep`: objects and lists are nested deeper than `depthMax`. `prototype`: a member is named `__proto__`.
 * `repeated`: an object has two members of one name, of which JSON.parse keeps the last (RFC 8259 4). `ill-formed`: a text has half of a surrogate
 * pair. The first of them that is so, in this order; undefined where nothing is wrong.
 */
export function strictFaultOf(text: string, value: unknown, depthMax: number): StrictFault | undefined {
  const seen = { members: 0, deep: false, prototype: false, illFormed: false }
  look(value, depthMax, seen)
  if (seen.deep) return 'deep'
  if (seen.prototype) return 'prototype'
  if (seen.members !== countColons(text)) return 'repeated'
  return seen.illFormed ? 'ill-formed' : undefined
}

interface Seen {
  /** Of all objects within. */
  members: number
  deep: boolean
  prototype: boolean
  illFormed: boolean
}

function look(value: unknown, depthLeft: number, seen: Seen): void {
  if (typeof value === 'string') seen.illFormed ||= !value.isWellFormed()
  if (typeof value !== 'object' || value === null) return
  if (depthLeft === 0) {
    seen.deep = true
    return
  }
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) look(item, depthLeft - 1, seen)
    return
  }
  for (const [name, member] of Object.entries(value)) {
    seen.members++
    seen.prototype ||= name === '__proto__'
    seen.illFormed ||= !name.isWellFormed()
    look(member, depthLeft - 1, seen)
  }
}

/** Colons outside strings: in valid JSON as many as there are members. */
function countColons(text: string): number {
  let count = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') inString = !inString
    else if (character === '\\') at++
    else if (character === ':' && !inString) count++
  }
  return count
}
