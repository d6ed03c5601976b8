/** What operations of S3 answer that management's own are made of: as much of it as they read. */

export interface S3Outputs {
  readonly ListObjectsV2: {
    readonly NextContinuationToken?: string
    readonly Contents?: readonly {
      readonly Key: string
      readonly Size: number
      readonly LastModified: string
      readonly ETag: string
    }[]
    readonly CommonPrefixes?: readonly { readonly Prefix: string }[]
  }
  readonly ListObjectVersions: {
    readonly NextKeyMarker?: string
    readonly NextVersionIdMarker?: string
    readonly CommonPrefixes: readonly { readonly Prefix: string }[]
    readonly Entries: readonly {
      readonly Key: string
      readonly VersionId: string
      readonly IsLatest: boolean
      readonly LastModified: string
      readonly ETag?: string
      readonly Size?: number
      readonly DeleteMarker?: true
    }[]
  }
  readonly HeadObject: Head
  readonly GetObjectTagging: { readonly TagSet?: readonly { readonly Key: string; readonly Value: string }[] }
  readonly PutObjectTagging: unknown
  readonly GetObjectRetention: {
    readonly Retention: { readonly Mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly RetainUntilDate: string }
  }
  readonly PutObjectRetention: unknown
  readonly GetObjectLegalHold: { readonly LegalHold: { readonly Status: 'ON' | 'OFF' } }
  readonly PutObjectLegalHold: unknown
  readonly PutObject: Written
  readonly CopyObject: { readonly VersionId?: string; readonly CopyObjectResult: { readonly ETag: string } }
  readonly RenameObject: Written
  readonly DeleteObject: unknown
  readonly DeleteObjects: {
    readonly Deleted?: readonly {
      readonly Key: string
      readonly VersionId?: string
      readonly DeleteMarker?: boolean
      readonly DeleteMarkerVersionId?: string
    }[]
    readonly Errors?: readonly {
      readonly Key: string
      readonly VersionId?: string
      readonly Code: string
      readonly Message: string
    }[]
  }
  readonly ListDeletedObjects: {
    readonly NextMarker?: string
    readonly NextDeletedIdMarker?: string
    readonly DeletedObjects?: readonly {
      readonly Key: string
      readonly DeletedId: string
      readonly Size: number
      readonly Deleted: string
      readonly PurgeAfter: string
    }[]
  }
  readonly UndeleteObject: unknown
  readonly PurgeDeletedObject: unknown
  readonly CreateMultipartUpload: { readonly UploadId: string }
  readonly UploadPart: { readonly ETag: string }
  readonly ListParts: {
    readonly IsTruncated: boolean
    readonly NextPartNumberMarker: number | string
    readonly Parts?: readonly {
      readonly PartNumber: number
      readonly Size: number
      readonly ETag: string
      readonly LastModified: string
    }[]
  }
  readonly ListMultipartUploads: {
    readonly IsTruncated: boolean
    readonly NextKeyMarker: string
    readonly NextUploadIdMarker: string
    readonly Uploads?: readonly { readonly UploadId: string; readonly Key: string; readonly Initiated: string }[]
  }
  readonly CompleteMultipartUpload: Written
  readonly AbortMultipartUpload: unknown
}

interface Written {
  readonly ETag: string
  readonly VersionId?: string
}

/** Header values are as HTTP has them: one character a byte. */
export interface Head {
  readonly ContentLength: number
  readonly LastModified: string
  readonly ETag: string
  readonly VersionId?: string
  readonly ContentType?: string
  readonly ContentDisposition?: string
  readonly ContentEncoding?: string
  readonly ContentLanguage?: string
  readonly CacheControl?: string
  readonly Expires?: string
  readonly Metadata?: Readonly<Record<string, string>>
  readonly ServerSideEncryption?: string
  readonly TagCount?: number
}
