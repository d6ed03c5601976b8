/** Values as policies write them: one, or a list of them. */
import type { Json } from './read-document.ts'

export const listOf = (value: Json): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [value])

/** The texts of a value that is one text or a list of them, at least one; undefined where it is anything else. */
export function textsOf(value: Json): readonly string[] | undefined {
  const list = listOf(value)
  return list.length > 0 && list.every((item) => typeof item === 'string') ? list : undefined
}
