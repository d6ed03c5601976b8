/** The first byte of every record's key: which kind of record it is. A new kind takes a new byte; a byte is never reused. */

export const keyspace = {
  /** Format version, id sequences, writer epochs. */
  system: 0x01,
  account: 0x10,
  accessKey: 0x11,
  accessKeyOfAccount: 0x12,
  bucket: 0x20,
  bucketOfAccount: 0x21,
  /** The current version of each key: bucket id, key. What a listing walks. */
  head: 0x30,
  /** Older versions: bucket id, key, version. */
  version: 0x31,
  /** The parts of a multipart object: manifest number. */
  manifest: 0x32,
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
  /**
   * Bodies too small for a file of their own. The key is this byte and the body's number, 8 bytes big-endian, below 2^53; numbers
   * grow, so a store may append them.
   */
  body: 0x60,
  counter: 0x70,
} as const
