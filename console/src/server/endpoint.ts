/** Where a client on this machine reaches S3, whatever its resolver knows. */
import type { ServerFacts } from '../api/server.ts'

export interface Endpoint {
  readonly url: string
  /** With the port, where it is not the usual one. */
  readonly host: string
  readonly secure: boolean
  readonly region: string
}

/**
 * Of the region where buckets are made that name none. Not every program and system finds names below `localhost`, so plain HTTP goes to the address under which the
 * console itself was found.
 */
export function endpointOf({ region, regions }: Pick<ServerFacts, 'region' | 'regions'>, page: URL): Endpoint {
  const url = new URL(regions.find(({ name }) => name === region)?.s3_url ?? page.origin)
  const secure = url.protocol === 'https:'
  if (!secure && /(^|\.)localhost$/.test(url.hostname))
    url.hostname = isLocalName(page.hostname) ? '127.0.0.1' : page.hostname
  return { url: url.href.replace(/\/$/, ''), host: url.host, secure, region }
}

const isLocalName = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost')
