/** The trailer of an aws-chunked body: which headers it must bear, and its lines. */
import { hash } from 'node:crypto'
import { ApiError } from '../../base/errors.ts'
import { sign } from './canonical-request.ts'
import type { ChunkSigning } from './payload-mode.ts'
import { sameSignature } from './same-signature.ts'

export type Trailers = Readonly<Record<string, string>>

const signatureName = 'x-amz-trailer-signature'
const allowed = /^x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256|sha512|md5|xxhash64|xxhash3|xxhash128)$/

/** The names that `x-amz-trailer` declares, in lower case. Throws InvalidRequest for what is no checksum header. */
export function declaredTrailers(header: string | undefined): readonly string[] {
  if (header === undefined) return []
  const names = header
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== signatureName)
  if (new Set(names).size !== names.length || !names.every((name) => allowed.test(name))) {
    throw new ApiError('InvalidRequest', 'The value specified in the x-amz-trailer header is not supported')
  }
  return names
}

/** Collects the lines of a trailer; `end` says whether they are what was declared, and signed. */
export class TrailerReader {
  readonly #declared: readonly string[]
  /** Name and value of each line, in the order sent. */
  readonly #lines: [name: string, value: string][] = []
  #signature: string | undefined

  constructor(declared: readonly string[]) {
    this.#declared = declared
  }

  /** Whether some header has come but its signature has not: AWS's own example has an empty line between the two. */
  get awaitsSignature(): boolean {
    return this.#lines.length > 0 && this.#signature === undefined
  }

  /** `line` without its line end, as Latin-1. */
  add(line: string): void {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (name === signatureName && this.#signature === undefined) {
      this.#signature = value
      return
    }
    if (
      this.#signature !== undefined ||
      !this.#declared.includes(name) ||
      this.#lines.some(([other]) => other === name)
    ) {
      throw new ApiError('MalformedTrailerError')
    }
    this.#lines.push([name, value])
  }

  /**
   * The trailer headers. `signing` and `previous`, the last chunk's signature, are given where the trailer is signed. Throws
   * MalformedTrailerError or SignatureDoesNotMatch.
   */
  end(signing: ChunkSigning | undefined, previous: string): Trailers {
    if (this.#lines.length !== this.#declared.length) throw new ApiError('MalformedTrailerError')
    if (signing !== undefined) {
      if (this.#signature === undefined || this.#lines.length === 0) throw new ApiError('MalformedTrailerError')
      const headers = this.#lines.map(([name, value]) => `${name}:${value}\n`).join('')
      const text = `AWS4-HMAC-SHA256-TRAILER\n${signing.timestamp}\n${signing.scope}\n${previous}\n${hash('sha256', Buffer.from(headers, 'latin1'), 'hex')}`
      if (!sameSignature(sign(signing.key, text), this.#signature)) {
        throw new ApiError('SignatureDoesNotMatch', undefined, {
          details: { Hint: 'The signature of the trailer (x-amz-trailer-signature) is wrong.' },
        })
      }
    } else if (this.#signature !== undefined) {
      throw new ApiError('MalformedTrailerError')
    }
    return Object.fromEntries(this.#lines)
  }
}
