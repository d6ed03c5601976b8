/** Which requests are for the content front: those whose path begins with `/~content/`, on a host where that can be no object of anybody. */
import { contentPrefix } from './admin/content/link.ts'
import type { Hosts } from './delivery/hosts.ts'
import { parseHost } from './http/hosts.ts'
import type { HttpRequest } from './http/message.ts'
import { contentHostName } from './objects/bucket-name.ts'
import { managementHostsOf, type Front } from './hosts.ts'
import { addressOf } from './s3/address.ts'

interface ContentHostsParts {
  readonly contentUrl?: string | undefined
  /** Of S3. */
  readonly domains: readonly string[]
  /** Of S3, those of all regions among them. */
  readonly s3Domains: readonly string[]
  readonly hosts: Pick<Hosts, 'place' | 'isOwn'>
}

/**
 * Whether a host, as the client asked for it, is one of content: the one that is set, `uc.media-storage.<region>.<domain>`, or one on which no bucket
 * and no custom domain stands: an address, `localhost`, a name that nobody has told us of. Those of management and of a bucket never are.
 */
export function createIsContentHost({ contentUrl, domains, s3Domains, hosts }: ContentHostsParts) {
  const set = contentUrl === undefined ? undefined : parseHost(new URL(contentUrl).host)?.name
  const managed = new Set(managementHostsOf(domains))
  return async (host: string): Promise<boolean> => {
    const name = parseHost(host)?.name
    if (name === undefined || managed.has(name)) return false
    if (name === set) return true
    const place = await hosts.place(host)
    if (place !== undefined) return place.custom === undefined && (place.bucket ?? contentHostName) === contentHostName
    return !hosts.isOwn(name) && addressOf(host, '/', s3Domains).style === 'path'
  }
}

/** All others pay one look at their path. */
export function withContent(front: Front, content: Front, isContentHost: (host: string) => Promise<boolean>): Front {
  const choose = async (request: HttpRequest) =>
    ((await isContentHost(request.forwarded.host ?? request.host)) ? content : front)(request)
  return (request) => (request.path.startsWith(contentPrefix) ? choose(request) : front(request))
}
