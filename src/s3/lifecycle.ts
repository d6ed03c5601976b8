/**
 * Lifecycle rules as documents have them ⇄ as the bucket's record keeps them (Amazon S3 API Reference, PutBucketLifecycleConfiguration); and the
 * headers that tell of them. What AWS would refuse is refused with its words; transitions are refused after that, since there is one storage class.
 */
import { createHash } from 'node:crypto'
import { ApiError } from '../base/errors.ts'
import type { LifecycleConfiguration, LifecycleRule } from '../objects/lifecycle/rule.ts'
import { tagSet, type Tag } from '../objects/tags.ts'
import { invalidArgument } from './codec-argument.ts'
import type { PutBucketLifecycleConfiguration } from './model.generated.ts'
import type { Infer } from './shape.ts'

type Input = Infer<(typeof PutBucketLifecycleConfiguration)['input']>
type Rule = NonNullable<Input['LifecycleConfiguration']>['Rules'][number]
type Filter = NonNullable<Rule['Filter']>
type And = NonNullable<Filter['And']>

export interface LifecycleOptions {
  /** How long the server's days are. */
  readonly dayMs: number
  readonly TransitionDefaultMinimumObjectSize: Input['TransitionDefaultMinimumObjectSize']
}

const rulesMax = 1000
const idLengthMax = 255
const prefixSizeMax = 1024
const tagsMax = 10
/** Bytes. */
const sizeLimit = 1_099_511_627_776_000
const standardDayMs = 86_400_000

/** The configuration to keep. Throws InvalidRequest, InvalidArgument, MalformedXML, and NotImplemented where objects are to be moved to another storage class. */
export function lifecycleOf(
  documents: readonly Rule[],
  { dayMs, TransitionDefaultMinimumObjectSize: minimumSize }: LifecycleOptions,
): LifecycleConfiguration {
  if (documents.length === 0) throw invalidRequest('At least one lifecycle rule must be specified.')
  if (documents.length > rulesMax) {
    throw invalidRequest(`The number of lifecycle rules must not exceed the allowed limit of ${rulesMax} rules.`)
  }
  checkIds(documents)
  // AWS tells two generations of configurations apart by their first rule, and mixes none.
  const filtered = documents[0]!.Filter !== undefined
  const rules = documents.map((document, index) => ruleOf(document, index, filtered))
  if (!filtered) checkOverlaps(rules)
  for (const { Transitions, NoncurrentVersionTransitions } of documents) {
    if (Transitions !== undefined) throw notImplemented('Transition')
    if (NoncurrentVersionTransitions !== undefined) throw notImplemented('NoncurrentVersionTransition')
  }
  return {
    rules,
    ...(dayMs === standardDayMs ? undefined : { dayMs }),
    ...(minimumSize === 'varies_by_storage_class' ? { transitionMinimumSize: minimumSize } : undefined),
  }
}

/** What GetBucketLifecycleConfiguration answers. */
export const lifecycleDocument = (configuration: LifecycleConfiguration) => ({
  Rules: configuration.rules.map(documentOf),
  TransitionDefaultMinimumObjectSize: minimumSizeOf(configuration),
})

export const minimumSizeOf = ({ transitionMinimumSize }: LifecycleConfiguration) =>
  transitionMinimumSize ?? 'all_storage_classes_128K'

function checkIds(documents: readonly Rule[]): void {
  const ids = new Set<string>()
  for (const { ID: id } of documents) {
    if (id === undefined || id === '') continue
    if (id.length > idLengthMax) {
      throw invalidArgument('ID', id, `ID length should not exceed allowed limit of ${idLengthMax}`)
    }
    if (ids.has(id)) {
      throw invalidArgument('ID', id, 'Rule ID must be unique. Found same ID for more than one rule')
    }
    ids.add(id)
  }
}

function ruleOf(document: Rule, index: number, filtered: boolean): LifecycleRule {
  const conditions = conditionsOf(document, filtered)
  const actions = actionsOf(document, filtered)
  checkTogether(document, conditions)
  const id = document.ID === undefined || document.ID === '' ? generatedId(document, index) : document.ID
  return { id, enabled: document.Status === 'Enabled', ...conditions, ...actions }
}

/** As long as those of AWS, and the same for the same rule in the same place. */
const generatedId = (document: Rule, index: number): string =>
  createHash('sha384')
    .update(JSON.stringify([index, document]))
    .digest('base64url')
    .slice(0, 48)

type Conditions = Pick<LifecycleRule, 'form' | 'prefix' | 'tags' | 'sizeAbove' | 'sizeBelow'>

function conditionsOf({ Prefix, Filter: filter }: Rule, filtered: boolean): Conditions {
  if (Prefix === undefined && filter === undefined) throw new ApiError('MalformedXML')
  if (filtered && Prefix !== undefined) {
    throw invalidRequest('Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.')
  }
  if (!filtered && filter !== undefined) throw invalidRequest('Filter element can only be used in Lifecycle V2.')
  if (filter === undefined) return { form: 'Prefix', prefix: checkedPrefix(Prefix) }
  const { And: and, Tag: tag, ...rest } = filter
  if (Object.keys(filter).length > 1) throw new ApiError('MalformedXML')
  if (and !== undefined && Object.keys(and).length === 0) throw new ApiError('MalformedXML')
  const { Prefix: prefix, Tags, ...sizes }: And = and ?? { ...rest, ...(tag && { Tags: [tag] }) }
  return {
    form: and === undefined ? 'Filter' : 'And',
    ...(prefix === undefined ? undefined : { prefix: checkedPrefix(prefix) }),
    ...(Tags === undefined ? undefined : { tags: tagsOf(Tags) }),
    ...sizesOf(sizes),
  }
}

function checkedPrefix(prefix = ''): string {
  if (Buffer.byteLength(prefix) <= prefixSizeMax) return prefix
  throw invalidArgument('Prefix', prefix, `The maximum size of a prefix is ${prefixSizeMax}`)
}

function tagsOf(tags: readonly Tag[]): LifecycleRule['tags'] {
  if (tags.length > tagsMax) throw invalidRequest(`A filter cannot have more than ${tagsMax} tags.`)
  if (tags.some(({ Key }) => Key === '')) throw new ApiError('MalformedXML')
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length) {
    throw invalidRequest('Duplicate Tag Keys are not allowed.')
  }
  // Not by assignment, which a key `__proto__` would escape.
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]))
}

function sizesOf({
  ObjectSizeGreaterThan: above,
  ObjectSizeLessThan: below,
}: Pick<And, 'ObjectSizeGreaterThan' | 'ObjectSizeLessThan'>): Pick<LifecycleRule, 'sizeAbove' | 'sizeBelow'> {
  if (above !== undefined && above > sizeLimit) {
    throw invalidRequest(`'ObjectSizeGreaterThan' should be between 0 and ${sizeLimit}.`)
  }
  if (below !== undefined && (below < 1 || below > sizeLimit)) {
    throw invalidRequest(`'ObjectSizeLessThan' should be between 1 and ${sizeLimit}.`)
  }
  if (above !== undefined && below !== undefined && below <= above) {
    throw invalidRequest("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.")
  }
  return {
    ...(above === undefined ? undefined : { sizeAbove: above }),
    ...(below === undefined ? undefined : { sizeBelow: below }),
  }
}

type Actions = Omit<LifecycleRule, 'id' | 'enabled' | keyof Conditions>

function actionsOf(document: Rule, filtered: boolean): Actions {
  const { Expiration, NoncurrentVersionExpiration, AbortIncompleteMultipartUpload, ...rest } = document
  const actions = [Expiration, NoncurrentVersionExpiration, AbortIncompleteMultipartUpload]
  const isMoved = rest.Transitions !== undefined || rest.NoncurrentVersionTransitions !== undefined
  if (!isMoved && actions.every((action) => action === undefined)) {
    throw invalidRequest('At least one action needs to be specified in a rule')
  }
  return {
    ...(Expiration && expirationOf(Expiration)),
    ...(NoncurrentVersionExpiration && noncurrentOf(NoncurrentVersionExpiration, filtered)),
    ...(AbortIncompleteMultipartUpload && abortOf(AbortIncompleteMultipartUpload)),
  }
}

function expirationOf(expiration: NonNullable<Rule['Expiration']>): Actions {
  const { Days: days, Date: date, ExpiredObjectDeleteMarker: marker } = expiration
  if (Object.keys(expiration).length !== 1) throw new ApiError('MalformedXML')
  if (days !== undefined) return { expirationDays: positive(days, 'Days', 'Expiration') }
  if (date === undefined) return { expiredObjectDeleteMarker: marker }
  if (date % standardDayMs !== 0) {
    throw invalidArgument('Date', new Date(date).toISOString(), "'Date' must be at midnight GMT")
  }
  return { expirationMs: date }
}

function noncurrentOf(expiration: NonNullable<Rule['NoncurrentVersionExpiration']>, filtered: boolean): Actions {
  const { NoncurrentDays: days, NewerNoncurrentVersions: newer } = expiration
  const action = 'NoncurrentVersionExpiration'
  if (days === undefined) throw new ApiError('MalformedXML')
  const noncurrentDays = positive(days, 'NoncurrentDays', action)
  if (newer === undefined) return { noncurrentDays }
  if (!filtered) throw invalidRequest('NewerNoncurrentVersions element can only be used in Lifecycle V2.')
  return { noncurrentDays, newerNoncurrentVersions: positive(newer, 'NewerNoncurrentVersions', action) }
}

function abortOf({ DaysAfterInitiation: days }: NonNullable<Rule['AbortIncompleteMultipartUpload']>): Actions {
  if (days === undefined) throw new ApiError('MalformedXML')
  return { abortUploadsAfterDays: positive(days, 'DaysAfterInitiation', 'AbortIncompleteMultipartUpload') }
}

function positive(value: number, name: string, action: string): number {
  if (value >= 1 && value <= 0x7fff_ffff) return value
  throw invalidArgument(name, String(value), `'${name}' for ${action} action must be a positive integer`)
}

/** Uploads and delete markers have neither tags nor sizes that could be asked for. */
function checkTogether({ Expiration, AbortIncompleteMultipartUpload }: Rule, conditions: Conditions): void {
  const { tags, sizeAbove, sizeBelow } = conditions
  const unfit = tags !== undefined ? 'Tags' : (sizeAbove ?? sizeBelow) !== undefined ? 'Object Size' : undefined
  if (unfit === undefined) return
  if (Expiration?.ExpiredObjectDeleteMarker !== undefined) {
    throw invalidRequest(`ExpiredObjectDeleteMarker cannot be specified with ${unfit}.`)
  }
  if (AbortIncompleteMultipartUpload !== undefined) {
    throw invalidRequest(`AbortIncompleteMultipartUpload cannot be specified with ${unfit}.`)
  }
}

/** Rules with the old prefixes may not say the same of the same key. */
function checkOverlaps(rules: readonly LifecycleRule[]): void {
  const kinds: readonly (readonly [action: string, isIn: (rule: LifecycleRule) => boolean])[] = [
    [
      'Expiration',
      (rule) => (rule.expirationDays ?? rule.expirationMs ?? rule.expiredObjectDeleteMarker) !== undefined,
    ],
    ['NoncurrentVersionExpiration', (rule) => rule.noncurrentDays !== undefined],
    ['AbortIncompleteMultipartUpload', (rule) => rule.abortUploadsAfterDays !== undefined],
  ]
  for (const [action, isIn] of kinds) {
    // In order, a prefix that begins another begins the one after it.
    const prefixes = rules
      .filter(isIn)
      .map(({ prefix = '' }) => prefix)
      .sort()
    for (const [index, prefix] of prefixes.entries()) {
      const next = prefixes[index + 1]
      if (next?.startsWith(prefix) !== true) continue
      throw invalidRequest(`Found overlapping prefixes '${prefix}' and '${next}' for same action type '${action}'`)
    }
  }
}

function documentOf(rule: LifecycleRule) {
  const { id, enabled, form, prefix, expirationDays, expirationMs, expiredObjectDeleteMarker } = rule
  const { noncurrentDays, newerNoncurrentVersions, abortUploadsAfterDays } = rule
  const expires = (expirationDays ?? expirationMs ?? expiredObjectDeleteMarker) !== undefined
  return {
    ID: id,
    ...(form === 'Prefix' ? { Prefix: prefix } : { Filter: filterOf(rule) }),
    Status: enabled ? 'Enabled' : 'Disabled',
    Expiration: expires
      ? { Days: expirationDays, Date: expirationMs, ExpiredObjectDeleteMarker: expiredObjectDeleteMarker }
      : undefined,
    NoncurrentVersionExpiration:
      noncurrentDays === undefined
        ? undefined
        : { NoncurrentDays: noncurrentDays, NewerNoncurrentVersions: newerNoncurrentVersions },
    AbortIncompleteMultipartUpload:
      abortUploadsAfterDays === undefined ? undefined : { DaysAfterInitiation: abortUploadsAfterDays },
  }
}

function filterOf({ form, prefix, tags, sizeAbove, sizeBelow }: LifecycleRule): Filter {
  const sizes = { ObjectSizeGreaterThan: sizeAbove, ObjectSizeLessThan: sizeBelow }
  const named = tags && tagSet(tags)
  return form === 'And'
    ? { And: { Prefix: prefix, Tags: named, ...sizes } }
    : { Prefix: prefix, Tag: named?.[0], ...sizes }
}

const invalidRequest = (message: string): ApiError => new ApiError('InvalidRequest', message)

const notImplemented = (element: string): ApiError =>
  new ApiError(
    'NotImplemented',
    `The element ${element} that you provided implies functionality that is not implemented.`,
    { details: { Parameter: element } },
  )
