/** What the vendors' documents ask for, line by line: the ids that tests bear in their names. docs/requirements.md is generated from it and from those names. */

export interface Requirement {
  readonly id: string
  /** A sentence. */
  readonly says: string
  /** Part of S3; or of delivery, the management API and the console, which are to come. */
  readonly part: 'S3' | 'delivery and console'
  /** Why no test has it in its name, where it is part of S3. */
  readonly untested?: string
}

export interface Section {
  readonly title: string
  readonly requirements: readonly Requirement[]
}

const s3 = (id: string, says: string): Requirement => ({ id, says, part: 'S3' })
const untested = (id: string, says: string, why: string): Requirement => ({ id, says, part: 'S3', untested: why })
const later = (id: string, says: string): Requirement => ({ id, says, part: 'delivery and console' })

const qencode: readonly Requirement[] = [
  s3('Q-AK-1', 'An account has any number of access keys, all valid at once.'),
  s3('Q-AK-2', 'Each key has full access to its account, and to no other.'),
  later('Q-AK-3', 'Media storage → Access Keys → Generate new key, with the secret to be copied.'),
  s3('Q-AK-4', 'A secret is shown once, when it is made.'),
  s3('Q-AK-5', 'Keys have names, which are labels; renaming changes nothing else.'),
  s3('Q-AK-6', 'Regenerating replaces the secret under the same id, at once.'),
  s3('Q-AK-7', 'Requests with a deleted key fail.'),
  later('Q-AK-8', 'The page warns that regenerating and deleting break programs.'),
  s3('Q-RG-1', 'There are two regions, us-west and eu-central.'),
  s3('Q-EP-1', 'The endpoint is [region].s3.[domain]/[bucket]/[path].'),
  s3('Q-EP-2', 'HTTPS only: plain HTTP is denied.'),
  s3('Q-EP-3', 'SDKs use the endpoint without the bucket.'),
  later('Q-EP-4', 'Files are delivered from [bucket].media-storage.[region].[domain]/[path].'),
  s3('Q-BK-1', 'Any S3 client creates and deletes buckets.'),
  s3('Q-BK-2', 'Buckets are private in S3; public rights cannot be set.'),
  later('Q-BK-3', 'Objects are reachable through delivery, by link or signed URL.'),
  later('Q-BK-4', 'Media storage → Buckets → Create Bucket.'),
  later('Q-BK-5', 'Bucket Settings → Delete Bucket.'),
  later('Q-BK-6', 'Enable CDN, on by default.'),
  later('Q-BK-7', 'Enable Authenticated Access, off by default.'),
  later('Q-BK-8', 'Settings take effect when they are saved.'),
  s3('Q-BN-1', 'Names of buckets are unique over all accounts.'),
  s3('Q-BN-2', 'Names of buckets are of letters, digits and hyphens.'),
  s3('Q-BN-3', 'No other character, underscores least of all.'),
  s3('Q-BN-4', 'Names of buckets do not differ by case alone.'),
  s3('Q-BN-5', 'Names of buckets have 6 to 63 characters.'),
  s3('Q-BN-6', 'A bucket cannot be renamed.'),
  s3('Q-BN-7', 'mediaBucket and bucket-29172h42 are names.'),
  s3('Q-ON-1', 'Names of objects are UTF-8, up to 1,024 bytes.'),
  s3('Q-ON-2', 'No character below 32.'),
  s3('Q-ON-3', 'No DEL.'),
  s3('Q-ON-4', 'No backslash.'),
  s3('Q-ON-5', 'No slash at either end, nor two in a row.'),
  s3('Q-ON-6', 'The documented examples are names.'),
  s3('Q-ON-7', 'An object cannot be renamed.'),
  s3('Q-AC-1', 'GetObjectAcl answers the ACL of the bucket.'),
  s3('Q-AC-2', 'public-read is not supported.'),
  s3('Q-AC-3', 'Buckets are private by default.'),
  later('Q-AC-4', 'By default, files are public through delivery.'),
  later('Q-AC-5', 'Settings or PUT /v1/buckets/[name]/policy/[policy] require a signed URL.'),
  s3('Q-AU-1', 'Signature Version 4 only.'),
  s3('Q-OP', 'The 38 supported operations.'),
  s3('Q-NO', 'What is not supported: 501; requests with checksum headers: 400.'),
]

const signedUrls: readonly Requirement[] = [
  later('G-PO-1', 'The policy of a bucket is public or authenticated.'),
  later('G-PO-2', 'Authenticated: every object needs a signed token.'),
  later('G-PO-3', 'PUT /v1/buckets/[name]/policy/[policy].'),
  later('G-PO-4', 'Bucket Settings → Enable Authenticated CDN access.'),
  later('G-PO-5', 'A signed URL says who may read and write.'),
  later('G-SK-1', 'POST /v1/signing-keys makes a key.'),
  later('G-SK-2', 'It names the bucket, or the stream.'),
  later('G-SK-3', 'The answer has the private key, its id and its name.'),
  later('G-SK-4', 'The private key is in that answer alone, and is not kept.'),
  later('G-SK-5', 'GET /v1/signing-keys lists them.'),
  later('G-SK-6', 'PUT /v1/signing-keys/[id] renames one.'),
  later('G-SK-7', 'DELETE /v1/signing-keys/[id]: its URLs stop working at once.'),
  later('G-SK-8', 'The page for signing keys.'),
  later('G-SK-9', 'A key is for one bucket.'),
  later('G-SK-10', 'The practices that are recommended are told.'),
  later('G-TK-1', 'Tokens are JWTs in the parameter auth.'),
  later('G-TK-2', 'The URL of a file with its token.'),
  later('G-TK-3', 'The same on a domain of one’s own.'),
  later('G-TK-4', 'RS256 only.'),
  later('G-TK-5', 'kid and alg are required, typ is JWT.'),
  later('G-TK-6', 'uri: a file, a directory, or everything.'),
  later('G-TK-7', 'exp is optional.'),
  later('G-TK-8', 'nbf is optional.'),
  later('G-TK-9', 'Custom claims are allowed.'),
  later('G-TK-10', 'A token is revoked by deleting its key.'),
  later('G-ER', 'A refused token is 403, never from a cache.'),
]

const presigned: readonly Requirement[] = [
  s3('P-1', 'Presigned GET and PUT, whose holder needs no key.'),
  s3('P-2', 's3cmd signurl at the endpoints’ hosts, and by virtual host.'),
  s3('P-3', 'boto3’s generate_presigned_url, in each region.'),
  s3('P-4', 'A presigned PUT replaces what is there.'),
  s3('P-5', 'Download with a browser or curl, upload with curl -T.'),
  s3('P-6', 'Reusable until it expires, at a time that is fixed when it is made.'),
  s3('P-7', '1 to 604,800 seconds; in Version 2 a time since 1970.'),
]

const selectel: readonly Requirement[] = [
  untested(
    'L-1',
    'Old users and URLs stop working on a date.',
    'Regions and endpoints have further names, which an operator takes away; none of them ends by itself.',
  ),
  s3('L-2', 'Numbers and sizes; buckets and objects created, copied, moved, downloaded, removed.'),
  s3('L-3', 'Only authorised access.'),
  s3('L-4', 'A user needs a role with access; where there is a policy, what it does not allow is denied.'),
  s3('L-5', 'Path style is the default.'),
  s3('L-6', 'Virtual-hosted style: <bucket_name>.<s3_domain>.'),
  s3('L-7', 'Signature Version 4 and Version 2.'),
  s3('L-8', 'Keys are issued to users.'),
  s3('L-9', 'Requests are signed in the header, the query or the form.'),
  s3('L-10', 'A signature is good for 15 minutes.'),
  s3('L-11', 'The table of compatibility.'),
  s3('L-12', 'boto3 configured by ~/.aws; the region is the pool.'),
  s3('L-13', 'boto3: put_object, upload_file, list_objects, get_object, delete_objects.'),
  s3('L-14', 'generate_presigned_post, with ${filename}.'),
  s3('L-15', 'Every field of a form is covered by a condition.'),
  s3('L-16', 'The file is the last field.'),
  s3('L-17', 'The sample for PHP.'),
  s3('L-18', 'The sample for Node.js.'),
  s3('L-19', 'The sample for Java.'),
]

const kontenum: readonly Requirement[] = [
  s3('K-1', 'Programs for AWS S3 work as they are.'),
  untested('K-2', 'AWS’s documentation counts where this says nothing.', 'Everything else is tested against it.'),
  untested('K-3', 'What is limited is limited on purpose.', 'K-GO-1, K-NO-1 and K-AK-1 are those limits.'),
  s3('K-AK-1', 'Two active access keys at most.'),
  later('K-AK-2', 'Console → Storage Access Keys.'),
  s3('K-AK-3', 'A secret is shown once.'),
  s3('K-AK-4', 'Rotation: a new key, the old one inactive, then deleted.'),
  s3('K-AU-1', 'Authorization: ACCESS_KEY:SECRET_KEY, where it is switched on.'),
  s3('K-PR-1', 'HTTP and HTTPS.'),
  s3('K-GO-1', 'GetObject is disabled.'),
  s3('K-AD-1', 'Both styles of addressing.'),
  s3('K-ER-1', 'AWS’s errors.'),
  s3('K-SG-1', 'AWS’s signatures, in the header and in the query.'),
  s3('K-SG-2', 'append, compose and force_delete=true are signed by Version 2.'),
  s3('K-NO-1', 'What is meant for web pages is not supported.'),
  s3('K-EX-1', 'Storage Explorer: folders are objects x/ without bytes.'),
  s3('K-EX-2', 'Storage Explorer: what is deleted is kept for 90 days.'),
  s3('K-EX-3', 'Storage Explorer: there are no versions until they are asked for.'),
]

const crossCutting: readonly Requirement[] = [
  later('X-1', 'S3 and delivery have hosts and authentication of their own.'),
  later('X-2', 'POST /v1/access_token/[api_key] gives a token for 24 hours.'),
  s3('X-3', 'One register of bucket names over accounts and regions.'),
  later('X-4', 'Certificates for all hosts.'),
  s3('X-5', 'Hosts in any case; signatures over what was sent.'),
  s3('X-6', 'The envelope of errors, and request ids.'),
  s3('X-7', 'Object lock through every way of deleting.'),
  s3('X-8', 'Encryption with keys of the server, and their rotation.'),
  s3('X-9', 'CORS.'),
  s3('X-10', 'Numbers and bytes of buckets and objects by account.'),
]

/** In the order of the table of contradictions. */
const contradictions: readonly Requirement[] = [
  'Signature versions.',
  'Uploads by a form in a browser.',
  'Checksum headers.',
  'How many keys may be active.',
  'How keys are rotated.',
  'GetObject over S3.',
  'Names of buckets.',
  'Names of objects.',
  'Renaming.',
  'Access control lists.',
  'Plain HTTP.',
  'What stands in Authorization.',
  'What is public by default.',
  'Object lock without PutBucketVersioning.',
  'Tags, lifecycle, website, logging, policies.',
  'How long a signature in the header is good.',
  'What regions are.',
].map((says, index) => s3(`A.7 #${index + 1}`, says))

export const sections: readonly Section[] = [
  { title: 'Qencode: S3 API', requirements: qencode },
  { title: 'Qencode: presigned URLs', requirements: presigned },
  { title: 'Selectel: S3', requirements: selectel },
  { title: 'Kontenum: Storage API', requirements: kontenum },
  { title: 'Where they contradict each other', requirements: contradictions },
  { title: 'Across all', requirements: crossCutting },
  { title: 'Qencode: signed URLs', requirements: signedUrls },
]
