/** What a lifecycle rule will do, in words. */
import { member, textOf, type Json } from '../../../api/bucketSettings.ts'
import { formatBytes } from '../../../components/format.ts'
import { lifecycle } from '../../../strings/lifecycle.ts'
import { filterOf } from './lifecycleFilter.ts'

const words = lifecycle.inWords

/** For which objects, and sentence by sentence what happens. */
export interface SaidRule {
  readonly which: string
  readonly what: readonly string[]
}

export function sayRule(rule: Json, versioned: boolean): SaidRule {
  if (rule['Status'] !== 'Enabled') return { which: '', what: [words.off] }
  return { which: words.for(whichOf(rule)), what: whatOf(rule, versioned) }
}

function whichOf(rule: Json): string {
  const { prefix, tags, above, below } = filterOf(rule)
  return [
    prefix === '' ? words.all : words.prefix(prefix),
    tags.length === 0 ? [] : words.tags(tags.map(({ key, value }) => `${key}=${value}`).join(', ')),
    above === undefined ? [] : words.above(formatBytes(above)),
    below === undefined ? [] : words.below(formatBytes(below)),
  ]
    .flat()
    .join(', ')
}

function whatOf(rule: Json, versioned: boolean): readonly string[] {
  const expiration = member(rule, 'Expiration')
  const noncurrent = member(rule, 'NoncurrentVersionExpiration')
  const days = numberIn(expiration, 'Days')
  const date = textOf(expiration?.['Date'])
  const old = numberIn(noncurrent, 'NoncurrentDays')
  const keep = numberIn(noncurrent, 'NewerNoncurrentVersions')
  const abort = numberIn(member(rule, 'AbortIncompleteMultipartUpload'), 'DaysAfterInitiation')
  return [
    days === undefined ? [] : words.expireDays(days, versioned),
    date === '' ? [] : words.expireDate(date.slice(0, 10), versioned),
    expiration?.['ExpiredObjectDeleteMarker'] === true ? words.markers : [],
    old === undefined ? [] : keep === undefined ? words.noncurrent(old) : words.noncurrentKeeping(old, keep),
    abort === undefined ? [] : words.abort(abort),
  ].flat()
}

function numberIn(value: Json | undefined, name: string): number | undefined {
  const found = value?.[name]
  return typeof found === 'number' ? found : undefined
}
