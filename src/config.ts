/**
 * The settings: one table of names, kinds, defaults and meanings. read-config.ts reads a configuration by it, and
 * `docs/configuration.md` is generated from it.
 */
import { accessKeyIdFault, masterKeyFault, secretFault } from './access/weak-secrets.ts'
import type { Secret } from './base/secret.ts'
import { address, boolean, bytes, cidr, domain, integer, oneOf, path, publicOrigin, region } from './setting-kinds.ts'
import { listeners, profile, regions, toggles } from './setting-documents.ts'
import { deliverySettings } from './settings-of-delivery.ts'
import { kindOf, listOf, optionalSetting, secret, setting, Unfit } from './setting.ts'
import type { Setting } from './setting.ts'

const refuse = (fault: string | undefined): void => {
  if (fault !== undefined) throw new Unfit(fault)
}

const accessKeyId = kindOf('access key id', (text) => {
  refuse(accessKeyIdFault(text))
  return text
})
const secretAccessKey = secret('secret, at least 16 characters', (text) => refuse(secretFault(text)))
const masterKey = secret('64 hexadecimal digits', (text) => refuse(masterKeyFault(text)))

export const settings = {
  data: setting(path, './data', {
    environment: 'ENTREPOT_DATA',
    flag: '--data <path>',
    section: 'Storage',
    meaning: 'Folder for everything the server keeps. It is made, for its owner only, when it is not there.',
  }),

  inlineSizeMax: setting(bytes(0, 256 * 1024), '32KiB', {
    environment: 'ENTREPOT_INLINE_SIZE_MAX',
    flag: '--inline-size-max <bytes>',
    section: 'Storage',
    meaning: 'Objects and parts up to this size are kept among the records, larger ones in files of their own.',
  }),
  cacheSize: setting(bytes(0, 64 * 1024 ** 3), '32MiB', {
    environment: 'ENTREPOT_CACHE_SIZE',
    flag: '--cache-size <bytes>',
    section: 'Storage',
    meaning: 'Memory, for each HTTP thread, in which objects asked for lately are kept.',
  }),
  garbageGraceSeconds: setting(integer(0, 30 * 86_400), '300', {
    environment: 'ENTREPOT_GARBAGE_GRACE_SECONDS',
    flag: '--garbage-grace-seconds <number>',
    section: 'Storage',
    meaning:
      'How long the bytes of a deleted or replaced object stay on disk, in seconds, so that downloads which began before can finish.',
  }),

  lifecycleDaySeconds: setting(integer(1, 86_400), '86400', {
    environment: 'ENTREPOT_LIFECYCLE_DAY_SECONDS',
    flag: '--lifecycle-day-seconds <number>',
    section: 'Storage',
    meaning:
      'How long a day of lifecycle rules is, in seconds, to try rules out: with 10, an object that expires after 1 day is gone after 10 to 20 seconds. It holds for the rules put from then on. Leave it alone in production.',
  }),

  s3Listen: setting(address, '127.0.0.1:9000', {
    environment: 'ENTREPOT_S3_LISTEN',
    flag: '--s3-listen <host:port>',
    section: 'Listeners',
    meaning: 'Where the S3 API listens. Port 0 takes a free port.',
  }),
  s3Listeners: setting(listeners, '', {
    environment: 'ENTREPOT_S3_LISTENERS',
    section: 'Listeners',
    meaning:
      'Further places where the S3 API listens, each with a profile, toggles and a region of its own where it needs them: `[{"listen": "127.0.0.1:9010", "profile": "qencode", "toggles": {"http": "allow"}, "region": "us-west"}]`.',
  }),
  adminListen: setting(address, '127.0.0.1:9001', {
    environment: 'ENTREPOT_ADMIN_LISTEN',
    flag: '--admin-listen <host:port>',
    section: 'Listeners',
    meaning:
      'Where the console (`/`), the management API (`/v1`), `/metrics`, `/health/live` and `/health/ready` are answered. Port 0 takes a free port.',
  }),
  allowPlaintext: setting(boolean, 'false', {
    environment: 'ENTREPOT_ALLOW_PLAINTEXT',
    flag: '--allow-plaintext [boolean]',
    section: 'Listeners',
    meaning:
      'Lets a listener speak plain HTTP on an address that other machines reach. Say true only on a private network, or behind a proxy that speaks TLS; without it the server refuses to start on such an address.',
  }),
  trustedProxies: setting(listOf(cidr), '', {
    environment: 'ENTREPOT_TRUSTED_PROXIES',
    flag: '--trusted-proxies <list>',
    section: 'Listeners',
    meaning:
      'Addresses or networks of the proxies whose `X-Forwarded-*` headers are believed. From anybody else those headers change nothing.',
  }),

  region: setting(region, 'us-east-1', {
    environment: 'ENTREPOT_REGION',
    flag: '--region <name>',
    section: 'S3 endpoint',
    meaning: 'The name of this region: what clients sign for and what GetBucketLocation answers.',
  }),
  regionAliases: setting(listOf(region), '', {
    environment: 'ENTREPOT_REGION_ALIASES',
    flag: '--region-aliases <list>',
    section: 'S3 endpoint',
    meaning: 'Further names under which clients may sign for this region.',
  }),
  domains: setting(listOf(domain), 'localhost', {
    environment: 'ENTREPOT_DOMAIN',
    flag: '--domain <list>',
    section: 'S3 endpoint',
    meaning:
      'Domains of the S3 endpoint, for virtual-hosted style: with `s3.example.com`, a request to `photos.s3.example.com` is for the bucket `photos`; `s3.`, `<region>.s3.`, `s3.<region>.` and `<region>.` before the domain name endpoints as well. Path style works on every host.',
  }),
  publicOrigins: setting(listOf(publicOrigin), '', {
    environment: 'ENTREPOT_PUBLIC_ORIGINS',
    flag: '--public-origins <list>',
    section: 'S3 endpoint',
    meaning:
      'URLs under which clients reach the S3 listener through a proxy that changes the Host header or adds a path. A signature made for one of them is accepted.',
  }),
  skewSeconds: setting(integer(1, 86_400), '900', {
    environment: 'ENTREPOT_SKEW_SECONDS',
    flag: '--skew-seconds <number>',
    section: 'S3 endpoint',
    meaning: "How far a request's time may be from the server's clock, in seconds. AWS allows 900.",
  }),
  regions: setting(regions, '', {
    environment: 'ENTREPOT_REGIONS',
    section: 'S3 endpoint',
    meaning:
      'Further regions, each with blobs of its own: `[{"name": "us-west", "aliases": ["us"], "domains": ["us-west.s3.example.com"], "data": "/mnt/west", "displayName": "Sacramento"}]`, where all but the name may be left out. A bucket is in the region it was created in. Hosts as under `domains` name a region; there, a bucket of another is answered with 301.',
  }),

  profile: setting(profile, 'aws', {
    environment: 'ENTREPOT_PROFILE',
    flag: '--profile <name>',
    section: 'Profile',
    meaning:
      'Whose S3 this server is like, where they differ; docs/profiles.md says in what. Listeners, accounts and buckets can have profiles of their own.',
  }),
  toggles: setting(toggles, '', {
    environment: 'ENTREPOT_TOGGLES',
    flag: '--toggles <list>',
    section: 'Profile',
    meaning:
      'Single toggles over those of the profile: `sig.v2.header=off,keys.maxActive=2`; in the file an object, too. docs/profiles.md has them all.',
  }),
  acl: optionalSetting(oneOf('enforced', 'full', 'bucket-private', 'get-only'), {
    environment: 'ENTREPOT_ACL',
    flag: '--acl <mode>',
    section: 'Profile',
    meaning: 'Sets the toggle `acl`: what becomes of access control lists.',
  }),
  sigV2Header: optionalSetting(boolean, {
    environment: 'ENTREPOT_SIG_V2_HEADER',
    flag: '--sig-v2-header [boolean]',
    section: 'Profile',
    meaning:
      'Sets the toggle `sig.v2.header`: whether Signature Version 2 is taken in the Authorization header, for old clients.',
  }),
  sigV2Query: optionalSetting(boolean, {
    environment: 'ENTREPOT_SIG_V2_QUERY',
    flag: '--sig-v2-query [boolean]',
    section: 'Profile',
    meaning:
      'Sets the toggle `sig.v2.query`: whether Signature Version 2 is taken in the query, which is what `s3cmd signurl` makes.',
  }),

  accessKey: optionalSetting(accessKeyId, {
    environment: 'ENTREPOT_ACCESS_KEY',
    flag: '--access-key <id>',
    section: 'First access key',
    meaning:
      'Access key id of the first account. With its secret, it is put in place at every start; without, a key is generated at the first start and shown once.',
  }),
  secretKey: optionalSetting(secretAccessKey, {
    environment: 'ENTREPOT_SECRET_KEY',
    section: 'First access key',
    meaning:
      'Secret of that access key, at least 16 characters. Secrets that everybody knows, such as the defaults of other servers, are refused.',
  }),

  masterKey: optionalSetting(masterKey, {
    environment: 'ENTREPOT_MASTER_KEY',
    section: 'Master key',
    meaning:
      'The master key itself, 64 hexadecimal digits; then no file is read or made. Make one with `openssl rand -hex 32`.',
  }),
  masterKeyFile: optionalSetting(path, {
    environment: 'ENTREPOT_MASTER_KEY_FILE',
    flag: '--master-key-file <path>',
    section: 'Master key',
    meaning:
      'File that holds the master key, under which the secrets of access keys are sealed. Only its owner may be able to read it. Where there is none it is made at the first start; by default it is `keys/master.key` in the data folder. Keep a copy elsewhere: without it nobody can sign in again.',
  }),

  connectionsMax: setting(integer(1, 1_000_000), '16384', {
    environment: 'ENTREPOT_CONNECTIONS_MAX',
    flag: '--connections-max <number>',
    section: 'Limits',
    meaning: 'How many connections the S3 listener keeps open at once; further ones are closed.',
  }),
  bodyRateMin: setting(bytes(0, 1024 ** 3), '1KiB', {
    environment: 'ENTREPOT_BODY_RATE_MIN',
    flag: '--body-rate-min <bytes>',
    section: 'Limits',
    meaning: 'Bytes a second that a sender or reader of a body must keep up; slower ones are cut off. 0 cuts nobody.',
  }),

  ...deliverySettings,

  httpThreads: setting(integer(1, 64), '1', {
    environment: 'ENTREPOT_HTTP_THREADS',
    flag: '--http-threads <number>',
    section: 'Process',
    meaning: 'How many threads answer HTTP.',
  }),
  stopDeadlineSeconds: setting(integer(0, 3600), '30', {
    environment: 'ENTREPOT_STOP_DEADLINE_SECONDS',
    flag: '--stop-deadline-seconds <number>',
    section: 'Process',
    meaning: 'How long requests in flight may take to finish after SIGTERM or SIGINT, in seconds; then they are cut.',
  }),
  logLevel: setting(oneOf('debug', 'info', 'warn', 'error', 'silent'), 'info', {
    environment: 'ENTREPOT_LOG_LEVEL',
    flag: '--log-level <level>',
    section: 'Process',
    meaning: 'The least important lines that are logged.',
  }),
} as const satisfies Record<string, Setting<unknown>>

export type SettingName = keyof typeof settings

/** A value for every setting, as parsed. */
export type Values = { readonly [Name in SettingName]: (typeof settings)[Name] extends Setting<infer T> ? T : never }

export interface Config extends Omit<Values, 'accessKey' | 'secretKey' | 'masterKeyFile'> {
  readonly masterKeyFile: string
  /** The first account's key, where the operator has chosen it. */
  readonly firstKey: { readonly accessKeyId: string; readonly secretAccessKey: Secret } | undefined
}
