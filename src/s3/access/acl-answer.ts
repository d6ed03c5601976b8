/** An access control list as GetBucketAcl and GetObjectAcl answer it. */
import type { Acl, Grant } from '../../objects/acl.ts'
import type { Services } from '../context.ts'
import { groupUris } from './requested-acl.ts'

/** Groups come before accounts. */
export async function aclAnswer({ ownerId, grants }: Acl, { owner }: Pick<Services, 'owner'>) {
  const ordered = [
    ...grants.filter(({ grantee }) => grantee.kind !== 'account'),
    ...grants.filter(({ grantee }) => grantee.kind === 'account'),
  ]
  return {
    Owner: await owner(ownerId),
    Grants: await Promise.all(
      ordered.map(async ({ grantee, permission }) => ({
        Grantee: await shown(grantee, owner),
        Permission: permission,
      })),
    ),
  }
}

const shown = async (grantee: Grant['grantee'], owner: Services['owner']) =>
  grantee.kind === 'account'
    ? { Type: 'CanonicalUser', ...(await owner(grantee.accountId)) }
    : { Type: 'Group', URI: groupUris[grantee.kind] }
