/** Principals as policies name them (IAM User Guide, "AWS JSON policy elements: Principal"), and whether one who asks is among them. */
import { malformed } from './malformed.ts'
import type { Principal, PrincipalMatch } from './policy.ts'
import { isObject, type Json } from './read-document.ts'
import { listOf } from './values.ts'

/** `arn:aws:iam::<account id>:root`, or `…:user/<name>`. */
export const arnOf = ({ accountId, user }: Principal): string =>
  `arn:aws:iam::${accountId}:${user === undefined ? 'root' : `user/${user.name}`}`

export interface NamedPrincipals {
  /** Everybody, those who have not signed included. */
  everybody: boolean
  readonly accounts: Set<string>
  /** By account: names, with the path where there is one. */
  readonly users: Map<string, Set<string>>
}

/** Reads the value of `Principal` or `NotPrincipal`. Throws MalformedPolicy. */
export function parsePrincipals(written: Json, lenient = false): NamedPrincipals {
  const named: NamedPrincipals = { everybody: false, accounts: new Set(), users: new Map() }
  if (written === '*') return { ...named, everybody: true }
  if (!isObject(written)) throw invalidPrincipal(written)
  const entries = Object.entries(written)
  if (entries.length === 0) throw invalidPrincipal(written)
  for (const [type, values] of entries) {
    const list = listOf(values)
    if (list.length === 0) throw invalidPrincipal(values, type)
    for (const value of list) {
      const isKnown = typeof value === 'string' && addPrincipal(named, type, value)
      if (!isKnown && !(lenient && typeof value === 'string')) throw invalidPrincipal(value, type)
    }
  }
  return named
}

const account = /^(?:arn:aws:iam::)?([0-9a-f]{64})(?::root)?$/
const user = /^arn:aws:iam::([0-9a-f]{64}):user\/((?:[\x21-\x29\x2b-\x2e\x30-\x3e\x40-\x7e]+\/)*[\w+=,.@-]{1,64})$/
const service = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com$/

/** False where it is no principal that there can be. */
function addPrincipal(named: NamedPrincipals, type: string, value: string): boolean {
  if (type === 'AWS' && value === '*') {
    named.everybody = true
    return true
  }
  const [, accountId] = (type === 'CanonicalUser' ? /^([0-9a-f]{64})$/ : account).exec(value) ?? []
  if (accountId !== undefined && (type === 'AWS' || type === 'CanonicalUser')) {
    if (value.startsWith('arn:') !== value.endsWith(':root')) return false
    named.accounts.add(accountId)
    return true
  }
  if (type === 'AWS') return addUser(named, value)
  // AWS's services never ask here, so a statement about them says nothing about anybody.
  return type === 'Service' && service.test(value)
}

function addUser({ users }: NamedPrincipals, value: string): boolean {
  const [, accountId, name] = user.exec(value) ?? []
  if (accountId === undefined || name === undefined) return false
  const names = users.get(accountId) ?? new Set()
  users.set(accountId, names.add(name))
  return true
}

/** How `Principal` names one who asks. */
export const isAmong = ({ everybody, accounts, users }: NamedPrincipals) => {
  if (everybody) return (): PrincipalMatch => 'direct'
  return (principal: Principal | undefined): PrincipalMatch => {
    if (principal === undefined) return undefined
    const { accountId, user } = principal
    if (user !== undefined && users.get(accountId)?.has(user.name) === true) return 'direct'
    if (!accounts.has(accountId)) return undefined
    return user === undefined ? 'direct' : 'account'
  }
}

/**
 * How `NotPrincipal` of a Deny names one who asks. A user is two principals, itself and its account: to be spared, both must be listed (IAM
 * User Guide, "NotPrincipal": "you must also specify the account ARN").
 */
export const isNotAmong = ({ everybody, accounts, users }: NamedPrincipals) => {
  return (principal: Principal | undefined): PrincipalMatch => {
    if (everybody) return undefined
    if (principal === undefined) return 'direct'
    const { accountId, user } = principal
    const accountListed = accounts.has(accountId)
    if (user === undefined) return accountListed ? undefined : 'direct'
    const userListed = users.get(accountId)?.has(user.name) === true
    return accountListed && userListed ? undefined : 'direct'
  }
}

const invalidPrincipal = (value: Json, type?: string) =>
  malformed('Invalid principal in policy', {
    Detail: `${type === undefined ? '' : `${JSON.stringify(type)} : `}${JSON.stringify(value)}`,
  })
