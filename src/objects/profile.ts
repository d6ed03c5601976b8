/**
 * The toggles, by which this server is like one vendor's or another's, and the profiles, which are values for all of them: one table. docs/profiles.md is
 * generated from it. Which toggles hold for a request is decided in toggles.ts.
 */
import { choice, numberOrNone, onOrOff, ToggleFault, wholeNumber } from './toggle.ts'
import type { ToggleKind, ToggleValue } from './toggle.ts'

export const profileNames = ['aws', 'qencode', 'selectel', 'kontenum'] as const
export type ProfileName = (typeof profileNames)[number]

/** What each of them is. */
export const profileSummaries: Readonly<Record<ProfileName, string>> = {
  aws: 'As Amazon S3 behaves today; the default.',
  qencode: "As Qencode's Media Storage documents itself: few operations, public delivery, no plain HTTP.",
  selectel: "As Selectel's object storage documents itself: Signature Version 2 too, policies that exclude all else.",
  kontenum: "As Kontenum's storage documents itself: what is deleted can be had back, and reading is for delivery.",
}

export interface ToggleRow<T extends ToggleValue> {
  readonly kind: ToggleKind<T>
  /** Full sentences. */
  readonly meaning: string
  readonly section: string
  readonly values: Readonly<Record<ProfileName, T>>
  /** Which front obeys it, where that is not S3. */
  readonly readBy?: 'delivery'
}

const toggle = <T extends ToggleValue>(
  section: string,
  kind: ToggleKind<T>,
  values: Readonly<Record<ProfileName, NoInfer<T>>>,
  meaning: string,
): ToggleRow<T> => ({ section, kind, values, meaning })

const ofDelivery = <T extends ToggleValue>(row: ToggleRow<T>): ToggleRow<T> => ({ ...row, readBy: 'delivery' })

/** The same for all profiles. */
const everywhere = <const T>(value: T): Record<ProfileName, T> => ({
  aws: value,
  qencode: value,
  selectel: value,
  kontenum: value,
})

const off = choice('off', 'read', 'on')
const signing = 'Signatures and transport'
const requests = 'Requests'
const names = 'Names'
const operations = 'Operations'
const extensions = 'Extensions'
const limits = 'Keys and limits'
const delivery = 'Delivery'

export const toggleTable = {
  'sig.v2.header': toggle(
    signing,
    off,
    { aws: 'off', qencode: 'off', selectel: 'on', kontenum: 'on' },
    'Signature Version 2 in the Authorization header; `read`: for GET and HEAD only.',
  ),
  'sig.v2.query': toggle(
    signing,
    off,
    { aws: 'on', qencode: 'read', selectel: 'on', kontenum: 'on' },
    'Signature Version 2 in the query, which is what `s3cmd signurl` makes; `read`: for GET and HEAD only.',
  ),
  'sig.v2.post': toggle(
    signing,
    onOrOff,
    { aws: true, qencode: false, selectel: true, kontenum: false },
    'Signature Version 2 in the form of a browser upload. Version 4 is always taken there, if such uploads are.',
  ),
  'auth.plainKey': toggle(
    signing,
    onOrOff,
    everywhere(false),
    'Takes `Authorization: ACCESS_KEY:SECRET_KEY` in place of a signature, over TLS only, and logs each use. It sends the secret itself: leave it off unless a client can do nothing else.',
  ),
  http: toggle(
    signing,
    choice('allow', 'local', 'redirect', 'deny'),
    { aws: 'local', qencode: 'redirect', selectel: 'deny', kontenum: 'allow' },
    'Plain HTTP. `redirect`: a presigned GET or HEAD is sent to HTTPS with 307, all else is refused with 403. `local`: the same, but it is allowed from this machine, and wherever `ENTREPOT_ALLOW_PLAINTEXT` is set.',
  ),

  'post.object': toggle(
    requests,
    onOrOff,
    { aws: true, qencode: false, selectel: true, kontenum: false },
    'Uploads by a form in a browser (POST Object); 501 where off.',
  ),
  checksums: toggle(
    requests,
    choice('accept', 'ignore', 'reject'),
    { aws: 'accept', qencode: 'reject', selectel: 'accept', kontenum: 'accept' },
    '`x-amz-checksum-*`, `x-amz-sdk-checksum-algorithm`, `x-amz-checksum-mode` and `x-amz-trailer`: checked and kept, or passed over, or refused with 400.',
  ),
  'checksums.malformed': toggle(
    requests,
    choice('InvalidRequest', 'BadDigest'),
    everywhere('InvalidRequest'),
    'What a checksum header is called that can be no checksum of its kind: AWS says InvalidRequest, Ceph BadDigest.',
  ),
  'presign.emptyBodyChecksum': toggle(
    requests,
    choice('accept', 'reject'),
    everywhere('accept'),
    'A presigned upload whose URL carries the checksum of an empty body, which SDKs put there before they know the body. `accept`: checksums in such a URL are passed over. `reject`: they are held against the body.',
  ),
  'presign.expiresOutOfRange': toggle(
    signing,
    choice(400, 403),
    everywhere(400),
    'A presigned URL (Signature Version 4) whose X-Amz-Expires is no number from 1 to 604,800: 400 AuthorizationQueryParametersError, as AWS answers, or 403, as Ceph does. It is read of the server alone.',
  ),
  'anonymous.listBuckets': toggle(
    requests,
    choice('deny', 'empty'),
    everywhere('deny'),
    'ListBuckets without a signature: 403, or an empty list, as Ceph answers. It is read of the server alone.',
  ),
  acl: toggle(
    requests,
    choice('enforced', 'full', 'bucket-private', 'get-only'),
    { aws: 'enforced', qencode: 'bucket-private', selectel: 'get-only', kontenum: 'full' },
    'Access control lists. `enforced`: as AWS where the bucket owner is enforced: none but private ones are taken. `full`: canned ACLs and grants. `bucket-private`: of the bucket alone, and always private. `get-only`: can be read, not set.',
  ),
  'rateLimit.status': toggle(
    requests,
    choice(503, 429),
    { aws: 503, qencode: 503, selectel: 429, kontenum: 503 },
    'How a client is told to slow down: 503 SlowDown, or 429 Too Many Requests.',
  ),

  'naming.bucket': toggle(
    names,
    choice('aws', 'qencode', 'relaxed'),
    { aws: 'aws', qencode: 'qencode', selectel: 'relaxed', kontenum: 'aws' },
    'Names of new buckets. `aws`: 3 to 63 small letters, digits, hyphens, full stops. `qencode`: 6 to 63 letters, digits, hyphens, found in any case. `relaxed`: up to 128 characters without a slash, but not `uc`, whose host the console needs. Whatever the rule, two names never differ by case alone.',
  ),
  'naming.key': toggle(
    names,
    choice('aws', 'qencode'),
    { aws: 'aws', qencode: 'qencode', selectel: 'aws', kontenum: 'aws' },
    'Names of new objects. `aws`: up to 1,024 bytes of UTF-8. `qencode`: also no control characters, no backslash, no slash at either end, no two in a row.',
  ),

  's3.getObject': toggle(
    operations,
    choice('enabled', 'disabled'),
    { aws: 'enabled', qencode: 'enabled', selectel: 'enabled', kontenum: 'disabled' },
    'GetObject. `disabled`: 403, presigned too; HEAD and copies within the server stay, and reading is for delivery.',
  ),
  operations: toggle(
    operations,
    choice('all', 'qencode'),
    { aws: 'all', qencode: 'qencode', selectel: 'all', kontenum: 'all' },
    'Which operations there are, apart from those that toggles below decide: all that are served, or only the 38 that Qencode names; 501 for the others.',
  ),
  tagging: toggle(
    operations,
    onOrOff,
    { aws: true, qencode: false, selectel: true, kontenum: true },
    'Tags of objects and buckets, `x-amz-tagging` included.',
  ),
  lifecycle: toggle(
    operations,
    onOrOff,
    { aws: true, qencode: false, selectel: true, kontenum: true },
    'Lifecycle rules. Rules that are there stay in force when the operations are switched off.',
  ),
  website: toggle(
    operations,
    onOrOff,
    { aws: true, qencode: false, selectel: true, kontenum: false },
    'Website configuration and redirects.',
  ),
  logging: toggle(
    operations,
    onOrOff,
    { aws: true, qencode: false, selectel: true, kontenum: true },
    'Configuration of access logs.',
  ),
  policy: toggle(
    operations,
    onOrOff,
    { aws: true, qencode: false, selectel: true, kontenum: true },
    'Bucket policies. A policy that is there stays in force when the operations are switched off.',
  ),
  'policy.validation': toggle(
    operations,
    choice('strict', 'lenient'),
    everywhere('strict'),
    'Statements of a bucket policy that can match nothing, because there is no such principal or the action is on none of the resources. `strict`: refused, as AWS does. `lenient`: taken, as Ceph does.',
  ),
  'policy.exclusive': toggle(
    operations,
    onOrOff,
    { aws: false, qencode: false, selectel: true, kontenum: false },
    "Where a bucket has a policy, what it does not allow is denied, to the owner's account too. Off: the account may do everything that no policy denies.",
  ),
  cors: toggle(operations, onOrOff, everywhere(true), 'CORS configuration.'),
  putBucketVersioning: toggle(
    operations,
    onOrOff,
    { aws: true, qencode: false, selectel: true, kontenum: true },
    'PutBucketVersioning. Where off, a bucket has versions only if it was created with object lock.',
  ),

  'ext.append': toggle(
    extensions,
    onOrOff,
    { aws: true, qencode: false, selectel: true, kontenum: true },
    'Appending to objects: `?append`, `x-amz-write-offset-bytes`, `?append&position=`.',
  ),
  'ext.compose': toggle(
    extensions,
    onOrOff,
    { aws: true, qencode: false, selectel: true, kontenum: true },
    'Composing an object of others: `?compose`.',
  ),
  'ext.rename': toggle(
    extensions,
    onOrOff,
    { aws: true, qencode: false, selectel: false, kontenum: true },
    'Renaming objects and buckets: MOVE and RenameObject.',
  ),
  'ext.forceDelete': toggle(
    extensions,
    onOrOff,
    { aws: true, qencode: false, selectel: true, kontenum: true },
    'Deleting a bucket with all that is in it: `?force_delete=true`.',
  ),
  'forceDelete.waitSeconds': toggle(
    extensions,
    wholeNumber(0, 3600),
    { aws: 10, qencode: 10, selectel: 10, kontenum: 60 },
    'How long such a deletion may keep its client waiting, in seconds.',
  ),
  'forceDelete.answer': toggle(
    extensions,
    choice(202, 503),
    { aws: 202, qencode: 202, selectel: 202, kontenum: 503 },
    'What the client is told when that time is over; the deletion goes on.',
  ),
  'ext.softDeleteDays': toggle(
    extensions,
    numberOrNone(1, 36_500),
    { aws: null, qencode: null, selectel: null, kontenum: 90 },
    'For how many days what is deleted or replaced can be had back, in new buckets: PutBucketSoftDelete changes it for one.',
  ),

  'keys.maxActive': toggle(
    limits,
    numberOrNone(1, 1000),
    { aws: null, qencode: null, selectel: null, kontenum: 2 },
    'How many access keys of an account may be active at once. Those that are active already stay so.',
  ),

  'buckets.max': toggle(
    limits,
    numberOrNone(1, 1_000_000),
    { aws: 10_000, qencode: null, selectel: 2000, kontenum: 1000 },
    'How many buckets an account may have. Those that it has already stay.',
  ),

  'delivery.enabled': ofDelivery(
    toggle(delivery, onOrOff, everywhere(true), 'Whether a new bucket can be read through delivery.'),
  ),
  'delivery.requireUri': ofDelivery(
    toggle(
      delivery,
      onOrOff,
      everywhere(false),
      'Tokens without `uri`, or with an empty one, open the whole bucket. On: they are refused.',
    ),
  ),
  'delivery.policy': ofDelivery(
    toggle(
      delivery,
      choice('authenticated', 'public'),
      { aws: 'authenticated', qencode: 'public', selectel: 'authenticated', kontenum: 'authenticated' },
      'Who may read a new bucket through delivery: whoever has a signed URL, or everybody.',
    ),
  ),
} as const satisfies Record<string, ToggleRow<never> | ToggleRow<ToggleValue>>

export type ToggleName = keyof typeof toggleTable
export const toggleNames = Object.keys(toggleTable) as readonly ToggleName[]

/** A value for every toggle. */
export type Toggles = {
  readonly [Name in ToggleName]: (typeof toggleTable)[Name] extends ToggleRow<infer T> ? T : never
}

/** Single toggles that have been set, over a profile's. */
export type SetToggles = Readonly<Record<string, ToggleValue>>

/** The values of a profile. */
export const togglesOfProfile = (name: ProfileName): Toggles =>
  Object.fromEntries(toggleNames.map((toggle) => [toggle, toggleTable[toggle].values[name]])) as unknown as Toggles

export const isProfileName = (text: string): text is ProfileName => profileNames.some((name) => name === text)
export const isToggleName = (text: string): text is ToggleName => Object.hasOwn(toggleTable, text)

/** The value of a toggle as it was written, by an operator or in JSON. Throws ToggleFault, also where there is no such toggle. */
export function parseToggle(name: string, written: unknown): ToggleValue {
  if (!isToggleName(name)) throw new ToggleFault('is no toggle')
  return toggleTable[name].kind.parse(written)
}
