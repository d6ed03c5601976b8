/** Operations that only read, and operations on buckets, and what each needs. */
import { document, onBucket, onObject, type Place, type Rest, type Row } from './operation-row.ts'

export const reading: readonly Row[] = [
  { name: 'GetObject', request: onObject('GET k'), needs: ['GetObject'] },
  {
    name: 'GetObject, a version',
    has: 'versions',
    request: onObject('GET k?versionId=EARLIER'),
    needs: ['GetObjectVersion'],
  },
  { name: 'HeadObject', request: onObject('HEAD k'), needs: ['GetObject'] },
  {
    name: 'HeadObject, a version',
    has: 'versions',
    request: onObject('HEAD k?versionId=EARLIER'),
    needs: ['GetObjectVersion'],
  },
  {
    name: 'GetObjectAttributes',
    request: onObject('GET k?attributes', { headers: { 'x-amz-object-attributes': 'ETag' } }),
    needs: ['GetObjectAttributes', 'GetObject'],
  },
  {
    name: 'GetObjectAttributes, a version',
    has: 'versions',
    request: onObject('GET k?attributes&versionId=EARLIER', { headers: { 'x-amz-object-attributes': 'ETag' } }),
    needs: ['GetObjectVersionAttributes', 'GetObjectVersion'],
  },
  { name: 'GetObjectAcl', request: onObject('GET k?acl'), needs: ['GetObjectAcl'] },
  {
    name: 'GetObjectAcl, a version',
    has: 'versions',
    request: onObject('GET k?acl&versionId=EARLIER'),
    needs: ['GetObjectVersionAcl'],
  },
  { name: 'GetObjectTagging', has: 'tags', request: onObject('GET k?tagging'), needs: ['GetObjectTagging'] },
  {
    name: 'GetObjectTagging, a version',
    has: 'versions',
    request: onObject('GET k?tagging&versionId=EARLIER'),
    needs: ['GetObjectVersionTagging'],
  },
  { name: 'GetObjectLegalHold', has: 'locks', request: onObject('GET k?legal-hold'), needs: ['GetObjectLegalHold'] },
  { name: 'GetObjectRetention', has: 'locks', request: onObject('GET k?retention'), needs: ['GetObjectRetention'] },
  { name: 'GetObjectTorrent', request: onObject('GET k?torrent'), needs: ['GetObjectTorrent'] },
  { name: 'ListParts', request: onObject('GET k?uploadId=UPLOAD'), needs: ['ListMultipartUploadParts'] },
  { name: 'HeadBucket', request: onBucket('HEAD'), needs: ['ListBucket'] },
  { name: 'ListObjects', request: onBucket('GET'), needs: ['ListBucket'] },
  { name: 'ListObjectsV2', request: onBucket('GET ?list-type=2'), needs: ['ListBucket'] },
  { name: 'ListObjectVersions', has: 'versions', request: onBucket('GET ?versions'), needs: ['ListBucketVersions'] },
  { name: 'ListMultipartUploads', request: onBucket('GET ?uploads'), needs: ['ListBucketMultipartUploads'] },
  { name: 'ListDeletedObjects', has: 'softDelete', request: onBucket('GET ?deleted'), needs: ['ListDeletedObjects'] },
  { name: 'ListBuckets', request: () => ({ path: '/' }), needs: ['ListAllMyBuckets'], ofAccount: true },
  { name: 'GetUsage', request: () => ({ path: '/', query: 'usage' }), needs: ['ListAllMyBuckets'], ofAccount: true },
]

const policy = ({ bucket }: Place): Rest =>
  document(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Deny', Principal: '*', Action: 's3:GetObjectTorrent', Resource: `arn:aws:s3:::${bucket}/*` },
      ],
    }),
  )
const cors =
  '<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>'
const encryption =
  '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>'
const lifecycle =
  '<LifecycleConfiguration><Rule><ID>a</ID><Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>'
const ownership =
  '<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>'
const versioning = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
const lock = '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>'
const tagging = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>'
const block = '<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>'
const softDelete = '<SoftDeleteConfiguration><Days>7</Days></SoftDeleteConfiguration>'

/** Another bucket than the place's, which is not there yet. */
const newBucket =
  (headers = {}) =>
  ({ bucket }: Place) => ({ method: 'PUT', path: `/${bucket}-new`, headers })

export const onBuckets: readonly Row[] = [
  { name: 'CreateBucket', request: newBucket(), needs: ['CreateBucket'], ofAccount: true },
  {
    name: 'CreateBucket with object lock',
    request: newBucket({ 'x-amz-bucket-object-lock-enabled': 'true' }),
    needs: ['CreateBucket', 'PutBucketObjectLockConfiguration', 'PutBucketVersioning'],
    ofAccount: true,
  },
  {
    name: 'CreateBucket for all to read',
    request: newBucket({ 'x-amz-acl': 'public-read', 'x-amz-object-ownership': 'ObjectWriter' }),
    needs: ['CreateBucket', 'PutBucketAcl', 'PutBucketOwnershipControls'],
    ofAccount: true,
  },
  { name: 'DeleteBucket', request: onBucket('DELETE'), needs: ['DeleteBucket'] },
  {
    name: 'ForceDeleteBucket',
    request: onBucket('DELETE ?force_delete=true'),
    needs: ['DeleteBucket', 'DeleteObject', 'DeleteObjectVersion'],
  },
  { name: 'GetBucketLocation', request: onBucket('GET ?location'), needs: ['GetBucketLocation'] },
  { name: 'GetBucketRequestPayment', request: onBucket('GET ?requestPayment'), needs: ['GetBucketRequestPayment'] },
  { name: 'GetBucketAcl', request: onBucket('GET ?acl'), needs: ['GetBucketAcl'] },
  {
    name: 'PutBucketAcl',
    has: 'acls',
    request: onBucket('PUT ?acl', { headers: { 'x-amz-acl': 'public-read' } }),
    needs: ['PutBucketAcl'],
  },
  { name: 'GetBucketCors', request: onBucket('GET ?cors'), needs: ['GetBucketCORS'] },
  { name: 'PutBucketCors', request: onBucket('PUT ?cors', document(cors)), needs: ['PutBucketCORS'] },
  { name: 'DeleteBucketCors', request: onBucket('DELETE ?cors'), needs: ['PutBucketCORS'] },
  { name: 'GetBucketEncryption', request: onBucket('GET ?encryption'), needs: ['GetEncryptionConfiguration'] },
  {
    name: 'PutBucketEncryption',
    request: onBucket('PUT ?encryption', document(encryption)),
    needs: ['PutEncryptionConfiguration'],
  },
  { name: 'DeleteBucketEncryption', request: onBucket('DELETE ?encryption'), needs: ['PutEncryptionConfiguration'] },
  {
    name: 'GetBucketLifecycleConfiguration',
    request: onBucket('GET ?lifecycle'),
    needs: ['GetLifecycleConfiguration'],
  },
  {
    name: 'PutBucketLifecycleConfiguration',
    request: onBucket('PUT ?lifecycle', document(lifecycle)),
    needs: ['PutLifecycleConfiguration'],
  },
  { name: 'DeleteBucketLifecycle', request: onBucket('DELETE ?lifecycle'), needs: ['PutLifecycleConfiguration'] },
  {
    name: 'GetBucketOwnershipControls',
    request: onBucket('GET ?ownershipControls'),
    needs: ['GetBucketOwnershipControls'],
  },
  {
    name: 'PutBucketOwnershipControls',
    request: onBucket('PUT ?ownershipControls', document(ownership)),
    needs: ['PutBucketOwnershipControls'],
  },
  {
    name: 'DeleteBucketOwnershipControls',
    request: onBucket('DELETE ?ownershipControls'),
    needs: ['PutBucketOwnershipControls'],
  },
  { name: 'GetBucketPolicy', request: onBucket('GET ?policy'), needs: ['GetBucketPolicy'], ownersAccount: true },
  {
    name: 'PutBucketPolicy',
    request: onBucket('PUT ?policy', policy),
    needs: ['PutBucketPolicy'],
    ownersAccount: true,
  },
  {
    name: 'DeleteBucketPolicy',
    request: onBucket('DELETE ?policy'),
    needs: ['DeleteBucketPolicy'],
    ownersAccount: true,
  },
  { name: 'GetBucketPolicyStatus', request: onBucket('GET ?policyStatus'), needs: ['GetBucketPolicyStatus'] },
  { name: 'GetBucketTagging', request: onBucket('GET ?tagging'), needs: ['GetBucketTagging'] },
  { name: 'PutBucketTagging', request: onBucket('PUT ?tagging', document(tagging)), needs: ['PutBucketTagging'] },
  { name: 'DeleteBucketTagging', request: onBucket('DELETE ?tagging'), needs: ['PutBucketTagging'] },
  { name: 'GetBucketVersioning', request: onBucket('GET ?versioning'), needs: ['GetBucketVersioning'] },
  {
    name: 'PutBucketVersioning',
    request: onBucket('PUT ?versioning', document(versioning)),
    needs: ['PutBucketVersioning'],
  },
  {
    name: 'GetObjectLockConfiguration',
    request: onBucket('GET ?object-lock'),
    needs: ['GetBucketObjectLockConfiguration'],
  },
  {
    name: 'PutObjectLockConfiguration',
    has: 'versions',
    request: onBucket('PUT ?object-lock', document(lock)),
    needs: ['PutBucketObjectLockConfiguration'],
  },
  { name: 'GetPublicAccessBlock', request: onBucket('GET ?publicAccessBlock'), needs: ['GetBucketPublicAccessBlock'] },
  {
    name: 'PutPublicAccessBlock',
    request: onBucket('PUT ?publicAccessBlock', document(block)),
    needs: ['PutBucketPublicAccessBlock'],
  },
  {
    name: 'DeletePublicAccessBlock',
    request: onBucket('DELETE ?publicAccessBlock'),
    needs: ['PutBucketPublicAccessBlock'],
  },
  { name: 'GetBucketSoftDelete', request: onBucket('GET ?softDelete'), needs: ['GetBucketSoftDelete'] },
  {
    name: 'PutBucketSoftDelete',
    request: onBucket('PUT ?softDelete', document(softDelete)),
    needs: ['PutBucketSoftDelete'],
  },
  { name: 'DeleteBucketSoftDelete', request: onBucket('DELETE ?softDelete'), needs: ['PutBucketSoftDelete'] },
]
