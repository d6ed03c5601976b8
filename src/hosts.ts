/** Which front a request is for, on a listener that serves them all: by the host that it asks for. */
import type { HttpRequest, HttpResponse } from './http/message.ts'
import { parseHost } from './http/hosts.ts'
import type { FindSite } from './sites/site.ts'

export type Front = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>

export interface Fronts {
  readonly s3: Front
  readonly delivery: Front
  readonly management: Front
  readonly console: Front
}

interface HostsParts extends Fronts {
  /** Under which the management API and the console have hosts of their own. */
  readonly domains: readonly string[]
  /** Whether a host, in lower case, is one of delivery's own. */
  isDelivery(host: string): boolean
  readonly findSite: FindSite
}

/** In front of each domain (Qencode's samples use the first two). */
const managementLabels = ['api-cdn', 'api-live', 'api', 'console']

/** `<bucket>.media-storage.<region>.<domain>`, and custom domains, are delivery's; whatever else is no management host is S3's. */
export function frontOfHosts({ domains, isDelivery, findSite, ...fronts }: HostsParts): Front {
  const managed = new Set(managementHostsOf(domains))
  const consoles = new Set(domains.map((domain) => `console.${domain}`))

  return (request) => {
    const host = parseHost(request.forwarded.host ?? request.host)?.name ?? ''
    if (consoles.has(host)) return (request.path.startsWith('/v1/') ? fronts.management : fronts.console)(request)
    if (managed.has(host)) return fronts.management(request)
    if (isDelivery(host)) return fronts.delivery(request)
    const site = findSite(host)
    if (site === undefined) return fronts.s3(request)
    if (!('then' in site)) return fronts.delivery(request)
    return Promise.resolve(site).then((found) => (found === undefined ? fronts.s3 : fronts.delivery)(request))
  }
}

/** The hosts of the management API and the console. */
export const managementHostsOf = (domains: readonly string[]): readonly string[] =>
  domains.flatMap((domain) => managementLabels.map((label) => `${label}.${domain}`))
