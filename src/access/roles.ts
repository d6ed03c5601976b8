/** Roles of users: each is an identity policy that comes with the server. */
import { parsePolicy } from './policy/parse-policy.ts'
import type { Policy } from './policy/policy.ts'

interface Rule {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string
}

const role = (...rules: readonly Rule[]): Policy => {
  const Statement = rules.map((rule) => ({ ...rule, Resource: '*' }))
  return parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'identity')
}

const everything: Rule = { Effect: 'Allow', Action: 's3:*' }

export const roles = {
  /** Everything that the account may do in S3. */
  owner: role(everything),
  member: role(everything),
  's3.user': role(everything),
  /** What the policies of buckets allow to it, and to see which buckets there are. */
  's3.bucket.user': role({ Effect: 'Allow', Action: 's3:ListAllMyBuckets' }),
  /** It manages users and their keys: nothing in S3, whatever a bucket's policy allows. */
  'iam.admin': role({ Effect: 'Deny', Action: 's3:*' }),
} as const satisfies Record<string, Policy>

export type Role = keyof typeof roles

export const isRole = (text: string): text is Role => Object.hasOwn(roles, text)
