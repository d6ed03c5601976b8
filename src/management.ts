/** Puts management together: what every thread that answers /v1 has of its own. */
import type { AccessKeys } from './access/access-keys.ts'
import { AccessTokens } from './access/access-tokens.ts'
import type { Accounts } from './access/accounts.ts'
import { ApiKeys } from './access/api-keys.ts'
import { AuditLog } from './access/audit-log.ts'
import type { FindCredential } from './access/credential.ts'
import { Passwords } from './access/passwords.ts'
import type { MasterKey } from './access/sealing.ts'
import { Sessions } from './access/sessions.ts'
import { createSignIn } from './access/sign-in.ts'
import { SignInLimits } from './access/sign-in-limits.ts'
import { SigningKeys } from './access/signing-keys.ts'
import type { ManagementServices, Origins } from './admin/services.ts'
import type { Clock } from './base/clock.ts'
import type { Random } from './base/random.ts'
import type { Config } from './config.ts'
import { UsageReports } from './metering/usage-reports.ts'
import type { MetadataStore } from './metadata/metadata-store.ts'
import type { ToggleLayer } from './objects/toggles.ts'
import { createCallS3, createS3Rights } from './s3/call.ts'
import type { Services } from './s3/context.ts'
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
  readonly settings: Pick<Config, 'domains' | 'deliveryDomains' | 'regions' | 'dnsServers' | 'httpThreads'>
}

export function assembleManagement(parts: ManagementParts): ManagementServices {
  const { services, metadata: store, masterKey, accounts, clock, random, origins, settings } = parts
  const apiKeys = new ApiKeys({ store, clock, random })
  // Slow hashes take threads that files are read with, too.
  const passwords = new Passwords({ store, random, ...(settings.httpThreads > 1 && { concurrentMax: 1 }) })
  const sessions = new Sessions({ store, clock, random, masterKey })
  const limits = new SignInLimits({ store, clock })
  const callS3 = createCallS3(services)
  const s3Rights = createS3Rights(services)
  const presign = createPresign(parts.findCredential, clock)
  return {
    metadata: store,
    accounts,
    accessKeys: parts.accessKeys,
    apiKeys,
    accessTokens: new AccessTokens({ apiKeys, masterKey, clock }),
    passwords,
    sessions,
    signIn: createSignIn({ store, accounts, passwords, limits, sessions }),
    signingKeys: new SigningKeys({ store, clock, random, masterKey }),
    auditLog: new AuditLog({ store, clock, masterKey }),
    buckets: services.buckets,
    emptier: services.emptier,
    domains: new Domains({ store, clock, random, resolver: resolverOf(settings), ownDomains: ownDomainsOf(settings) }),
    certificates: new Certificates({ store, masterKey, clock }),
    usageReports: new UsageReports({ metadata: store }),
    regions: services.regions,
    toggles: services.toggles,
    toggleLayers: parts.toggleLayers,
    clock,
    origins,
    openapi: async () => (await import('./admin/openapi.ts')).openapi(version),
    s3: (name, input, { identity }, { id, secure, remoteAddress, signal }, delivery) =>
      callS3(name, input, { identity, id, secure, remoteAddress, signal, delivery }),
    s3Rights: {
      onBucket: (action, bucket, { identity }, request) => s3Rights.onBucket(action, bucket, { identity, ...request }),
      onObjects: (action, bucket, { identity }, request) =>
        s3Rights.onObjects(action, bucket, { identity, ...request }),
    },
    presign: (order) => presign({ ...order, origin: origins.s3(order.region) }),
  }
}

const resolverOf = ({ dnsServers }: ManagementParts['settings']) =>
  createNameResolver({ servers: dnsServers.map(showAddress) })

const ownDomainsOf = ({ domains, deliveryDomains, regions }: ManagementParts['settings']): readonly string[] => [
  ...domains,
  ...deliveryDomains,
  ...regions.flatMap((region) => region.domains),
]
