/**
 * What a request says under the condition keys of policies (AWS Service Authorization Reference, "Condition keys for Amazon S3"; IAM User Guide,
 * "AWS global condition context keys"). Values are those that the operation acts on, as decoded; an address is the connection's, or what a
 * trusted proxy says, never a header that anybody may send.
 */
import type { ConditionContext } from '../access/policy/policy.ts'
import type { HttpRequest } from '../http/message.ts'
import { Query } from '../http/query.ts'
import type { Bucket } from '../objects/bucket.ts'
import { parseTagHeader } from '../objects/tags.ts'
import { parseCopySource } from './copy-source.ts'
import type { Authentication } from './signature/authenticate.ts'
import { parseBasicTime } from './signature/signing-time.ts'

export interface RequestFacts {
  readonly request: HttpRequest
  readonly method: Authentication['method']
  /** The operation's input. */
  readonly input: Readonly<Record<string, unknown>>
  readonly bucket: Bucket | undefined
  readonly nowMs: number
  /** Of the object asked for, where it has been read. */
  readonly existingTags?: Readonly<Record<string, string>> | undefined
}

export function conditionContext(facts: RequestFacts): ConditionContext {
  return (key) => {
    const slash = key.indexOf('/')
    if (slash >= 0) return tagged(facts, key.slice(0, slash), key.slice(slash + 1))
    return Object.hasOwn(keys, key) ? one(keys[key]!(facts)) : undefined
  }
}

type Asked = string | number | boolean | readonly string[] | undefined

const one = (value: Asked): readonly string[] | undefined =>
  value === undefined ? undefined : typeof value === 'object' ? value : [String(value)]

const member =
  (...names: readonly string[]) =>
  ({ input }: RequestFacts): Asked => {
    for (const name of names) {
      const value = input[name]
      if (typeof value === 'string' || typeof value === 'number') return value
    }
    return undefined
  }

const keys: Readonly<Record<string, (facts: RequestFacts) => Asked>> = {
  'aws:sourceip': ({ request }) => request.remoteAddress.replace(/^::ffff:(?=\d+\.)/, ''),
  'aws:securetransport': ({ request }) => request.secure,
  'aws:referer': ({ request }) => request.headers['referer'],
  'aws:useragent': ({ request }) => request.headers['user-agent'],
  'aws:currenttime': ({ nowMs }) => new Date(nowMs).toISOString(),
  'aws:epochtime': ({ nowMs }) => Math.floor(nowMs / 1000),
  'aws:requestedregion': ({ bucket }) => bucket?.region,
  'aws:resourceaccount': ({ bucket }) => bucket?.accountId,
  's3:resourceaccount': ({ bucket }) => bucket?.accountId,
  's3:authtype': ({ method }) =>
    method === 'anonymous'
      ? undefined
      : method.endsWith('query')
        ? 'REST-QUERY-STRING'
        : method.endsWith('post')
          ? 'POST'
          : 'REST-HEADER',
  's3:signatureage': signatureAgeMs,
  's3:signatureversion': ({ method }) =>
    method === 'anonymous' || method === 'plain' ? undefined : method.startsWith('v4') ? 'AWS4-HMAC-SHA256' : 'AWS',
  's3:prefix': member('Prefix'),
  's3:delimiter': member('Delimiter'),
  's3:max-keys': member('MaxKeys'),
  's3:versionid': member('VersionId'),
  's3:if-match': member('IfMatch'),
  's3:if-none-match': member('IfNoneMatch'),
  's3:x-amz-acl': member('ACL'),
  's3:x-amz-grant-full-control': member('GrantFullControl'),
  's3:x-amz-grant-read': member('GrantRead'),
  's3:x-amz-grant-read-acp': member('GrantReadACP'),
  's3:x-amz-grant-write': member('GrantWrite'),
  's3:x-amz-grant-write-acp': member('GrantWriteACP'),
  's3:x-amz-copy-source': ({ input }) => sourceName(string(input['CopySource'])),
  's3:x-amz-metadata-directive': member('MetadataDirective'),
  's3:x-amz-storage-class': member('StorageClass'),
  's3:x-amz-object-ownership': member('ObjectOwnership'),
  's3:x-amz-website-redirect-location': member('WebsiteRedirectLocation'),
  's3:x-amz-server-side-encryption': member('ServerSideEncryption'),
  's3:x-amz-server-side-encryption-aws-kms-key-id': member('SSEKMSKeyId'),
  's3:x-amz-server-side-encryption-customer-algorithm': member('SSECustomerAlgorithm'),
  's3:x-amz-content-sha256': ({ request }) => request.headers['x-amz-content-sha256'],
  's3:locationconstraint': ({ input }) => text(input['CreateBucketConfiguration'], 'LocationConstraint'),
  's3:object-lock-mode': ({ input }) => string(input['ObjectLockMode']) ?? text(input['Retention'], 'Mode'),
  's3:object-lock-legal-hold': ({ input }) =>
    string(input['ObjectLockLegalHoldStatus']) ?? text(input['LegalHold'], 'Status'),
  's3:object-lock-retain-until-date': (facts) => {
    const untilMs = retainUntil(facts)
    return untilMs === undefined ? undefined : new Date(untilMs).toISOString()
  },
  's3:object-lock-remaining-retention-days': (facts) => {
    const untilMs = retainUntil(facts)
    return untilMs === undefined ? undefined : Math.ceil((untilMs - facts.nowMs) / 86_400_000)
  },
  's3:requestobjecttagkeys': (facts) => {
    const tags = requestTags(facts)
    return tags && Object.keys(tags)
  },
}

function tagged(facts: RequestFacts, family: string, tag: string): readonly string[] | undefined {
  if (family === 's3:existingobjecttag') return ofTag(facts.existingTags, tag)
  if (family === 's3:requestobjecttag') return ofTag(requestTags(facts), tag)
  if (family === 's3:buckettag' || family === 'aws:resourcetag') return ofTag(facts.bucket?.tags, tag)
  return undefined
}

const ofTag = (tags: Readonly<Record<string, string>> | undefined, tag: string): readonly string[] | undefined =>
  tags !== undefined && Object.hasOwn(tags, tag) ? [tags[tag]!] : undefined

/** The tags that a request gives: in its header, or in its document. */
function requestTags({ input }: RequestFacts): Readonly<Record<string, string>> | undefined {
  // A copy has the source's tags, whatever its header says, unless that is to replace them.
  if (input['CopySource'] !== undefined && input['TaggingDirective'] !== 'REPLACE') return undefined
  const tagging = input['Tagging']
  if (typeof tagging === 'string') return parseTagHeader(tagging)
  const set = typeof tagging === 'object' && tagging !== null ? (tagging as { TagSet?: unknown }).TagSet : undefined
  if (!Array.isArray(set)) return undefined
  return Object.fromEntries((set as readonly { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]))
}

function retainUntil({ input }: RequestFacts): number | undefined {
  const date = input['ObjectLockRetainUntilDate']
  if (typeof date === 'number') return date
  const retention = input['Retention']
  const until: unknown =
    typeof retention === 'object' && retention !== null ? Reflect.get(retention, 'RetainUntilDate') : undefined
  return typeof until === 'number' ? until : undefined
}

/** "This condition works only for presigned URLs" (Amazon S3 API Reference, "Signature Version 4 authentication-specific policy keys"). */
function signatureAgeMs({ request, method, nowMs }: RequestFacts): number | undefined {
  if (method !== 'v4-query') return undefined
  const signedMs = parseBasicTime(Query.parse(request.query).get('X-Amz-Date') ?? '')
  return signedMs === undefined ? undefined : nowMs - signedMs
}

/** As AWS's examples have it, `bucket/key`, however it is written: a source that is denied must not be had by writing it otherwise. */
function sourceName(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  try {
    const { bucket, key } = parseCopySource(text)
    return `${bucket}/${key}`
  } catch {
    // No source at all, as the operation will say.
    return text
  }
}

const string = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const text = (value: unknown, name: string): string | undefined =>
  typeof value === 'object' && value !== null ? string(Reflect.get(value, name)) : undefined
