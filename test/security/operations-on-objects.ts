/** Operations on objects and on what is in buckets, and what each needs. */
import { document, onBucket, onObject, type Place, type Rest, type Row } from './operation-row.ts'

const until = new Date(Date.now() + 86_400_000).toISOString()
const later = new Date(Date.now() + 3_600_000).toISOString()
const tagging = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>'
const retention = (date: string): string =>
  `<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>${date}</RetainUntilDate></Retention>`
const bypass = { 'x-amz-bypass-governance-retention': 'true' }
const lockHeaders = { 'x-amz-object-lock-mode': 'GOVERNANCE', 'x-amz-object-lock-retain-until-date': until }
const holdHeader = { 'x-amz-object-lock-legal-hold': 'ON' }
const publicRead = { 'x-amz-acl': 'public-read' }

const copyOf =
  (source: string, headers: Readonly<Record<string, string>> = {}) =>
  ({ bucket, earlierId }: Place): Rest => ({
    headers: { 'x-amz-copy-source': `/${bucket}/${source.replace('EARLIER', earlierId)}`, ...headers },
  })
const deletion = (object: string, headers = {}) => document(`<Delete><Object>${object}</Object></Delete>`, headers)
const components = (version = '') => `<ComposeRequest><Component><Name>k</Name>${version}</Component></ComposeRequest>`

export const onObjects: readonly Row[] = [
  { name: 'PutObject', request: onObject('PUT k', { body: 'x' }), needs: ['PutObject'] },
  {
    name: 'PutObject with tags',
    request: onObject('PUT k', { body: 'x', headers: { 'x-amz-tagging': 'a=b' } }),
    needs: ['PutObject', 'PutObjectTagging'],
  },
  {
    name: 'PutObject with a retention',
    has: 'locks',
    request: onObject('PUT new', document('x', lockHeaders)),
    needs: ['PutObject', 'PutObjectRetention'],
  },
  {
    name: 'PutObject with a legal hold',
    has: 'locks',
    request: onObject('PUT new', document('x', holdHeader)),
    needs: ['PutObject', 'PutObjectLegalHold'],
  },
  {
    name: 'PutObject for all to read',
    has: 'acls',
    request: onObject('PUT k', { body: 'x', headers: publicRead }),
    needs: ['PutObject', 'PutObjectAcl'],
    ofWriter: ['PutObjectAcl'],
  },
  {
    name: 'PutObject at an offset',
    request: onObject('PUT k', { body: 'x', headers: { 'x-amz-write-offset-bytes': '8' } }),
    needs: ['PutObject'],
  },
  { name: 'AppendObject', request: onObject('PUT k?append', { body: 'x' }), needs: ['PutObject'] },
  { name: 'PostAppendObject', request: onObject('POST k?append&position=8', { body: 'x' }), needs: ['PutObject'] },
  {
    name: 'AppendObject for all to read',
    has: 'acls',
    request: onObject('PUT k?append', { body: 'x', headers: publicRead }),
    needs: ['PutObject', 'PutObjectAcl'],
    ofWriter: ['PutObjectAcl'],
  },
  {
    name: 'ComposeObject',
    request: onObject('PUT new?compose', { body: components() }),
    needs: ['PutObject', 'GetObject'],
  },
  {
    name: 'ComposeObject of a version',
    has: 'versions',
    request: onObject('PUT new?compose', ({ earlierId }) => ({
      body: components(`<VersionId>${earlierId}</VersionId>`),
    })),
    needs: ['PutObject', 'GetObjectVersion'],
  },
  {
    name: 'ComposeObject with tags',
    request: onObject('PUT new?compose', { body: components(), headers: { 'x-amz-tagging': 'a=b' } }),
    needs: ['PutObject', 'GetObject', 'PutObjectTagging'],
  },
  { name: 'CopyObject', request: onObject('PUT new', copyOf('k')), needs: ['PutObject', 'GetObject'] },
  {
    name: 'CopyObject of a version',
    has: 'versions',
    request: onObject('PUT new', copyOf('k?versionId=EARLIER')),
    needs: ['PutObject', 'GetObjectVersion'],
  },
  {
    name: 'CopyObject of tags',
    has: 'tags',
    request: onObject('PUT new', copyOf('k')),
    needs: ['PutObject', 'GetObject', 'GetObjectTagging', 'PutObjectTagging'],
  },
  {
    name: 'CopyObject for all to read',
    has: 'acls',
    request: onObject('PUT new', copyOf('k', publicRead)),
    needs: ['PutObject', 'GetObject', 'PutObjectAcl'],
    ofWriter: ['PutObjectAcl'],
  },
  {
    name: 'CopyObject with a retention',
    has: 'locks',
    request: onObject('PUT new', copyOf('k', lockHeaders)),
    needs: ['PutObject', 'GetObject', 'PutObjectRetention'],
  },
  {
    name: 'MoveObject',
    request: onObject('MOVE k', { headers: { destination: 'new' } }),
    needs: ['GetObject', 'DeleteObject', 'PutObject'],
  },
  {
    name: 'MoveObject with versions',
    has: 'versions',
    request: onObject('MOVE k', { headers: { destination: 'new' } }),
    needs: ['GetObject', 'DeleteObject', 'PutObject', 'GetObjectVersion', 'DeleteObjectVersion'],
  },
  {
    name: 'MoveObject of a prefix',
    request: onObject('MOVE k', { headers: { destination: 'new', 'x-wasabi-prefix': 'true' } }),
    needs: ['GetObject', 'DeleteObject', 'PutObject', 'ListBucket'],
  },
  {
    name: 'RenameObject',
    request: onObject('PUT new?renameObject', { headers: { 'x-amz-rename-source': 'k' } }),
    needs: ['PutObject', 'GetObject', 'DeleteObject'],
  },
  { name: 'CreateMultipartUpload', request: onObject('POST new?uploads'), needs: ['PutObject'] },
  {
    name: 'CreateMultipartUpload with tags',
    request: onObject('POST new?uploads', { headers: { 'x-amz-tagging': 'a=b' } }),
    needs: ['PutObject', 'PutObjectTagging'],
  },
  {
    name: 'CreateMultipartUpload with a lock',
    has: 'locks',
    request: onObject('POST new?uploads', { headers: { ...lockHeaders, ...holdHeader } }),
    needs: ['PutObject', 'PutObjectRetention', 'PutObjectLegalHold'],
  },
  {
    name: 'CreateMultipartUpload for all to read',
    has: 'acls',
    request: onObject('POST new?uploads', { headers: publicRead }),
    needs: ['PutObject', 'PutObjectAcl'],
    ofWriter: ['PutObjectAcl'],
  },
  { name: 'UploadPart', request: onObject('PUT k?partNumber=2&uploadId=UPLOAD', { body: 'x' }), needs: ['PutObject'] },
  {
    name: 'UploadPartCopy',
    request: onObject('PUT k?partNumber=2&uploadId=UPLOAD', copyOf('k')),
    needs: ['PutObject', 'GetObject'],
  },
  {
    name: 'UploadPartCopy of a version',
    has: 'versions',
    request: onObject('PUT k?partNumber=2&uploadId=UPLOAD', copyOf('k?versionId=EARLIER')),
    needs: ['PutObject', 'GetObjectVersion'],
  },
  {
    name: 'CompleteMultipartUpload',
    request: onObject('POST k?uploadId=UPLOAD', ({ partETag }) => ({
      body: `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${partETag}</ETag></Part></CompleteMultipartUpload>`,
    })),
    needs: ['PutObject'],
  },
  { name: 'AbortMultipartUpload', request: onObject('DELETE k?uploadId=UPLOAD'), needs: ['AbortMultipartUpload'] },
  { name: 'DeleteObject', request: onObject('DELETE k'), needs: ['DeleteObject'] },
  {
    name: 'DeleteObject of a version',
    has: 'versions',
    request: onObject('DELETE k?versionId=EARLIER'),
    needs: ['DeleteObjectVersion'],
  },
  {
    name: 'DeleteObject of what is retained',
    has: 'locks',
    request: onObject('DELETE k?versionId=VERSION', { headers: bypass }),
    needs: ['DeleteObjectVersion', 'BypassGovernanceRetention'],
  },
  { name: 'DeleteObjects', request: onBucket('POST ?delete', deletion('<Key>k</Key>')), needs: ['DeleteObject'] },
  {
    name: 'DeleteObjects of a version',
    has: 'versions',
    request: onBucket('POST ?delete', ({ earlierId }) => deletion(`<Key>k</Key><VersionId>${earlierId}</VersionId>`)),
    needs: ['DeleteObjectVersion'],
  },
  {
    name: 'DeleteObjects of what is retained',
    has: 'locks',
    request: onBucket('POST ?delete', ({ versionId }) =>
      deletion(`<Key>k</Key><VersionId>${versionId}</VersionId>`, bypass),
    ),
    needs: ['DeleteObjectVersion', 'BypassGovernanceRetention'],
  },
  { name: 'UndeleteObject', has: 'softDelete', request: onObject('POST deleted?undelete'), needs: ['UndeleteObject'] },
  {
    name: 'PurgeDeletedObject',
    has: 'softDelete',
    request: onObject('DELETE deleted?deleted&deletedId=DELETED'),
    needs: ['DeleteObjectVersion'],
  },
  {
    name: 'PutObjectAcl',
    has: 'acls',
    request: onObject('PUT k?acl', { headers: publicRead }),
    needs: ['PutObjectAcl'],
  },
  {
    name: 'PutObjectAcl of a version',
    has: 'versions',
    request: onObject('PUT k?acl&versionId=EARLIER', { headers: { 'x-amz-acl': 'private' } }),
    needs: ['PutObjectVersionAcl'],
  },
  { name: 'PutObjectTagging', request: onObject('PUT k?tagging', document(tagging)), needs: ['PutObjectTagging'] },
  {
    name: 'PutObjectTagging of a version',
    has: 'versions',
    request: onObject('PUT k?tagging&versionId=EARLIER', document(tagging)),
    needs: ['PutObjectVersionTagging'],
  },
  { name: 'DeleteObjectTagging', has: 'tags', request: onObject('DELETE k?tagging'), needs: ['DeleteObjectTagging'] },
  {
    name: 'DeleteObjectTagging of a version',
    has: 'versions',
    request: onObject('DELETE k?tagging&versionId=EARLIER'),
    needs: ['DeleteObjectVersionTagging'],
  },
  {
    name: 'PutObjectLegalHold',
    has: 'locks',
    request: onObject('PUT k?legal-hold', document('<LegalHold><Status>ON</Status></LegalHold>')),
    needs: ['PutObjectLegalHold'],
  },
  {
    name: 'PutObjectRetention',
    has: 'locks',
    request: onObject('PUT k?retention', document(retention(new Date(Date.now() + 7 * 86_400_000).toISOString()))),
    needs: ['PutObjectRetention'],
  },
  {
    name: 'PutObjectRetention that shortens',
    has: 'locks',
    request: onObject('PUT k?retention', document(retention(later), bypass)),
    needs: ['PutObjectRetention', 'BypassGovernanceRetention'],
  },
]
