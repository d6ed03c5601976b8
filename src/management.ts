/** Puts management together: what every thread that answers /v1 has of its own. */
import type { AccessKeys } from './access/access-keys.ts'
import { AccessTokens } from './access/access-tokens.ts'
import type { Accounts } from './access/accounts.ts'
import { ApiKeys } from './access/api-keys.ts'
import { AuditLog } from './access/audit-log.ts'
import { ContentTickets } from './access/content-tickets.ts'
import type { FindCredential } from './access/credential.ts'
import { Passwords } from './access/passwords.ts'
import type { MasterKey } from './access/sealing.ts'
import { Sessions } from './access/sessions.ts'
import { SetupLinks } from './access/setup-link.ts'
import { createSignIn } from './access/sign-in.ts'
import { SignInLimits } from './access/sign-in-limits.ts'
import { SigningKeys } from './access/signing-keys.ts'
import type { ManagementServices, Origins } from './admin/services.ts'
import { ApiError } from './base/errors.ts'
import type { Clock } from './base/clock.ts'
import type { Random } from './base/random.ts'
import type { Config } from './config.ts'
import { UsageReports } from './metering/usage-reports.ts'
import type { MetadataStore } from './metadata/metadata-store.ts'
import type { ToggleLayer } from './objects/toggles.ts'
import { RefusalLog } from './refusals/refusal-log.ts'
import { createCallS3, createReadS3, createS3Rights } from './s3/call.ts'
import { publicBy } from './s3/bucket-policy.ts'
import type { Services } from './s3/context.ts'
import { createFindReaders } from './s3/readers.ts'
import { createPresign } from './s3/presign.ts'
import { showAddress } from './setting-kinds.ts'
import { Certificates } from './sites/certificates.ts'
import { Domains } from './sites/domains.ts'
import { createNameResolver } from './sites/name-resolver.ts'
import { version } from './version.ts'

export interface ManagementParts {
  readonly services: Services
  readonly metadata: MetadataStore
  readonly masterKey: MasterKey
  readonly accounts: Accounts
  readonly accessKeys: AccessKeys
  readonly findCredential: FindCredential
  readonly origins: Origins
  readonly toggleLayers: readonly ToggleLayer[]
  readonly clock: Clock
  readonly random: Random
  readonly settings: Pick<
    Config,
    'domains' | 'deliveryDomains' | 'regions' | 'dnsServers' | 'httpThreads' | 'tlsListen'
  >
  /** Absent where no server runs. */
  readonly health?: ManagementServices['health'] | undefined
}

export function assembleManagement(parts: ManagementParts): ManagementServices {
  const { services, metadata: store, masterKey, accounts, clock, random, origins, settings } = parts
  const apiKeys = new ApiKeys({ store, clock, random })
  // Slow hashes take threads that files are read with, too.
  const passwords = new Passwords({ store, random, ...(settings.httpThreads > 1 && { concurrentMax: 1 }) })
  const sessions = new Sessions({ store, clock, random, masterKey })
  const limits = new SignInLimits({ store, clock })
  const callS3 = createCallS3(services)
  const readS3 = createReadS3(services)
  const s3Rights = createS3Rights(services)
  const findReaders = createFindReaders(services)
  const presign = createPresign(parts.findCredential, clock)
  return {
    metadata: store,
    accounts,
    accessKeys: parts.accessKeys,
    apiKeys,
    accessTokens: new AccessTokens({ apiKeys, masterKey, clock }),
    passwords,
    sessions,
    contentTickets: new ContentTickets({ masterKey, clock }),
    signIn: createSignIn({ store, accounts, passwords, limits, sessions }),
    setupLinks: new SetupLinks({ store, clock, random, accounts, passwords, limits }),
    signingKeys: new SigningKeys({ store, clock, random, masterKey }),
    auditLog: new AuditLog({ store, clock, masterKey }),
    buckets: services.buckets,
    emptier: services.emptier,
    domains: new Domains({ store, clock, random, resolver: resolverOf(settings), ownDomains: ownDomainsOf(settings) }),
    certificates: new Certificates({ store, masterKey, clock }),
    usageReports: new UsageReports({ metadata: store }),
    refusals: new RefusalLog({ metadata: store, clock }),
    regions: services.regions,
    toggles: services.toggles,
    toggleLayers: parts.toggleLayers,
    clock,
    origins,
    facts: { version, tls: settings.tlsListen !== undefined },
    health: parts.health ?? noServer,
    openapi: async () => (await import('./admin/openapi.ts')).openapi(version),
    s3: (name, input, { identity }, { id, secure, remoteAddress, signal }, { delivery, body } = {}) =>
      callS3(name, input, { identity, id, secure, remoteAddress, signal, delivery }, body),
    readS3: (order, { identity }, { id, secure, remoteAddress, signal }) =>
      readS3(order, { identity, id, secure, remoteAddress, signal }),
    s3Rights: {
      onBucket: (action, bucket, { identity }, request) => s3Rights.onBucket(action, bucket, { identity, ...request }),
      onObject: (action, bucket, key, { identity }, request) =>
        s3Rights.onObject(action, bucket, key, { identity, ...request }),
      onObjects: (action, bucket, { identity }, request) =>
        s3Rights.onObjects(action, bucket, { identity, ...request }),
    },
    readers: (order, { id, secure, remoteAddress, signal }) =>
      findReaders(order, { id, secure, remoteAddress, signal }),
    publicInS3: (bucket) => publicBy(bucket, services.toggles(bucket).acl),
    presign: (order) => presign({ ...order, origin: origins.s3(order.region) }),
  }
}

const noServer = (): Promise<never> => Promise.reject(new ApiError('ServiceUnavailable', 'No server runs.'))

const resolverOf = ({ dnsServers }: ManagementParts['settings']) =>
  createNameResolver({ servers: dnsServers.map(showAddress) })

const ownDomainsOf = ({ domains, deliveryDomains, regions }: ManagementParts['settings']): readonly string[] => [
  ...domains,
  ...deliveryDomains,
  ...regions.flatMap((region) => region.domains),
]
