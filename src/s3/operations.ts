/** The operations that are served. */
import type { Operation } from './operation.ts'
import AbortMultipartUpload from './operations/AbortMultipartUpload.ts'
import CompleteMultipartUpload from './operations/CompleteMultipartUpload.ts'
import CopyObject from './operations/CopyObject.ts'
import CreateBucket from './operations/CreateBucket.ts'
import CreateMultipartUpload from './operations/CreateMultipartUpload.ts'
import DeleteBucket from './operations/DeleteBucket.ts'
import DeleteObject from './operations/DeleteObject.ts'
import DeleteObjects from './operations/DeleteObjects.ts'
import GetBucketLocation from './operations/GetBucketLocation.ts'
import GetObject from './operations/GetObject.ts'
import GetObjectAttributes from './operations/GetObjectAttributes.ts'
import GetObjectTagging from './operations/GetObjectTagging.ts'
import HeadBucket from './operations/HeadBucket.ts'
import HeadObject from './operations/HeadObject.ts'
import ListBuckets from './operations/ListBuckets.ts'
import ListMultipartUploads from './operations/ListMultipartUploads.ts'
import ListObjects from './operations/ListObjects.ts'
import ListObjectsV2 from './operations/ListObjectsV2.ts'
import ListParts from './operations/ListParts.ts'
import PutObject from './operations/PutObject.ts'
import UploadPart from './operations/UploadPart.ts'
import UploadPartCopy from './operations/UploadPartCopy.ts'

export const operations: readonly Operation[] = [
  AbortMultipartUpload,
  CompleteMultipartUpload,
  CopyObject,
  CreateBucket,
  CreateMultipartUpload,
  DeleteBucket,
  DeleteObject,
  DeleteObjects,
  GetBucketLocation,
  GetObject,
  GetObjectAttributes,
  GetObjectTagging,
  HeadBucket,
  HeadObject,
  ListBuckets,
  ListMultipartUploads,
  ListObjects,
  ListObjectsV2,
  ListParts,
  PutObject,
  UploadPart,
  UploadPartCopy,
]
