/** Who may read from a bucket, by S3 and through delivery: who is asked about, and what is told of each. */
import type { Identity } from '../access/authorize.ts'
import { namedPrincipals } from '../access/policy/named-principals.ts'
import { parsePolicy } from '../access/policy/parse-policy.ts'
import { arnOf } from '../access/policy/principals.ts'
import { roles } from '../access/roles.ts'
import { credentialUserOf, type User } from '../access/users.ts'
import type { Bucket } from '../objects/bucket.ts'
import { deliveryOf } from '../objects/delivery-settings.ts'
import type { Principal } from './principal.ts'
import type { ManagementServices } from './services.ts'

export interface Reader {
  readonly who: 'anyone' | 'account' | 'user' | 'other'
  readonly name: string
  readonly through: 's3' | 'delivery'
  readonly may: 'yes' | 'no' | 'with a link'
  readonly because: string
}

/** Somebody who is asked about. */
export interface Asker extends Pick<Reader, 'who' | 'name'> {
  readonly identity: Identity | undefined
}

export const anyone: Asker = { who: 'anyone', name: 'anyone', identity: undefined }

export const ownerOf = ({ account }: Principal): Asker => ({
  who: 'account',
  name: account.displayName,
  identity: { accessKeyId: '', accountId: account.id },
})

export function userAsker(user: User): Asker {
  const { accountId, ...rest } = credentialUserOf(user)
  return { who: 'user', name: user.name, identity: { accessKeyId: '', accountId, user: rest } }
}

/** The bucket as if the document were its policy; null: as if it had none. Throws MalformedPolicy. */
export function withPolicy(
  bucket: Bucket,
  document: object | null | undefined,
  { toggles }: Pick<ManagementServices, 'toggles'>,
): Bucket {
  if (document === undefined) return bucket
  const { policy: _, ...rest } = bucket
  if (document === null) return rest
  const policy = JSON.stringify(document)
  parsePolicy(policy, 'bucket', bucket.name, { lenient: toggles(bucket)['policy.validation'] === 'lenient' })
  return { ...rest, policy }
}

const othersMax = 100

/** Accounts and users of other accounts that the policy names; of a user it is taken that its own account allows it everything. */
export function othersIn(policy: string | undefined, accountId: string): readonly Asker[] {
  const others = (policy === undefined ? [] : namedPrincipals(policy)).filter((each) => each.accountId !== accountId)
  return others.slice(0, othersMax).map((each) => ({
    who: 'other',
    name: arnOf(each),
    identity: {
      ...{ accessKeyId: '', accountId: each.accountId },
      user: each.user && { ...each.user, policies: [roles.owner] },
    },
  }))
}

/** The users whom the principal may see: all, or oneself. */
export async function usersSeenBy(
  { rights, account, user }: Principal,
  { accounts }: ManagementServices,
): Promise<readonly User[]> {
  const users = await accounts.users.list(account.id)
  return rights.has('iam') ? users : users.filter(({ id }) => id === user?.id)
}

export function throughDelivery(bucket: Bucket, needsCustomerKey: boolean): Reader {
  const { enabled, policy } = deliveryOf(bucket)
  const reader = { who: 'anyone', name: 'anyone', through: 'delivery' } as const
  if (!enabled) return { ...reader, may: 'no', because: 'Delivery of the bucket is switched off.' }
  if (needsCustomerKey)
    return {
      ...reader,
      may: 'no',
      because: 'It is encrypted with a key of its owner (SSE-C), which delivery does not take.',
    }
  if (policy === 'public')
    return { ...reader, may: 'yes', because: 'The bucket is public through delivery, whatever its policy says.' }
  return { ...reader, may: 'with a link', because: 'Through delivery it is read by who has a signed URL for it.' }
}
