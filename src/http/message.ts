/** A request as every front sees it, and the answer it gives back; http/listener.ts makes the one and sends the other. */

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
  /** Bytes of the body as declared; undefined when chunked. 0 where there is no body. */
  readonly contentLength: number | undefined
  /**
   * The body, once. The first pull sends 100-continue if the client waits for it. Ends with ApiError IncompleteBody or RequestTimeout,
   * never early.
   */
  readonly body: AsyncIterable<Uint8Array>
  /** Aborted when the client goes away before the answer is sent. */
  readonly signal: AbortSignal
}

export interface HttpResponse {
  readonly status: number
  /** Name, value, name, value …: what writeHead takes. */
  readonly headers: string[]
  /**
   * Bytes in one piece, or a stream whose chunks are valid only until the next is asked for. A stream needs a content-length among the
   * headers, or goes out chunked. If it throws, the connection is cut, so that nobody takes a part for the whole.
   */
  readonly body: Uint8Array | string | AsyncIterable<Uint8Array> | undefined
}
