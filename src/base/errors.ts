/**
 * The one vocabulary of errors that a client can be told: AWS's codes, each a row of HTTP status and default message. Each front renders
 * it in its own language. Anything else that is thrown is a bug and is answered InternalError, its text kept from the client.
 */

const rows = {
  AccessControlListNotSupported: [400, 'The bucket does not allow ACLs'],
  AccessDenied: [403, 'Access Denied'],
  AccessForbidden: [403, 'AccessForbidden'],
  AuthorizationHeaderMalformed: [400, 'The authorization header that you provided is not valid.'],
  AuthorizationQueryParametersError: [400, 'The authorization query parameters that you provided are not valid.'],
  BadDigest: [400, 'The Content-MD5 or checksum value that you specified did not match what the server received.'],
  BadRequest: [400, 'Bad Request'],
  BucketAlreadyExists: [
    409,
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Select a different name and try again.',
  ],
  BucketAlreadyOwnedByYou: [409, 'Your previous request to create the named bucket succeeded and you already own it.'],
  BucketNotEmpty: [409, 'The bucket that you tried to delete is not empty.'],
  DomainNotVerified: [409, 'Neither proof that the domain is yours was found in the DNS.'],
  EntityAlreadyExists: [409, 'The request was rejected because it attempted to create a resource that already exists.'],
  EntityTooLarge: [400, 'Your proposed upload exceeds the maximum allowed object size.'],
  EntityTooSmall: [400, 'Your proposed upload is smaller than the minimum allowed object size.'],
  HeadersNotSigned: [403, 'There were headers present in the request which were not signed.'],
  IllegalLocationConstraintException: [
    400,
    'The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.',
  ],
  IllegalVersioningConfigurationException: [400, 'The versioning configuration specified in the request is not valid.'],
  IdempotentParameterMismatch: [
    400,
    'Parameters on this idempotent request are inconsistent with parameters used in previous request(s).',
  ],
  IncompleteBody: [400, 'You did not provide the number of bytes specified by the Content-Length HTTP header.'],
  InsecureTransport: [
    403,
    'This endpoint is for HTTPS only. A proxy that speaks HTTPS for it must say so with X-Forwarded-Proto.',
  ],
  InsufficientStorage: [507, 'There is not enough free space to complete the request.'],
  InternalError: [500, 'An internal error occurred. Try again.'],
  InvalidAccessKeyId: [403, 'The AWS access key ID that you provided does not exist in our records.'],
  InvalidArgument: [400, 'Invalid Argument'],
  InvalidBucketAclWithObjectOwnership: [
    400,
    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
  ],
  InvalidBucketState: [409, 'The request is not valid for the current state of the bucket.'],
  InvalidBucketName: [400, 'The specified bucket is not valid.'],
  InvalidChunkSizeError: [403, 'Only the last chunk is allowed to have a size less than 8192 bytes'],
  InvalidCredentials: [401, 'The account, the user or the password is not right.'],
  InvalidDigest: [400, 'The Content-MD5 or checksum value that you specified is not valid.'],
  InvalidEncryptionAlgorithmError: [400, 'The encryption request you specified is not valid. Supported value: AES256.'],
  InvalidLocationConstraint: [400, 'The specified location (Region) constraint is not valid.'],
  InvalidPart: [
    400,
    "One or more of the specified parts could not be found. The part might not have been uploaded, or the specified entity tag might not have matched the part's entity tag.",
  ],
  InvalidPartOrder: [
    400,
    'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
  ],
  InvalidPolicyDocument: [
    400,
    'The content of the form does not meet the conditions specified in the policy document.',
  ],
  InvalidRange: [416, 'The requested range is not satisfiable'],
  InvalidRequest: [400, 'Invalid Request'],
  InvalidRetentionPeriod: [400, 'The retention period that you specified is not valid.'],
  InvalidStorageClass: [400, 'The storage class that you specified is not valid.'],
  InvalidTag: [400, 'The tag provided was not a valid tag.'],
  InvalidToken: [400, 'The provided token is malformed or otherwise invalid.'],
  InvalidWriteOffset: [400, 'The write offset value that you specified does not match the current object size.'],
  InvalidURI: [400, "Couldn't parse the specified URI."],
  KeyPairMismatch: [400, 'The public key certificate and the private key do not match.'],
  KeyTooLongError: [400, 'Your key is too long.'],
  LimitExceeded: [409, 'The request was rejected because it attempted to create resources beyond the current limits.'],
  MalformedACLError: [
    400,
    'The ACL that you provided was not well formed or did not validate against our published schema.',
  ],
  MalformedCertificate: [400, 'The certificate was malformed or expired.'],
  MalformedPolicy: [400, 'Your policy contains a principal that is not valid.'],
  MalformedPOSTRequest: [400, 'The body of your POST request is not well-formed multipart/form-data.'],
  MalformedXML: [
    400,
    'The XML that you provided was not well formed or did not validate against our published schema.',
  ],
  MalformedTrailerError: [
    400,
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  ],
  MaxMessageLengthExceeded: [400, 'Your request was too large.'],
  MaxPostPreDataLengthExceeded: [400, 'Your POST request fields preceding the upload file were too large.'],
  MetadataTooLarge: [400, 'Your metadata headers exceed the maximum allowed metadata size.'],
  MethodNotAllowed: [405, 'The specified method is not allowed against this resource.'],
  MissingContentLength: [411, 'You must provide the Content-Length HTTP header.'],
  MissingRequestBodyError: [400, 'Request body is empty.'],
  MissingSecurityHeader: [400, 'Your request was missing a required header'],
  NoSuchBucket: [404, 'The specified bucket does not exist.'],
  NoSuchBucketPolicy: [404, 'The bucket policy does not exist'],
  NoSuchCORSConfiguration: [404, 'The CORS configuration does not exist'],
  NoSuchEntity: [404, 'The request was rejected because it referenced a resource that does not exist.'],
  NoSuchKey: [404, 'The specified key does not exist.'],
  NoSuchObjectLockConfiguration: [404, 'The specified object does not have an ObjectLock configuration'],
  NoSuchPublicAccessBlockConfiguration: [404, 'The public access block configuration was not found'],
  NoSuchTagSet: [404, 'The TagSet does not exist'],
  NoSuchLifecycleConfiguration: [404, 'The lifecycle configuration does not exist'],
  NoSuchUpload: [
    404,
    'The specified multipart upload does not exist. The upload ID might not be valid, or the multipart upload might have been aborted or completed.',
  ],
  NoSuchVersion: [404, 'The version ID specified in the request does not match an existing version.'],
  NotImplemented: [501, 'A header or operation that you provided implies functionality that is not implemented.'],
  NotModified: [304, 'Not Modified'],
  ObjectLockConfigurationNotFoundError: [404, 'Object Lock configuration does not exist for this bucket'],
  OperationAborted: [
    409,
    'A conflicting conditional operation is currently in progress against this resource. Try again.',
  ],
  OwnershipControlsNotFoundError: [404, 'The bucket ownership controls were not found'],
  PermanentRedirect: [
    301,
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
  ],
  PositionNotEqualToLength: [409, 'The value of position does not equal the length of the object.'],
  PreconditionFailed: [412, 'At least one of the preconditions that you specified did not hold.'],
  QuotaExceeded: [403, "The bucket's quota is exhausted, or that of its account."],
  RequestTimeTooSkewed: [403, "The difference between the request time and the server's time is too large."],
  RequestTimeout: [
    400,
    'Your socket connection to the server was not read from or written to within the timeout period.',
  ],
  ServerSideEncryptionConfigurationNotFoundError: [404, 'The server side encryption configuration was not found'],
  ServiceUnavailable: [503, 'Service is unable to handle request.'],
  SignatureDoesNotMatch: [
    403,
    'The request signature that the server calculated does not match the signature that you provided. Check your AWS secret access key and signing method.',
  ],
  SlowDown: [503, 'Please reduce your request rate.'],
  UnexpectedContent: [400, 'This request does not support content'],
  TooManyBuckets: [400, 'You have attempted to create more buckets than allowed.'],
  TooManyParts: [400, 'You have attempted to add more parts than the maximum number of parts allowed for this object.'],
  Unauthorized: [401, 'Sign in: send a bearer token.'],
  UnsupportedMediaType: [415, 'The body must be JSON, and say so: Content-Type: application/json.'],
  UnresolvableGrantByEmailAddress: [400, 'The email address that you provided does not match any account on record.'],
  TemporaryRedirect: [
    307,
    'Please re-send this request to the specified temporary endpoint. Continue to use the original request endpoint for future requests.',
  ],
  TooManyRequests: [429, 'Rate Limit exceeded'],
  XAmzContentSHA256Mismatch: [400, 'The provided x-amz-content-sha256 header does not match what was computed.'],
} as const satisfies Record<string, readonly [status: number, message: string]>

export type ErrorCode = keyof typeof rows

export interface ErrorOptions {
  readonly cause?: unknown
  /** Further elements of the answer, as AWS names them: `{ BucketName: 'photos' }`. */
  readonly details?: Readonly<Record<string, string>>
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A fault of the client's, or a state of the server's, that the client is told of. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: ErrorCode,
    message: string = rows[code][1],
    { cause, details = {}, headers = {} }: ErrorOptions = {},
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.details = details
    this.headers = headers
  }

  /** The HTTP status. */
  get status(): number {
    return rows[this.code][0]
  }
}
