/** What a signed link asks of whoever opens it, as it is typed, as it is sent, and as it is told. */
import { objectLinks as words } from '../../../strings/objectLinks.ts'

export interface Conditions {
  readonly notBefore: string
  readonly ip: string
  readonly referer: string
  readonly country: string
  readonly rate: string
}

export const noConditions: Conditions = { notBefore: '', ip: '', referer: '', country: '', rate: '' }

export const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

const numberOf = (text: string): number | undefined => {
  const value = Number(text)
  return text.trim() === '' || !Number.isSafeInteger(value) || value < 1 ? undefined : value
}

/** Whether a field that has something has what can be sent. */
export const isNumber = (text: string): boolean => text.trim() === '' || numberOf(text) !== undefined

export function claimsOf({ notBefore, ip, referer, country, rate }: Conditions) {
  const list = (name: string, text: string) => (listOf(text).length === 0 ? {} : { [name]: listOf(text) })
  const minutes = numberOf(notBefore)
  const kib = numberOf(rate)
  return {
    ...(minutes !== undefined && { not_before_seconds: minutes * 60 }),
    claims: {
      ...list('ip', ip),
      ...list('referer', referer),
      ...list('country', country.toUpperCase()),
      ...(kib !== undefined && { rate: kib * 1024 }),
    },
  }
}

export function tellConditions({ notBefore, ip, referer, country, rate }: Conditions): readonly string[] {
  const { told } = words
  const minutes = numberOf(notBefore)
  const kib = numberOf(rate)
  return [
    ...(minutes === undefined ? [] : [told.begins(words.duration(minutes, 'minutes'))]),
    ...(listOf(ip).length === 0 ? [] : [told.ip(listOf(ip).join(', '))]),
    ...(listOf(referer).length === 0 ? [] : [told.referer(listOf(referer).join(', '))]),
    ...(listOf(country).length === 0 ? [] : [told.country(listOf(country.toUpperCase()).join(', '))]),
    ...(kib === undefined ? [] : [told.rate(kib.toLocaleString())]),
  ]
}
