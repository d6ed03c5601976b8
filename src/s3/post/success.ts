/** How a form's sender is told that its file is kept: as the form's own fields ask for it ("POST Object", success_action_*). */
import type { HttpRequest, HttpResponse } from '../../http/message.ts'
import { escapeXml, xmlDeclaration } from '../xml.ts'

export interface Kept {
  readonly bucket: string
  readonly key: string
  /** With its quotes. */
  readonly etag: string
}

/** `headers` are what PutObject has answered. */
export function answerSuccess(
  request: Pick<HttpRequest, 'secure' | 'host' | 'forwarded' | 'path'>,
  fields: ReadonlyMap<string, string>,
  kept: Kept,
  headers: readonly string[],
): HttpResponse {
  const redirect = redirectTo(fields.get('success_action_redirect') ?? fields.get('redirect'), kept)
  if (redirect !== undefined) return { status: 303, headers: [...headers, 'location', redirect], body: undefined }
  const location = locationOf(request, kept.key)
  const told = [...headers, 'location', location]
  const status = fields.get('success_action_status')
  if (status === '201') {
    return { status: 201, headers: [...told, 'content-type', 'application/xml'], body: documentOf(location, kept) }
  }
  return { status: status === '200' ? 200 : 204, headers: told, body: undefined }
}

/** Undefined for what is no URL of a page, which is then as if it were not there. */
function redirectTo(text: string | undefined, { bucket, key, etag }: Kept): string | undefined {
  if (text === undefined || /[\0-\x20\x7f]/.test(text) || !/^https?:\/\//i.test(text)) return undefined
  const url = URL.parse(text)
  if (url === null) return undefined
  const before = url.search === '' ? '?' : `${url.search}&`
  url.search = `${before}bucket=${escape(bucket)}&key=${escape(key)}&etag=${escape(etag)}`
  return url.href
}

/** The object's own URL, on the host that was asked. */
function locationOf({ secure, host, forwarded, path }: Parameters<typeof answerSuccess>[0], key: string): string {
  const bucket = path.endsWith('/') ? path.slice(0, -1) : path
  return `${secure ? 'https' : 'http'}://${forwarded.host ?? host}${bucket}/${key.split('/').map(escape).join('/')}`
}

const documentOf = (location: string, { bucket, key, etag }: Kept): string => {
  const elements = { Location: location, Bucket: bucket, Key: key, ETag: etag }
  const content = Object.entries(elements).map(([tag, text]) => `<${tag}>${escapeXml(text)}</${tag}>`)
  return `${xmlDeclaration}<PostResponse>${content.join('')}</PostResponse>`
}

const escape = (text: string): string => encodeURIComponent(text.toWellFormed())
