/**
 * How a piece of content is encrypted. Its data key is wrapped: under a key of the server (SSE-S3), or under one that only the client has
 * (SSE-C). The wrapping stands with the mention of the piece, not with its bytes, so that a copy under another key wraps the data key anew
 * and moves no byte.
 */

export type Seal = ServerSeal | CustomerSeal

export interface ServerSeal {
  readonly kind: 'AES256'
  /** Which key of the server wraps the data key. */
  readonly keyId: string
  /** Base64: makes of the server's key the one that wraps. */
  readonly salt: string
  /** Base64 of the wrapped content key and its tag: see data-keys.ts. */
  readonly wrapped: string
}

export interface CustomerSeal {
  readonly kind: 'SSE-C'
  /** Base64: makes of the customer's key the one that wraps. */
  readonly salt: string
  readonly wrapped: string
}

/** A key that a client gave with its request (SSE-C). Never logged, never kept. */
export interface CustomerKey {
  /** 32 bytes. */
  readonly bytes: Buffer
  /** Base64, as the client sent it. */
  readonly md5: string
}

/** What new content is to be encrypted with. */
export type Encryption = { readonly kind: 'AES256' } | { readonly kind: 'SSE-C'; readonly key: CustomerKey }

/** What a version's record says of its encryption. */
export type HeadEncryption = { readonly kind: 'AES256' } | { readonly kind: 'SSE-C'; readonly keyMd5: string }

/** What the record of a version says that was written with it. */
export const headEncryptionOf = (encryption: Encryption | undefined): HeadEncryption | undefined =>
  encryption?.kind === 'SSE-C' ? { kind: 'SSE-C', keyMd5: encryption.key.md5 } : encryption
