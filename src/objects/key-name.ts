/**
 * The rules for names of new objects. AWS's (UTF-8, at most 1,024 bytes, no NUL) hold for every address already; here are those that a
 * vendor has besides. Objects that are there are found, read and deleted whatever their name.
 */
import { ApiError } from '../base/errors.ts'

/** As the toggle `naming.key` has it. */
export type KeyNaming = 'aws' | 'qencode'

/** Throws InvalidArgument, and says which rule the key does not keep. */
export function checkKeyName(key: string, naming: KeyNaming): void {
  if (naming === 'aws') return
  const fault = faultOf(key)
  if (fault === undefined) return
  throw new ApiError('InvalidArgument', `The name of an object ${fault}.`, {
    details: { ArgumentName: 'key', ArgumentValue: key },
  })
}

function faultOf(key: string): string | undefined {
  if (key.startsWith('/')) return 'must not begin with a slash'
  if (key.endsWith('/')) return 'must not end with a slash'
  if (key.includes('//')) return 'must not have two slashes in a row'
  if (key.includes('\\')) return 'must not have a backslash'
  for (let at = 0; at < key.length; at++) {
    const code = key.charCodeAt(at)
    if (code < 0x20 || code === 0x7f) return 'must not have control characters'
  }
  return undefined
}
