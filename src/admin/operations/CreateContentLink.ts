import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import type { ContentTicket } from '../../access/content-tickets.ts'
import { contentPath } from '../content/link.ts'
import { inBucket, key, readErrors, versionId } from '../object.ts'
import { objectsOf } from '../objects-of.ts'
import { operation } from '../operation.ts'
import { showTime, timestamp } from '../schemas.ts'

export default operation({
  method: 'POST',
  path: '/v1/buckets/{bucket}/content-links',
  summary: 'Make a link to content, for the console',
  description:
    'On the content origin, which is another than the console’s. It is good as long as your session is, 12 hours at most for `preview` (the object itself, in a sandbox) and `player` (it and all in its folder, so that the links of a playlist lead somewhere), one hour to begin with for `download` and `archive` (a ZIP of all below `prefix`). What you may is asked anew whenever it is used.',
  tag: 'Objects',
  right: 'storage.read',
  params: inBucket,
  body: z.object({
    key: key.optional(),
    prefix: z.string().max(1024).optional(),
    version_id: versionId,
    as: z.enum(['preview', 'player', 'download', 'archive']),
  }),
  answer: z.strictObject({ url: z.string(), expires: timestamp }),
  errors: readErrors,
  unaudited: 'It gives nobody more than the session has, and previews are made by the hundred.',
  async handle({ params, body }, context) {
    const { principal, services, request } = context
    const { session } = principal
    if (session === undefined)
      throw new ApiError(
        'AccessDenied',
        'Content links belong to a session of the console. Presign or sign a URL instead.',
      )
    const target = targetOf(body)
    const { bucket, s3 } = await objectsOf(params.bucket, context, target.key)
    // What cannot be read is said here, where it can be told.
    if (target.kind === 'archive') await s3('ListObjectsV2', { Prefix: target.key, MaxKeys: 1 })
    else await s3('HeadObject', { Key: target.key, VersionId: target.versionId })
    const about = { ...target, bucketId: bucket.id, bucketName: bucket.name }
    const { ticket, expiresMs } = await services.contentTickets.issue({
      ...{ ...about, sessionId: session.id, consoleOrigin: consoleOriginOf(request) },
    })
    const url = services.origins.content(request) + contentPath(ticket, about)
    return { url, expires: showTime(expiresMs) }
  },
})

interface Asked {
  readonly key?: string | undefined
  readonly prefix?: string | undefined
  readonly version_id?: string | undefined
  readonly as: ContentTicket['kind']
}

/** Throws InvalidArgument where one thing is given for another. */
function targetOf(asked: Asked): Pick<ContentTicket, 'kind' | 'key' | 'versionId'> {
  const isArchive = asked.as === 'archive'
  const name = isArchive ? asked.prefix : asked.key
  const tooMuch = isArchive ? (asked.key ?? asked.version_id) : asked.prefix
  if (name === undefined || tooMuch !== undefined)
    throw new ApiError('InvalidArgument', 'An archive is of a `prefix`, everything else of a `key`.')
  return { kind: asked.as, key: name, versionId: asked.version_id }
}

/** What the browser says of the page that asks; it is our own, since no other knows the session's CSRF token. */
function consoleOriginOf({
  origin,
  host,
  secure,
}: {
  readonly origin: string | undefined
  readonly host: string
  readonly secure: boolean
}): string | undefined {
  const said = origin ?? `${secure ? 'https' : 'http'}://${host}`
  return /^https?:\/\/[\w.:[\]-]{1,300}$/.test(said) ? said : undefined
}
