/** Policies and requests for the tests of the policy engine. */
import { evaluate, type Verdict } from './evaluate.ts'
import { parsePolicy } from './parse-policy.ts'
import type { Policy, PolicyRequest, Principal } from './policy.ts'

export const ownId = 'a'.repeat(64)
export const otherId = 'b'.repeat(64)

export const root: Principal = { accountId: ownId }
export const anna: Principal = { accountId: ownId, user: { id: 'AIDAANNA', name: 'anna' } }
export const otherRoot: Principal = { accountId: otherId }
export const otherAnna: Principal = { accountId: otherId, user: { id: 'AIDAOTHER', name: 'anna' } }

type Elements = Readonly<Record<string, unknown>>

/** A statement that allows everybody to read objects of `photos`, changed; what is undefined is left out. */
export const statement = (changes: Elements = {}): Elements => ({
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::photos/*',
  ...changes,
})

export const documentOf = (statements: unknown, changes: Elements = {}): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements, ...changes })

export const bucketPolicy = (statements: unknown, changes: Elements = {}): Policy =>
  parsePolicy(documentOf(statements, changes), 'bucket', 'photos')

export const identityPolicy = (statements: unknown, changes: Elements = {}): Policy =>
  parsePolicy(documentOf(statements, changes), 'identity')

/** What condition keys say, in lower case. */
export type Context = Readonly<Record<string, string | readonly string[]>>

export const requestOf = (changes: Partial<PolicyRequest> = {}, context: Context = {}): PolicyRequest => ({
  principal: undefined,
  action: 's3:GetObject',
  resource: 'photos/a.jpg',
  context: (key) => {
    const value = Object.hasOwn(context, key) ? context[key] : undefined
    return typeof value === 'string' ? [value] : value
  },
  ...changes,
})

export const verdictOf = (policy: Policy, changes: Partial<PolicyRequest> = {}, context: Context = {}): Verdict =>
  evaluate(policy, requestOf(changes, context))
