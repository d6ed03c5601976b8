/** Whom a bucket policy names, beside everybody: for those who want to see what it gives to each. */
import type { Principal } from './policy.ts'
import { parsePrincipals } from './principals.ts'
import { isObject, readDocument, type Json } from './read-document.ts'
import { listOf } from './values.ts'

/** Accounts, and users, whose id is not known; each once, in the order in which they are named. Throws MalformedPolicy. */
export function namedPrincipals(text: string): readonly Principal[] {
  const found = new Map<string, Principal>()
  for (const statement of listOf(readDocument(text)['Statement'] ?? [])) {
    for (const written of isObject(statement) ? [statement['Principal'], statement['NotPrincipal']] : []) {
      if (written === undefined) continue
      for (const principal of principalsIn(written))
        found.set(`${principal.accountId}/${principal.user?.name ?? ''}`, principal)
    }
  }
  return [...found.values()]
}

function* principalsIn(written: Json): Generator<Principal> {
  const { accounts, users } = parsePrincipals(written, true)
  for (const accountId of accounts) yield { accountId }
  for (const [accountId, names] of users) for (const name of names) yield { accountId, user: { id: '', name } }
}
