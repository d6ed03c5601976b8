/**
 * The ids of versions: 32 hexadecimal digits that cannot be guessed and sort newest first. The first 15 say where the version stands, counted
 * down from the greatest: the time of its creation in 512ths of a millisecond, or more where the version before it is newer than the clock
 * says; so versions stand in the order in which they were written, whatever the clock does.
 */
import type { Random } from '../base/random.ts'

declare const brand: unique symbol
export type VersionId = string & { readonly [brand]: true }

const places = 2 ** 53 - 1
const placesInMs = 512
const digits = 14

/** The id of a version written at `nowMs`, newer than the version `newest`, where there is one. */
export function newVersionId(nowMs: number, newest: VersionId | undefined, random: Random): VersionId {
  const place = Math.max(Math.floor(nowMs * placesInMs), newest === undefined ? 0 : placeOf(newest) + 1)
  return ((places - place).toString(16).padStart(digits, '0') + random.bytes(9).toString('hex')) as VersionId
}

/** The first of the ids of versions written at `ms`: where one stands that has no id, since the bucket had no versions then. */
export const versionIdAt = (ms: number): VersionId =>
  ((places - Math.floor(ms * placesInMs)).toString(16).padStart(digits, '0') + '0'.repeat(18)) as VersionId

/** The id, if the text is one. */
export const parseVersionId = (text: string): VersionId | undefined =>
  /^[0-9a-f]{32}$/.test(text) ? (text as VersionId) : undefined

const placeOf = (id: VersionId): number => places - Number.parseInt(id.slice(0, digits), 16)
