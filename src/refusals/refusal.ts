/** A request that was refused, as it is kept for a day: what was asked, how it was answered, what was checked, and what differed. Nothing in it is secret. */
import type { Value } from '../metadata/metadata-store.ts'
import type { Advice, Check, Difference } from '../http/refused.ts'

export interface Refusal {
  /** x-amz-request-id. */
  readonly requestId: string
  /** Milliseconds since 1970: when the answer was sent. */
  readonly atMs: number
  readonly front: 's3' | 'delivery' | 'management'
  readonly method: string
  readonly host: string
  /** Path and query as sent, redacted. */
  readonly path: string
  readonly status: number
  readonly code: string
  readonly message: string
  readonly operation: string | undefined
  readonly bucket: string | undefined
  readonly key: string | undefined
  /** As the request said, whether it was proved or not. */
  readonly accessKeyId: string | undefined
  readonly address: string
  /** Whose affair it is: of the one who asked, then of the bucket's owner. Empty where nobody knows. */
  readonly accounts: readonly string[]
  /** Who asked was proved. */
  readonly proved: boolean
  readonly checks: readonly Check[]
  readonly differences: readonly Difference[]
  readonly canonicalRequest: string | undefined
  readonly stringToSign: string | undefined
  readonly advice: readonly Advice[]
}

const version = 1

export const encodeRefusal = (refusal: Refusal): Value => Buffer.from(JSON.stringify({ version, ...refusal }))

export function decodeRefusal(value: Value): Refusal {
  const { version: kept, ...refusal } = JSON.parse(Buffer.from(value).toString()) as Refusal & { version: number }
  if (kept !== version) throw new Error(`A refusal of version ${kept} cannot be read by this version`)
  return refusal
}
