/** Tags that the header of a write gives a new object. */
import { parseTagHeader, type Tags } from '../objects/tags.ts'
import type { Context } from './context.ts'

interface Input {
  readonly Key: string
  readonly Tagging?: string | undefined
}

/**
 * Undefined for none. Throws InvalidArgument and InvalidTag for what is no set of tags, AccessDenied where the request may write but not
 * tag.
 */
export async function requestedTags({ Key, Tagging }: Input, context: Context): Promise<Tags | undefined> {
  if (Tagging === undefined) return undefined
  await context.authorize('s3:PutObjectTagging', Key)
  return keptTags(parseTagHeader(Tagging))
}

/** As records keep them: no tags are none. */
export const keptTags = (tags: Tags): Tags | undefined => (Object.keys(tags).length === 0 ? undefined : tags)
