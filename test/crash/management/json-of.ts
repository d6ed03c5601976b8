import type { Answer } from '../../../bench/load/endpoint.ts'

/** What a good answer says. Throws, with the server's words, for any other. */
export function jsonOf<T>(answer: Answer, what = 'a request of management'): T {
  const text = answer.body.toString('utf8')
  if (answer.status < 200 || answer.status > 299)
    throw new Error(`${what} answered ${answer.status} ${text.slice(0, 300)}`)
  return JSON.parse(text) as T
}
