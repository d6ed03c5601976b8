/** What a listener bears from a client: sizes, counts and times, each with a default that legal traffic never meets. */

export interface Limits {
  /** Bytes of a request's header section, request line included; more is answered 431. */
  readonly headerSizeMax: number
  /** Header lines of a request; more is answered 431. */
  readonly headerCountMax: number
  /** Bytes of a request target; more is answered 414. */
  readonly targetSizeMax: number
  /** Open connections; further ones are dropped. */
  readonly connectionsMax: number
  /** Requests of one connection that are under way at once; with more, it is cut. */
  readonly pipelinedMax: number
  /** From the first byte of a request, or from the connection's opening, to the end of its headers; then 408. */
  readonly headersTimeoutSeconds: number
  /** Without a byte either way: an idle connection is closed, and one that does not take its answer is cut. */
  readonly idleTimeoutSeconds: number
  /** Bytes of a request body held before the socket is no longer read. */
  readonly bodyBufferSize: number
  /** Bytes a second of a request body, over each window in which it was waited for; less ends it with RequestTimeout. */
  readonly bodyRateMin: number
  readonly bodyRateWindowSeconds: number
  /** Bytes of an unread request body that are read and thrown away for the sake of the connection; with more to come, it is closed. */
  readonly drainSizeMax: number
  readonly drainSeconds: number
  /** After an answer that closes the connection while the client still sends: bytes and time for which we listen on, so that it can read. */
  readonly lingerSizeMax: number
  readonly lingerSeconds: number
  /** Of TLS, from the connection's opening to the end of the handshake. */
  readonly handshakeTimeoutSeconds: number
  /** HTTP/2: requests of one connection that are under way at once; more are refused. */
  readonly streamsMax: number
  /** HTTP/2: requests that a client may reset at once, and a second from then on; with more, its connection is closed (CVE-2023-44487). */
  readonly resetsBurst: number
  readonly resetsPerSecond: number
  /** HTTP/2: PING and SETTINGS frames a second; with more, the connection is closed. */
  readonly controlFramesPerSecond: number
  /** HTTP/2: bytes that a client may send ahead on all of a connection's requests together. */
  readonly connectionWindowSize: number
  /** How often the rules about time are looked after. */
  readonly sweepSeconds: number
}

export const defaultLimits: Limits = {
  headerSizeMax: 16 * 1024,
  headerCountMax: 256,
  targetSizeMax: 8 * 1024,
  connectionsMax: 16_384,
  pipelinedMax: 256,
  headersTimeoutSeconds: 15,
  idleTimeoutSeconds: 60,
  bodyBufferSize: 256 * 1024,
  bodyRateMin: 1024,
  bodyRateWindowSeconds: 30,
  drainSizeMax: 256 * 1024,
  drainSeconds: 10,
  lingerSizeMax: 64 * 1024 * 1024,
  lingerSeconds: 15,
  handshakeTimeoutSeconds: 10,
  streamsMax: 100,
  resetsBurst: 200,
  resetsPerSecond: 30,
  controlFramesPerSecond: 100,
  connectionWindowSize: 1024 * 1024,
  sweepSeconds: 1,
}
