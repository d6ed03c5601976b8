/** The access control list that a request asks for: by name, by headers that grant, or by a document. */
import { ApiError } from '../../base/errors.ts'
import { grantsMax, grantTo } from '../../objects/acl.ts'
import type { Acl, Grant, Grantee, Permission } from '../../objects/acl.ts'
import { invalidArgument } from '../codec-argument.ts'
import type { Services } from '../context.ts'
import { parseGrantHeader, type NamedGrantee } from './grant-header.ts'

/** Of the input of an operation that takes an ACL. */
export interface AclInput {
  /** The name of a canned ACL. */
  readonly ACL?: string | undefined
  readonly GrantRead?: string | undefined
  readonly GrantWrite?: string | undefined
  readonly GrantReadACP?: string | undefined
  readonly GrantWriteACP?: string | undefined
  readonly GrantFullControl?: string | undefined
}

/** As PutBucketAcl and PutObjectAcl take it. */
export interface AclDocument {
  readonly Owner?: { readonly ID?: string | undefined } | undefined
  readonly Grants?: readonly DocumentGrant[] | undefined
}

interface DocumentGrant {
  readonly Permission?: Permission | undefined
  readonly Grantee?:
    | {
        readonly Type: 'CanonicalUser' | 'AmazonCustomerByEmail' | 'Group'
        readonly ID?: string | undefined
        readonly EmailAddress?: string | undefined
        readonly URI?: string | undefined
      }
    | undefined
}

export type Accounts = Pick<Services, 'accountExists' | 'accountOfEmail'>
export type AclServices = Accounts & Pick<Services, 'toggles'>

export interface Owners {
  readonly ownerId: string
  /** The same, where the ACL is a bucket's. */
  readonly bucketOwnerId: string
}

const grantHeaders = [
  ['GrantRead', 'x-amz-grant-read', 'READ'],
  ['GrantWrite', 'x-amz-grant-write', 'WRITE'],
  ['GrantReadACP', 'x-amz-grant-read-acp', 'READ_ACP'],
  ['GrantWriteACP', 'x-amz-grant-write-acp', 'WRITE_ACP'],
  ['GrantFullControl', 'x-amz-grant-full-control', 'FULL_CONTROL'],
] as const satisfies readonly (readonly [keyof AclInput, string, Permission])[]

export const hasGrantHeaders = (input: AclInput): boolean =>
  grantHeaders.some(([member]) => input[member] !== undefined)

/**
 * What the headers of a request ask for; undefined where they ask for none. Throws InvalidRequest for a name and grants at once, InvalidArgument for
 * grantees that there are not, UnresolvableGrantByEmailAddress, NotImplemented for what is granted to a service of AWS.
 */
export async function aclOfHeaders(input: AclInput, owners: Owners, accounts: Accounts): Promise<Acl | undefined> {
  const granted = hasGrantHeaders(input)
  if (input.ACL !== undefined) {
    if (granted) throw new ApiError('InvalidRequest', 'Specifying both Canned ACLs and Header Grants is not allowed')
    return cannedAcl(input.ACL, owners)
  }
  if (!granted) return undefined
  const wanted: WantedGrant[] = []
  for (const [member, name, permission] of grantHeaders) {
    const value = input[member]
    if (value !== undefined) for (const grantee of parseGrantHeader(name, value)) wanted.push({ grantee, permission })
  }
  return { ownerId: owners.ownerId, grants: await grantsOf(wanted, accounts) }
}

/**
 * What a document asks for. Throws AccessDenied where it names another owner, MalformedACLError where a grant lacks something or there are too many, and
 * what `aclOfHeaders` throws for grantees.
 */
export async function aclOfDocument({ Owner, Grants }: AclDocument, ownerId: string, accounts: Accounts): Promise<Acl> {
  if (Owner?.ID !== undefined && Owner.ID !== ownerId) throw new ApiError('AccessDenied')
  if (Grants === undefined) throw new ApiError('MalformedACLError')
  const wanted = Grants.map(({ Grantee: grantee, Permission: permission }) => {
    if (grantee === undefined || permission === undefined) throw new ApiError('MalformedACLError')
    return { grantee: namedIn(grantee), permission }
  })
  return { ownerId, grants: await grantsOf(wanted, accounts) }
}

function namedIn({ Type, ID, EmailAddress, URI }: NonNullable<DocumentGrant['Grantee']>): NamedGrantee {
  if (Type === 'CanonicalUser' && ID !== undefined) return { type: Type, ID }
  if (Type === 'AmazonCustomerByEmail' && EmailAddress !== undefined) return { type: Type, EmailAddress }
  if (Type === 'Group' && URI !== undefined) return { type: Type, URI }
  throw new ApiError('MalformedACLError')
}

/** Amazon S3 User Guide, "Canned ACL". */
function cannedAcl(name: string, { ownerId, bucketOwnerId }: Owners): Acl {
  const owned = grantTo(ownerId, 'FULL_CONTROL')
  const forBucketOwner = (permission: Permission): Acl => ({
    ownerId,
    grants: ownerId === bucketOwnerId ? [owned] : [owned, grantTo(bucketOwnerId, permission)],
  })
  switch (name) {
    case 'private':
      return { ownerId, grants: [owned] }
    case 'public-read':
      return { ownerId, grants: [toGroup('everyone', 'READ'), owned] }
    case 'public-read-write':
      return { ownerId, grants: [toGroup('everyone', 'READ'), toGroup('everyone', 'WRITE'), owned] }
    case 'authenticated-read':
      return { ownerId, grants: [toGroup('authenticated', 'READ'), owned] }
    case 'bucket-owner-read':
      return forBucketOwner('READ')
    case 'bucket-owner-full-control':
      return forBucketOwner('FULL_CONTROL')
    default:
      throw new ApiError('NotImplemented', `The canned ACL ${name} is for a service that is not here.`)
  }
}

const toGroup = (kind: 'everyone' | 'authenticated', permission: Permission): Grant => ({
  grantee: { kind },
  permission,
})

interface WantedGrant {
  readonly grantee: NamedGrantee
  readonly permission: Permission
}

async function grantsOf(wanted: readonly WantedGrant[], accounts: Accounts): Promise<Grant[]> {
  if (wanted.length > grantsMax) {
    throw new ApiError('MalformedACLError', `An ACL can have at most ${grantsMax} grants.`)
  }
  return Promise.all(
    wanted.map(async ({ grantee, permission }) => ({ grantee: await granteeOf(grantee, accounts), permission })),
  )
}

async function granteeOf(named: NamedGrantee, accounts: Accounts): Promise<Grantee> {
  switch (named.type) {
    case 'CanonicalUser': {
      const { ID } = named
      if (!(await accounts.accountExists(ID))) throw invalidArgument('CanonicalUser/ID', ID, 'Invalid id')
      return { kind: 'account', accountId: ID }
    }
    case 'AmazonCustomerByEmail': {
      const accountId = await accounts.accountOfEmail(named.EmailAddress)
      if (accountId !== undefined) return { kind: 'account', accountId }
      throw new ApiError('UnresolvableGrantByEmailAddress', undefined, {
        details: { EmailAddress: named.EmailAddress },
      })
    }
    case 'Group':
      return groupOf(named.URI)
  }
}

const logDelivery = 'http://acs.amazonaws.com/groups/s3/LogDelivery'
export const groupUris = {
  everyone: 'http://acs.amazonaws.com/groups/global/AllUsers',
  authenticated: 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers',
} as const

function groupOf(uri: string): Grantee {
  if (uri === groupUris.everyone) return { kind: 'everyone' }
  if (uri === groupUris.authenticated) return { kind: 'authenticated' }
  if (uri === logDelivery) throw new ApiError('NotImplemented', 'Nothing delivers logs for the group LogDelivery.')
  throw invalidArgument('Group/URI', uri, 'Invalid group uri')
}
