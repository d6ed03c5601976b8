/** A certificate chain and its private key, in PEM: read, and checked to be fit for a TLS server. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import type { SecureContext } from 'node:tls'
import { Secret } from '../base/secret.ts'
import { createTlsContext } from '../http/tls-context.ts'

export interface PemPair {
  /** The leaf first, then each one's issuer; the root may be left out. */
  readonly certificatePem: string
  /** PKCS#8, PKCS#1 or SEC 1, without a passphrase. */
  readonly privateKeyPem: Secret
}

export interface CertificateFacts {
  /** The distinguished name, its parts joined with `, `. */
  readonly issuer: string
  /** The names and addresses that it is for. */
  readonly names: readonly string[]
  readonly serialNumber: string
  /** SHA-256 of the leaf, in hex with colons. */
  readonly fingerprint: string
  /** Milliseconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
}

export interface CheckedPair extends PemPair {
  readonly facts: CertificateFacts
  readonly context: SecureContext
}

/** What is wrong, as the rest of a sentence that begins with what was checked: `is for other names`. */
export class CertificateFault extends Error {
  override readonly name = 'CertificateFault'
  readonly kind: 'certificate' | 'key' | 'pair'

  constructor(kind: CertificateFault['kind'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.kind = kind
  }
}

/** Longest text of a chain, and of a key, in bytes. */
export const pemSizeMax = 64 * 1024
const chainLengthMax = 10
const rsaBitsMin = 2048
/** A longer one would cost the handshakes more than it is worth. */
const rsaBitsMax = 4096
const curves: readonly (string | undefined)[] = ['prime256v1', 'secp384r1']
const serverAuth = '1.3.6.1.5.5.7.3.1'

/**
 * The pair with nothing else in it: no text between the certificates, no further key. With `hostName` it must be for that name. Throws
 * CertificateFault. The dates are not looked at; see `timeFault`.
 */
export function checkPair({ certificatePem, privateKeyPem }: PemPair, hostName?: string): CheckedPair {
  const chain = readChain(certificatePem)
  const key = readKey(privateKeyPem)
  const leaf = chain[0]!
  if (!leaf.checkPrivateKey(key)) throw new CertificateFault('pair', 'is not for this private key')
  checkUsage(leaf)
  if (hostName !== undefined && !covers(leaf, hostName)) {
    throw new CertificateFault('certificate', `is not for ${hostName} but for ${namesOf(leaf).join(', ') || 'no name'}`)
  }
  const clean: PemPair = {
    certificatePem: chain.map((certificate) => certificate.toString()).join(''),
    privateKeyPem: new Secret(key.export({ type: 'pkcs8', format: 'pem' })),
  }
  return { ...clean, facts: factsOf(leaf), context: contextOf(clean) }
}

/** Why a certificate does not hold at the time, or undefined where it does. The clock may be `behindMs` behind its issuer's. */
export function timeFault({ notBefore, notAfter }: CertificateFacts, nowMs: number, behindMs = 0): string | undefined {
  if (notAfter <= nowMs) return `expired at ${new Date(notAfter).toISOString()}`
  if (notBefore > nowMs + behindMs) return `is not valid before ${new Date(notBefore).toISOString()}`
  return undefined
}

function readChain(pem: string): X509Certificate[] {
  const chain: X509Certificate[] = []
  for (const block of blocksOf(pem, 'CERTIFICATE')) {
    if (chain.length === chainLengthMax) {
      throw new CertificateFault('certificate', `is a chain of more than ${chainLengthMax}`)
    }
    try {
      chain.push(new X509Certificate(block))
    } catch (cause) {
      throw new CertificateFault('certificate', 'cannot be read: it is no X.509 certificate in PEM', cause)
    }
  }
  if (chain.length === 0) throw new CertificateFault('certificate', 'cannot be read: there is no certificate in PEM')
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1]
    if (issuer !== undefined && !(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey))) {
      const [which, its] = [`certificate ${index + 1}`, `certificate ${index + 2}`]
      throw new CertificateFault('certificate', `has no chain: ${which} was not issued by ${its}; put the leaf first`)
    }
  }
  return chain
}

/** The blocks of PEM with the label (RFC 7468), in time that grows with the text. */
function* blocksOf(pem: string, label: string): Generator<string> {
  if (pem.length > pemSizeMax) throw new CertificateFault('certificate', `is longer than ${pemSizeMax} bytes`)
  const [begin, end] = [`-----BEGIN ${label}-----`, `-----END ${label}-----`]
  for (let from = 0; ;) {
    const start = pem.indexOf(begin, from)
    if (start < 0) return
    const stop = pem.indexOf(end, start)
    if (stop < 0) throw new CertificateFault('certificate', `is cut off: a ${end} is missing`)
    from = stop + end.length
    yield pem.slice(start, from)
  }
}

function readKey(secret: Secret): KeyObject {
  const pem = secret.reveal()
  if (pem.length > pemSizeMax) throw new CertificateFault('key', `is longer than ${pemSizeMax} bytes`)
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    // What OpenSSL says of it is kept to ourselves: nothing of a key gets into a log.
    const why = pem.includes('ENCRYPTED') ? 'has a passphrase; take that off' : 'cannot be read: it is no key in PEM'
    throw new CertificateFault('key', why)
  }
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'rsa') {
    if (modulusLength >= rsaBitsMin && modulusLength <= rsaBitsMax) return key
    throw new CertificateFault('key', `has ${modulusLength} bits; an RSA key has ${rsaBitsMin} to ${rsaBitsMax}`)
  }
  if (key.asymmetricKeyType === 'ec' && curves.includes(namedCurve)) return key
  throw new CertificateFault('key', 'is of a kind that is not taken; use RSA, or EC on P-256 or P-384')
}

/** Where a leaf says what it is for, TLS servers are among that (RFC 5280 4.2.1.12). */
function checkUsage(leaf: X509Certificate): void {
  const usage = leaf.keyUsage as readonly string[] | undefined
  if (usage !== undefined && usage.length > 0 && !usage.includes(serverAuth)) {
    throw new CertificateFault('certificate', 'is not for TLS servers: its extended key usage says so')
  }
}

/** By its subject alternative names alone, as browsers do (RFC 9525 6.3). */
const covers = (leaf: X509Certificate, hostName: string): boolean =>
  leaf.checkHost(hostName, { subject: 'never', partialWildcards: false }) !== undefined

/** Such as `DNS:a.com, DNS:*.a.com, IP Address:127.0.0.1`; what OpenSSL had to quote is no name that anybody asks for. */
function namesOf(leaf: X509Certificate): string[] {
  const names: string[] = []
  for (const part of (leaf.subjectAltName ?? '').split(', ')) {
    const [, name] = /^(?:DNS|IP Address):([^"\s]+)$/.exec(part) ?? []
    if (name !== undefined) names.push(name.toLowerCase())
  }
  return names
}

const factsOf = (leaf: X509Certificate): CertificateFacts => ({
  issuer: leaf.issuer.replaceAll('\n', ', '),
  names: namesOf(leaf),
  serialNumber: leaf.serialNumber,
  fingerprint: leaf.fingerprint256,
  notBefore: Date.parse(leaf.validFrom),
  notAfter: Date.parse(leaf.validTo),
})

/** What TLS is spoken with. Throws CertificateFault where OpenSSL takes the pair for too weak. */
export function contextOf({ certificatePem, privateKeyPem }: PemPair): SecureContext {
  try {
    return createTlsContext({ cert: certificatePem, key: privateKeyPem.reveal() })
  } catch (cause) {
    throw new CertificateFault('pair', `cannot be used for TLS: ${(cause as Error).message}`, cause)
  }
}
