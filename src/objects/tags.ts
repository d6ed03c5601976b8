/** Tags of buckets and objects: their limits, and the header form `a=b&c=d` (Amazon S3 User Guide, "Categorizing your objects using tags"). */
import { ApiError } from '../base/errors.ts'
import { Query } from '../http/query.ts'

export interface Tag {
  readonly Key: string
  readonly Value: string
}

/** By key, in the order given, but for keys that are numbers, which come first. */
export type Tags = Readonly<Record<string, string>>

/** How many an object may have. */
export const objectTagsMax = 10
/** How many a bucket may have. */
export const bucketTagsMax = 50

/** UTF-16 code units. */
const keyLengthMax = 128
const valueLengthMax = 256

/** Letters, digits and spaces of any script, and `+ - = . _ : / @`. */
const allowed = /^[\p{L}\p{M}\p{N}\p{Z}+\-=._:/@]*$/u

/**
 * The tags as records keep them. Throws BadRequest for more than `max`, and InvalidTag for a key or a value that is too long, empty (a key) or has
 * characters that tags cannot have, for a key that is there twice, and for one that begins with `aws:`, which only AWS's own tags may.
 */
export function checkTags(tags: readonly Tag[], max: number): Tags {
  if (tags.length > max) {
    const what = max === objectTagsMax ? 'Object tags' : 'Bucket tag count'
    throw new ApiError('BadRequest', `${what} cannot be greater than ${max}`)
  }
  const keys = new Set<string>()
  for (const tag of tags) {
    checkTag(tag)
    if (keys.has(tag.Key)) throw invalidTag('Cannot provide multiple Tags with the same key', tag.Key)
    keys.add(tag.Key)
  }
  // Not by assignment, which a key `__proto__` would escape.
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]))
}

function checkTag({ Key, Value }: Tag): void {
  if (Key === '' || Key.length > keyLengthMax || !allowed.test(Key)) {
    throw invalidTag('The TagKey you have provided is invalid', Key)
  }
  if (Value.length > valueLengthMax || !allowed.test(Value)) {
    throw invalidTag('The TagValue you have provided is invalid', Key)
  }
  if (Key.slice(0, 4).toLowerCase() === 'aws:') {
    throw invalidTag('System tags cannot be added/updated by requester', Key)
  }
}

const invalidTag = (message: string, key: string): ApiError =>
  new ApiError('InvalidTag', message, { details: { TagKey: key } })

/**
 * The tags of an object as the header x-amz-tagging has them: `a=b&c=d`, percent-encoded UTF-8. Throws InvalidArgument for what is not that or
 * names a key twice, and what `checkTags` throws.
 */
export function parseTagHeader(text: string): Tags {
  const parameters = parametersOf(text)
  if (new Set(parameters.map(([key]) => key)).size < parameters.length) throw badHeader()
  return checkTags(
    parameters.map(([Key, Value]) => ({ Key, Value })),
    objectTagsMax,
  )
}

function parametersOf(text: string): Query['parameters'] {
  try {
    return Query.parse(text).parameters
  } catch (cause) {
    throw badHeader(cause)
  }
}

const badHeader = (cause?: unknown): ApiError =>
  new ApiError(
    'InvalidArgument',
    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
    { cause, details: { ArgumentName: 'x-amz-tagging' } },
  )

/** As documents list them. */
export const tagSet = (tags: Tags = {}): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
