/** The first byte of every record's key: which kind of record it is. A new kind takes a new byte; a byte is never reused. */

export const keyspace = {
  /** Format version, id sequences, writer epochs. */
  system: 0x01,
  account: 0x10,
  accessKey: 0x11,
  accessKeyOfAccount: 0x12,
  /** A user of an account: its id. */
  user: 0x13,
  /** A user's id: account id (32 bytes), name in small letters. */
  userOfAccount: 0x14,
  /** What opens the management API: its id. */
  apiKey: 0x15,
  /** A session of the console: digest of its token. */
  session: 0x16,
  /** Failed sign-ins lately, of a user or from an address. */
  signInFailures: 0x17,
  /** A key that signs delivery tokens: its id. */
  signingKey: 0x18,
  /** The ids of a bucket's signing keys: bucket id, key id. */
  signingKeyOfBucket: 0x19,
  /** Delivery tokens that count no more: bucket id, token id. */
  revokedToken: 0x1a,
  /** What was changed through management, in a chain: sequence number (8 bytes). */
  audit: 0x1b,
  /** When an access key was last used: its id. */
  accessKeyUse: 0x1c,
  /** A user's password, as a digest: user id. */
  password: 0x1d,
  /** API keys of an account: account id, key id. */
  apiKeyOfAccount: 0x1e,
  /** A link by which somebody sets a password once: digest of its token. */
  setupLink: 0x1f,
  bucket: 0x20,
  bucketOfAccount: 0x21,
  /** Custom domains: 0 and a domain's id, the claim; 1 and a name, which claim is verified and what it shows; 2 is a guard alone. */
  domain: 0x22,
  /** A domain's id: account id, name. */
  domainOfAccount: 0x23,
  /** A TLS certificate with its sealed key: host name. */
  certificate: 0x24,
  /** What is under way with a certificate authority: 0 the account, and a pause; 1 and a token, the answer to its challenge. */
  acme: 0x25,
  /** The current version of each key: bucket id, key. What a listing walks. */
  head: 0x30,
  /** Noncurrent versions and delete markers: bucket id, key, 0, version id (16 bytes, newest first). */
  version: 0x31,
  /** The parts of a multipart object: manifest number. */
  manifest: 0x32,
  /** The id of a key's null version, where that is not the current one: bucket id, key. */
  nullVersion: 0x33,
  /** What was deleted or replaced and can be had back: bucket id, key, 0, id (16 bytes, newest first). */
  deleted: 0x34,
  /** Unfinished multipart uploads: bucket id, key, 0, upload id. */
  upload: 0x40,
  /** Upload id, part number (2 bytes). */
  part: 0x41,
  /** How many records mention an extent. Always there for a blob; for a body or manifest, where more than one does. */
  owners: 0x50,
  /** Mentions of extents that ended, by the time from which they may be acted on. */
  garbage: 0x51,
  /** Blobs' writer epochs that have not ended. */
  epoch: 0x52,
  /** When lifecycle has to look: time (8 bytes), bucket id, key; of an upload then 0, upload id. */
  lifecycleDue: 0x54,
  /** Buckets with new lifecycle rules, all of whose keys have to be looked at: bucket id. */
  lifecycleReindex: 0x55,
  /** The keys of the server that wrap the keys of encrypted content: 0 for which of them is current; 1 and the key's id. */
  encryptionKey: 0x53,
  /** Buckets that are being emptied, to be deleted: bucket id. */
  emptying: 0x56,
  /** Renames that may be repeated: 0, bucket id, digest of the client's token; 1, when one ends (6 bytes) and the former key. */
  renameToken: 0x57,
  /**
   * Bodies too small for a file of their own. The key is this byte and the body's number, 8 bytes big-endian, below 2^53; numbers
   * grow, so a store may append them.
   */
  body: 0x60,
  counter: 0x70,
  /** Requests and bytes in a day: of what, its id, the day, the measure. */
  usageOfDay: 0x71,
  /** What was stored at the end of a day: of what, its id, the day. */
  storageOfDay: 0x72,
  /** Which objects of a bucket were asked for most in a day: bucket (as above), the day. */
  objectsOfDay: 0x77,
  /** Requests that were refused lately: 0 and an account, which are its; 1, by time; 2 and a request's id, the refusal itself; 3 is a guard alone. */
  refusal: 0x78,
} as const
