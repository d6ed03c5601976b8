/**
 * Condition keys: which there are (AWS Service Authorization Reference, "Condition keys for Amazon S3"; IAM User Guide, "AWS global
 * condition context keys"), and what a request says under them.
 */
import { malformed } from './malformed.ts'
import type { PolicyRequest, Principal } from './policy.ts'
import { arnOf } from './principals.ts'

const names = `
s3:AccessGrantsInstanceArn s3:AccessPointNetworkOrigin s3:authType s3:DataAccessPointAccount s3:DataAccessPointArn s3:delimiter
s3:if-match s3:if-none-match s3:InventoryAccessibleOptionalFields s3:LocationConstraint s3:max-keys s3:object-lock-legal-hold
s3:object-lock-mode s3:object-lock-remaining-retention-days s3:object-lock-retain-until-date s3:ObjectCreationOperation s3:prefix
s3:RequestObjectTagKeys s3:ResourceAccount s3:signatureAge s3:signatureversion s3:TlsVersion s3:versionid s3:x-amz-acl
s3:x-amz-content-sha256 s3:x-amz-copy-source s3:x-amz-grant-full-control s3:x-amz-grant-read s3:x-amz-grant-read-acp
s3:x-amz-grant-write s3:x-amz-grant-write-acp s3:x-amz-metadata-directive s3:x-amz-object-ownership s3:x-amz-server-side-encryption
s3:x-amz-server-side-encryption-aws-kms-key-id s3:x-amz-server-side-encryption-customer-algorithm s3:x-amz-storage-class
s3:x-amz-website-redirect-location
aws:AssumedRoot aws:CalledVia aws:CalledViaFirst aws:CalledViaLast aws:ChatbotSourceArn aws:CurrentTime
aws:Ec2InstanceSourcePrivateIPv4 aws:Ec2InstanceSourceVpc aws:EpochTime aws:FederatedProvider aws:MultiFactorAuthAge
aws:MultiFactorAuthPresent aws:PrincipalAccount aws:PrincipalArn aws:PrincipalIsAWSService aws:PrincipalOrgID aws:PrincipalOrgPaths
aws:PrincipalServiceName aws:PrincipalServiceNamesList aws:PrincipalType aws:Referer aws:RequestedRegion aws:ResourceAccount
aws:ResourceOrgID aws:ResourceOrgPaths aws:SecureTransport aws:SourceAccount aws:SourceArn aws:SourceIdentity aws:SourceIp
aws:SourceOrgID aws:SourceOrgPaths aws:SourceOwner aws:SourceVpc aws:SourceVpcArn aws:SourceVpce aws:TagKeys aws:TokenIssueTime
aws:UserAgent aws:userid aws:username aws:ViaAWSService aws:VpceAccount aws:VpceOrgID aws:VpceOrgPaths aws:VpcSourceIp`

const known: ReadonlySet<string> = new Set(names.trim().toLowerCase().split(/\s+/))

/** Followed by the key of a tag. */
const tagged: ReadonlySet<string> = new Set([
  's3:existingobjecttag',
  's3:requestobjecttag',
  's3:buckettag',
  'aws:principaltag',
  'aws:requesttag',
  'aws:resourcetag',
])

/** What is asked of the request under one key. */
export interface ConditionKey {
  /** In lower case, but for what follows a slash. */
  readonly name: string
  readonly ask: (request: PolicyRequest) => readonly string[] | undefined
}

/** What the keys of one policy have in common. */
export interface KeyScope {
  /** Whether there may be keys of other services, which no request here has. */
  readonly foreign: boolean
  /** The names of all keys, as they are met. */
  readonly keys: Set<string>
}

/**
 * A key as a policy names it. Throws MalformedPolicy where there is no such key: a key misspelt is one that no request has, and whatever
 * depends on it would be decided by chance.
 */
export function conditionKey(written: string, { foreign, keys }: KeyScope): ConditionKey {
  const slash = written.indexOf('/')
  const family = (slash === -1 ? written : written.slice(0, slash)).toLowerCase()
  const isKnown = slash === -1 ? known.has(family) : tagged.has(family) && slash < written.length - 1
  if (!isKnown && !(foreign && isForeign(family))) {
    throw malformed('Policy has an invalid condition key', { ConditionKey: written })
  }
  const name = slash === -1 ? family : family + written.slice(slash)
  keys.add(name)
  const ofPrincipal = Object.hasOwn(principalKeys, name) ? principalKeys[name] : undefined
  return {
    name,
    ask: ofPrincipal === undefined ? ({ context }) => context?.(name) : (request) => ofPrincipal(request.principal),
  }
}

const isForeign = (family: string): boolean =>
  /^[a-z0-9-]+:[\w:.-]+$/.test(family) && !family.startsWith('s3:') && !family.startsWith('aws:')

/** AWS's "Principal key values". What is not here about a principal, such as tags and organisations, nobody has. */
const principalKeys: Readonly<Record<string, (principal: Principal | undefined) => readonly string[] | undefined>> = {
  'aws:username': (principal) => (principal?.user === undefined ? undefined : [principal.user.name]),
  'aws:userid': (principal) => [principal === undefined ? 'anonymous' : (principal.user?.id ?? principal.accountId)],
  'aws:principalaccount': (principal) => [principal?.accountId ?? 'anonymous'],
  'aws:principalarn': (principal) => (principal === undefined ? undefined : [arnOf(principal)]),
  'aws:principaltype': (principal) => [
    principal === undefined ? 'Anonymous' : principal.user === undefined ? 'Account' : 'User',
  ],
  'aws:principalisawsservice': () => ['false'],
  'aws:viaawsservice': () => ['false'],
}
