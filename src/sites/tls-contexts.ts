/**
 * Which certificate a TLS client is shown, by the name it asks for (RFC 6066 3): the custom domain's own, else one of the files', else the
 * self-signed one. What was looked up is remembered while the certificate's record is the same; names without one apart from the others.
 */
import type { SecureContext } from 'node:tls'
import type { Awaitable } from '../metadata/metadata-store.ts'
import type { CertificateFiles } from './certificate-files.ts'
import { contextOf, type PemPair } from './certificate-pair.ts'

/** As `Certificates`. */
export interface CertificateLookup {
  stamp(name: string): number
  open(name: string): Awaitable<PemPair | undefined>
}

export interface TlsContexts {
  /** `serverName` as the client sent it; undefined or '' where it sent none. Undefined where there is no certificate at all. */
  contextFor(serverName: string | undefined): SecureContext | undefined | Promise<SecureContext | undefined>
}

interface Parts {
  readonly certificates?: CertificateLookup | undefined
  readonly files?: CertificateFiles | undefined
  readonly selfSigned?: CertificateFiles | undefined
  /** A certificate of a domain cannot be used; the others are. */
  onFault(serverName: string, error: unknown): void
  readonly foundMax?: number
  readonly missingMax?: number
}

interface Entry {
  readonly stamp: number
  readonly context: SecureContext | undefined
}

const nameLengthMax = 253

export function createTlsContexts(parts: Parts): TlsContexts {
  const { certificates, files, selfSigned, onFault, foundMax = 1000, missingMax = 1000 } = parts
  const found = new Map<string, Entry>()
  const missing = new Map<string, Entry>()

  function remember(name: string, stamp: number, pair: PemPair | undefined): SecureContext | undefined {
    const context = pair && contextOf(pair)
    const [entries, others, max] = context ? [found, missing, foundMax] : [missing, found, missingMax]
    others.delete(name)
    if (entries.size >= max && !entries.has(name)) entries.delete(entries.keys().next().value!)
    entries.set(name, { stamp, context })
    return context
  }

  function failed(name: string, stamp: number, error: unknown): undefined {
    onFault(name, error)
    remember(name, stamp, undefined)
  }

  /** The custom domain's own. */
  function ownContext(name: string): Awaitable<SecureContext | undefined> {
    if (certificates === undefined) return undefined
    const stamp = certificates.stamp(name)
    const entry = found.get(name) ?? missing.get(name)
    if (entry?.stamp === stamp) return entry.context
    try {
      const pair = certificates.open(name)
      if (pair === undefined || !('then' in pair)) return remember(name, stamp, pair)
      return Promise.resolve(pair)
        .then((later) => remember(name, stamp, later))
        .catch((error: unknown) => failed(name, stamp, error))
    } catch (error) {
      return failed(name, stamp, error)
    }
  }

  const first = () => files?.first ?? selfSigned?.first

  const otherContext = (name: string): SecureContext | undefined =>
    files?.find(name) ?? selfSigned?.find(name) ?? first()?.context

  function contextFor(serverName: string | undefined): ReturnType<TlsContexts['contextFor']> {
    if (serverName === undefined || serverName === '' || serverName.length > nameLengthMax) return first()?.context
    const name = (serverName.endsWith('.') ? serverName.slice(0, -1) : serverName).toLowerCase()
    const own = ownContext(name)
    if (own === undefined) return otherContext(name)
    if (!('then' in own)) return own
    return Promise.resolve(own).then((context) => context ?? otherContext(name))
  }

  return { contextFor }
}
