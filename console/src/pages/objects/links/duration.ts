/** A length of time as people choose it. */
import { objectLinks as words } from '../../../strings/objectLinks.ts'

export interface Duration {
  readonly amount: string
  readonly unit: keyof typeof words.units
}

const seconds = { minutes: 60, hours: 3600, days: 86_400 }

/** Undefined where it is none, or is longer than may be. */
export function secondsOf({ amount, unit }: Duration, max = Infinity): number | undefined {
  const value = Number(amount)
  if (amount.trim() === '' || !Number.isSafeInteger(value) || value < 1) return undefined
  const length = value * seconds[unit]
  return length > max ? undefined : length
}

export const told = ({ amount, unit }: Duration): string => words.duration(Number(amount), unit)
