/** How TLS is spoken: versions, ciphers and the contexts that hold a certificate, the same for every name that is served. */
import { constants } from 'node:crypto'
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'

export interface TlsOptions {
  /**
   * The certificate for a server name, which comes in lower case (SNI, RFC 6066 3), or for a client that sends none. Asked for the latter
   * at the start of every connection and then, if there is a name, for that; so it answers from memory. Where it answers undefined, the
   * handshake fails (with unrecognized_name, if there is a name). Contexts come from createTlsContext. What it throws is reported.
   */
  contextFor(serverName: string | undefined): SecureContext | undefined | Promise<SecureContext | undefined>
  /** Whether clients that offer HTTP/2 get it; true unless given. */
  readonly http2?: boolean
  /** 48 secret bytes: threads and processes that share them resume each other's TLS sessions. Random unless given. */
  readonly ticketKeys?: Buffer
}

/**
 * The TLS 1.3 suites, and of TLS 1.2 those with forward secrecy and authenticated encryption. AES-128 comes first: it is less work
 * a byte, and nobody breaks either.
 */
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

const base = {
  ciphers,
  honorCipherOrder: true,
  minVersion: 'TLSv1.2',
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
} as const

export interface TlsCertificate {
  /** PEM: the certificate, then those that lead to its root. */
  readonly cert: string | Buffer
  /** PEM. */
  readonly key: string | Buffer
}

/** A context with the certificate. Throws what OpenSSL says of a pair that does not fit, or is no PEM. */
export const createTlsContext = ({ cert, key }: TlsCertificate): SecureContext =>
  createSecureContext({ ...base, cert, key })

/** The context that every handshake begins with: it has no certificate until a name has been looked up. */
export const createBareContext = (ticketKeys: Buffer | undefined): SecureContext =>
  createSecureContext(ticketKeys === undefined ? base : { ...base, ticketKeys })

/** What was agreed on, for logs: `TLSv1.3` and the cipher's name in OpenSSL; undefined once the connection is gone. */
export function tlsOf(
  socket: TLSSocket | undefined,
): { readonly version: string; readonly cipher: string } | undefined {
  const version = socket?.getProtocol()
  return version === undefined || version === null ? undefined : { version, cipher: socket!.getCipher().name }
}
