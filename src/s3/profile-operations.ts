/** What the toggles switch off: operations, single headers of others, and names that new objects may not have. */
import { ApiError } from '../base/errors.ts'
import { checkKeyName } from '../objects/key-name.ts'
import type { ToggleName, Toggles } from '../objects/profile.ts'
import type { Infer, Members } from './shape.ts'

/** Toggles that are on or off. */
type Switch = { [Name in ToggleName]: Toggles[Name] extends boolean ? Name : never }[ToggleName]

const governed = {
  tagging: [
    'DeleteBucketTagging',
    'DeleteObjectTagging',
    'GetBucketTagging',
    'GetObjectTagging',
    'PutBucketTagging',
    'PutObjectTagging',
  ],
  lifecycle: ['DeleteBucketLifecycle', 'GetBucketLifecycleConfiguration', 'PutBucketLifecycleConfiguration'],
  website: ['DeleteBucketWebsite', 'GetBucketWebsite', 'PutBucketWebsite'],
  logging: ['GetBucketLogging', 'PutBucketLogging'],
  policy: ['DeleteBucketPolicy', 'GetBucketPolicy', 'GetBucketPolicyStatus', 'PutBucketPolicy'],
  cors: ['DeleteBucketCors', 'GetBucketCors', 'PutBucketCors'],
  putBucketVersioning: ['PutBucketVersioning'],
  'post.object': ['PostObject'],
  'ext.append': ['AppendObject'],
  'ext.compose': ['ComposeObject'],
  'ext.rename': ['MoveObject', 'RenameObject'],
  'ext.forceDelete': ['ForceDeleteBucket'],
} as const satisfies Partial<Record<Switch, readonly string[]>>

const switchOf: ReadonlyMap<string, Switch> = new Map(
  Object.entries(governed).flatMap(([toggle, names]) => names.map((name) => [name, toggle as Switch])),
)

/** Input members that ask an operation for something a toggle switches off. */
const members = [
  ['Tagging', 'tagging', 'x-amz-tagging'],
  ['WebsiteRedirectLocation', 'website', 'x-amz-website-redirect-location'],
  ['WriteOffsetBytes', 'ext.append', 'x-amz-write-offset-bytes'],
] as const satisfies readonly (readonly [member: string, toggle: Switch, header: string])[]

/** "Supported operations" of Qencode's S3 API, in full. */
const qencodeOperations: ReadonlySet<string> = new Set(
  (
    'AbortMultipartUpload CompleteMultipartUpload CopyObject CreateBucket CreateMultipartUpload DeleteBucket DeleteBucketCors ' +
    'DeleteBucketEncryption DeleteObject DeleteObjects GetBucketAcl GetBucketCors GetBucketEncryption GetBucketLocation GetBucketVersioning ' +
    'GetObject GetObjectAcl GetObjectLegalHold GetObjectLockConfiguration GetObjectRetention HeadBucket HeadObject ListBuckets ' +
    'ListMultipartUploads ListObjectVersions ListObjects ListObjectsV2 ListParts PutBucketAcl PutBucketCors PutBucketEncryption PutObject ' +
    'PutObjectAcl PutObjectLegalHold PutObjectLockConfiguration PutObjectRetention UploadPart UploadPartCopy'
  ).split(' '),
)

/** Operations that give a new name to an object, where its name is the key that the request addresses. */
const namesKey: ReadonlySet<string> = new Set([
  'PutObject',
  'CopyObject',
  'CreateMultipartUpload',
  'AppendObject',
  'ComposeObject',
  'RenameObject',
])

const restricting = new WeakMap<Toggles, boolean>()

/** Whether the toggles switch anything off, or any name: most do not, and then there is nothing to ask for each request. */
export function restrict(toggles: Toggles): boolean {
  let restricts = restricting.get(toggles)
  if (restricts === undefined) {
    const allOn = (Object.keys(governed) as (keyof typeof governed)[]).every((name) => toggles[name])
    const { operations } = toggles
    restricts =
      !allOn || operations !== 'all' || toggles['s3.getObject'] !== 'enabled' || toggles['naming.key'] !== 'aws'
    restricting.set(toggles, restricts)
  }
  return restricts
}

/** Whether the operation is there at all. */
export function isSwitchedOn(toggles: Toggles, operation: string): boolean {
  const toggle = switchOf.get(operation)
  return toggle !== undefined ? toggles[toggle] : toggles.operations === 'all' || qencodeOperations.has(operation)
}

/**
 * Throws NotImplemented for an operation, or a header of one, that is switched off; AccessDenied for GetObject where that is; InvalidArgument for
 * a key that no new object may have. To be called once the request is authorised.
 */
export function refuseByProfile(toggles: Toggles, operation: string, input: Infer<Members>): void {
  if (!isSwitchedOn(toggles, operation)) throw switchedOff(operation)
  if (operation === 'GetObject' && toggles['s3.getObject'] === 'disabled') {
    throw new ApiError('AccessDenied', 'GetObject is disabled on this endpoint; use the delivery URL.')
  }
  for (const [member, toggle, header] of members) {
    if (toggles[toggle] || input[member] === undefined || switchOf.get(operation) === toggle) continue
    throw new ApiError('NotImplemented', `The header ${header} is switched off here.`, { details: { Header: header } })
  }
  if (!toggles.tagging && operation === 'CreateBucket' && hasTags(input)) {
    throw new ApiError('NotImplemented', 'Tags are switched off here.')
  }
  refuseKeyName(toggles, operation, input)
}

/** Throws InvalidArgument for a key that no new object may have. */
export function refuseKeyName(toggles: Toggles, operation: string, input: Infer<Members>): void {
  if (toggles['naming.key'] === 'aws' || !namesKey.has(operation)) return
  checkKeyName(input['Key'] as string, toggles['naming.key'])
}

export const switchedOff = (operation: string): ApiError =>
  new ApiError('NotImplemented', `${operation} is switched off here.`)

const hasTags = ({ CreateBucketConfiguration: configuration }: Infer<Members>): boolean => {
  const { Tags = [] } = (configuration ?? {}) as { readonly Tags?: readonly unknown[] | undefined }
  return Tags.length > 0
}
