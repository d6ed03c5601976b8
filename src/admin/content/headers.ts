/** Single headers of an answer. */
import type { HttpResponse } from '../../http/message.ts'

/** `name` in small letters. */
export function headerOf({ headers }: Pick<HttpResponse, 'headers'>, name: string): string | undefined {
  for (let at = 0; at < headers.length; at += 2) if (headers[at]!.toLowerCase() === name) return headers[at + 1]
  return undefined
}
