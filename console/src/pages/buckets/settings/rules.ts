/** Settings that are a list of rules in AWS's JSON, edited in a form or as JSON: the text is what is edited, and the form is a view of it. */
import { isJson, type Json } from '../../../api/bucketSettings.ts'
import { parseJson, printJson } from '../../../components/json.ts'

/** The rules that a text holds; undefined where it is no such document. */
export function rulesIn(text: string, name: string): readonly Json[] | undefined {
  if (text.trim() === '') return []
  const parsed = parseJson(text)
  if (!('value' in parsed) || !isJson(parsed.value)) return undefined
  const rules: unknown = parsed.value[name]
  return Array.isArray(rules) && rules.every(isJson) ? rules : undefined
}

/** The document with other rules. */
export function withRules(text: string, name: string, rules: readonly Json[]): string {
  const parsed = parseJson(text)
  const rest = 'value' in parsed && isJson(parsed.value) ? parsed.value : {}
  const { [name]: _, ...others } = rest
  return rules.length === 0 && Object.keys(others).length === 0 ? '' : printJson({ ...rest, [name]: rules })
}

/** A rule with a member changed; undefined takes it out. */
export function withMember(rule: Json, name: string, value: unknown): Json {
  if (value !== undefined) return { ...rule, [name]: value }
  const { [name]: _, ...rest } = rule
  return rest
}

export const replaceAt = <T>(list: readonly T[], at: number, item: T): readonly T[] =>
  list.map((old, index) => (index === at ? item : old))
export const removeAt = <T>(list: readonly T[], at: number): readonly T[] => list.filter((_, index) => index !== at)
