/** What a setting is: its names, its kind of value and how a text becomes that value. The settings themselves are in config.ts. */
import { Secret } from './base/secret.ts'
/** A value as it was written: one text, or several where the file has a list. */
export type Written = string | readonly string[]

/** A kind of value. `parse` throws Unfit, whose message ends a sentence that begins with the setting's name. */
export interface Kind<T> {
  /** As the documentation shows it: `host:port`. */
  readonly name: string
  /** `folder` is what relative paths start from. */
  readonly parse: (written: Written, folder: string) => T
  /** Its value is never repeated in a message. */
  readonly secret?: true
  /** Takes several values. */
  readonly list?: true
  /** Takes any JSON, as a text. */
  readonly json?: true
}

export interface Setting<T> {
  readonly environment: string
  /** Command-line flag and what follows it, `--data <path>`; undefined for secrets, which any user of the machine could read in the list of processes. */
  readonly flag: string | undefined
  readonly kind: Kind<T>
  /** As it would be written; undefined where there is none. */
  readonly default: string | undefined
  /** Full sentences, for the documentation. The first is the help text of the flag. */
  readonly meaning: string
  readonly section: Section
}

export type Section =
  | 'Storage'
  | 'Listeners'
  | 'S3 endpoint'
  | 'Profile'
  | 'First access key'
  | 'Master key'
  | 'Delivery'
  | 'TLS'
  | 'Observability'
  | 'Limits'
  | 'Process'

/** Why a written value does not fit its kind. */
export class Unfit extends Error {
  override readonly name = 'Unfit'
}

interface Description {
  readonly environment: string
  readonly flag?: string
  readonly section: Section
  readonly meaning: string
}

/** A setting that always has a value. */
export const setting = <T>(kind: Kind<T>, written: string, description: Description): Setting<T> => ({
  ...description,
  flag: description.flag,
  kind,
  default: written,
})

/** A setting that may have none. */
export const optionalSetting = <T>(kind: Kind<T>, description: Description): Setting<T | undefined> => ({
  ...description,
  flag: description.flag,
  kind,
  default: undefined,
})

const one = (written: Written): string => {
  if (typeof written === 'string') return written.trim()
  throw new Unfit('takes one value, not a list')
}

/** One text → value, for kinds that take a single value. */
export const kindOf = <T>(name: string, parse: (text: string, folder: string) => T): Kind<T> => ({
  name,
  parse: (written, folder) => parse(one(written), folder),
})

/** Several values: a JSON list in the file, separated by commas elsewhere. Empty means none. */
export const listOf = <T>(kind: Kind<T>): Kind<readonly T[]> => ({
  name: `list of ${kind.name}`,
  list: true,
  parse: (written, folder) => {
    const texts = typeof written === 'string' ? written.split(',') : written
    return texts
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .map((text) => kind.parse(text, folder))
  },
})

/** A secret, checked by the given function. */
export const secret = (name: string, check: (text: string) => void): Kind<Secret> => ({
  name,
  secret: true,
  parse: (written) => {
    const text = one(written)
    check(text)
    return new Secret(text)
  },
})

/** For a message: the text in quotes, cut where it is long. */
export const quote = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text)
