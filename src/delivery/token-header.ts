/** What a token must be before its signature is worth verifying: three parts, RS256 (RFC 7515 4.1), and a key's id and nothing else to find it by. */
import { tokenLengthMax } from '../access/delivery-token.ts'
import { signingKeyIdForm } from '../access/signing-key-records.ts'
import { parseStrictJson } from './strict-json.ts'
import { TokenRefused } from './token-gate.ts'

/** By these a token would say itself what verifies it, or what else must be understood; nothing of it is read or fetched. */
const unwanted = ['crit', 'jku', 'x5u', 'jwk', 'x5c', 'b64'] as const

const form = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)$/

/** The token's `kid`, of which nothing is known but its form. Throws TokenRefused. */
export function readKid(token: string): string {
  if (token === '') throw new TokenRefused('missing', 'A token is needed to read this.')
  if (token.length > tokenLengthMax) {
    throw new TokenRefused('malformed', `The token is longer than ${tokenLengthMax} characters.`)
  }
  const [, part, , signature] = form.exec(token) ?? []
  if (part === undefined)
    throw new TokenRefused('malformed', 'The token is not three parts of base64url with dots between.')
  const header = parseStrictJson(Buffer.from(part, 'base64url'))
  if (header === undefined) throw new TokenRefused('malformed', "The token's header is not a JSON object.")
  if (own(header, 'alg') !== 'RS256') throw new TokenRefused('algorithm', 'The token must be signed with RS256.')
  for (const name of unwanted) {
    if (Object.hasOwn(header, name)) throw new TokenRefused('malformed', `The token's header must not have ${name}.`)
  }
  const type = own(header, 'typ')
  if (type !== undefined && (typeof type !== 'string' || type.toLowerCase() !== 'jwt')) {
    throw new TokenRefused('malformed', "The token's header has a typ other than JWT.")
  }
  const kid = own(header, 'kid')
  if (kid === undefined)
    throw new TokenRefused('malformed', "The token's header has no kid, which says what key signed it.")
  if (typeof kid !== 'string' || !signingKeyIdForm.test(kid)) throw unknownKey()
  if (signature === '') throw new TokenRefused('signature', badSignature)
  return kid
}

export const badSignature = "The token's signature is not that of its key: it was changed, or signed with another key."

/** The same whether there is no such key or it is another bucket's. */
export const unknownKey = (): TokenRefused =>
  new TokenRefused('unknown-key', "The token's key is not one of this bucket's signing keys, or was deleted.")

const own = (header: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(header, name) ? header[name] : undefined
