/** Links to the content origin: `/~content/<ticket>/<name>`, made and taken apart again. */
import type { ContentTicket } from '../../access/content-tickets.ts'
import { keyOfPath } from '../../objects/key-of-path.ts'

/** What the path of every request for content begins with; no bucket is called so. */
export const contentPrefix = '/~content/'

type Target = Pick<ContentTicket, 'kind' | 'key' | 'bucketName'>

/** The path of the link. What it ends with is there for those who read it, and for the links of a playlist to be relative to. */
export const contentPath = (ticket: string, target: Target): string => `${contentPrefix}${ticket}/${nameOf(target)}`

function nameOf(target: Target): string {
  const { kind, key } = target
  if (kind === 'archive') return encodeURIComponent(archiveName(target))
  // Browsers resolve `.` and `..`, escaped too, where they are all of a segment: escaped slashes make one segment of the whole.
  const segments = key.split('/')
  if (kind === 'player' && !segments.some(isDots)) return segments.map(encodeURIComponent).join('/')
  return isDots(key) ? '' : encodeURIComponent(key)
}

const isDots = (segment: string): boolean => segment === '.' || segment === '..'

/** Of an archive, by what it is of. */
export function archiveName({ key, bucketName }: Omit<Target, 'kind'>): string {
  const last = key.split('/').findLast((segment) => segment !== '') ?? bucketName
  return `${last}.zip`
}

/** The ticket in a path, and what stands after it, as sent; undefined where there is none. */
export function parseContentPath(path: string): { readonly ticket: string; readonly rest: string } | undefined {
  if (!path.startsWith(contentPrefix)) return undefined
  const end = path.indexOf('/', contentPrefix.length)
  if (end < 0) return undefined
  return { ticket: path.slice(contentPrefix.length, end), rest: path.slice(end + 1) }
}

/**
 * The key that is asked for under a ticket; undefined where the ticket is not for it. Throws InvalidURI, KeyTooLongError. Nothing after the ticket
 * stands for what the ticket itself names.
 */
export function keyUnder({ kind, key, bucketName }: Target, rest: string): string | undefined {
  if (rest === '') return key
  const asked = keyOfPath(rest)
  if (kind === 'archive') return asked === archiveName({ key, bucketName }) ? key : undefined
  if (kind === 'player') return asked.startsWith(folderOf(key)) ? asked : undefined
  return asked === key ? key : undefined
}

/** With its slash; '' for what is in none. */
export const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/') + 1)
