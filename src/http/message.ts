/** A request as every front sees it, and the answer it gives back; http/listener.ts makes the one and sends the other. */
import type { Refused } from './refused.ts'

export interface HttpRequest {
  /** x-amz-request-id: 16 characters 0-9A-F, unique. */
  readonly id: string
  readonly method: string
  /** The request target's path, byte for byte as sent (never normalised, never decoded). */
  readonly path: string
  /** What follows the first `?` of the target, as sent; '' where there is none. */
  readonly query: string
  /** Names in lower case; values of repeated headers joined with `, ` (RFC 9110 5.3). */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Name, value, name, value … as sent. */
  readonly rawHeaders: readonly string[]
  /** The value of the one Host header, as sent. */
  readonly host: string
  /** What a trusted proxy says the client asked for: host and path prefix. */
  readonly forwarded: { readonly host: string | undefined; readonly prefix: string | undefined }
  /** Whether the client's own connection is TLS, by the socket or a trusted proxy's word. */
  readonly secure: boolean
  /** The client's address, by the socket or a trusted proxy's word. */
  readonly remoteAddress: string
  /** Bytes of the body as declared; undefined where it is not (chunked, or HTTP/2 without). 0 where there is no body. */
  readonly contentLength: number | undefined
  /**
   * The body, once. The first pull sends 100-continue if the client waits for it. Ends with ApiError IncompleteBody or RequestTimeout,
   * never early.
   */
  readonly body: AsyncIterable<Uint8Array>
  /** Aborted when the client goes away before the answer is sent. */
  readonly signal: AbortSignal
  /** Whether a trusted proxy sent it: only then are headers believed that say what the proxy knows of the client. */
  readonly fromTrustedProxy?: boolean | undefined
  /** `1.1` unless it says otherwise. */
  readonly httpVersion?: '2.0' | undefined
  /** Of the connection, where it is TLS. */
  readonly tls?: { readonly version: string; readonly cipher: string } | undefined
  /** What the request turned out to be, for those who count and log; set by its front, once it knows. */
  served?: Served | undefined
}

/** What a request turned out to be. Nothing secret stands in it: no token, no signature. */
export interface Served {
  readonly front: 's3' | 'delivery' | 'management'
  /** The operation's name: `PutObject`, `Deliver`, `CreateSigningKey`. */
  readonly operation: string
  readonly bucket?: Bucket | undefined
  readonly key?: string | undefined
  /** Where an object's bytes came or went by management: they count as what S3 carries. */
  readonly countedAs?: 's3' | undefined
  /** Of the one who asks. */
  readonly accountId?: string | undefined
  readonly accessKeyId?: string | undefined
  readonly userId?: string | undefined
  /** The error's code, where it was refused or failed. */
  readonly errorCode?: string | undefined
  /** Why it was refused, for those who ask. */
  readonly refused?: Refused | undefined
}

/** As much of a bucket as is counted and logged. */
interface Bucket {
  readonly id: string
  readonly name: string
  readonly accountId: string
  readonly region: string
}

export interface HttpResponse {
  readonly status: number
  /** Name, value, name, value …: what writeHead takes. */
  readonly headers: string[]
  /**
   * Bytes in one piece, or a stream whose chunks are valid only until the next is asked for. A stream needs a content-length among the
   * headers, or goes out chunked. If it throws, the connection is cut, or the stream of HTTP/2 reset, so that nobody takes a part for the
   * whole.
   */
  readonly body: Uint8Array | string | AsyncIterable<Uint8Array> | undefined
}
