/** The certificates that a thread's TLS listener shows: of custom domains from the records, of the deployment from files or of its own making. */
import { join } from 'node:path'
import type { MasterKey } from './access/sealing.ts'
import type { Clock } from './base/clock.ts'
import type { Logger } from './base/log.ts'
import type { Random } from './base/random.ts'
import type { FrontSettings } from './front.ts'
import { managementHostsOf } from './hosts.ts'
import type { MetadataStore } from './metadata/metadata-store.ts'
import type { Services } from './s3/context.ts'
import { openCertificateFiles } from './sites/certificate-files.ts'
import { Certificates } from './sites/certificates.ts'
import { openSelfSigned, type SelfSigned } from './sites/self-signed.ts'
import { createTlsContexts, type TlsContexts } from './sites/tls-contexts.ts'

interface TlsParts {
  readonly settings: FrontSettings
  readonly services: Services
  readonly metadata: MetadataStore
  readonly masterKey: MasterKey
  readonly deliveryDomains: readonly string[]
  readonly log: Logger
  readonly clock: Clock
  readonly random: Random
}

export interface Tls extends Pick<TlsContexts, 'contextFor'> {
  close(): void
}

/** Throws Refusal where a certificate cannot be used. */
export async function openTls(parts: TlsParts): Promise<Tls> {
  const { settings, metadata, masterKey, log, clock } = parts
  const options = { clock, onFault: (message: string) => log.error(message) }
  const files = await openCertificateFiles(settings.tlsCertificates, options)
  const own = settings.tlsSelfSigned ? await openOwn(parts) : undefined
  const selfSigned = own && (await openCertificateFiles([own.files], options))
  const contexts = createTlsContexts({
    certificates: new Certificates({ store: metadata, masterKey, clock }),
    files,
    ...(selfSigned && { selfSigned }),
    onFault: (name, error) => log.error({ err: error, name }, 'the certificate of a custom domain cannot be used'),
  })
  return {
    contextFor: (name) => contexts.contextFor(name),
    close() {
      files.close()
      selfSigned?.close()
    },
  }
}

/** An authority of the server's own, with a certificate for all its hosts. */
export async function openOwn({
  settings,
  services,
  deliveryDomains,
  clock,
  random,
}: Pick<TlsParts, 'settings' | 'services' | 'deliveryDomains' | 'clock' | 'random'>): Promise<SelfSigned> {
  const { endpoints, regions } = services
  const names = [
    ...settings.domains.flatMap((domain) => [domain, `*.${domain}`]),
    ...managementHostsOf(settings.domains),
    ...endpoints.domains.flatMap((domain) => [domain, `*.${domain}`]),
    ...deliveryDomains.flatMap((domain) =>
      regions.all.flatMap(({ name, aliases }) =>
        [name, ...aliases].map((region) => `*.media-storage.${region}.${domain}`),
      ),
    ),
  ]
  return openSelfSigned({ folder: join(settings.data, 'tls'), names, clock, random })
}
