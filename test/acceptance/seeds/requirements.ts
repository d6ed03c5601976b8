/** What the vendors' documents ask for, line by line: the ids that tests bear in their names. docs/requirements.md is generated from it and from those names. */

export interface Requirement {
  readonly id: string
  /** A sentence. */
  readonly says: string
  /** Part of the server: S3, delivery, management; or of the console, which is to come. */
  readonly part: 'server' | 'console'
  /** Why no test has it in its name, where it is part of the server. */
  readonly untested?: string
}

export interface Section {
  readonly title: string
  readonly requirements: readonly Requirement[]
}

const server = (id: string, says: string): Requirement => ({ id, says, part: 'server' })
const untested = (id: string, says: string, why: string): Requirement => ({ id, says, part: 'server', untested: why })
const later = (id: string, says: string): Requirement => ({ id, says, part: 'console' })

const qencode: readonly Requirement[] = [
  server('Q-AK-1', 'An account has any number of access keys, all valid at once.'),
  server('Q-AK-2', 'Each key has full access to its account, and to no other.'),
  later('Q-AK-3', 'Media storage → Access Keys → Generate new key, with the secret to be copied.'),
  server('Q-AK-4', 'A secret is shown once, when it is made.'),
  server('Q-AK-5', 'Keys have names, which are labels; renaming changes nothing else.'),
  server('Q-AK-6', 'Regenerating replaces the secret under the same id, at once.'),
  server('Q-AK-7', 'Requests with a deleted key fail.'),
  later('Q-AK-8', 'The page warns that regenerating and deleting break programs.'),
  server('Q-RG-1', 'There are two regions, us-west and eu-central.'),
  server('Q-EP-1', 'The endpoint is [region].s3.[domain]/[bucket]/[path].'),
  server('Q-EP-2', 'HTTPS only: plain HTTP is denied.'),
  server('Q-EP-3', 'SDKs use the endpoint without the bucket.'),
  server('Q-EP-4', 'Files are delivered from [bucket].media-storage.[region].[domain]/[path].'),
  server('Q-BK-1', 'Any S3 client creates and deletes buckets.'),
  server('Q-BK-2', 'Buckets are private in S3; public rights cannot be set.'),
  server('Q-BK-3', 'Objects are reachable through delivery, by link or signed URL.'),
  server('Q-BK-4', 'Media storage → Buckets → Create Bucket.'),
  server('Q-BK-5', 'Bucket Settings → Delete Bucket.'),
  server('Q-BK-6', 'Enable CDN, on by default.'),
  server('Q-BK-7', 'Enable Authenticated Access, off by default.'),
  server('Q-BK-8', 'Settings take effect when they are saved.'),
  server('Q-BN-1', 'Names of buckets are unique over all accounts.'),
  server('Q-BN-2', 'Names of buckets are of letters, digits and hyphens.'),
  server('Q-BN-3', 'No other character, underscores least of all.'),
  server('Q-BN-4', 'Names of buckets do not differ by case alone.'),
  server('Q-BN-5', 'Names of buckets have 6 to 63 characters.'),
  server('Q-BN-6', 'A bucket cannot be renamed.'),
  server('Q-BN-7', 'mediaBucket and bucket-29172h42 are names.'),
  server('Q-ON-1', 'Names of objects are UTF-8, up to 1,024 bytes.'),
  server('Q-ON-2', 'No character below 32.'),
  server('Q-ON-3', 'No DEL.'),
  server('Q-ON-4', 'No backslash.'),
  server('Q-ON-5', 'No slash at either end, nor two in a row.'),
  server('Q-ON-6', 'The documented examples are names.'),
  server('Q-ON-7', 'An object cannot be renamed.'),
  server('Q-AC-1', 'GetObjectAcl answers the ACL of the bucket.'),
  server('Q-AC-2', 'public-read is not supported.'),
  server('Q-AC-3', 'Buckets are private by default.'),
  server('Q-AC-4', 'By default, files are public through delivery.'),
  server('Q-AC-5', 'Settings or PUT /v1/buckets/[name]/policy/[policy] require a signed URL.'),
  server('Q-AU-1', 'Signature Version 4 only.'),
  server('Q-OP', 'The 38 supported operations.'),
  server('Q-NO', 'What is not supported: 501; requests with checksum headers: 400.'),
]

const signedUrls: readonly Requirement[] = [
  server('G-PO-1', 'The policy of a bucket is public or authenticated.'),
  server('G-PO-2', 'Authenticated: every object needs a signed token.'),
  server('G-PO-3', 'PUT /v1/buckets/[name]/policy/[policy].'),
  server('G-PO-4', 'Bucket Settings → Enable Authenticated CDN access.'),
  server('G-PO-5', 'A signed URL says who may read and write.'),
  server('G-SK-1', 'POST /v1/signing-keys makes a key.'),
  server('G-SK-2', 'It names the bucket, or the stream.'),
  server('G-SK-3', 'The answer has the private key, its id and its name.'),
  server('G-SK-4', 'The private key is in that answer alone, and is not kept.'),
  server('G-SK-5', 'GET /v1/signing-keys lists them.'),
  server('G-SK-6', 'PUT /v1/signing-keys/[id] renames one.'),
  server('G-SK-7', 'DELETE /v1/signing-keys/[id]: its URLs stop working at once.'),
  later('G-SK-8', 'The page for signing keys.'),
  server('G-SK-9', 'A key is for one bucket.'),
  server('G-SK-10', 'The practices that are recommended are told.'),
  server('G-TK-1', 'Tokens are JWTs in the parameter auth.'),
  server('G-TK-2', 'The URL of a file with its token.'),
  server('G-TK-3', 'The same on a domain of one’s own.'),
  server('G-TK-4', 'RS256 only.'),
  server('G-TK-5', 'kid and alg are required, typ is JWT.'),
  server('G-TK-6', 'uri: a file, a directory, or everything.'),
  server('G-TK-7', 'exp is optional.'),
  server('G-TK-8', 'nbf is optional.'),
  server('G-TK-9', 'Custom claims are allowed.'),
  server('G-TK-10', 'A token is revoked by deleting its key.'),
  server('G-ER', 'A refused token is 403, never from a cache.'),
]

const presigned: readonly Requirement[] = [
  server('P-1', 'Presigned GET and PUT, whose holder needs no key.'),
  server('P-2', 's3cmd signurl at the endpoints’ hosts, and by virtual host.'),
  server('P-3', 'boto3’s generate_presigned_url, in each region.'),
  server('P-4', 'A presigned PUT replaces what is there.'),
  server('P-5', 'Download with a browser or curl, upload with curl -T.'),
  server('P-6', 'Reusable until it expires, at a time that is fixed when it is made.'),
  server('P-7', '1 to 604,800 seconds; in Version 2 a time since 1970.'),
]

const selectel: readonly Requirement[] = [
  untested(
    'L-1',
    'Old users and URLs stop working on a date.',
    'Regions and endpoints have further names, which an operator takes away; none of them ends by itself.',
  ),
  server('L-2', 'Numbers and sizes; buckets and objects created, copied, moved, downloaded, removed.'),
  server('L-3', 'Only authorised access.'),
  server('L-4', 'A user needs a role with access; where there is a policy, what it does not allow is denied.'),
  server('L-5', 'Path style is the default.'),
  server('L-6', 'Virtual-hosted style: <bucket_name>.<s3_domain>.'),
  server('L-7', 'Signature Version 4 and Version 2.'),
  server('L-8', 'Keys are issued to users.'),
  server('L-9', 'Requests are signed in the header, the query or the form.'),
  server('L-10', 'A signature is good for 15 minutes.'),
  server('L-11', 'The table of compatibility.'),
  server('L-12', 'boto3 configured by ~/.aws; the region is the pool.'),
  server('L-13', 'boto3: put_object, upload_file, list_objects, get_object, delete_objects.'),
  server('L-14', 'generate_presigned_post, with ${filename}.'),
  server('L-15', 'Every field of a form is covered by a condition.'),
  server('L-16', 'The file is the last field.'),
  server('L-17', 'The sample for PHP.'),
  server('L-18', 'The sample for Node.js.'),
  server('L-19', 'The sample for Java.'),
]

const kontenum: readonly Requirement[] = [
  server('K-1', 'Programs for AWS S3 work as they are.'),
  untested('K-2', 'AWS’s documentation counts where this says nothing.', 'Everything else is tested against it.'),
  untested('K-3', 'What is limited is limited on purpose.', 'K-GO-1, K-NO-1 and K-AK-1 are those limits.'),
  server('K-AK-1', 'Two active access keys at most.'),
  later('K-AK-2', 'Console → Storage Access Keys.'),
  server('K-AK-3', 'A secret is shown once.'),
  server('K-AK-4', 'Rotation: a new key, the old one inactive, then deleted.'),
  server('K-AU-1', 'Authorization: ACCESS_KEY:SECRET_KEY, where it is switched on.'),
  server('K-PR-1', 'HTTP and HTTPS.'),
  server('K-GO-1', 'GetObject is disabled.'),
  server('K-AD-1', 'Both styles of addressing.'),
  server('K-ER-1', 'AWS’s errors.'),
  server('K-SG-1', 'AWS’s signatures, in the header and in the query.'),
  server('K-SG-2', 'append, compose and force_delete=true are signed by Version 2.'),
  server('K-NO-1', 'What is meant for web pages is not supported.'),
  server('K-EX-1', 'Storage Explorer: folders are objects x/ without bytes.'),
  server('K-EX-2', 'Storage Explorer: what is deleted is kept for 90 days.'),
  server('K-EX-3', 'Storage Explorer: there are no versions until they are asked for.'),
]

const crossCutting: readonly Requirement[] = [
  server('X-1', 'S3 and delivery have hosts and authentication of their own.'),
  server('X-2', 'POST /v1/access_token/[api_key] gives a token for 24 hours.'),
  server('X-3', 'One register of bucket names over accounts and regions.'),
  server('X-4', 'Certificates for all hosts.'),
  server('X-5', 'Hosts in any case; signatures over what was sent.'),
  server('X-6', 'The envelope of errors, and request ids.'),
  server('X-7', 'Object lock through every way of deleting.'),
  server('X-8', 'Encryption with keys of the server, and their rotation.'),
  server('X-9', 'CORS.'),
  server('X-10', 'Numbers and bytes of buckets and objects by account.'),
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
].map((says, index) => server(`A.7 #${index + 1}`, says))

export const sections: readonly Section[] = [
  { title: 'Qencode: S3 API', requirements: qencode },
  { title: 'Qencode: presigned URLs', requirements: presigned },
  { title: 'Selectel: S3', requirements: selectel },
  { title: 'Kontenum: Storage API', requirements: kontenum },
  { title: 'Where they contradict each other', requirements: contradictions },
  { title: 'Across all', requirements: crossCutting },
  { title: 'Qencode: signed URLs', requirements: signedUrls },
]
